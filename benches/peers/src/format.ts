// How figures and tables are written.

import { type Figure, ratio } from "./measure.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const isNumber = (column: number) => rows.every((row) => /^[\d,.–]*$/.test(row[column] ?? ""));
  const aligned = head.map((_, column) => (isNumber(column) ? "---:" : "---"));
  return `${[line(head), line(aligned), ...rows.map(line)].join("\n")}\n`;
}

export const count = (n: number): string => n.toLocaleString("en-US");
export const format = (n: number): string =>
  n >= 100 ? Math.round(n).toLocaleString("en-US") : n >= 10 ? n.toFixed(1) : n.toFixed(2);
export const nanoseconds = (figure: Figure | undefined): string => (figure === undefined ? "" : format(figure.ns));
export const range = (figure: Figure | undefined): string =>
  figure === undefined ? "" : `${format(figure.low)}–${format(figure.high)}`;
export const microseconds = (figure: Figure): string => format(figure.ns / 1e3);
export const milliseconds = (figure: Figure): string => format(figure.ns / 1e6);
export const megabytes = (bytes: number): string => format(bytes / 1e6);
export const kilobytes = (bytes: number): string => (bytes / 1e3).toFixed(1);
export const times = (figure: Figure | undefined, base: Figure | undefined): string =>
  figure === undefined || base === undefined ? "" : format(ratio(figure, base));
