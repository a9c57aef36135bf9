// An organisation from the API, and changes to it: nothing but fetch, and no WebAssembly.

export { exportText } from "../api/export-text.js";
export { fetchExport } from "../api/fetch-export.js";
export { sendRequests } from "../api/send-requests.js";
export { AclarityError } from "../errors.js";
