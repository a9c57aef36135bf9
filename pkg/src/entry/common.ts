// What every entry point offers besides `Org`, `ready` and `newOrganization`.
export { credentialKind, redact } from "../credentials.js";
export { AclarityError } from "../errors.js";
export { FINDINGS, MATRIX, REQUESTS } from "../tables.generated.js";
export { MODEL_VERSION, OBJECT_TYPES, PERMISSIONS } from "../words.generated.js";
