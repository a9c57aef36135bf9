// An organisation from the API, and changes to it: nothing but fetch, and no WebAssembly.
import type * as api from "../../types/api.js";
import { AclarityError } from "../errors.js";

export { AclarityError };

export const fetchExport: typeof api.fetchExport = async () => {
  throw new AclarityError("http", "not in this build yet");
};

export const exportText: typeof api.exportText = () => {
  throw new AclarityError("http", "not in this build yet");
};

export const sendRequests: typeof api.sendRequests = async () => {
  throw new AclarityError("http", "not in this build yet");
};
