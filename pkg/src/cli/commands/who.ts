import { askerJson, isFresh, nodeJson, placeJson, whoMay } from "../answers.js";
import { type Command, OBJECT_OPTIONS, PROJECT_LINE } from "../command.js";
import { doubtsAbout } from "../doubts.js";
import { EXIT } from "../problem.js";
import { byCells, count, paint } from "../terminal.js";
import { askNamed } from "../types.js";

export const who: Command = {
  name: "who",
  summary: "everybody who may, and by what",
  synopsis: "PERMISSION OBJECT",
  words: [2, 20],
  options: { ...OBJECT_OPTIONS, ids: { type: "boolean" } },
  optionLines: [PROJECT_LINE, ["--ids", "ids of people and ACLs too"]],
  help: `Each person once, by the shortest path. The exit code
is 0 when somebody may, 1 when nobody does, 3 when nobody does and the export
does not know the object, or lacks a list that may say otherwise.

  aclarity who update dataset Golden in Search
  aclarity who manage_access organization
  aclarity who create dataset in Search`,
  async run(given) {
    const [permission = "", ...object] = given.words;
    const ask = askNamed(permission);
    const { opened, names } = await given.open();
    const place = await names.objects.place(object.join(" "), given.text("project"));
    const found = whoMay(opened, names, ask, place);
    const some = found.subjects.length > 0 || found.public;
    const doubts = some || !place.known ? [] : doubtsAbout(opened, { type: place.type, listed: isFresh(place) });
    const group = (id: string) => ({ type: "group", id });
    if (given.json) {
      const people = found.subjects.map(({ subject, via, acl }) => ({
        ...askerJson(names.people.askerById(subject)),
        via: via.map((id) => nodeJson(names, group(id))),
        acl,
      }));
      given.terminal.json({ permission: ask, object: placeJson(names, place), public: found.public, people, doubts });
    } else {
      if (found.public) given.terminal.print(`${paint("yellow", "public")}: anybody may read it, without signing in`);
      const ids = given.flag("ids");
      const rows = found.subjects.map(({ subject, via, acl }) => {
        const { name, email } = names.people.byId(subject);
        const path = via.map((id) => names.bare(group(id))).join(" in ");
        return [
          name ?? "",
          email ?? (name === undefined ? subject : ""),
          path || "a grant of their own",
          ...(ids ? [subject, acl] : []),
        ];
      });
      rows.sort(byCells);
      if (rows.length > 0) given.terminal.table(["name", "e-mail", "by group", ...(ids ? ["id", "ACL"] : [])], rows);
      given.terminal.print(
        paint("dim", `${count(rows.length, "person", "people")}: ${ask}, ${names.placeLabel(place)}`),
      );
    }
    if (some) return EXIT.yes;
    return place.known ? given.denial(doubts) : EXIT.unknown;
  },
};
