// Kinds of credentials, by prefix (MODEL 1). A credential is looked at and forgotten.
import { requiredString } from "./arguments.js";
import { withoutCredentials } from "./secrets.js";
import type { Credential } from "./types.js";

export function credentialKind(credential: string): Credential {
  const text = requiredString(credential, "a credential");
  if (text.startsWith("bt-st-")) return "service_token";
  return text.startsWith("sk-") ? "api_key" : "unknown";
}

export function redact(text: string): string {
  return withoutCredentials(requiredString(text, "a text"));
}
