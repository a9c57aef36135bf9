// Strings at the boundary: UTF-8 cannot hold a lone surrogate, so one never crosses it.

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether UTF-8 can hold the string. */
export function isWellFormed(text: string): boolean {
  return typeof text.isWellFormed === "function" ? text.isWellFormed() : !LONE.test(text);
}

const LINE_FEED = 0x0a;
/** Strings that are parts of a longer one keep all of it in memory: so it is taken apart in pieces of about so many bytes. */
const PIECE = 1 << 16;

/** Ids as a core gives them: one by one, or in one text with a line feed before each, or as JSON. */
export function idsOf(given: Uint8Array | string[]): string[] {
  if (Array.isArray(given)) return given;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  if (given[0] !== LINE_FEED) return given.length === 0 ? [] : JSON.parse(decoder.decode(given));
  const ids: string[] = [];
  for (let from = 1, to = 0; to < given.length; from = to + 1) {
    const end = given.indexOf(LINE_FEED, from + PIECE);
    to = end < 0 ? given.length : end;
    for (const id of decoder.decode(given.subarray(from, to)).split("\n")) ids.push(id);
  }
  return ids;
}

/** The string as UTF-8 can hold it, and as `fetch` sends it: lone surrogates become U+FFFD. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(EVERY_LONE, "\ufffd");
}

const EVERY_LONE = /* @__PURE__ */ new RegExp(LONE, "g");
const LONE_IN_JSON = /(\\*)([\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])/g;

/** The same JSON text with lone surrogates written as escapes, so that nothing is lost in UTF-8. */
export function escapeLoneSurrogates(json: string): string {
  return json.replace(LONE_IN_JSON, (_, backslashes: string, unit: string) =>
    // After an odd number of backslashes it is a bad escape, and stays one.
    backslashes.length % 2 === 1 ? `${backslashes}\ufffd` : `${backslashes}\\u${unit.charCodeAt(0).toString(16)}`,
  );
}

/** A key or an index as one token of a JSON pointer (RFC 6901). */
export function pointerToken(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}
