import { type Ask, type ObjectRef, Org, type Type } from "aclarity";
import type { Row, Rows } from "../rows.ts";
import type { Questions, Scenario } from "../scenario.ts";
import type { Engine } from "./engine.ts";

/** The questions that one call of `canMany` can ask. */
interface Batch {
  ask: Ask;
  type: Type;
  positions: number[];
}

function batches(keys: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  keys.forEach((key, at) => {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [at]);
    else group.push(at);
  });
  return [...groups.values()];
}

function batchesOf({ asks, types }: Questions, byType: boolean): Batch[] {
  return batches(asks.map((ask, i) => (byType ? `${ask} ${types[i]}` : ask))).map((positions) => ({
    ask: asks[positions[0] as number] as Ask,
    type: types[positions[0] as number] as Type,
    positions,
  }));
}

/**
 * Makes an Org forget everything that it keeps of subjects: a change of a group does, even of nothing in it. After a
 * change of nothing but objects in projects, and of ACLs on these, what is had by projects would still be known.
 */
export function forgetting(org: Org, { groups }: Rows): () => void {
  const upsert = groups.slice(-1) as object[];
  return () => void org.apply({ groups: { upsert } });
}

export function aclarity({ text, questions: all, person, rows }: Scenario): Engine {
  const org = Org.loadSync(text);
  const forget = forgetting(org, rows);
  const me = org.as(person);
  const byType = batchesOf(all, true);
  const byAsk = batchesOf(all, false);
  let idLists: string[][] = [];
  let refLists: ObjectRef[][] = [];
  let refs: ObjectRef[] = [];
  const makeRefs = (questions: Questions): Questions => {
    if (refs.length === 0) refs = questions.rows.map((row, i) => org.ref(questions.types[i] as Type, row));
    return questions;
  };
  const first = (questions: Questions): Questions => {
    // The subject is found again unmeasured.
    forget();
    me.can("read", "organization");
    return questions;
  };
  const canById = ({ asks, types, ids }: Questions, answers: Uint8Array): void => {
    for (let i = 0; i < ids.length; i++) {
      answers[i] = me.can(asks[i] as Ask, types[i] as Type, ids[i] as string) ? 1 : 0;
    }
  };
  return {
    name: "aclarity",
    ways: [
      { name: "me.can(permission, type, id)", ask: canById },
      {
        name: "me.can(permission, type, row)",
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = me.can(asks[i] as Ask, types[i] as Type, rows[i] as Row) ? 1 : 0;
          }
        },
      },
      {
        name: "me.can(permission, ref)",
        sameOnly: true,
        prepare: makeRefs,
        ask({ asks }, answers) {
          for (let i = 0; i < refs.length; i++) answers[i] = me.can(asks[i] as Ask, refs[i] as ObjectRef) ? 1 : 0;
        },
      },
      {
        name: "me.canMany(permission, type, ids), a call for each permission and type",
        order: byType.flatMap(({ positions }) => positions),
        prepare(questions) {
          idLists = byType.map(({ positions }) => positions.map((at) => questions.ids[at] as string));
          return questions;
        },
        ask(_questions, answers) {
          let end = 0;
          for (let i = 0; i < byType.length; i++) {
            const { ask, type } = byType[i] as Batch;
            const ids = idLists[i] as string[];
            answers.set(me.canMany(ask, type, ids), end);
            end += ids.length;
          }
        },
      },
      {
        name: "me.canMany(permission, refs), a call for each permission",
        order: byAsk.flatMap(({ positions }) => positions),
        sameOnly: true,
        prepare(questions) {
          makeRefs(questions);
          refLists = byAsk.map(({ positions }) => positions.map((at) => refs[at] as ObjectRef));
          return questions;
        },
        ask(_questions, answers) {
          let end = 0;
          for (let i = 0; i < byAsk.length; i++) {
            const some = refLists[i] as ObjectRef[];
            answers.set(me.canMany((byAsk[i] as Batch).ask, some), end);
            end += some.length;
          }
        },
      },
      {
        name: "the first question about an id: me.can(permission, type, id)",
        freshOnly: true,
        prepare: first,
        ask: canById,
      },
      {
        name: "the first question about an id that no data contain",
        freshOnly: true,
        unknown: true,
        prepare: first,
        ask: canById,
      },
    ],
    cold(its, { user, ask, type, row }) {
      const loaded = Org.loadSync(its);
      const answer = loaded.as(user).can(ask as Ask, type as Type, row.id);
      loaded.free();
      return answer;
    },
    forget,
    others(strangers, answers) {
      for (let i = 0; i < strangers.length; i++) {
        const { user, ask, type, row } = strangers[i] as (typeof strangers)[number];
        answers[i] = org.as(user).can(ask as Ask, type as Type, row.id) ? 1 : 0;
      }
    },
  };
}
