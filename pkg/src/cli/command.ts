// What a command is, and what it is given.
import type { ParseArgsConfig } from "node:util";
import type { LoadOptions } from "../types.js";
import { Names } from "./names.js";
import { type Opened, open } from "./opened.js";
import { EXIT, type Exit, usage } from "./problem.js";
import { count, paint, type Terminal } from "./terminal.js";

type ParseArgsOptionsConfig = NonNullable<ParseArgsConfig["options"]>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** After the command's name: `PERSON PERMISSION OBJECT`. */
  readonly synopsis: string;
  /** How many words it takes. */
  readonly words: readonly [least: number, most: number];
  readonly options: ParseArgsOptionsConfig;
  /** What its options are, for `--help`. */
  readonly optionLines?: readonly (readonly [option: string, meaning: string])[];
  /** What somebody should know, and examples. */
  readonly help: string;
  run(given: Given): Promise<Exit>;
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The words and options of one call. */
export class Given {
  private readonly told = new Set<string>();

  constructor(
    readonly words: readonly string[],
    private readonly values: Values,
    readonly terminal: Terminal,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  get json(): boolean {
    return this.flag("json");
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  }

  /** A whole number of at least 1. */
  number(name: string, otherwise: number): number {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
      throw usage(`\`--${name}\` is a whole number, not \`${text}\``);
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined || (allowed as readonly string[]).includes(text)) return text as T | undefined;
    throw usage(`\`--${name}\` is ${allowed.join(" or ")}, not \`${text}\``);
  }

  get exportFile(): string {
    return this.text("export") ?? (this.environment.ACLARITY_EXPORT || "export.json");
  }

  /** The organisation, and the names in it. */
  async open(file = this.exportFile): Promise<{ opened: Opened; names: Names }> {
    const options: LoadOptions = { members: this.oneOf("members", ["any", "known"]) };
    const opened = await open(file, options, this.terminal);
    const decide = opened.missing.filter(({ severity }) => severity === "error");
    this.noteIncomplete(decide.map(({ message }) => message));
    return { opened, names: new Names(opened) };
  }

  /** Says what an export lacks, once. */
  noteIncomplete(sentences: readonly string[]): void {
    for (const sentence of sentences) {
      if (this.told.has(sentence)) continue;
      this.told.add(sentence);
      this.terminal.note(`${paint("yellow", "incomplete:")} ${sentence}`);
    }
  }

  /** Says beside a no that rows of the export do not count, since one of them may be why. */
  noteErrors({ org }: Opened): void {
    const errors = org.findings.filter(({ severity, code }) => severity === "error" && code !== "list_missing").length;
    if (errors === 0) return;
    const what = `${count(errors, "error")} in the export, so answers may be a no where the server says yes`;
    this.terminal.note(`${paint("yellow", "note:")} ${what}; \`aclarity findings --severity error\` names them`);
  }

  /** How a no ends: unknown, with the reason for the doubt, when a list that the export lacks may make it a yes. */
  denial(doubts: readonly string[]): Exit {
    this.noteIncomplete(doubts);
    return doubts.length > 0 ? EXIT.unknown : EXIT.no;
  }
}

/** Options of every command that reads an export. */
export const EXPORT_OPTIONS = {
  export: { type: "string", short: "e" },
  members: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

export const EXPORT_LINES: readonly (readonly [string, string])[] = [
  ["-e, --export FILE", "the export; otherwise $ACLARITY_EXPORT, otherwise export.json"],
  ["--members known", "deny everything (but public experiments) to whoever is not in the export's users"],
];

export const OUTPUT_OPTIONS = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

export const PROJECT_OPTION = { project: { type: "string", short: "p" } } as const satisfies ParseArgsOptionsConfig;

/** Options of every command that is about one object. */
export const OBJECT_OPTIONS = { ...EXPORT_OPTIONS, ...PROJECT_OPTION } as const;
export const PROJECT_LINE = [
  "-p, --project NAME",
  "the object's project; the same as `in NAME` after the object",
] as const;
