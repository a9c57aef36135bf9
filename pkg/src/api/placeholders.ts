// Placeholders of a draft (`new:group:1`): found in requests, and replaced by the ids that the API chose.
import type { Request } from "./types.js";

/** What is text of a person's, even where it looks like a placeholder. */
const TEXTS = /^(name|description|tags|metadata|email|emails|token_name|group_name|group_names|org_name|slug)$/;
const PLACEHOLDER = /^new:[a-z_]+:[1-9][0-9]*$/;

export interface Filled {
  readonly path: string;
  readonly body: unknown;
  /** Ids that it names, in its path or in its body. */
  readonly names: readonly string[];
  /** The first placeholder that has no id yet. */
  readonly unknown: string | undefined;
}

export class Placeholders {
  private readonly ids = new Map<string, string>();

  /** `made`: what the requests say that they create. */
  constructor(
    known: Readonly<Record<string, string>>,
    private readonly made: ReadonlySet<string>,
  ) {
    for (const [placeholder, id] of Object.entries(known)) this.ids.set(placeholder, id);
  }

  bind(placeholder: string, id: string): void {
    this.ids.set(placeholder, id);
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.ids);
  }

  fill({ path, body }: Request): Filled {
    const names: string[] = [];
    let unknown: string | undefined;
    const replace = (text: string): string => {
      const id = this.ids.get(text);
      if (id === undefined && (this.made.has(text) || PLACEHOLDER.test(text))) unknown ??= text;
      names.push(id ?? text);
      return id ?? text;
    };
    return { path: inPath(path, replace), body: inBody(body, replace), names, unknown };
  }
}

type Replace = (text: string) => string;

function inPath(path: string, replace: Replace): string {
  const [place = "", ...query] = path.split("?");
  const segments = place.split("/").map((segment) => inPart(segment, replace));
  const pairs = query
    .join("?")
    .split("&")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return value.length === 0 ? pair : `${name}=${inPart(value.join("="), replace)}`;
    });
  return segments.join("/") + (query.length === 0 ? "" : `?${pairs.join("&")}`);
}

function inPart(part: string, replace: Replace): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    return part;
  }
  const filled = replace(text);
  return filled === text ? part : encodeURIComponent(filled);
}

function inBody(value: unknown, replace: Replace): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item) => inBody(item, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, TEXTS.test(key) ? inner : inBody(inner, replace)]),
  );
}
