// Bad input: an AclarityError with its code and path, the process alive, and the next load fine.
import { AclarityError, Org, ready, type Source } from "aclarity";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { codeOf, codeOfAsync, D1, sample } from "./sample.ts";

beforeAll(() => ready());

afterEach(() => {
  using org = Org.loadSync(sample());
  expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
});

/** What loading does: "loaded", or the error's code; anything that is no AclarityError fails the test. */
function outcome(source: unknown): string {
  try {
    Org.loadSync(source as never).free();
    return "loaded";
  } catch (error) {
    expect(error).toBeInstanceOf(AclarityError);
    const { code, path, message } = error as AclarityError;
    expect(message).not.toBe("");
    if (code === "bad_shape") expect(path).toEqual(expect.stringMatching(/^(\/|$)/));
    expect(code).not.toBe("crashed");
    return code;
  }
}

test("an error that nobody catches says what it is", () => {
  expect(AclarityError.name).toBe("AclarityError");
  expect(String(new AclarityError("freed", "it is gone"))).toBe("AclarityError: it is gone");
});

describe("text", () => {
  test("that is not JSON", () => {
    for (const text of ["", " ", "{", "{]", '{"a":1,}', "{'a':1}", "{}{}", "{} x", '{"a"}', '{"a":nul}', "{\u0000}"]) {
      expect([text, outcome(text)]).toEqual([text, "bad_json"]);
    }
    // By its first byte this is no export, whatever follows.
    for (const text of ["x", "}", "nul", "[", "[}", '"', "\\", "1 2", "\u0000", "NaN"]) {
      expect(["bad_json", "bad_shape"]).toContain(outcome(text));
    }
    for (const text of ["null", "7", "[]", '"x"', "true"]) expect([text, outcome(text)]).toEqual([text, "bad_shape"]);
    expect(outcome("{}")).toBe("no_organization");
  });

  test("truncated at every byte", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(sample()).replace("first", "ünï \\u00e9 \u{1f600}"));
    expect(outcome(bytes)).toBe("loaded");
    for (let length = 0; length < bytes.length; length++) {
      expect([length, outcome(bytes.subarray(0, length))]).toEqual([length, "bad_json"]);
    }
    const groups = JSON.stringify(sample().groups);
    for (let length = 0; length < groups.length; length++) {
      expect(outcome({ ...sample(), groups: groups.slice(0, length) })).toBe("bad_json");
    }
    await expect(Org.load({ ...sample(), groups: "[{" })).rejects.toMatchObject({ code: "bad_json" });
  });

  test("with any byte changed", () => {
    const bytes = new TextEncoder().encode(JSON.stringify(sample()));
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 4000; round++) {
      const changed = bytes.slice();
      for (let times = random(3); times >= 0; times--) changed[random(bytes.length)] = random(256);
      outcome(changed);
    }
  });

  test("that is not UTF-8", () => {
    const bytes = new TextEncoder().encode(JSON.stringify(sample()));
    const at = JSON.stringify(sample()).indexOf("first");
    for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      const broken = new Uint8Array([...bytes.subarray(0, at), ...wrong, ...bytes.subarray(at)]);
      expect(["bad_json", "loaded"]).toContain(outcome(broken));
    }
  });

  test("with lone surrogates: never replaced in silence", () => {
    const withId = (id: string) => JSON.stringify(sample()).replaceAll('"ada"', id);
    for (const id of ['"a\\ud800"', '"\\udc00a"', '"\ud800"', '"x\udc00"', '"\ud800\ud800"', '"\udc00\ud800"']) {
      expect([id, outcome(withId(id))]).toEqual([id, "bad_shape"]);
      expect(outcome(new TextEncoder().encode(withId(id)))).toMatch(id.includes("\\u") ? "bad_shape" : "loaded");
    }
    // A pair written half as an escape is a pair; after a backslash a lone surrogate is a bad escape.
    for (const id of ['"\\ud83d\\ude00"', '"\u{1f600}"', '"\ud83d\\ude00"', '"\\ud83d\ude00"']) {
      using org = Org.loadSync(withId(id));
      expect([id, org.as("\u{1f600}").can("read", "dataset", D1)]).toEqual([id, true]);
    }
    expect(outcome(withId('"\\\ud800"'))).toBe("bad_json");
    expect(outcome(withId('"\\\\\ud800"'))).toBe("bad_shape");
    // In a field that is not read it does not matter.
    expect(["loaded", "bad_shape"]).toContain(outcome(JSON.stringify(sample()).replace("first", "\ud800")));
    // At the border of two pieces, wherever that is.
    for (let padding = 32_700; padding < 32_800; padding++) {
      const text = `{"x":"${"p".repeat(padding)}\u{1f600}","organization":{"id":"\u{1f600}"}}`;
      using org = Org.loadSync(text);
      expect(org.name("organization", "\ufffd")).toBeUndefined();
    }
  });

  test("nested 10,000 deep", () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    const deepObjects = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    for (const nested of [deep, deepObjects]) {
      outcome(nested);
      outcome(nested.slice(0, 10_000));
      outcome(`{"acls":${nested}}`);
      outcome(`{"organization":{"id":"o"},"unread":${nested}}`);
      outcome(`{"organization":{"id":"o"},"acls":[{"id":"a","metadata":${nested}}]}`);
      outcome(`{"organization":{"id":"o"},"groups":[{"id":"a","name":"n","member_users":${nested}}]}`);
      outcome({ ...sample(), acls: nested });
      outcome({ ...sample(), acls: [{ id: "a", metadata: JSON.parse(nested) }] });
      outcome({ ...sample(), acls: JSON.parse(nested) });
    }
  });

  test("__proto__ keys", () => {
    const row = '{"id":"p9","name":"n","__proto__":{"deleted_at":"x","project_id":"y"},"constructor":{"prototype":1}}';
    using org = Org.loadSync(`{"organization":{"id":"o"},"__proto__":{"acls":7},"projects":[${row}]}`);
    expect(org.stats.objects).toBe(1);
    expect(({} as Record<string, unknown>).acls).toBeUndefined();
    using other = Org.loadSync(JSON.parse(`{"organization":{"id":"o"},"__proto__":{"acls":7},"projects":[${row}]}`));
    expect(other.stats.objects).toBe(1);
  });

  test("ids that are empty or huge", () => {
    const huge = "x".repeat(5_000_000);
    const source = JSON.stringify(sample()).replaceAll('"ada"', `"${huge}"`);
    using org = Org.loadSync(source);
    expect(org.as(huge).can("read", "dataset", D1)).toBe(true);
    expect(org.as(`${huge}x`).can("read", "dataset", D1)).toBe(false);
    expect(org.as("bo").can("read", "dataset", huge)).toBe(false);
    using empty = Org.loadSync(JSON.stringify(sample()).replaceAll('"ada"', '""'));
    expect(empty.as("").can("read", "dataset", D1)).toBe(false);
    expect(empty.findings.length).toBeGreaterThan(0);
  });

  test("of 200 MB", { timeout: 180_000 }, async () => {
    const big = "x".repeat(200_000_000);
    const outcomes = [
      await codeOfAsync(Org.load(big).then((org) => org.free())),
      await codeOfAsync(Org.load(`{"organization":{"id":"o"},"unread":"${big}"}`).then((org) => org.free())),
      await codeOfAsync(Org.load(`{"organization":{"id":"${big}"}}`).then((org) => org.free())),
    ];
    expect(outcomes[0]).toBe("bad_json");
    for (const code of outcomes) expect(["bad_json", "bad_shape", "too_large", undefined]).toContain(code);
  });
});

describe("JavaScript objects", () => {
  const shapes: unknown[] = [null, undefined, 7, -0, Number.NaN, true, "x", "", [], [7], {}, { id: "x" }, [[]], [null]];
  const oddities: unknown[] = [
    1n,
    Symbol("x"),
    () => 7,
    new Map(),
    new Date(Number.NaN),
    "\ud800",
    {
      get boom() {
        throw new Error("a getter's trouble");
      },
    },
    {
      toJSON() {
        throw new Error("toJSON's trouble");
      },
    },
    { toJSON: () => 7 },
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("a proxy's trouble");
        },
      },
    ),
    Object.create(null),
    new Array(3),
  ];

  /** Every place in a value: how to put something else there. */
  function* places(value: unknown, path: string): Generator<[string, (replacement: unknown) => unknown]> {
    yield [path, (replacement) => replacement];
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      for (const [inner, put] of places((value as Record<string, unknown>)[key], `${path}/${key}`)) {
        yield [
          inner,
          (replacement) => {
            const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
            copy[key] = put((value as Record<string, unknown>)[key] === undefined ? undefined : replacement);
            return copy;
          },
        ];
      }
    }
  }

  test("with the wrong thing at every place", () => {
    let loaded = 0;
    let refused = 0;
    for (const [path, put] of places(sample(), "")) {
      for (const wrong of [...shapes, ...oddities]) {
        const source = put(wrong);
        if (path === "" && typeof source !== "string" && (typeof source !== "object" || source === null)) {
          expect(codeOf(() => Org.loadSync(source as never))).toBe("bad_argument");
        } else if (outcome(source) === "loaded") loaded++;
        else refused++;
      }
    }
    expect(loaded).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  test("the same in JSON text", () => {
    for (const [, put] of places(sample(), "")) {
      for (const wrong of shapes) {
        const text = JSON.stringify(put(wrong));
        if (text !== undefined) outcome(text);
      }
    }
  });

  test("what JSON cannot hold is named with its path", () => {
    const cyclic: Record<string, unknown> = { id: "x" };
    cyclic["self/me"] = cyclic;
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    const cases: [unknown, string][] = [
      [{ ...sample(), acls: [...sample().acls, { id: "a9", count: 7n }] }, "/acls/4/count"],
      [{ ...sample(), acls: [{ objects: [{ id: 7n }] }] }, "/acls/0/objects/0/id"],
      [{ ...sample(), acls: { objects: [{ id: "x" }, 7n] } }, "/acls/objects/1"],
      [{ ...sample(), groups: [cyclic] }, "/groups/0/self~1me"],
      [{ ...sample(), organization: 7n }, "/organization"],
    ];
    for (const [source, path] of cases) {
      expect(() => Org.loadSync(source as never)).toThrow(expect.objectContaining({ code: "bad_shape", path }));
    }
    expect(outcome({ ...sample(), groups: [{ id: "g", name: "n", deep }] })).toBe("bad_shape");
  });

  test("undefined, toJSON, holes and getters are what JSON.stringify makes of them", () => {
    const source = {
      ...sample(),
      users: [
        { id: "ada", name: undefined, created: new Date(), nested: { toJSON: () => "x" } },
        { toJSON: () => ({ id: "bo" }) },
      ],
    };
    using org = Org.loadSync(source as never);
    expect(org.stats.users).toBe(2);
    const holes: object[] = sample().users;
    holes.length = 7;
    expect(outcome({ ...sample(), users: holes })).toBe("bad_shape");
  });
});

describe("streams and iterables", () => {
  test("that give the wrong thing", async () => {
    for (const wrong of [7, {}, [], true, Symbol("x")]) {
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(wrong);
          controller.close();
        },
      });
      expect(await codeOfAsync(Org.load(stream))).toBe("bad_argument");
    }
    for (const wrong of [7, true, "x", [7], { objects: 7 }, [[["x"]]]]) {
      const source = { ...sample(), acls: new Set([[], wrong]) } as unknown as Source;
      await expect(Org.load(source)).rejects.toMatchObject({ code: expect.stringMatching(/^bad_(json|shape)$/) });
    }
  });

  test("name the page in the path", async () => {
    const pages = new Set([[], [{ id: "g1", name: "n" }], { objects: [{ id: "g2", name: "n", member_users: [7] }] }]);
    await expect(Org.load({ ...sample(), groups: pages as never })).rejects.toMatchObject({
      code: "bad_shape",
      path: "/groups/2/objects/0/member_users/0",
    });
    const found = await Org.load({
      ...sample(),
      acls: new Set([JSON.stringify(sample().acls), [{ id: "a9" }]]) as never,
    });
    expect(found.findings).toMatchObject([{ code: "malformed_acl", path: "/acls/1/0" }]);
    found.free();
  });
});
