import { type Command, EXPORT_LINES, type Given } from "../command.js";
import { type Effects, effects } from "../comparison/effects.js";
import { type NamedSide, type RowChanges, rowChanges } from "../comparison/kinds.js";
import { aclOf, readRows } from "../comparison/rows.js";
import { aclText, draw } from "../comparison/telling.js";
import type { Names } from "../names.js";
import { EXIT, usage } from "../problem.js";

export const diff: Command = {
  name: "diff",
  summary: "what changed between two exports: rows, and who gains and loses what",
  synopsis: "BEFORE.json AFTER.json",
  words: [2, 2],
  options: { members: { type: "string" }, limit: { type: "string" }, rows: { type: "string" } },
  optionLines: [
    EXPORT_LINES[1] as readonly [string, string],
    ["--limit N", "compare at most so many pairs of a person and an object (default 2,000,000)"],
    ["--rows N", "without --json: at most so many lines of each kind (default 50)"],
  ],
  help: `First the rows: people, groups,
roles, grants, project groups, objects. Then what that means for people: for each whose answers may differ, every
object that is in both exports, and in each project what may be done to things that do not exist yet. Objects that are
in one of both alone are rows only. Within the limit the comparison is complete; who was left out is named. The exit
code is 0 when nothing differs, 1 when something does, 3 when nothing was found and somebody was left out.

  aclarity diff monday.json tuesday.json
  aclarity diff before.json after.json --json`,
  async run(given) {
    const [before, after] = await openBoth(given);
    const rows = rowChanges(before, after);
    const found = effects({ before, after }, rows.acls.all, given.number("limit", 2_000_000), (done, total) =>
      given.terminal.progress(`comparing people, ${done} of ${total}`, done / total),
    );
    if (given.json) given.terminal.json(asJson(rows, found, after.names, before.names));
    else draw(given, rows, found, before, after);
    if (rows.some || found.people.length > 0) return EXIT.no;
    return found.left.length > 0 ? EXIT.unknown : EXIT.yes;
  },
};

async function openBoth(given: Given): Promise<[NamedSide, NamedSide]> {
  const sides: NamedSide[] = [];
  for (const file of given.words) {
    const { opened, names } = await given.open(file);
    sides.push({ opened, names, rows: await readRows(opened) });
  }
  const [before, after] = sides as [NamedSide, NamedSide];
  const [ours, theirs] = [before, after].map(({ opened }) => opened.org.find({ type: "organization" })[0]?.id);
  if (ours !== theirs) throw usage("these are exports of two different organisations; compare two of the same one");
  return [before, after];
}

function asJson(rows: RowChanges, { people, compared, left }: Effects, after: Names, before: Names) {
  const { some, acls, ...kinds } = rows;
  const toldAcl = (names: Names) => (key: string) => {
    const { objectType, objectId, principal, permission, role, restrict } = aclOf(key);
    const [kind = "", ...id] = principal.split(":");
    return {
      object_type: objectType,
      object_id: objectId,
      [`${kind}_id`]: id.join(":"),
      ...(permission === undefined ? { role_id: role } : { permission }),
      ...(restrict === undefined ? {} : { restrict_object_type: restrict }),
      text: aclText(names, aclOf(key)),
    };
  };
  return {
    different: some || people.length > 0,
    rows: { ...kinds, acls: { added: acls.added.map(toldAcl(after)), removed: acls.removed.map(toldAcl(before)) } },
    effects: { complete: left.length === 0, compared, leftOut: left, people },
  };
}
