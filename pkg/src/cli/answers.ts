// Questions about one person and one object, and how their parts are told.
import type { Ask, Explanation, Node } from "../types.js";
import { doubtsAbout } from "./doubts.js";
import type { Names } from "./names.js";
import type { Opened } from "./opened.js";
import type { Asker } from "./people.js";
import type { Place } from "./place.js";
import { usage } from "./problem.js";
import { paint, type Style } from "./terminal.js";
import { isCreatable, SINGLETONS } from "./types.js";

export type Answer = "yes" | "no" | "unknown";

/** Whether a question is about something that does not exist yet. */
export function isFresh(place: Place): boolean {
  return place.id === undefined && !SINGLETONS.has(place.type);
}

export function explain(asker: Asker, ask: Ask, place: Place): Explanation {
  const type = place.type as "dataset";
  if (!isFresh(place)) return asker.subject.explain(ask, type, place.id, place.project);
  if (ask !== "create" || !isCreatable(place.type)) {
    throw usage(`only \`create\` can be asked about something without a name; which ${place.type}?`);
  }
  return asker.subject.explainCreate(type, place.project);
}

/** What an explanation says, were the export whole. */
export function answerOf({ allowed, reason }: Explanation): Answer {
  if (allowed) return "yes";
  return reason === "unknown_object" ? "unknown" : "no";
}

export interface Answered {
  readonly answer: Answer;
  /** Why a no is not certain. */
  readonly doubts: readonly string[];
}

/** What it says as far as the export goes: a no that rests on a list which is not there is none. */
export function answered(opened: Opened, asker: Asker, place: Place, explanation: Explanation): Answered {
  const answer = answerOf(explanation);
  const { reason } = explanation;
  const doubts = answer === "no" ? doubtsAbout(opened, { type: place.type, asker, reason }) : [];
  return { answer: doubts.length > 0 ? "unknown" : answer, doubts };
}

const ANSWER_STYLES: Readonly<Record<Answer, Style>> = { yes: "green", no: "red", unknown: "yellow" };

export function paintAnswer(answer: Answer): string {
  return paint(ANSWER_STYLES[answer], answer);
}

// ---- who ----

interface Found {
  readonly public: boolean;
  readonly subjects: readonly { readonly subject: string; readonly via: readonly string[]; readonly acl: string }[];
}

/** {@link Org.who}, for something that does not exist yet too: then of everybody whom the export lists. */
export function whoMay(opened: Opened, names: Names, ask: Ask, place: Place): Found {
  if (!isFresh(place)) return opened.org.who(ask, place.type as "dataset", place.id, { project: place.project });
  const subjects = everybody(opened).flatMap((subject) => {
    const [grant] = explain(names.people.askerById(subject), ask, place).grants;
    return grant === undefined ? [] : [{ subject, via: grant.via, acl: grant.acl }];
  });
  return { public: false, subjects };
}

/** Ids of everybody whom the export lists. */
export function everybody({ org }: Opened): string[] {
  return org.find({ type: "user" }).map(({ id }) => id);
}

// ---- for machines ----

export function askerJson({ kind, id, name, email }: Asker) {
  return { kind, id, name, ...(email === undefined ? {} : { email }) };
}

export function nodeJson(names: Names, node: Node) {
  return { type: node.type, id: node.id, name: names.bare(node) };
}

export function placeJson(names: Names, { type, id, project }: Place) {
  return {
    type,
    id: id ?? null,
    ...(id === undefined ? {} : { name: names.bare({ type, id }) }),
    ...(project === undefined ? {} : { project }),
  };
}
