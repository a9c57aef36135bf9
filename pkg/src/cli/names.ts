// From what people write to ids, and back. A text that fits several is never guessed at: the candidates are listed.

import type { Subject } from "../../types/index.js";
import { OBJECT_TYPES } from "../tables.generated.js";
import type { Node } from "../types.js";
import { folded, nearest, type Person } from "./directory.js";
import type { Opened } from "./opened.js";
import { unknown, usage } from "./problem.js";
import { called, IN_PROJECTS, isCreatable, leadingType, SINGLETONS } from "./types.js";

/** Somebody a question is about. */
export interface Asker {
  readonly kind: "user" | "group" | "anonymous";
  readonly id: string | null;
  readonly name: string;
  readonly email: string | undefined;
  readonly subject: Subject;
}

/** What a question is about. `id` is left out for something that does not exist yet. */
export interface Place {
  readonly type: string;
  readonly id: string | undefined;
  /** Only where it matters: the data do not know the object, or it does not exist yet. */
  readonly project: string | undefined;
  readonly known: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LOOKS_LIKE_AN_ID = (text: string) => UUID.test(text) || text.startsWith("bt::");

export class Names {
  constructor(private readonly opened: Opened) {}

  private get org() {
    return this.opened.org;
  }

  // ---- people ----

  /** `ada@acme.example`, `Ada Obi`, an id, `id:…` of whom the export does not list, `group:Labelling`, `anonymous`. */
  asker(text: string): Asker {
    if (text === "anonymous") {
      return { kind: "anonymous", id: null, name: "anybody", email: undefined, subject: this.org.anonymous };
    }
    const group = /^group:(.+)$/s.exec(text)?.[1];
    if (group !== undefined) {
      const { id } = this.one("group", group);
      return {
        kind: "group",
        id,
        name: this.bare({ type: "group", id }),
        email: undefined,
        subject: this.org.asGroup(id),
      };
    }
    const id = /^id:(.+)$/s.exec(text)?.[1];
    return this.askerById(id ?? this.person(text).id);
  }

  askerById(id: string): Asker {
    const { name, email } = this.personById(id);
    return { kind: "user", id, name: name ?? email ?? id, email, subject: this.org.as(id) };
  }

  person(text: string): Person {
    const found = this.opened.directory.named(text);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (found.length > 1)
      throw ambiguous(
        text,
        found.map((person) => this.candidatePerson(person)),
        "use an e-mail or an id",
      );
    const known = this.org.name("user", text);
    if (known !== undefined) return { id: text, name: known, email: undefined };
    // A snapshot has no rows to read, and yet knows names and e-mails.
    const named = [...this.org.find({ type: "user", email: text }), ...this.org.find({ type: "user", name: text })];
    if (named.length === 1) return this.personById((named[0] as Node).id);
    if (named.length > 1)
      throw ambiguous(
        text,
        named.map(({ id }) => `  ${id}`),
        "use an id",
      );
    // Somebody who stands in groups or ACLs alone.
    if (LOOKS_LIKE_AN_ID(text)) return { id: text, name: undefined, email: undefined };
    throw unknown(`nobody in the export is called \`${text}\`${this.meantPerson(text)}`);
  }

  private meantPerson(text: string): string {
    const people = [...this.opened.directory.people.values()];
    const names = people.flatMap(({ name, email }) => [email, name].filter((value) => value !== undefined));
    const meant = nearest(text, names);
    if (meant.length > 0) return `; did you mean ${quoted(meant)}?`;
    const groups = this.org.find({ type: "group", name: text });
    if (groups.length > 0) return `; a group is written \`group:${text}\``;
    return "; use an e-mail, a name, an id, `group:NAME` or `anonymous`";
  }

  private candidatePerson({ id, name, email }: Person): string {
    return `  ${[name, email, id].filter((value) => value !== undefined).join("  ")}`;
  }

  personById(id: string): Person {
    return this.opened.directory.people.get(id) ?? { id, name: this.org.name("user", id), email: undefined };
  }

  /** What somebody is called where it must be clear who is meant. */
  personLabel(id: string): string {
    const { name, email } = this.personById(id);
    if (name === undefined) return email ?? id;
    return this.opened.directory.sharing(name) > 1 ? `${name} <${email ?? id}>` : name;
  }

  /** What names somebody in a file that is read again: what is theirs alone. */
  personReference(id: string): string {
    const { name, email } = this.personById(id);
    for (const value of [email, name]) {
      if (
        value !== undefined &&
        this.opened.directory.named(value).length === 1 &&
        !/^(anonymous$|group:|id:)/.test(value)
      )
        return value;
    }
    return `id:${id}`;
  }

  // ---- objects ----

  /** `dataset Golden in Search`, `dataset:ID`, `all projects`, `Golden`; `dataset in Search` is one that does not exist yet. */
  async place(phrase: string, projectOption?: string): Promise<Place> {
    const text = phrase.trim();
    const typed = leadingType(text) ?? unknownType(text);
    // A name may begin with a type (`Project Phoenix`), and hold an `in` (`Made in Japan`).
    const readings = typed === undefined ? [undefined] : [typed, undefined];
    const split = (reading: typeof typed) => splitProject(reading?.rest ?? text);
    for (const reading of readings) {
      const found = await this.tryPlace(reading, reading?.rest ?? text, projectOption);
      if (found !== undefined) return found;
    }
    for (const reading of readings) {
      const [name, project] = split(reading);
      if (project === undefined) continue;
      if (projectOption !== undefined) throw usage("the project is named twice: by `in` and by `--project`");
      const found = await this.tryPlace(reading, name, project);
      if (found !== undefined) return found;
    }
    const [name, project = projectOption] = split(typed);
    throw await this.notFound(text, typed?.type, name, project);
  }

  private async tryPlace(
    typed: { type: string } | undefined,
    name: string,
    project: string | undefined,
  ): Promise<Place | undefined> {
    const type = typed?.type;
    const itsProject = project === undefined ? undefined : this.one("project", project).id;
    if (type !== undefined && SINGLETONS.has(type)) {
      if (name !== "") return undefined;
      return { type, id: undefined, project: undefined, known: true };
    }
    if (name === "") {
      if (type === undefined || !isCreatable(type)) return undefined;
      if (type === "project_log" && itsProject !== undefined)
        return { type, id: itsProject, project: undefined, known: true };
      return { type, id: undefined, project: itsProject, known: true };
    }
    let found = this.candidates(type, name);
    if (itsProject !== undefined && found.length > 0) {
      const projects = await this.opened.projectsOfObjects();
      const inIt = found.filter((node) => projects.get(node.id) === itsProject || node.id === itsProject);
      if (inIt.length === 0) return undefined;
      found = inIt;
    }
    if (found.length > 1) {
      const lines = await Promise.all(found.slice(0, 20).map((node) => this.candidateObject(node)));
      if (found.length > lines.length) lines.push(`  … and ${found.length - lines.length} more`);
      throw ambiguous(name, lines, "write its type and id, or add `in PROJECT`");
    }
    const [only] = found;
    if (only !== undefined) return { type: only.type, id: only.id, project: undefined, known: true };
    if (type !== undefined && (LOOKS_LIKE_AN_ID(name) || !isKnownType(type))) {
      return { type, id: name, project: itsProject, known: false };
    }
    return undefined;
  }

  /** Everything that a name or an id may mean. */
  private candidates(type: string | undefined, name: string): readonly Node[] {
    const types =
      type === undefined ? OBJECT_TYPES.filter((each) => !SINGLETONS.has(each) && each !== "project_log") : [type];
    const byId = types.filter((each) => this.knows(each, name)).map((each) => ({ type: each, id: name }));
    if (byId.length > 0) return byId;
    const listed = type === "project_log" ? "project" : type;
    const exact = this.find(listed, name);
    const found = exact.length > 0 ? exact : this.alike(listed, name);
    return type === "project_log" ? found.map(({ id }) => ({ type, id })) : found;
  }

  private find(type: string | undefined, name: string): readonly Node[] {
    const found = this.org.find(type === undefined ? { name } : { name, type: type as "project" });
    return found.filter(
      (node) =>
        node.type !== "user" && !SINGLETONS.has(node.type) && (type !== undefined || node.type !== "project_log"),
    );
  }

  private alike(type: string | undefined, name: string): readonly Node[] {
    const wanted = folded(name);
    return this.listed(type).filter((node) => {
      const its = this.org.name(node.type as "project", node.id);
      return its !== undefined && folded(its) === wanted;
    });
  }

  /** Everything of a type (or at all, people and the organisation's own nodes apart). */
  listed(type?: string): readonly Node[] {
    const found = this.org.find(type === undefined ? {} : { type: type as "project" });
    return found.filter(
      (node) =>
        node.type !== "user" && !SINGLETONS.has(node.type) && (type !== undefined || node.type !== "project_log"),
    );
  }

  /** Whether the data know an object: somebody who holds nothing learns just that. */
  private knows(type: string, id: string): boolean {
    return this.org.anonymous.explain("read", type as "project", id).reason !== "unknown_object";
  }

  private async candidateObject(node: Node): Promise<string> {
    const project = (await this.opened.projectsOfObjects()).get(node.id);
    const where = project === undefined ? "" : `  in project ${this.bare({ type: "project", id: project })}`;
    return `  ${node.type}:${node.id}  ${this.bare(node)}${where}`;
  }

  private async notFound(phrase: string, type: string | undefined, name: string, project: string | undefined) {
    if (type !== undefined && SINGLETONS.has(type)) return usage(`${called(type)} exists once: leave out \`${name}\``);
    if (type !== undefined && name === "")
      return usage(`which ${called(type)}? write \`${type} NAME\` or \`${type}:ID\``);
    const what = type === undefined ? "nothing in the export is called" : `no ${called(type)} in the export is called`;
    const where = project === undefined ? "" : ` in the project \`${project}\``;
    const names = this.listed(type === "project_log" ? "project" : type).map((node) =>
      this.org.name(node.type as "project", node.id),
    );
    const meant = nearest(
      name,
      names.filter((each) => each !== undefined),
    );
    const hint = meant.length > 0 ? `did you mean ${quoted(meant)}?` : "check the spelling, or use `TYPE:ID`";
    return unknown(`${what} \`${type === undefined ? phrase : name}\`${where}; ${hint}`);
  }

  /** One object of a type, by its id or its name. */
  one(type: string, name: string): Node {
    const found = this.candidates(type, name);
    const [only] = found;
    if (found.length > 1)
      throw ambiguous(
        name,
        found.map((node) => `  ${node.type}:${node.id}  ${this.bare(node)}`),
        "use the id",
      );
    if (only !== undefined) return only;
    const names = this.listed(type).map((node) => this.org.name(node.type as "project", node.id));
    const meant = nearest(
      name,
      names.filter((each) => each !== undefined),
    );
    throw unknown(
      `no ${called(type)} in the export is called \`${name}\`${meant.length > 0 ? `; did you mean ${quoted(meant)}?` : ""}`,
    );
  }

  // ---- back ----

  /** Its name, or its id where it has none. */
  bare({ type, id }: Node): string {
    return this.org.name(type as "project", id) ?? id;
  }

  /** `dataset Golden`, `all projects`. */
  label(node: Node): string {
    return SINGLETONS.has(node.type) ? called(node.type) : `${called(node.type)} ${this.bare(node)}`;
  }

  placeLabel({ type, id, project }: Place): string {
    const where = project === undefined ? "" : ` in project ${this.bare({ type: "project", id: project })}`;
    if (id !== undefined || SINGLETONS.has(type)) return `${this.label({ type, id: id ?? "" })}${where}`;
    return `a new ${called(type)}${where}`;
  }

  /** A phrase that {@link place} reads as this object. */
  async reference(node: Node): Promise<string> {
    if (SINGLETONS.has(node.type)) return called(node.type).replace(/^the /, "");
    const name = this.org.name(node.type as "project", node.id);
    const spoken =
      node.type === "prompt_session"
        ? "playground"
        : node.type === "project_log"
          ? "logs"
          : node.type.replaceAll("_", " ");
    const phrases = name === undefined ? [] : [`${spoken} ${name}`];
    if (name !== undefined && IN_PROJECTS.includes(node.type) && node.type !== "project_log") {
      const project = (await this.opened.projectsOfObjects()).get(node.id);
      if (project !== undefined) phrases.push(`${spoken} ${name} in ${this.bare({ type: "project", id: project })}`);
    }
    for (const phrase of phrases) {
      const read = await this.place(phrase).catch(() => undefined);
      if (read?.id === node.id && read.type === node.type) return phrase;
    }
    return `${node.type}:${node.id}`;
  }
}

function unknownType(text: string): { type: string; rest: string } | undefined {
  const found = /^([a-z][a-z_]*):(\S.*)$/s.exec(text);
  return found === null ? undefined : { type: found[1] as string, rest: found[2] as string };
}

function isKnownType(type: string): boolean {
  return (OBJECT_TYPES as readonly string[]).includes(type);
}

/** `Golden in Search` → Golden, Search: at the last `in`. */
function splitProject(text: string): [name: string, project: string | undefined] {
  const found = /^(?:(.*)\s)?in\s+(\S.*?)$/s.exec(` ${text}`);
  if (found === null) return [text, undefined];
  return [(found[1] ?? "").trim(), (found[2] as string).trim()];
}

function ambiguous(text: string, candidates: readonly string[], todo: string) {
  return usage(`\`${text}\` names several; ${todo}:`, candidates);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" or ");
}
