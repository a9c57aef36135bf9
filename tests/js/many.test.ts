// API: `canMany` is `can`, many times. It asks about what is new with few calls into wasm; the answers are those of `can`.
import * as aclarity from "aclarity";
import * as lite from "aclarity/lite";
import { beforeAll, describe, expect, test } from "vitest";
import { Asker, organization, type Question, Rng } from "./generate.ts";
import { callsOf } from "./instrumented.ts";
import { sample } from "./sample.ts";

beforeAll(() => Promise.all([aclarity.ready(), lite.ready()]));

/** Ids that could be mistaken for others on their way: separators, what UTF-8 cannot hold, nothing at all. */
const ODD = ["a\nb", "\n", "a", "b", "\ud800", "\udc00", "", " ", "\0", "Ü", "😀", "toString"];

/** Enough questions of one organisation for several calls, some of them twice, some odd. */
function questions(rng: Rng, asker: Asker, count: number): Question[] {
  return Array.from({ length: count }, () => {
    const question = asker.question(rng);
    return rng.percent(2) ? { ...question, id: rng.pick(ODD) } : question;
  });
}

describe.each([
  ["aclarity", (bytes: Uint8Array, options: lite.LiteLoadOptions) => aclarity.Org.loadSync(bytes, options)],
  ["aclarity/lite", (bytes: Uint8Array, options: lite.LiteLoadOptions) => lite.Org.loadSync(bytes, options)],
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
        const subject = (org: Pick<lite.Org, "as" | "asGroup" | "anonymous">) =>
          "anonymous" in who ? org.anonymous : "group" in who ? org.asGroup(who.group) : org.as(who.id);
        // Fewer than are asked together, as many, and more than fit one call.
        for (const count of [3, 100, 5000]) {
          const asked = questions(rng, asker, count).map(({ id = "", project, ...rest }) => ({ ...rest, id, project }));
          const together = load(bytes, { unknownObjects });
          const me = subject(alone);
          const context = { seed, who, ask, type, count };
          const expected = (answer: (question: (typeof asked)[number]) => boolean) =>
            Uint8Array.from(asked, (question) => Number(answer(question)));

          const ids = subject(together).canMany(
            ask,
            type,
            asked.map(({ id }) => id),
          );
          expect({ ...context, ids }).toEqual({ ...context, ids: expected(({ id }) => me.can(ask, type, id)) });

          const rows = subject(load(bytes, { unknownObjects })).canMany(
            ask,
            type,
            asked.map(({ id, project }, n) => (n % 3 === 0 ? id : { id, project_id: project })),
          );
          const rowAnswers = expected(({ id, project }) => me.can(ask, type, id, project));
          asked.forEach(({ id }, n) => {
            if (n % 3 === 0) rowAnswers[n] = Number(me.can(ask, type, id));
          });
          expect({ ...context, rows }).toEqual({ ...context, rows: rowAnswers });

          const refs = asked.map(({ type, id, project }) => together.ref(type as lite.Type, id, project));
          const ofRefs = subject(together).canMany(ask, refs);
          const expectedOfRefs = expected(
            ({ type, id, project }) => id !== "" && me.can(ask, type as lite.Type, id, project),
          );
          expect({ ...context, ofRefs }).toEqual({ ...context, ofRefs: expectedOfRefs });
          together.free();
        }
        alone.free();
      }
    }
  });
});

test("few calls into wasm, and none the second time", () => {
  using org = aclarity.Org.loadSync(sample());
  const ids = Array.from({ length: 40_000 }, (_, n) => `unheard-of-${n}`);
  expect(callsOf(() => org.as("ada").canMany("read", "dataset", ids))).toBeLessThan(20);
  expect(callsOf(() => org.as("ada").canMany("read", "dataset", ids))).toBe(0);
  const refs = ids.map((id) => org.ref("dataset", id));
  expect(callsOf(() => org.as("bo").canMany("read", refs))).toBeLessThan(20);
  expect(callsOf(() => org.as("bo").canMany("read", refs))).toBe(0);
});
