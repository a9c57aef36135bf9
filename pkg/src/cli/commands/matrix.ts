import type { Box, Matrix, Principal } from "../../../types/index.js";
import { MATRIX } from "../../tables.generated.js";
import { askerJson, nodeJson } from "../answers.js";
import { type Command, EXPORT_OPTIONS } from "../command.js";
import type { Names } from "../names.js";
import { EXIT, usage } from "../problem.js";
import { paint, type Terminal } from "../terminal.js";
import { plural } from "../types.js";

export const matrix: Command = {
  name: "matrix",
  summary: "a group's or a person's own grants, as the settings pages' checkboxes",
  synopsis: "PERSON | group:NAME",
  words: [1, 1],
  options: { ...EXPORT_OPTIONS, all: { type: "boolean" } },
  optionLines: [["--all", "rows in which nothing is on, too"]],
  help: `[x] is
granted, [~] in part, [^] inherited (from above, by a role or through another group), [ ] not at all; a + says that
the grant covers more than the box.

  aclarity matrix group:Labelling
  aclarity matrix ada@acme.example --all`,
  async run(given) {
    const { opened, names } = await given.open();
    const asker = names.people.asker(given.words[0] ?? "");
    if (asker.id === null) throw usage("`anonymous` has no grants of its own; name a person, or `group:NAME`");
    const principal: Principal = asker.kind === "group" ? { group: asker.id } : { user: asker.id };
    const found = opened.org.matrix(principal);
    if (given.json) {
      const boxes = found.boxes.map((box) => ({ ...box, on: nodeJson(names, box.on) }));
      given.terminal.json({ principal: askerJson(asker), boxes, other: found.other });
    } else {
      draw(given.terminal, names, found, given.flag("all"));
    }
    return EXIT.yes;
  },
};

const MARKS = { on: "[x]", partly: "[~]", inherited: "[^]", off: "[ ]" } as const;
const STYLES = { on: "green", partly: "yellow", inherited: "cyan", off: "dim" } as const;

function draw(terminal: Terminal, names: Names, { boxes, other }: Matrix, all: boolean): void {
  const rows = new Map<string, { title: string; boxes: Box[] }>();
  for (const box of boxes) {
    const title = titleOf(names, box);
    const row = rows.get(`${box.on.id} ${title}`) ?? { title, boxes: [] };
    row.boxes.push(box);
    rows.set(`${box.on.id} ${title}`, row);
  }
  const shown = [...rows.values()].filter((row) => all || row.boxes.some(({ state }) => state !== "off"));
  for (const row of shown) {
    terminal.print(paint("bold", row.title));
    terminal.print(`  ${row.boxes.map(told).join("   ")}`);
  }
  if (shown.length === 0) terminal.print("nothing is granted that a box could show");
  for (const { text } of other) terminal.print(`besides: ${text.replaceAll("`", "")}`);
}

/** The boxes of one column of the pages stand together; so do those with one restriction. */
function titleOf(names: Names, box: Box): string {
  const { on, restrict } = box;
  if (entryOf(box)?.column === "Organization") return "organization";
  if (restrict === null || box.box === "create_projects") return names.label(on);
  return `${names.label(on)}, ${restrict === on.type ? "itself alone" : plural(restrict)}`;
}

function entryOf({ on, restrict, box }: Box) {
  return MATRIX.find((each) => each.box === box && each.type === on.type && each.restrict === restrict);
}

function told(box: Box): string {
  const { state, wider } = box;
  return `${paint(STYLES[state], MARKS[state])} ${entryOf(box)?.label ?? box.box}${wider === true ? "+" : ""}`;
}
