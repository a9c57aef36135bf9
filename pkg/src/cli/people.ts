// People, groups as somebody in them, and nobody in particular: from what is written to ids, and back.
import type { Subject } from "../../types/index.js";
import { nearest, type Person } from "./directory.js";
import { holdsKey } from "./keys.js";
import type { Names } from "./names.js";
import type { Opened } from "./opened.js";
import { ambiguous, looksLikeAnId, quoted } from "./place.js";
import { unknown, usage } from "./problem.js";

/** Somebody a question is about. */
export interface Asker {
  readonly kind: "user" | "group" | "anonymous";
  readonly id: string | null;
  readonly name: string;
  readonly email: string | undefined;
  readonly subject: Subject;
}

/** What begins otherwise than a name. */
const SPECIAL = /^(anonymous$|group:|id:)/;

export class People {
  constructor(
    private readonly opened: Opened,
    private readonly names: Names,
  ) {}

  private get org() {
    return this.opened.org;
  }

  /** `ada@acme.example`, `Ada Obi`, an id, `id:…` of whom the export does not list, `group:Labelling`, `anonymous`. */
  asker(text: string): Asker {
    if (text.trim() === "") throw usage("who? write an e-mail, a name, an id, `group:NAME` or `anonymous`");
    if (text === "anonymous") {
      return { kind: "anonymous", id: null, name: "anybody", email: undefined, subject: this.org.anonymous };
    }
    const group = /^group:(.+)$/s.exec(text)?.[1];
    if (group !== undefined) return this.memberOf(this.names.objects.one("group", group).id);
    const id = /^id:(.+)$/s.exec(text)?.[1];
    return this.askerById(id ?? this.person(text).id);
  }

  private memberOf(id: string): Asker {
    const name = this.names.bare({ type: "group", id });
    return { kind: "group", id, name, email: undefined, subject: this.org.asGroup(id) };
  }

  askerById(id: string): Asker {
    const { name, email } = this.byId(id);
    return { kind: "user", id, name: name ?? email ?? id, email, subject: this.org.as(id) };
  }

  private person(text: string): Person {
    const found = this.opened.directory.named(text);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (found.length > 1) throw ambiguous(text, found.map(candidate), "use an e-mail or an id");
    // A snapshot has no rows to read, and yet knows e-mails.
    const [byEmail, ...others] = this.org.find({ type: "user", email: text });
    if (byEmail !== undefined && others.length === 0) return this.byId(byEmail.id);
    // Somebody who stands in groups or ACLs alone.
    if (looksLikeAnId(text)) return { id: text, name: undefined, email: undefined };
    throw unknown(`nobody in the export is called \`${text}\`${this.meant(text)}`);
  }

  private meant(text: string): string {
    const people = [...this.opened.directory.people.values()];
    const names = people.flatMap(({ name, email }) => [email, name].filter((value) => value !== undefined));
    const meant = nearest(text, names);
    if (meant.length > 0) return `; did you mean ${quoted(meant)}?`;
    const groups = this.org.find({ type: "group", name: text });
    if (groups.length > 0) return `; a group is written \`group:${text}\``;
    return "; use an e-mail, a name, an id, `group:NAME` or `anonymous`";
  }

  byId(id: string): Person {
    return this.opened.directory.people.get(id) ?? { id, name: this.org.name("user", id), email: undefined };
  }

  /** What somebody is called where it must be clear who is meant. */
  label(id: string): string {
    const { name, email } = this.byId(id);
    if (name === undefined) return email ?? id;
    return this.opened.directory.sharing(name) > 1 ? `${name} <${email ?? id}>` : name;
  }

  /** What names somebody in a file that is read again: what is theirs alone, and no key that somebody pasted. */
  reference(id: string): string {
    const { name, email } = this.byId(id);
    const isTheirs = (value: string) => this.opened.directory.named(value).length === 1;
    const found = [email, name].find(
      (value) => value !== undefined && isTheirs(value) && !SPECIAL.test(value) && !holdsKey(value),
    );
    return found ?? `id:${id}`;
  }
}

function candidate({ id, name, email }: Person): string {
  return `  ${[name, email, id].filter((value) => value !== undefined).join("  ")}`;
}
