/**
 * What is a key beyond reasonable doubt: after the prefix at least 20 letters, digits, `-` and `_`, and near their
 * beginning 16 letters and digits in a row with a digit among them, 32 without one, or a UUID. `sk-learn-2024` is a name.
 */
const KEY =
  /(?<![A-Za-z0-9])(bt-st-|sk-)(?=[\w-]{20})(?=[\w-]{0,32}?(?:(?=[A-Za-z]{0,15}\d)[A-Za-z0-9]{16}|[A-Za-z]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}))[A-Za-z0-9\-_.~+/=]+/g;

/** For what people read, names above all: only what is a key is taken out. */
export function withoutKeys(text: string): string {
  return text.includes("sk-") || text.includes("bt-st-") ? text.replace(KEY, "$1…") : text;
}

export function holdsKey(text: string): boolean {
  return withoutKeys(text) !== text;
}
