// From what people write to ids, and back. A text that fits several is never guessed at: the candidates are listed.
import type { Node } from "../types.js";
import { Objects } from "./objects.js";
import type { Opened } from "./opened.js";
import { People } from "./people.js";
import type { Place } from "./place.js";
import { called, SINGLETONS } from "./types.js";

export class Names {
  readonly people: People;
  readonly objects: Objects;

  constructor(private readonly opened: Opened) {
    this.objects = new Objects(opened, this);
    this.people = new People(opened, this);
  }

  /** Its name, or its id where it has none. */
  bare({ type, id }: Node): string {
    return this.opened.org.name(type as "project", id) ?? id;
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
}
