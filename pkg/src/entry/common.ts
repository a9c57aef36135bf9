// What every entry point offers besides `Org`, `ready` and `newOrganization`.
export { credentialKind, redact } from "../credentials.js";
export { AclarityError } from "../errors.js";
export { FINDINGS, MATRIX, MODEL_VERSION, OBJECT_TYPES, PERMISSIONS, REQUESTS } from "../tables.generated.js";
