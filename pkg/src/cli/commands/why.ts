import type { Explanation, Fix, Grant, NearMiss, Org } from "../../../types/index.js";
import { type Answered, answered, askerJson, explain, isFresh, nodeJson, paintAnswer, placeJson } from "../answers.js";
import { type Command, OBJECT_OPTIONS, PROJECT_LINE } from "../command.js";
import type { Names } from "../names.js";
import type { Asker } from "../people.js";
import type { Place } from "../place.js";
import { EXIT } from "../problem.js";
import { type Branch, count, paint, type Terminal, treeLines } from "../terminal.js";
import { askNamed, onlyFor, told } from "../types.js";

/** Of a very long way through groups or roles, how much is drawn. */
const LONGEST_WAY = 12;

export const why: Command = {
  name: "why",
  summary: "the path by which somebody may, or what is missing",
  synopsis: "PERSON PERMISSION OBJECT",
  words: [3, 20],
  options: OBJECT_OPTIONS,
  optionLines: [PROJECT_LINE],
  help: `A yes is drawn as a tree: the
person, the groups on the way, the grant, the object. A no names the grants that nearly give it, and what would
change it. The basis says whether the answer rests on documented rules or also on choices (docs/RULES.md).

  aclarity why ada@acme.example read dataset Golden in Search
  aclarity why ben@acme.example create dataset in Search
  aclarity why group:Viewers manage_access organization`,
  async run(given) {
    const [person = "", permission = "", ...object] = given.words;
    const ask = askNamed(permission);
    const { opened, names } = await given.open();
    const asker = names.people.asker(person);
    const place = await names.objects.place(object.join(" "), given.text("project"));
    const explanation = explain(asker, ask, place);
    const found = answered(opened, asker, place, explanation);
    given.noteIncomplete(found.doubts);
    if (found.answer === "no") given.noteErrors(opened);
    if (given.json) {
      const about = { person: askerJson(asker), permission: ask, object: placeJson(names, place) };
      given.terminal.json({ answer: found.answer, ...about, ...asJson(names, explanation), doubts: found.doubts });
    } else {
      draw(given.terminal, new Drawing(names, asker, place, grantedOn(opened.org, place)), found, explanation);
    }
    return EXIT[found.answer];
  },
};

function asJson(names: Names, { reason, basis, text, grants, nearMisses, fixes }: Explanation) {
  const named = (type: string) => (id: string) => nodeJson(names, { type, id });
  return {
    reason,
    basis,
    text,
    grants: grants.map(({ acl, on, via, role, restrict }) => ({
      acl,
      on: nodeJson(names, on),
      via: via.map(named("group")),
      role: role.map(named("role")),
      restrict,
    })),
    nearMisses,
    fixes,
  };
}

function draw(terminal: Terminal, drawing: Drawing, { answer, doubts }: Answered, explanation: Explanation): void {
  terminal.print(`${paintAnswer(answer)}: ${explanation.text.replaceAll("`", "")}`);
  if (answer === "yes") {
    section(terminal, drawing.root, drawing.branches(explanation.grants));
  } else {
    if (answer === "unknown") terminal.print(doubts.length > 0 ? DOUBT_HINT : UNKNOWN_HINT);
    section(terminal, "Nearly", explanation.nearMisses.map(missBranch));
    section(
      terminal,
      "What would change it",
      explanation.fixes.map((fix) => ({ text: fixText(drawing.names, fix) })),
    );
  }
  terminal.print();
  terminal.print(paint("dim", `basis: ${explanation.basis === "documented" ? DOCUMENTED : CHOSEN}`));
}

const DOUBT_HINT = "That is as far as the export goes: it lacks a list that may say otherwise.";
const UNKNOWN_HINT = "The export does not know the object: name its project (`in PROJECT`), or pull again.";
const DOCUMENTED = "documented by the vendor";
const CHOSEN = "chosen, since it also rests on our reading where the vendor is silent (docs/RULES.md)";

function section(terminal: Terminal, title: string, branches: readonly Branch[]): void {
  if (branches.length === 0) return;
  terminal.print();
  terminal.print(paint("bold", title));
  for (const line of treeLines(branches)) terminal.print(line);
}

// ---- a yes ----

interface Twig {
  readonly text: string;
  readonly branches: Twig[];
}

/** What each ACL on an object or above it gives, by its id. */
function grantedOn(org: Org, place: Place): ReadonlyMap<string, string> {
  const rows = isFresh(place) ? [] : org.access(place.type as "dataset", place.id, place.project);
  return new Map(rows.map(({ acl, permissions }) => [acl, told(permissions)]));
}

/** The way from a person to an object, as a tree. */
class Drawing {
  constructor(
    readonly names: Names,
    private readonly asker: Asker,
    private readonly place: Place,
    private readonly granted: ReadonlyMap<string, string>,
  ) {}

  get root(): string {
    return this.asker.kind === "group" ? `group ${this.asker.name}` : this.asker.name;
  }

  /** Grants that begin with the same groups share them. */
  branches(grants: readonly Grant[]): readonly Branch[] {
    const root: Twig = { text: "", branches: [] };
    for (const grant of grants) {
      let at = root;
      for (const text of this.path(grant)) {
        let next = at.branches.find((twig) => twig.text === text);
        if (next === undefined) {
          next = { text, branches: [] };
          at.branches.push(next);
        }
        at = next;
      }
    }
    return root.branches;
  }

  private path(grant: Grant): string[] {
    const path = [...this.groups(grant), this.grant(grant)];
    const { on } = grant;
    const onItself = on.type === this.place.type && (this.place.id === undefined || on.id === this.place.id);
    if (!onItself) path.push(`and so on ${paint("bold", this.names.placeLabel(this.place))}`);
    return path;
  }

  private groups({ via }: Grant): string[] {
    // Of a group that is asked about, the group itself is the root.
    const groups = this.asker.kind === "group" && via[0] === this.asker.id ? via.slice(1) : via;
    return shortened(groups).map((id, index) => {
      if (id === undefined) return paint("dim", "…");
      const name = paint("cyan", this.names.bare({ type: "group", id }));
      return index === 0 ? `in the group ${name}` : `which is in the group ${name}`;
    });
  }

  private grant({ acl, on, role, restrict }: Grant): string {
    const roles = shortened(role).map((id) => (id === undefined ? "…" : this.names.bare({ type: "role", id })));
    const permission = this.granted.get(acl) ?? "create";
    const what =
      roles.length === 0 ? permission : `the role ${roles.join(", which contains ")}${roles.length > 1 ? "," : ""}`;
    const only = restrict === null ? "" : `, ${onlyFor(restrict, on.type)}`;
    return `granted ${paint("green", what)} on ${paint("bold", this.names.label(on))}${only}`;
  }
}

function shortened(way: readonly string[]): (string | undefined)[] {
  if (way.length <= LONGEST_WAY) return [...way];
  return [...way.slice(0, LONGEST_WAY / 2), undefined, ...way.slice(-LONGEST_WAY / 2)];
}

// ---- a no ----

function missBranch({ missing, text }: NearMiss): Branch {
  return { text: `${paint("yellow", missing)}: ${text.replaceAll("`", "")}` };
}

function fixText(names: Names, fix: Fix): string {
  const gains =
    fix.gains === 0 ? "nobody else gains anything" : `${count(fix.gains, "other gains", "others gain")} something too`;
  if ("addMember" in fix) {
    const { group, user } = fix.addMember;
    const name = paint("cyan", names.bare({ type: "group", id: group }));
    return `${paint("green", "add")} ${names.people.label(user)} to the group ${name}; ${gains}`;
  }
  const { object_type, object_id, user_id, group_id, permission, role_id, restrict_object_type } = fix.grant;
  const what = permission ?? `the role ${names.bare({ type: "role", id: role_id ?? "" })}`;
  const whom = user_id ? names.people.label(user_id) : `the group ${names.bare({ type: "group", id: group_id ?? "" })}`;
  const only = restrict_object_type ? `, ${onlyFor(restrict_object_type, object_type)},` : "";
  const object = paint("bold", names.label({ type: object_type, id: object_id }));
  return `${paint("green", "grant")} ${what} on ${object}${only} to ${whom}; ${gains}`;
}
