// An id's way into the module: written into its memory by itself, where there is room for it.

import { type Export, Org, ready, type Subject } from "aclarity";
import { beforeAll, expect, test } from "vitest";
import { large, Rng } from "./generate.ts";
import { wasmBytes } from "./wasm-memory.ts"; // Before the package starts an instance.

beforeAll(() => ready());

/** Letters of one to four bytes, and what ends a text elsewhere. */
const LETTERS = ["a", "é", "漢", "😀", "\0", "\n", '"', " "];
const LENGTHS = [1, 2, 20, 21, 22, 31, 32, 33, 63, 64, 65, 66, 96, 192, 193, 1000];
const ids = LETTERS.flatMap((letter) => LENGTHS.map((length) => letter.repeat(length)));

/** Datasets in turn in a project that Ada reads, and in one that she does not. */
const data = {
  organization: { id: "acme", name: "Acme" },
  users: [{ id: "ada" }],
  projects: [{ id: "hers" }, { id: "theirs" }],
  acls: [{ id: "acl", object_type: "project", object_id: "hers", user_id: "ada", permission: "read" }],
  datasets: ids.map((id, at) => ({ id, project_id: at % 2 === 0 ? "hers" : "theirs" })),
} as Export;

/** `explain` crosses in another way. */
function expectRight(ada: Subject, id: string): boolean[] {
  return [undefined, "hers", "theirs"].map((project) => {
    const { allowed } = ada.explain("read", "dataset", id, project);
    expect(ada.can("read", "dataset", id, project), `${id.length} × ${JSON.stringify(id[0])} in ${project}`).toBe(
      allowed,
    );
    return allowed;
  });
}

test("MODEL 1: ids of any letters and length; a project counts for unknown objects alone (MODEL 4)", () => {
  using org = Org.loadSync(data);
  const ada = org.as("ada");
  ids.forEach((id, at) => {
    const isHers = at % 2 === 0;
    expect(expectRight(ada, id)).toEqual([isHers, isHers, isHers]);
    expect(expectRight(ada, `${id}!`)).toEqual([false, true, false]);
  });
});

test("one id after another: nothing of a longer one is left", () => {
  using org = Org.loadSync({
    ...data,
    datasets: [
      { id: "abc", project_id: "hers" },
      { id: "ab", project_id: "theirs" },
    ],
  });
  const ada = org.as("ada");
  for (let round = 0; round < 3; round++) {
    expect(["abc", "ab", "a", "abcd", "abc"].map((id) => ada.can("read", "dataset", id))).toEqual([
      ...[true, false, false, false, true],
    ]);
    org.apply({});
  }
});

test("MODEL 1: a lone surrogate is not the character that UTF-8 would have in its place", () => {
  using org = Org.loadSync({ ...data, datasets: [{ id: "\ufffd", project_id: "hers" }] });
  const ada = org.as("ada");
  for (const id of ["\ud800", "\udfff"]) {
    expect(ada.can("read", "dataset", id)).toBe(false);
    expect(ada.can("read", org.ref("dataset", id))).toBe(false);
    expect(ada.can("read", "dataset", { id, project_id: "theirs" })).toBe(false);
    expect([...ada.canMany("read", "dataset", [id])]).toEqual([0]);
  }
  expect(ada.can("read", "dataset", "\ufffd")).toBe(true);
});

test("a slice that does not carry its objects: a project counts for all that it does not know", () => {
  using org = Org.loadSync(data);
  using slice = Org.loadSync(org.slice("ada", { objects: "none" }));
  const ada = slice.as("ada");
  for (const id of ids) {
    expect(["hers", "theirs"].map((project) => ada.can("read", "dataset", id, project))).toEqual(
      ["hers", "theirs"].map((project) => ada.explain("read", "dataset", id, project).allowed),
    );
  }
});

test("memory that has grown is another buffer", () => {
  using org = Org.loadSync(data);
  const ada = org.as("ada");
  expect(ada.can("read", "dataset", ids[0] as string)).toBe(true);
  const before = wasmBytes();
  const text = JSON.stringify(large(new Rng(1), 100, 10, 10, 20_000, 20_000));
  const others: Org[] = [];
  while (wasmBytes() === before) others.push(Org.loadSync(text));
  ids.forEach((id, at) => void expect(ada.can("read", "dataset", id)).toBe(at % 2 === 0));
  for (const other of others) other.free();
});

test("an Org whose state is replaced, and a draft's preview", async () => {
  using org = await Org.load(data);
  const ada = org.as("ada");
  const [first, second] = ids as [string, string];
  expect([ada.can("read", "dataset", first), ada.can("read", "dataset", second)]).toEqual([true, false]);
  using draft = org.draft({ by: { subject: ada, credential: "session" } });
  draft.grant({ object_type: "dataset", object_id: second, user_id: "ada", permission: "read" });
  expect(draft.preview.as("ada").can("read", "dataset", second)).toBe(true);
  await org.replace({ ...data, acls: [] });
  expect([ada.can("read", "dataset", first), ada.can("read", "dataset", second)]).toEqual([false, false]);
});
