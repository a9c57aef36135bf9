// The file that `check` reads. What is wrong in it is told with its place, all of it at once.
import type { Ask } from "../types.js";
import { Problem, usage } from "./problem.js";
import { askNamed } from "./types.js";

export interface Expectation {
  /** `/expectations/0` */
  readonly path: string;
  readonly permissions: readonly Ask[];
  readonly objects: readonly string[];
  readonly must: readonly string[] | undefined;
  readonly mustNot: readonly string[] | undefined;
  readonly exactly: readonly string[] | undefined;
  readonly because: string | undefined;
}

const FIELDS = new Set(["permission", "object", "must", "must_not", "exactly", "because"]);

export function parseExpectations(file: string, text: string): Expectation[] {
  const reader = new Reader();
  const expectations = reader.file(parsed(file, text));
  if (reader.wrong.length > 0) {
    throw usage(
      `the expectations \`${file}\` are not as they should be:`,
      reader.wrong.map((line) => `  ${line}`),
    );
  }
  return expectations;
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw usage(`the expectations \`${file}\` are no JSON; \`aclarity check --help\` shows what they look like`);
  }
}

class Reader {
  readonly wrong: string[] = [];

  private complain(path: string, what: string): undefined {
    this.wrong.push(`${path === "" ? "the file" : path}: ${what}`);
    return undefined;
  }

  file(value: unknown): Expectation[] {
    if (!isObject(value)) {
      this.complain("", `expected an object with \`version\` and \`expectations\`, found ${kindOf(value)}`);
      return [];
    }
    if (value.version !== 1)
      this.complain("/version", `expected 1, found ${value.version === undefined ? "nothing" : "something else"}`);
    for (const key of Object.keys(value)) {
      if (!["version", "expectations", "$schema"].includes(key))
        this.complain(pointer("", key), "there is no such field");
    }
    if (!Array.isArray(value.expectations)) {
      this.complain("/expectations", `expected a list, found ${kindOf(value.expectations)}`);
      return [];
    }
    return value.expectations.flatMap((each, index) => this.expectation(`/expectations/${index}`, each) ?? []);
  }

  private expectation(path: string, value: unknown): Expectation | undefined {
    if (!isObject(value)) return this.complain(path, `expected an object, found ${kindOf(value)}`);
    for (const key of Object.keys(value)) {
      if (!FIELDS.has(key))
        this.complain(pointer(path, key), `there is no such field; the fields are ${[...FIELDS].join(", ")}`);
    }
    const { permission, object, must, must_not, exactly, because } = value;
    if ([must, must_not, exactly].every((people) => people === undefined)) {
      this.complain(path, "expected one of `must`, `must_not` and `exactly`");
    }
    if (because !== undefined && typeof because !== "string")
      this.complain(`${path}/because`, `expected a text, found ${kindOf(because)}`);
    return {
      path,
      permissions: this.texts(`${path}/permission`, permission, true).flatMap(
        ({ text, at }) => this.ask(at, text) ?? [],
      ),
      objects: this.texts(`${path}/object`, object, true).map(({ text }) => text),
      must: this.people(`${path}/must`, must),
      mustNot: this.people(`${path}/must_not`, must_not),
      exactly: this.people(`${path}/exactly`, exactly),
      because: typeof because === "string" ? because : undefined,
    };
  }

  private ask(path: string, text: string): Ask | undefined {
    try {
      return askNamed(text);
    } catch (error) {
      if (error instanceof Problem) return this.complain(path, error.message);
      throw error;
    }
  }

  private people(path: string, value: unknown): readonly string[] | undefined {
    if (value === undefined) return undefined;
    return this.texts(path, value, false).map(({ text }) => text);
  }

  /** A text or a list of texts; `some`: at least one. */
  private texts(path: string, value: unknown, some: boolean): { text: string; at: string }[] {
    if (typeof value === "string" && some) return this.text(path, value);
    if (!Array.isArray(value)) {
      this.complain(path, `expected ${some ? "a text or " : ""}a list of texts, found ${kindOf(value)}`);
      return [];
    }
    if (some && value.length === 0) this.complain(path, "expected at least one");
    return value.flatMap((each, index) => this.text(`${path}/${index}`, each));
  }

  private text(at: string, value: unknown): { text: string; at: string }[] {
    if (typeof value === "string" && value.trim() !== "") return [{ text: value.trim(), at }];
    this.complain(at, `expected a text, found ${value === "" ? "an empty one" : kindOf(value)}`);
    return [];
  }
}

function pointer(path: string, key: string): string {
  return `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}
