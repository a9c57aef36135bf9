// What becomes of expectations: each is looked at for every permission, object and person that it names.
import type { Ask, Explanation } from "../types.js";
import { answered, everybody, explain, isFresh, whoMay } from "./answers.js";
import type { Case } from "./cases.js";
import { doubtsAbout } from "./doubts.js";
import type { Expectation } from "./expectations.js";
import type { Names } from "./names.js";
import type { Opened } from "./opened.js";
import type { Asker } from "./people.js";
import type { Place } from "./place.js";
import { Problem } from "./problem.js";

/** A permission on an object. */
interface Question {
  readonly ask: Ask;
  readonly place: Place;
}

type Outcome = Pick<Case, "status" | "messages">;
type Judged = Outcome & Pick<Case, "kind" | "person" | "people">;

export class Evaluation {
  private members: Map<string, string[]> | undefined;

  constructor(
    private readonly opened: Opened,
    private readonly names: Names,
  ) {}

  async evaluate(expectations: readonly Expectation[]): Promise<Case[]> {
    const cases: Case[] = [];
    for (const expectation of expectations) {
      for (const object of expectation.objects) cases.push(...(await this.casesOf(expectation, object)));
    }
    return cases;
  }

  private async casesOf(expectation: Expectation, object: string): Promise<Case[]> {
    const { path, permissions, because } = expectation;
    const place = await this.place(object);
    return permissions.flatMap((permission) => {
      const about = { path, permission, object, ...(because === undefined ? {} : { because }) };
      const judged =
        place instanceof Problem
          ? judgedBy(expectation, () => unknownOutcome(place))
          : this.judged(expectation, { ask: permission, place });
      return judged.map((each) => ({ ...about, ...each }));
    });
  }

  private async place(object: string): Promise<Place | Problem> {
    try {
      return await this.names.objects.place(object.replace(/^new /, ""));
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  private judged(expectation: Expectation, question: Question): Judged[] {
    return judgedBy(expectation, (kind, people) => {
      try {
        return kind === "exactly" ? this.all(people, question) : this.one(kind, people[0] as string, question);
      } catch (error) {
        if (error instanceof Problem) return unknownOutcome(error);
        throw error;
      }
    });
  }

  // ---- must, must_not ----

  /** Somebody must, or must not; a group is everybody in it. */
  private one(kind: "must" | "must_not", person: string, question: Question): Outcome {
    const askers = this.askers(person);
    if (askers.length === 0) return { status: "unknown", messages: [`nobody whom the export lists is in ${person}`] };
    const answers = askers.map((asker) => this.answer(asker, question));
    const wrong = answers.filter(({ answer }) => answer === (kind === "must" ? "no" : "yes"));
    if (wrong.length > 0) return { status: "fails", messages: wrong.map(({ text }) => text) };
    const unknown = answers.filter(({ answer }) => answer === "unknown");
    if (unknown.length === 0) return { status: "holds", messages: [] };
    const doubts = new Set(unknown.flatMap((each) => each.doubts));
    // Of what must not be, and is not as far as the export goes, the doubt is all there is to tell.
    const isNo = doubts.size > 0 && kind === "must_not";
    return { status: "unknown", messages: [...(isNo ? [] : unknown.map(({ text }) => text)), ...doubts] };
  }

  private answer(asker: Asker, { ask, place }: Question) {
    const explanation: Explanation = explain(asker, ask, place);
    return { ...answered(this.opened, asker, place, explanation), text: explanation.text };
  }

  private askers(person: string): Asker[] {
    const { people } = this.names;
    const asker = people.asker(person);
    return asker.kind === "group" ? this.membersOf(asker).map((id) => people.askerById(id)) : [asker];
  }

  // ---- exactly ----

  /** Exactly these may. */
  private all(people: readonly string[], question: Question): Outcome {
    const expected = new Set<string>();
    let anybody = false;
    const messages: string[] = [];
    for (const person of people) {
      try {
        const asker = this.names.people.asker(person);
        if (asker.kind === "anonymous") anybody = true;
        else for (const id of asker.kind === "group" ? this.membersOf(asker) : [asker.id as string]) expected.add(id);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        messages.push(error.message, ...error.details);
      }
    }
    return messages.length > 0 ? { status: "unknown", messages } : this.compared({ expected, anybody }, question);
  }

  /** Who may, beside who is expected to. */
  private compared(
    { expected, anybody }: { readonly expected: ReadonlySet<string>; readonly anybody: boolean },
    { ask, place }: Question,
  ): Outcome {
    const found = whoMay(this.opened, this.names, ask, place);
    const actual = new Set(found.subjects.map(({ subject }) => subject));
    if (!place.known && actual.size === 0 && !found.public) {
      return { status: "unknown", messages: [`the export does not know ${this.names.placeLabel(place)}`] };
    }
    const textOf = (id: string) => explain(this.names.people.askerById(id), ask, place).text;
    const surplus = [...actual].filter((id) => !expected.has(id)).map((id) => `not expected: ${textOf(id)}`);
    const lacking = [...expected].filter((id) => !actual.has(id)).map((id) => `expected: ${textOf(id)}`);
    if (found.public && !anybody) surplus.unshift("it is public: anybody may read it");
    if (!found.public && anybody) lacking.unshift("it is not public");
    const messages = [...surplus, ...lacking];
    // Who is not found may be found in what the export lacks; who is found stays.
    const doubts = surplus.length === 0 ? doubtsAbout(this.opened, { type: place.type, listed: isFresh(place) }) : [];
    if (doubts.length > 0) return { status: "unknown", messages: [...messages, ...doubts] };
    return { status: messages.length === 0 ? "holds" : "fails", messages };
  }

  // ---- groups ----

  /** Who is in a group, by groups of groups too. */
  private membersOf({ id }: Asker): readonly string[] {
    this.members ??= this.readMembers();
    return this.members.get(id as string) ?? [];
  }

  private readMembers(): Map<string, string[]> {
    const members = new Map<string, string[]>();
    for (const person of everybody(this.opened)) {
      for (const { id } of this.opened.org.as(person).groups) {
        const known = members.get(id);
        if (known === undefined) members.set(id, [person]);
        else known.push(person);
      }
    }
    return members;
  }
}

type Kind = Case["kind"];

/** Everything that an expectation expects: a case for each person, and one for those who exactly may. */
function judgedBy(
  { must = [], mustNot = [], exactly }: Expectation,
  outcome: (kind: Kind, people: readonly string[]) => Outcome,
): Judged[] {
  const each = (kind: Kind) => (person: string) => ({ kind, person, ...outcome(kind, [person]) });
  const all =
    exactly === undefined ? [] : [{ kind: "exactly" as const, people: exactly.length, ...outcome("exactly", exactly) }];
  return [...must.map(each("must")), ...mustNot.map(each("must_not")), ...all];
}

function unknownOutcome({ message, details }: Problem): Outcome {
  return { status: "unknown", messages: [message, ...details] };
}
