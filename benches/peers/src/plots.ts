// Plots of time against size, both in logarithms, as SVG that is legible on a light and on a dark page.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { NAMES as CHANGES } from "./changes.ts";
import type { Figure } from "./measure.ts";
import type { Results } from "./report.ts";

interface Point {
  acls: number;
  /** In the plot's unit. */
  time: number;
  line: string;
}

// Of medium lightness: legible against white and against GitHub's dark page.
const COLOURS = ["#1f77d0", "#d9572b", "#2f9e5b", "#a35bd0", "#c2871a", "#d2467e", "#0f9aa0", "#7d8590", "#7f8a1a"];
const DASHES = ["none", "7 4", "2 4", "12 3 2 3", "1 3", "14 4"];

const STYLE = `
  svg { color: #1f2328; background: transparent; font: 12px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }
`;

/** Names that end lines: where two would stand on each other, the lower one is moved down. */
const LABEL_HEIGHT = 15;
const FRAME = { width: 900, height: 480, top: 40, bottom: 44, left: 90, right: 290 };

/** A library has one colour; its ways differ by their dashes. */
function looks(names: readonly string[]): Map<string, { stroke: string; strokeDasharray: string }> {
  const families = new Map<string, number>();
  return new Map(
    names.map((name) => {
      const family = name.split(/[,:]/)[0] as string;
      const before = families.get(family) ?? 0;
      families.set(family, before + 1);
      const at = [...families.keys()].indexOf(family);
      const stroke = COLOURS[at % COLOURS.length] as string;
      return [name, { stroke, strokeDasharray: DASHES[before % DASHES.length] as string }];
    }),
  );
}

export function drawLines(points: readonly Point[], title: string): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const { width, height, top, bottom, left, right } = FRAME;
  const names = [...new Set(points.map(({ line }) => line))];
  const look = looks(names);
  const last = names.map((name) => points.filter(({ line }) => line === name).at(-1) as Point);
  const times = points.map(({ time }) => time);
  const [low, high] = [Math.min(...times) / 1.5, Math.max(...times) * 1.5];
  const y = (time: number) => top + (Math.log(high / time) / Math.log(high / low)) * (height - top - bottom);
  const shift = new Map<string, number>();
  let free = top;
  for (const { line, time } of [...last].sort((a, b) => b.time - a.time)) {
    const at = Math.max(y(time), free);
    shift.set(line, at - y(time));
    free = at + LABEL_HEIGHT;
  }
  const sizes = [...new Set(points.map(({ acls }) => acls))];
  const most = Math.max(...sizes);
  const drawn = Plot.plot({
    document: document as never,
    ...{ width, height, marginTop: top, marginBottom: bottom, marginLeft: left, marginRight: right },
    style: { background: "transparent", fontSize: "12px", overflow: "visible" },
    x: {
      ...{ type: "log", label: "ACLs in the organisation", labelAnchor: "center", labelArrow: "none" },
      ...{ ticks: sizes, tickFormat: (n: number) => n.toLocaleString("en-US") },
    },
    y: { type: "log", domain: [low, high], label: null, grid: true, ticks: decades(low, high), tickFormat: format },
    marks: [
      ...names.flatMap((name) => {
        const its = points.filter(({ line }) => line === name);
        const { stroke } = look.get(name) as { stroke: string };
        return [
          Plot.line(its, { x: "acls", y: "time", strokeWidth: 2, ...look.get(name) }),
          Plot.dot(its, { x: "acls", y: "time", fill: stroke, r: 3 }),
        ];
      }),
      ...last.map((point) =>
        Plot.text([{ ...point, acls: most }], {
          ...{ x: "acls", y: "time", dx: 10, dy: shift.get(point.line) as number, textAnchor: "start" },
          text: [`${point.line}${point.acls < most ? ` (up to ${point.acls.toLocaleString("en-US")})` : ""}`],
          fill: (look.get(point.line) as { stroke: string }).stroke,
        }),
      ),
      Plot.text([title], {
        ...{ frameAnchor: "top-left", dx: 8 - left, dy: 12 - top, fontSize: 15, fontWeight: "bold" },
        ...{ textAnchor: "start", lineAnchor: "middle" },
      }),
    ],
  });
  const style = document.createElement("style");
  style.textContent = STYLE;
  // After the style of the library, which says less.
  drawn.insertBefore(style as never, drawn.firstChild?.nextSibling ?? null);
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", title);
  return `${drawn.outerHTML}\n`;
}

function decades(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) ticks.push(10 ** power);
  return ticks;
}

function format(n: number): string {
  return n >= 1 ? n.toLocaleString("en-US") : String(Number(n.toPrecision(1)));
}

const SHORT: { readonly [name: string]: string } = {
  "aclarity: Org.load(lists of pages, bytes of 1,000 rows each)": "aclarity: Org.load(lists of pages)",
  "aclarity: Org.load(stream of 64 kB chunks)": "aclarity: Org.load(stream)",
  "JSON.parse(text), indexes by object and by principal": "JSON.parse(text), two indexes",
  [CHANGES.next]: "the next answer, told before",
  [CHANGES.nextOfChanged]: "the next answer, about what changed",
  [CHANGES.draft]: "draft: one grant, its preview asked once",
  [CHANGES.preview]: "draft: the preview of one grant alone",
  "by hand: row and index, and one person's Map made anew": "by hand: index and one person's Map",
  "hand-written Map of id to bits, asked three times": "hand-written Map of id to bits",
  "hand-written Map of Maps of Sets": "hand-written, Map of Maps of Sets",
};
const short = (name: string): string => SHORT[name] ?? name;

/** Name of the file → SVG. */
export async function plots({ measured }: Results): Promise<Map<string, string>> {
  const asking: Point[] = [];
  const another: Point[] = [];
  const loading: Point[] = [];
  const changes: Point[] = [];
  const add = (to: Point[], acls: number, line: string, figure: Figure | undefined, unit: number) => {
    if (figure !== undefined) to.push({ acls, line, time: figure.ns / unit });
  };
  for (const { size, asking: its, loading: loaded, figures } of measured) {
    const seen = new Set<string>();
    for (const { engine, way, fresh, same } of its.lines) {
      if (way === "me.can(permission, ref)") add(asking, size.acls, "aclarity, by ref", same, 1);
      // An engine's first way is the one that its documentation begins with.
      if (!seen.has(engine)) add(asking, size.acls, short(engine), fresh, 1);
      seen.add(engine);
    }
    for (const { engine, another: first } of its.cold) add(another, size.acls, short(engine), first, 1e3);
    for (const { name, warm } of loaded.lines) add(loading, size.acls, short(name), warm, 1e6);
    for (const { name, spread } of figures.apply) {
      changes.push({ acls: size.acls, line: short(name.replace(/ \(\d+ members\)/, "")), time: spread.median / 1e3 });
    }
  }
  return new Map([
    ["asking", drawLines(asking, "One question, fresh strings: nanoseconds")],
    ["another", drawLines(another, "Another person's first answer: microseconds")],
    ["loading", drawLines(loading, "Loading the export: milliseconds")],
    ["changes", drawLines(changes, "One change, median: microseconds")],
  ]);
}
