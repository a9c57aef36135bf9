// Several paths that begin and end at the same place, laid out as one drawing: shared steps once, top to bottom.
import type { Path, Step } from "./paths.ts";

export interface Box extends Step {
  x: number;
  y: number;
  width: number;
}
export interface Arrow {
  key: string;
  d: string;
  label: string;
  /** Where the label stands. */
  at: { x: number; y: number };
  broken: boolean;
}
export interface Drawing {
  width: number;
  height: number;
  boxes: Box[];
  arrows: Arrow[];
}

const GAP = 16;
const MIN = 150;
const MAX = 248;
export const BOX_HEIGHT = 46;
const STEP = BOX_HEIGHT + 40;

/** How many paths fit beside each other. */
export const columnsIn = (width: number): number => Math.max(1, Math.floor((width + GAP) / (MIN + GAP)));

export function draw(paths: readonly Path[], width: number): Drawing {
  const boxWidth = Math.min(
    MAX,
    Math.max(MIN, Math.floor((width - (paths.length - 1) * GAP) / Math.max(1, paths.length))),
  );
  const steps = new Map<string, { step: Step; columns: number[] }>();
  const links = new Map<string, { from: string; to: string; step: Step }>();
  for (const [column, path] of paths.entries()) {
    for (const [i, step] of path.steps.entries()) {
      const known = steps.get(step.key);
      if (known) known.columns.push(column);
      else steps.set(step.key, { step, columns: [column] });
      const before = path.steps[i - 1];
      if (before) links.set(`${before.key} ${step.key}`, { from: before.key, to: step.key, step });
    }
  }

  // Groups hang from the top, everything from the grant on stands on the bottom, so that like is beside like.
  const down = longest(links, (link) => [link.from, link.to], steps.size);
  const up = longest(links, (link) => [link.to, link.from], steps.size);
  const top = (key: string) => down.get(key) ?? 0;
  const rows = Math.max(0, ...[...steps.keys()].map((key) => top(key) + (up.get(key) ?? 0)));
  const row = (key: string, step: Step) =>
    step.kind === "subject" || step.kind === "group" ? top(key) : rows - (up.get(key) ?? 0);

  const used = paths.length * boxWidth + (paths.length - 1) * GAP;
  const left = Math.max(0, (width - used) / 2);
  const center = (column: number) => left + column * (boxWidth + GAP) + boxWidth / 2;
  const boxes = new Map<string, Box>();
  for (const [key, { step, columns }] of steps) {
    const middle = columns.reduce((sum, column) => sum + center(column), 0) / columns.length;
    // What all paths share has its row to itself, and room for a longer name.
    const own = columns.length === paths.length ? Math.min(MAX, width) : boxWidth;
    boxes.set(key, { ...step, x: middle - own / 2, y: row(key, step) * STEP, width: own });
  }
  spread([...boxes.values()], width);

  const outgoing = Map.groupBy(links.values(), (link) => link.from);
  const incoming = Map.groupBy(links.values(), (link) => link.to);
  const arrows = [...links.values()].map(({ from, to, step }): Arrow => {
    const a = boxes.get(from) as Box;
    const b = boxes.get(to) as Box;
    const x1 = a.x + a.width / 2;
    const x2 = b.x + b.width / 2;
    const y1 = a.y + BOX_HEIGHT + 2;
    const y2 = b.y - 4;
    // Arrows that part cross early, arrows that meet cross late; the label stands where its arrow is alone.
    const parting = (outgoing.get(from)?.length ?? 0) > 1;
    const meeting = !parting && (incoming.get(to)?.length ?? 0) > 1;
    const straight = Math.abs(x1 - x2) < 1;
    return {
      key: `${from} ${to}`,
      d: straight ? `M${x1} ${y1}V${y2}` : elbow(x1, y1, x2, y2, meeting ? y2 - 16 : y1 + 10),
      label: step.link,
      at: meeting ? { x: x1 + 8, y: y1 + 12 } : { x: x2 + 8, y: y2 - (parting ? 8 : 13) },
      broken: step.broken ?? false,
    };
  });
  return { width, height: rows * STEP + BOX_HEIGHT, boxes: [...boxes.values()], arrows };
}

/** Down, across and down, with round corners. */
function elbow(x1: number, y1: number, x2: number, y2: number, across: number): string {
  const r = Math.min(8, Math.abs(x2 - x1) / 2);
  const side = Math.sign(x2 - x1);
  return `M${x1} ${y1}V${across - r}Q${x1} ${across} ${x1 + side * r} ${across}H${x2 - side * r}Q${x2} ${across} ${x2} ${across + r}V${y2}`;
}

/** The longest way to each step; bounded, so that a cycle would not hang the page. */
function longest(
  links: Map<string, { from: string; to: string; step: Step }>,
  ends: (link: { from: string; to: string }) => [string, string],
  bound: number,
): Map<string, number> {
  const depth = new Map<string, number>();
  for (let round = 0; round < bound; round++) {
    let changed = false;
    for (const link of links.values()) {
      const [a, b] = ends(link);
      const next = (depth.get(a) ?? 0) + 1;
      if (next > (depth.get(b) ?? 0)) {
        depth.set(b, next);
        changed = true;
      }
    }
    if (!changed) break;
  }
  return depth;
}

/** Pushes boxes of one row apart and keeps them inside. */
function spread(boxes: Box[], width: number): void {
  for (const y of new Set(boxes.map((box) => box.y))) {
    const row = boxes.filter((box) => box.y === y).sort((a, b) => a.x - b.x);
    let least = 0;
    for (const box of row) {
      box.x = Math.max(box.x, least);
      least = box.x + box.width + GAP;
    }
    let most = width;
    for (const box of row.toReversed()) {
      box.x = Math.max(0, Math.min(box.x, most - box.width));
      most = box.x - GAP;
    }
  }
}
