// What is one for all entry points (pkg/scripts/build.mjs): one class of errors, and the same constants.
export * from "../errors.js";
export * from "../secrets.js";
export * from "../words.generated.js";
