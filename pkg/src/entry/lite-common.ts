// What the entry points of `aclarity/lite` offer besides `Org`, `ready` and `newOrganization`.
export { AclarityError } from "../errors.js";
export { MODEL_VERSION, OBJECT_TYPES, PERMISSIONS } from "../words.generated.js";
