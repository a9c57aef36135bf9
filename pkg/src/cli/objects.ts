// Objects: from what is written to types and ids, and back.

import type { Node } from "../types.js";
import { OBJECT_TYPES } from "../words.generated.js";
import { folded, nearest } from "./directory.js";
import { holdsKey } from "./keys.js";
import type { Names } from "./names.js";
import type { Opened } from "./opened.js";
import { ambiguous, looksLikeAnId, type Place, quoted } from "./place.js";
import { type Problem, unknown, usage } from "./problem.js";
import { called, IN_PROJECTS, isCreatable, leadingType, misspeltType, SINGLETONS, spoken } from "./types.js";

/** A type as it was written, and what follows it. */
interface Typed {
  readonly type: string;
  readonly rest: string;
}

/** How many candidates are listed. */
const LISTED = 20;

export class Objects {
  constructor(
    private readonly opened: Opened,
    private readonly names: Names,
  ) {}

  private get org() {
    return this.opened.org;
  }

  // ---- what is written ----

  /** `dataset Golden in Search`, `dataset:ID`, `all projects`, `Golden`; `dataset in Search` is one that does not exist yet. */
  async place(phrase: string, projectOption?: string): Promise<Place> {
    const text = phrase.trim();
    if (text === "") throw usage("which object? write `TYPE NAME`, `TYPE NAME in PROJECT` or `TYPE:ID`");
    const typed = leadingType(text) ?? unknownType(text);
    // A name may begin with a type (`Project Phoenix`), and hold an `in` (`Made in Japan`).
    const readings = typed === undefined ? [undefined] : [typed, undefined];
    const split = (reading: Typed | undefined) => splitProject(reading?.rest ?? text);
    for (const reading of readings) {
      const found = await this.tryPlace(reading?.type, reading?.rest ?? text, projectOption);
      if (found !== undefined) return found;
    }
    for (const reading of readings) {
      const [name, project] = split(reading);
      if (project === undefined) continue;
      if (projectOption !== undefined) throw usage("the project is named twice: by `in` and by `--project`");
      const found = await this.tryPlace(reading?.type, name, project);
      if (found !== undefined) return found;
    }
    const [name, project = projectOption] = split(typed);
    throw typed === undefined ? this.nothing(text, name, project) : this.notFound(typed.type, name, project);
  }

  private async tryPlace(
    type: string | undefined,
    name: string,
    project: string | undefined,
  ): Promise<Place | undefined> {
    const home = project === undefined ? undefined : this.one("project", project).id;
    if (type !== undefined && SINGLETONS.has(type)) {
      return name === "" ? { type, id: undefined, project: undefined, known: true } : undefined;
    }
    if (name === "") return freshPlace(type, home);
    const all = this.candidates(type, name);
    const found = await this.those(all, home);
    const [only] = found;
    if (only !== undefined && found.length === 1) return { ...only, project: undefined, known: true };
    if (found.length > 1) throw await this.several(name, found);
    if (all.length === 0 && type !== undefined && (looksLikeAnId(name) || !isKnownType(type))) {
      return { type, id: name, project: home, known: false };
    }
    return undefined;
  }

  /** Of some objects those in a project, or that project itself. */
  private async those(found: readonly Node[], project: string | undefined): Promise<readonly Node[]> {
    if (project === undefined || found.length === 0) return found;
    const projects = await this.opened.projectsOfObjects();
    return found.filter(({ id }) => projects.get(id) === project || id === project);
  }

  private async several(name: string, found: readonly Node[]): Promise<Problem> {
    const lines = await Promise.all(found.slice(0, LISTED).map((node) => this.candidate(node)));
    if (found.length > lines.length) lines.push(`  … and ${found.length - lines.length} more`);
    return ambiguous(name, lines, "write its type and id, or add `in PROJECT`");
  }

  private async candidate(node: Node): Promise<string> {
    const project = (await this.opened.projectsOfObjects()).get(node.id);
    const where = project === undefined ? "" : `  in project ${this.names.bare({ type: "project", id: project })}`;
    return `  ${node.type}:${node.id}  ${this.names.bare(node)}${where}`;
  }

  /** Everything that a name or an id may mean. */
  private candidates(type: string | undefined, name: string): readonly Node[] {
    const types =
      type === undefined ? OBJECT_TYPES.filter((each) => !SINGLETONS.has(each) && each !== "project_log") : [type];
    const byId = types.filter((each) => this.knows(each, name)).map((each) => ({ type: each, id: name }));
    if (byId.length > 0) return byId;
    const found = this.called(namedBy(type), name);
    return type === "project_log" ? found.map(({ id }) => ({ type, id })) : found;
  }

  /** Whether the data know an object: somebody who holds nothing learns just that. */
  private knows(type: string, id: string): boolean {
    return this.org.anonymous.explain("read", type as "project", id).reason !== "unknown_object";
  }

  private called(type: string | undefined, name: string): readonly Node[] {
    const exact = this.listed(type, name);
    if (exact.length > 0) return exact;
    const wanted = folded(name);
    return this.listed(type).filter((node) => folded(this.nameOf(node) ?? "") === wanted);
  }

  /** Everything of a type (or at all, people and the organisation's own nodes apart), and of a name if one is given. */
  listed(type?: string, name?: string): readonly Node[] {
    const found = this.org.find({
      ...(name === undefined ? {} : { name }),
      ...(type === undefined ? {} : { type: type as "project" }),
    });
    return found.filter(
      (node) =>
        node.type !== "user" && !SINGLETONS.has(node.type) && (type !== undefined || node.type !== "project_log"),
    );
  }

  private nameOf({ type, id }: Node): string | undefined {
    return this.org.name(type as "project", id);
  }

  /** One object of a type, by its id or its name. */
  one(type: string, name: string): Node {
    const found = this.candidates(type, name);
    const [only] = found;
    const line = (node: Node) => `  ${node.type}:${node.id}  ${this.names.bare(node)}`;
    if (found.length > 1) throw ambiguous(name, found.map(line), "use the id");
    if (only === undefined) throw this.notFound(type, name, undefined);
    return only;
  }

  // ---- what is not there ----

  private notFound(type: string, name: string, project: string | undefined): Problem {
    if (SINGLETONS.has(type)) return usage(`${called(type)} exists once: leave out \`${name}\``);
    if (name === "") return usage(`which ${called(type)}? write \`${type} NAME\` or \`${type}:ID\``);
    const where = project === undefined ? "" : ` in the project \`${project}\``;
    return unknown(`no ${called(type)} in the export is called \`${name}\`${where}; ${this.meant(type, name)}`);
  }

  private nothing(phrase: string, name: string, project: string | undefined): Problem {
    const where = project === undefined ? "" : ` in the project \`${project}\``;
    const type = misspeltType(phrase);
    const hint = type === undefined ? this.meant(undefined, name) : `did you mean the type \`${type}\`?`;
    return unknown(`nothing in the export is called \`${phrase}\`${where}; ${hint}`);
  }

  private meant(type: string | undefined, name: string): string {
    const names = this.listed(namedBy(type)).map((node) => this.nameOf(node));
    const meant = nearest(
      name,
      names.filter((each) => each !== undefined),
    );
    return meant.length > 0 ? `did you mean ${quoted(meant)}?` : "check the spelling, or use `TYPE:ID`";
  }

  // ---- back ----

  /** A phrase that {@link place} reads as this object, without a key that somebody pasted. */
  async reference(node: Node): Promise<string> {
    if (SINGLETONS.has(node.type)) return called(node.type).replace(/^the /, "");
    for (const phrase of await this.phrases(node)) {
      const read = await this.place(phrase).catch(() => undefined);
      if (read?.id === node.id && read.type === node.type && !holdsKey(phrase)) return phrase;
    }
    return `${node.type}:${node.id}`;
  }

  private async phrases(node: Node): Promise<string[]> {
    const name = this.nameOf(node);
    if (name === undefined) return [];
    const short = `${spoken(node.type)} ${name}`;
    if (!IN_PROJECTS.includes(node.type) || node.type === "project_log") return [short];
    const project = (await this.opened.projectsOfObjects()).get(node.id);
    return project === undefined
      ? [short]
      : [short, `${short} in ${this.names.bare({ type: "project", id: project })}`];
  }
}

/** Logs have the name of their project. */
function namedBy(type: string | undefined): string | undefined {
  return type === "project_log" ? "project" : type;
}

/** A type without a name: something that does not exist yet; but the logs of a project are there with it. */
function freshPlace(type: string | undefined, project: string | undefined): Place | undefined {
  if (type === undefined || !isCreatable(type)) return undefined;
  if (type === "project_log" && project !== undefined) return { type, id: project, project: undefined, known: true };
  return { type, id: undefined, project, known: true };
}

/** A type that this version does not know, but not one that is misspelt. */
function unknownType(text: string): Typed | undefined {
  const found = /^([a-z][a-z_]*):(\S.*)$/s.exec(text);
  if (found === null) return undefined;
  const [, type = "", rest = ""] = found;
  return misspeltType(type) === undefined ? { type, rest } : undefined;
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
