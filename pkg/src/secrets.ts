/** What may be a credential: not in the middle of a word, and something follows the prefix. */
const CREDENTIAL = /(?<![A-Za-z0-9])(bt-st-|sk-)[A-Za-z0-9\-_.~+/=]+/g;

/** For errors and logs, in which a name that only looks like one is no loss. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIAL, "$1…");
}
