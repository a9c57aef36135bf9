// The public types of `aclarity/api`, as its sources use them.
export type {
  ApiOptions,
  FetchedExport,
  FetchedList,
  FetchedPages,
  FetchOptions,
  FetchProgress,
  MissingList,
  SendOptions,
  SendProgress,
  Sent,
  SentRequest,
  Stopped,
} from "../../types/api.js";
export type { ApiRow, Export, Request } from "../../types/index.js";
