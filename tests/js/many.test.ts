// API: `canMany` is `can`, many times. It asks about what is new with few calls into wasm; the answers are those of `can`.
import * as aclarity from "aclarity";
import * as lite from "aclarity/lite";
import { beforeAll, describe, expect, test } from "vitest";
import { Asker, organization, type Question, Rng } from "./generate.ts";
import { callsOf } from "./instrumented.ts";
import { D1, P1, sample } from "./sample.ts";

beforeAll(() => Promise.all([aclarity.ready(), lite.ready()]));

/** Ids that could be mistaken for others on their way: separators, what UTF-8 cannot hold, nothing at all. */
const ODD = ["a\nb", "\n", "a", "b", "\ud800", "\udc00", "", " ", "\0", "Ü", "😀", "toString"];

/** Questions about objects, so many percent of them odd. */
function questions(rng: Rng, asker: Asker, count: number, odd: number) {
  return Array.from({ length: count }, () => {
    const { id = "left-out", project, type }: Question = asker.question(rng);
    return { type, project, id: rng.percent(odd) ? rng.pick(ODD) : id.includes("\n") ? "line feed" : id };
  });
}

type Load = (
  bytes: Uint8Array,
  options: lite.LiteLoadOptions,
) => Pick<lite.Org, "as" | "asGroup" | "anonymous" | "ref" | "free">;

describe.each<[string, Load]>([
  ["aclarity", (bytes, options) => aclarity.Org.loadSync(bytes, options)],
  ["aclarity/lite", (bytes, options) => lite.Org.loadSync(bytes, options)],
])("%s", (_, load) => {
  test("many objects are answered as each by itself", () => {
    for (let seed = 1; seed <= 4; seed++) {
      const rng = new Rng(seed);
      const data = organization(rng);
      const bytes = aclarity.Org.loadSync(data as never).toBytes();
      const asker = new Asker(data);
      for (const unknownObjects of ["deny", "inOrganization"] as const) {
        const alone = load(bytes, { unknownObjects });
        const { who, ask: anyAsk, type: anyType } = asker.question(rng);
        const [ask, type] = [anyAsk as lite.Ask, anyType as lite.Type];
        const subject = (org: ReturnType<Load>) =>
          "anonymous" in who ? org.anonymous : "group" in who ? org.asGroup(who.group) : org.as(who.id);
        // Fewer than are asked together, as many, and more than fit one call: without odd ids, and with some.
        for (const [count, odd] of [
          [3, 0],
          [100, 0],
          [100, 9],
          [9000, 0],
          [9000, 2],
        ] as const) {
          const asked = questions(rng, asker, count, odd);
          const [forIds, forRows, forRefs] = [1, 2, 3].map(() => load(bytes, { unknownObjects }));
          const me = subject(alone);
          const context = { seed, who, ask, type, count, odd };
          const expected = (answer: (question: (typeof asked)[number], n: number) => boolean) =>
            Uint8Array.from(asked, (question, n) => Number(answer(question, n)));

          const ids = subject(forIds as ReturnType<Load>).canMany(
            ask,
            type,
            asked.map(({ id }) => id),
          );
          expect({ ...context, ids }).toEqual({ ...context, ids: expected(({ id }) => me.can(ask, type, id)) });

          // Every third by its id alone; of the others some have no project.
          const rows = asked.map(({ id, project }, n) =>
            n % 3 === 0 ? id : { id, project_id: n % 7 === 0 ? (n % 2 === 0 ? null : "") : project },
          );
          const ofRows = subject(forRows as ReturnType<Load>).canMany(ask, type, rows as string[]);
          const expectedOfRows = expected((_, n) => me.can(ask, type, rows[n] as string));
          expect({ ...context, ofRows }).toEqual({ ...context, ofRows: expectedOfRows });

          // Refs of many types, some of them twice.
          const org = forRefs as ReturnType<Load>;
          const refs = asked.map(({ type, id, project }) => org.ref(type as lite.Type, id, project));
          const twice = refs.map((ref, n) => (n % 5 === 0 ? (refs[n >> 1] as lite.ObjectRef) : ref));
          const ofRefs = subject(org).canMany(ask, twice);
          const expectedOfRefs = expected((_, n) => {
            const { type, id, project } = asked[n % 5 === 0 ? n >> 1 : n] as (typeof asked)[number];
            return id !== "" && me.can(ask, type as lite.Type, id, project);
          });
          expect({ ...context, ofRefs }).toEqual({ ...context, ofRefs: expectedOfRefs });
          for (const each of [forIds, forRows, forRefs]) each?.free();
        }
        alone.free();
      }
    }
  });
});

/** Of 9,000 datasets an irregular third may be read. */
function irregular() {
  const rng = new Rng(1);
  const ids = Array.from({ length: 9000 }, (_, n) => `d-${n}`);
  const readable = ids.map(() => rng.percent(33));
  const org = aclarity.Org.loadSync({
    ...sample(),
    datasets: ids.map((id) => ({ id, project_id: P1 })),
    acls: ids.flatMap((id, n) =>
      readable[n] ? [{ id: `a-${n}`, object_type: "dataset", object_id: id, user_id: "zoe", permission: "read" }] : [],
    ),
  } as never);
  return { org, ids, expected: Uint8Array.from(readable, Number) };
}

describe("calls into wasm", () => {
  test("few, and none the second time: ids", () => {
    const { org, ids, expected } = irregular();
    const zoe = org.as("zoe");
    const ask = () =>
      zoe.canMany(
        "read",
        "dataset",
        ids.map((id) => ({ id, project_id: P1 })),
      );
    expect(callsOf(() => expect(ask()).toEqual(expected))).toBeLessThan(6);
    expect(callsOf(() => expect(ask()).toEqual(expected))).toBe(0);
    // The ids alone are the same objects.
    expect(callsOf(() => expect(zoe.canMany("read", "dataset", ids)).toEqual(expected))).toBe(0);
    org.free();
  });

  test("few, and none the second time: refs", () => {
    const { org, ids, expected } = irregular();
    const refs = ids.map((id) => org.ref("dataset", id));
    expect(callsOf(() => expect(org.as("zoe").canMany("read", refs)).toEqual(expected))).toBeLessThan(6);
    expect(callsOf(() => expect(org.as("zoe").canMany("read", refs)).toEqual(expected))).toBe(0);
    org.free();
  });

  test("few about objects that the data do not know, with a project", () => {
    const { org } = irregular();
    const rows = Array.from({ length: 9000 }, (_, n) => ({ id: `new-${n}`, project_id: n % 2 === 0 ? P1 : "nowhere" }));
    const expected = Uint8Array.from(rows, ({ id, project_id }) =>
      Number(org.as("ada").can("read", "dataset", id, project_id)),
    );
    org.apply({});
    const ask = () => org.as("ada").canMany("read", "dataset", rows);
    expect(callsOf(() => expect(ask()).toEqual(expected))).toBeLessThan(6);
    expect(callsOf(() => expect(ask()).toEqual(expected))).toBe(0);
    org.free();
  });

  test("one odd id among many costs one call", () => {
    const { org, ids, expected } = irregular();
    const odd = ids.map((id, n) => (n === 5000 ? "line\nfeed" : id));
    const answers = expected.map((answer, n) => (n === 5000 ? 0 : answer));
    expect(callsOf(() => expect(org.as("zoe").canMany("read", "dataset", odd)).toEqual(answers))).toBeLessThan(8);
    org.free();
  });
});

test("one object many times costs what many objects do", () => {
  using org = aclarity.Org.loadSync(sample());
  const ref = org.ref("dataset", D1);
  const count = 200_000;
  // Quadratic, this would take minutes.
  expect(org.as("ada").canMany("read", Array(count).fill(ref))).toEqual(new Uint8Array(count).fill(1));
  org.apply({});
  expect(org.as("ada").canMany("read", "dataset", Array(count).fill(D1))).toEqual(new Uint8Array(count).fill(1));
  // And of the two types that an id may be, none takes the other's place.
  org.apply({});
  const ada = org.as("ada");
  ada.canMany("read", "project", Array(20).fill(P1));
  const log = ada.can("read", "project_log", P1);
  expect(callsOf(() => expect(ada.can("read", "project_log", P1)).toBe(log))).toBe(0);
});

test("refs whose numbers have run out in the middle of a question", () => {
  using org = aclarity.Org.loadSync(sample());
  type Numbers = { last: number };
  const kernel = Reflect.get(org, "kernel") as { refNumbers: Numbers };
  const useUp = () => {
    kernel.refNumbers.last = 2 ** 23 - 1;
  };
  const old = org.ref("dataset", D1);
  useUp();
  const first = kernel.refNumbers;
  const unheardOf = org.ref("dataset", "unheard-of");
  expect(kernel.refNumbers).not.toBe(first);
  useUp();
  // Adopting the old one begins numbers anew, of which the first is what the second's was.
  expect([...org.as("ada").canMany("read", [old, unheardOf])]).toEqual([1, 0]);
  expect([...org.as("ada").canMany("read", [unheardOf, old])]).toEqual([0, 1]);
});

test("an organisation that changes while rows are read is asked anew", () => {
  using org = aclarity.Org.loadSync(sample());
  const ada = org.as("ada");
  // What is remembered, rows before the change are answered by.
  expect(ada.can("read", "dataset", D1)).toBe(true);
  const rows: { id: string }[] = Array.from({ length: 20 }, (_, n) => ({ id: n % 2 === 0 ? D1 : `new-${n}` }));
  let left = 1;
  Object.defineProperty(rows[10], "id", {
    get() {
      if (left-- > 0) org.apply({ acls: { remove: (sample().acls as { id: string }[]).map(({ id }) => id) } });
      return D1;
    },
  });
  expect(ada.canMany("read", "dataset", rows)).toEqual(new Uint8Array(20));
});
