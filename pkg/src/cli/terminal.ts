// What a person sees: lines, colours where they belong, tables, progress. Whatever comes from data is made harmless
// here, in one place: a name may hold control characters, or a key that somebody pasted.
import { withoutKeys } from "./keys.js";

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

// A style is two marks around a text until it is written; only then it is known whether colours are wanted.
const FIRST_MARK = 0xf8f0;
const END = String.fromCharCode(FIRST_MARK - 1);
const NAMES = Object.keys(STYLES) as Style[];
const MARKS = new RegExp(`[${END}-${String.fromCharCode(FIRST_MARK + NAMES.length - 1)}]`, "g");
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export function paint(style: Style, text: string): string {
  return `${String.fromCharCode(FIRST_MARK + NAMES.indexOf(style))}${text.replace(MARKS, "")}${END}`;
}

function withStyles(text: string, colors: boolean): string {
  return withoutKeys(text.replace(CONTROLS, "\ufffd")).replace(MARKS, (mark) => {
    if (!colors) return "";
    if (mark === END) return "\u001b[0m";
    return `\u001b[${STYLES[NAMES[mark.charCodeAt(0) - FIRST_MARK] as Style]}m`;
  });
}

function harmless(_: string, value: unknown): unknown {
  return typeof value === "string" ? withoutKeys(value) : value;
}

type Stream = NodeJS.WriteStream;

export interface ColorWish {
  readonly color: boolean | undefined;
}

/** https://no-color.org, FORCE_COLOR, and no colours but on a terminal. */
function wantsColors(stream: Stream, environment: NodeJS.ProcessEnv): boolean {
  if ((environment.NO_COLOR ?? "") !== "") return false;
  if ((environment.FORCE_COLOR ?? "") !== "") return environment.FORCE_COLOR !== "0";
  return stream.isTTY === true && environment.TERM !== "dumb";
}

export class Terminal {
  private readonly outColors: boolean;
  private readonly errorColors: boolean;
  private bar = "";
  private barAt = 0;

  constructor(
    private readonly stdout: Stream,
    private readonly stderr: Stream,
    environment: NodeJS.ProcessEnv,
  ) {
    this.outColors = wantsColors(stdout, environment);
    this.errorColors = wantsColors(stderr, environment);
  }

  /** A line of the answer. */
  print(line = ""): void {
    this.endProgress();
    this.stdout.write(`${withStyles(line, this.outColors)}\n`);
  }

  json(value: unknown): void {
    this.endProgress();
    this.stdout.write(`${JSON.stringify(value, harmless, 2)}\n`);
  }

  /** A line beside the answer. */
  note(line: string): void {
    this.endProgress();
    this.stderr.write(`${withStyles(line, this.errorColors)}\n`);
  }

  get showsProgress(): boolean {
    return this.stderr.isTTY === true;
  }

  /** The line at the bottom that changes; on a terminal only. `share`: from 0 to 1, if it is known. */
  progress(text: string, share?: number): void {
    if (!this.showsProgress) return;
    const now = Date.now();
    if (this.bar !== "" && now - this.barAt < 50 && (share ?? 0) < 1) return;
    this.barAt = now;
    const line = `${share === undefined ? spinner(now) : gauge(share)} ${text}`;
    const fitted = fit(line, (this.stderr.columns || 80) - 1);
    this.bar = fitted;
    this.stderr.write(`\r\u001b[K${withStyles(fitted, this.errorColors)}`);
  }

  endProgress(): void {
    if (this.bar === "") return;
    this.bar = "";
    this.stderr.write("\r\u001b[K");
  }

  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    for (const line of tableLines(header, rows)) this.print(line);
  }
}

const GAUGE = 24;

function gauge(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * GAUGE);
  return `${paint("cyan", "━".repeat(full))}${paint("dim", "─".repeat(GAUGE - full))}`;
}

function spinner(now: number): string {
  return paint("cyan", "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[Math.floor(now / 80) % 10] as string);
}

/** Columns as wide as their widest cell, two spaces between them. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widest = (column: number) => (most: number, row: readonly string[]) => Math.max(most, width(row[column] ?? ""));
  const widths = header.map((title, column) => rows.reduce(widest(column), width(title)));
  const line = (cells: readonly string[]) =>
    header
      .map((_, column) => pad(cells[column] ?? "", widths[column] as number))
      .join("  ")
      .trimEnd();
  return [paint("dim", line(header)), ...rows.map(line)];
}

/** For people: cell by cell, an empty one first. */
export function byCells(a: readonly string[], b: readonly string[]): number {
  for (const [column, cell] of a.entries()) {
    const order = cell.localeCompare(b[column] ?? "", "en");
    if (order !== 0) return order;
  }
  return 0;
}

export function pad(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - width(text)));
}

const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** How many columns of a terminal a text takes. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text.replace(MARKS, "")) {
    if (character > "\u007e") columns += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    else columns++;
  }
  return columns;
}

function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const plain = [...text];
  while (plain.length > 0 && width(plain.join("")) >= columns) plain.pop();
  return `${plain.join("")}…${END}`;
}

/** A branch of a drawn tree. */
export interface Branch {
  readonly text: string;
  readonly branches?: readonly Branch[];
}

export function treeLines(branches: readonly Branch[], indent = ""): string[] {
  return branches.flatMap(({ text, branches: below = [] }, index) => {
    const last = index === branches.length - 1;
    return [
      `${indent}${paint("dim", last ? "└─" : "├─")} ${text}`,
      ...treeLines(below, `${indent}${last ? "   " : `${paint("dim", "│")}  `}`),
    ];
  });
}

/** `1 group`, `2 groups`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
