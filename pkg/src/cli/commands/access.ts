import type { Access } from "../../types.js";
import { isFresh, nodeJson, placeJson } from "../answers.js";
import { type Command, OBJECT_OPTIONS, PROJECT_LINE } from "../command.js";
import { doubtsAbout } from "../doubts.js";
import type { Names } from "../names.js";
import { EXIT, usage } from "../problem.js";
import { count, paint } from "../terminal.js";
import { told } from "../types.js";

export const access: Command = {
  name: "access",
  summary: "the grants on one object and above it, a row each",
  synopsis: "OBJECT",
  words: [1, 20],
  options: { ...OBJECT_OPTIONS, ids: { type: "boolean" } },
  optionLines: [PROJECT_LINE, ["--ids", "ids of the ACLs too"]],
  help: `As the settings pages'
"Object permissions" shows them: who, what, and where it is inherited from. The exit code is 0 when there is one, 1
when there is none, 3 when there is none and the export does not know the object, or lacks a list that may say
otherwise.

  aclarity access dataset Golden in Search
  aclarity access project Search
  aclarity access organization`,
  async run(given) {
    const { opened, names } = await given.open();
    const place = await names.objects.place(given.words.join(" "), given.text("project"));
    if (isFresh(place)) throw usage(`which ${place.type}? write its name or its id`);
    const rows = opened.org.access(place.type as "dataset", place.id, place.project);
    const doubts = rows.length > 0 || !place.known ? [] : doubtsAbout(opened, { type: place.type });
    if (given.json) {
      given.terminal.json({ object: placeJson(names, place), grants: rows.map((row) => asJson(names, row)), doubts });
    } else {
      const ids = given.flag("ids");
      const header = ["who", "may", "granted on", "role", "only for", "people", ...(ids ? ["ACL"] : [])];
      if (rows.length > 0)
        given.terminal.table(
          header,
          rows.map((row) => [...cells(names, row), ...(ids ? [row.acl] : [])]),
        );
      given.terminal.print(paint("dim", `${count(rows.length, "grant")}: ${names.placeLabel(place)}`));
    }
    if (rows.length > 0) return EXIT.yes;
    return place.known ? given.denial(doubts) : EXIT.unknown;
  },
};

function asJson(names: Names, { principal, permissions, on, acl, role, restrict, inherited, members }: Access) {
  const who =
    "group" in principal
      ? { kind: "group", id: principal.group, name: names.bare({ type: "group", id: principal.group }) }
      : askerOf(names, principal.user);
  return {
    principal: who,
    permissions,
    on: nodeJson(names, on),
    inherited,
    role: role === undefined ? null : nodeJson(names, { type: "role", id: role }),
    restrict: restrict ?? null,
    members,
    acl,
  };
}

function askerOf(names: Names, id: string) {
  const { kind, name, email } = names.people.askerById(id);
  return { kind, id, name, ...(email === undefined ? {} : { email }) };
}

function cells(names: Names, { principal, permissions, on, role, restrict, inherited, members }: Access): string[] {
  return [
    "group" in principal
      ? `group ${names.bare({ type: "group", id: principal.group })}`
      : names.people.label(principal.user),
    told(permissions),
    inherited ? names.label(on) : "itself",
    role === undefined ? "" : names.bare({ type: "role", id: role }),
    restrict ?? "",
    String(members),
  ];
}
