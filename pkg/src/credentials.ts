// Kinds of credentials, by prefix (MODEL 1). A credential is looked at and forgotten.
import { requiredString } from "./arguments.js";
import type { Credential } from "./types.js";

export function credentialKind(credential: string): Credential {
  const text = requiredString(credential, "a credential");
  if (text.startsWith("bt-st-")) return "service_token";
  return text.startsWith("sk-") ? "api_key" : "unknown";
}

/** What looks like a credential: not in the middle of a word, and something follows the prefix. */
const CREDENTIAL = /(?<![A-Za-z0-9])(bt-st-|sk-)[A-Za-z0-9\-_.~+/=]+/g;

export function redact(text: string): string {
  return requiredString(text, "a text").replace(CREDENTIAL, "$1…");
}
