import { Readable } from "node:stream";
import { Org, ready, type Source } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { acl, codeOf, codeOfAsync, D1, D2, P1, sample } from "./sample.ts";

beforeAll(() => ready());

const text = () => JSON.stringify(sample());
const bytes = () => new TextEncoder().encode(text());

function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

function inPieces(all: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
  return pieces;
}

function looksRight(org: Org): void {
  expect(org.findings).toEqual([]);
  expect(org.stats).toMatchObject({ users: 3, groups: 2, roles: 1, acls: 4 });
  expect(org.as("ada").list("read", "dataset")).toEqual([D1]);
  expect(org.as("bo").list("delete", "dataset")).toEqual([D1, D2]);
  org.free();
}

describe("the forms of a source", () => {
  const whole: [string, () => Source | Promise<Source>][] = [
    ["an export", () => sample()],
    ["a promise of an export", () => Promise.resolve(sample())],
    ["text", text],
    ["text with a byte order mark", () => `\ufeff${text()}`],
    ["bytes", bytes],
    ["bytes with a byte order mark", () => new Uint8Array([0xef, 0xbb, 0xbf, ...bytes()])],
    ["an ArrayBuffer", () => bytes().slice().buffer],
    ["a DataView of a part", () => new DataView(new Uint8Array([1, 2, ...bytes(), 3]).buffer, 2, bytes().length)],
    ["a Buffer", () => Buffer.from(text())],
    ["a Response", () => new Response(text())],
    ["a promise of a Response", () => Promise.resolve(new Response(text()))],
    ["a stream of bytes", () => streamOf(bytes())],
    ["a stream of single bytes", () => streamOf(...inPieces(bytes(), 1))],
    ["a stream of text", () => streamOf(text().slice(0, 100), "", text().slice(100))],
    ["a stream of Node", () => Readable.from(inPieces(bytes(), 50)) as never],
    ["spaces around it", () => `  \n${text()}\r\n\t `],
  ];
  test.each(whole)("%s", async (_, source) => {
    looksRight(await Org.load(source()));
  });

  const lists: [string, (rows: object[]) => unknown][] = [
    ["rows", (rows) => rows],
    ["a page", (rows) => ({ objects: rows })],
    ["pages", (rows) => [{ objects: rows.slice(0, 1) }, { objects: rows.slice(1) }, { objects: [] }]],
    ["text", (rows) => JSON.stringify(rows)],
    ["text of a page", (rows) => JSON.stringify({ objects: rows })],
    ["text of pages", (rows) => JSON.stringify([{ objects: rows }, { objects: [] }])],
    ["bytes", (rows) => new TextEncoder().encode(JSON.stringify(rows))],
    ["an ArrayBuffer", (rows) => new TextEncoder().encode(JSON.stringify(rows)).slice().buffer],
    ["a Response", (rows) => new Response(JSON.stringify({ objects: rows }))],
    ["a promise of a Response", (rows) => Promise.resolve(new Response(JSON.stringify(rows)))],
    ["a stream", (rows) => streamOf(JSON.stringify(rows))],
    ["an array of Responses", (rows) => rows.map((row) => new Response(JSON.stringify({ objects: [row] })))],
    ["an array of promises", (rows) => rows.map((row) => Promise.resolve(new Response(JSON.stringify([row]))))],
    ["an array of texts", (rows) => rows.map((row) => JSON.stringify([row]))],
    ["an iterable of pages", (rows) => new Set(rows.map((row) => ({ objects: [row] })))],
    ["an iterable of lists of rows", (rows) => new Set([rows.slice(0, 1), rows.slice(1)])],
    ["an iterable of single rows", (rows) => new Set(rows)],
    [
      "an async iterable of everything",
      async function* (rows) {
        const forms = [
          (row: object) => [row],
          (row: object) => ({ objects: [row] }),
          (row: object) => JSON.stringify([row]),
          (row: object) => new TextEncoder().encode(JSON.stringify({ objects: [row] })),
          (row: object) => new Response(JSON.stringify([row])),
          (row: object) => streamOf(JSON.stringify([row])),
        ];
        for (const [index, row] of rows.entries()) yield forms[index % forms.length]?.(row);
        yield [];
        yield null;
      },
    ],
  ];
  test.each(lists)("each list as %s", async (_, form) => {
    const source = Object.fromEntries(
      Object.entries(sample()).map(([name, rows]) => [name, Array.isArray(rows) ? form(rows) : rows]),
    );
    looksRight(await Org.load(source as Source));
  });

  const empties: [string, () => unknown][] = [
    ["no rows", () => []],
    ["an empty page", () => ({ objects: [] })],
    ["text", () => "[]"],
    ["text of a page", () => '{"objects":[]}'],
    ["text of an empty page in an array", () => '[{"objects":[]}]'],
    ["bytes", () => new TextEncoder().encode("[]")],
    ["a Response", () => new Response("[]")],
    ["a promise", () => Promise.resolve([])],
    ["a stream", () => streamOf("[", "]")],
    ["an empty Set", () => new Set()],
    ["an empty Map", () => new Map()],
    ["an iterator of nothing", () => [].values()],
    ["a Set of an empty page", () => new Set([[]])],
    ["a generator of nothing", () => (function* () {})()],
    ["an async generator of nothing", () => (async function* () {})()],
    ["a promise of an empty Set", () => Promise.resolve(new Set())],
    [
      "an async generator of null",
      () =>
        (async function* () {
          yield null;
          yield undefined;
        })(),
    ],
    ["an array of promises of nothing", () => [Promise.resolve(null), Promise.resolve(undefined)]],
    ["an array of empty lists", () => [[], []]],
  ];
  test.each(empties)("an empty list as %s is a list", async (_, form) => {
    using org = await Org.load({ ...sample(), users: form() } as Source, { members: "known" });
    using same = await Org.load({ ...sample(), users: [] } as Source, { members: "known" });
    expect(same.as("ada").explain("read", "dataset", D1).reason).toBe("not_a_member");
    expect(org.as("ada").can("read", "dataset", D1)).toBe(false);
    expect(org.as("ada").explain("read", "dataset", D1)).toEqual(same.as("ada").explain("read", "dataset", D1));
    expect(org.findings).toEqual(same.findings);
  });

  test("rows of an iterable are numbered as in an array", async () => {
    const rows = [...sample().acls, { id: "a9" }, { id: "a10" }];
    const forms: (() => unknown)[] = [
      () => rows,
      () => new Set(rows),
      () => rows.values(),
      () => rows.map((row, index) => (index % 2 === 0 ? row : Promise.resolve(row))),
      async function* () {
        yield* rows;
      },
    ];
    using org = await Org.load({ ...sample(), acls: rows } as Source);
    expect(org.findings.map((finding) => finding.path)).toEqual(["/acls/4", "/acls/5"]);
    for (const form of forms) {
      const list = form();
      const acls = typeof list === "function" ? list() : list;
      using same = await Org.load({ ...sample(), acls } as Source);
      expect(same.findings).toEqual(org.findings);
      expect(same.stats.acls).toBe(org.stats.acls);
    }
    // A part after rows, and the other way round.
    const [first, ...others] = sample().acls;
    looksRight(await Org.load({ ...sample(), acls: new Set([first, { objects: others }]) } as Source));
    looksRight(await Org.load({ ...sample(), acls: new Set([others, first]) } as Source));
    const mixed = new Set([...sample().acls, [{ id: "a9" }], JSON.stringify([{ id: "a10" }])]);
    using parts = await Org.load({ ...sample(), acls: mixed } as Source);
    expect(parts.findings.map((finding) => finding.path)).toEqual(["/acls/4/0", "/acls/5/0"]);
    for (const wrong of [new Set([first, null]), new Set([null, first])]) {
      expect(await codeOfAsync(Org.load({ ...sample(), acls: wrong } as Source))).toBe("bad_shape");
    }
    await expect(Org.load({ ...sample(), acls: new Set([first, { id: 7n }]) } as Source)).rejects.toMatchObject({
      code: "bad_shape",
      path: "/acls/1/id",
    });
  });

  const ownRow = '{"id":"own","name":"Own"}';
  const organizations: [string, () => unknown][] = [
    ["an object", () => JSON.parse(ownRow)],
    ["a promise", () => Promise.resolve(JSON.parse(ownRow))],
    ["text", () => ownRow],
    ["bytes", () => new TextEncoder().encode(`\ufeff${ownRow}`)],
    ["a Response", () => new Response(ownRow)],
    ["a promise of a Response", () => Promise.resolve(new Response(ownRow))],
    ["a stream", () => streamOf(ownRow.slice(0, 5), ownRow.slice(5))],
    ["a stream of Node", () => Readable.from([Buffer.from(ownRow)])],
  ];
  test.each(organizations)("the organisation as %s", async (_, form) => {
    // The rows name another organisation: its id is not inferred from them.
    using org = await Org.load({ ...sample(), organization: form() } as Source);
    expect(org.name("organization", "own")).toBe("Own");
    expect(org.as("bo").can("update", "organization")).toBe(false);
  });

  test("an organisation or a plan that cannot be read is an error", async () => {
    const at = (code: string, path: string) => expect.objectContaining({ code, path });
    const withoutId: unknown[] = [
      {},
      { id: null },
      { id: undefined },
      { id: "" },
      { name: "n" },
      new Set([{ id: "o" }]),
      new Map([["id", "o"]]),
      new Response("{}"),
      '{"objects":[{"id":"o"}]}',
    ];
    for (const organization of withoutId) {
      await expect(Org.load({ ...sample(), organization } as Source)).rejects.toThrow(
        at("bad_shape", "/organization/id"),
      );
    }
    for (const organization of [() => {}, Symbol("x"), { toJSON() {} }, "null", "[]", 7, [{ id: "o" }]]) {
      await expect(Org.load({ ...sample(), organization } as Source)).rejects.toThrow(at("bad_shape", "/organization"));
    }
    for (const organization of ["", "{", "x", new Uint8Array([0x7b]), new Response(null), `${ownRow},"acls":[]`]) {
      await expect(Org.load({ ...sample(), organization } as Source)).rejects.toThrow(at("bad_json", "/organization"));
    }
    for (const plan of [{}, () => {}, new Set(["pro"]), new Response("{}")]) {
      await expect(Org.load({ ...sample(), plan } as never)).rejects.toThrow(at("bad_shape", "/plan"));
    }
    looksRight(await Org.load({ ...sample(), plan: new Response('"pro"') } as never));
    const refused = { ...sample(), organization: new Response("", { status: 403 }) };
    await expect(Org.load(refused)).rejects.toThrow(at("http", "/organization"));
    for (const organization of [new Response(ownRow), Promise.resolve({ id: "own" }), streamOf(ownRow)]) {
      expect(codeOf(() => Org.loadSync({ ...sample(), organization } as never))).toBe("bad_argument");
    }
    using atOnce = Org.loadSync({ ...sample(), organization: new TextEncoder().encode(ownRow) });
    expect(atOnce.name("organization", "own")).toBe("Own");
  });

  test("null, absent and unknown lists", async () => {
    looksRight(await Org.load({ ...sample(), prompts: null, functions: undefined, views: 7n, plan: "pro" } as Source));
    looksRight(await Org.load({ ...sample(), plan: null } as Source));
  });

  test("lists of names that no list has", async () => {
    const { acls, ...rest } = sample() as { acls: unknown[] };
    const misspelt = { ...rest, acl: acls, "a/b": { objects: [] }, exported_at: "now", by: { tool: 1 } };
    const told = [
      ["unknown_list", "/acl"],
      ["unknown_list", "/a~1b"],
      // Without the ACL of their role.
      ["owners_disagree", "/groups/0"],
    ];
    for (const source of [misspelt, JSON.stringify(misspelt)] as const) {
      const org = await Org.load(source as never);
      expect(org.findings.map(({ code, path }) => [code, path])).toEqual(told);
      expect(org.as("ada").list("read", "dataset")).toEqual([]);
    }
  });

  test("at once", () => {
    for (const source of [sample(), text(), bytes(), bytes().slice().buffer]) looksRight(Org.loadSync(source));
    looksRight(Org.loadSync({ ...sample(), acls: new Set([JSON.stringify(sample().acls)]) } as never));
    for (const source of [Promise.resolve(text()), new Response(text()), streamOf(text())]) {
      expect(codeOf(() => Org.loadSync(source as never))).toBe("bad_argument");
      expect(codeOf(() => Org.loadSync({ ...sample(), acls: source } as never))).toBe("bad_argument");
    }
  });

  test("what is none of them", async () => {
    for (const source of [undefined, null, 7, true, Symbol("x"), () => {}, new URL("https://acme.example/")]) {
      expect(await codeOfAsync(Org.load(source as never))).toBe("bad_argument");
      expect(codeOf(() => Org.loadSync(source as never))).toBe("bad_argument");
    }
    expect(await codeOfAsync(Org.load([] as never))).toBe("bad_shape");
    const read = new Response(text());
    await read.text();
    expect(await codeOfAsync(Org.load(read))).toBe("bad_argument");
    expect(await codeOfAsync(Org.load(streamOf(7 as never)))).toBe("bad_argument");
    expect(await codeOfAsync(Org.load(new Response(null)))).toBe("bad_json");
    expect(await codeOfAsync(Org.load(""))).toBe("bad_json");
    for (const name of ["acme.json", "./exports/acme.json", "C:\\acme.json", "https://acme.example/export?x=1"]) {
      await expect(Org.load(name)).rejects.toThrow(/^this is the name of a file or an address, .*load what the file/);
      await expect(Org.load({ groups: name })).rejects.toMatchObject({ code: "bad_json", path: "/groups" });
    }
    for (const text of ["acme", "1.5", "1.5e3", "-1.5E+3", "<a/>", "acme and others.json"]) {
      await expect(Org.load(text)).rejects.toThrow(/^(this is not JSON|expected an export)/);
    }
  });
});

describe("options", () => {
  test("are what they are said to be", async () => {
    const broken = { ...sample(), groups: [] };
    expect(await codeOfAsync(Org.load(broken, { strict: true }))).toBe("strict");
    using lenient = await Org.load(broken, { strict: false });
    expect(lenient.findings.map((finding) => finding.code)).toContain("dangling_group");
    using inside = await Org.load(sample(), { unknownObjects: "inOrganization" });
    expect(inside.as("bo").can("read", "dataset", "unheard-of")).toBe(true);
    using outside = await Org.load(sample(), { unknownObjects: "deny" });
    expect(outside.as("bo").can("read", "dataset", "unheard-of")).toBe(false);
    const left = { ...sample(), users: [{ id: "bo" }] };
    using known = await Org.load(left, { members: "known" });
    expect(known.as("ada").explain("read", "dataset", D1).reason).toBe("not_a_member");
    using any = await Org.load(left, { members: "any", now: new Date() });
    expect(any.as("ada").can("read", "dataset", D1)).toBe(true);
  });

  test("throw when they are not", async () => {
    for (const options of [
      7,
      { strict: 1 },
      // Left out in silence, it would let in whom `members` keeps out.
      { member: "known" },
      { unknownObjects: "allow" },
      { members: "all" },
      { now: 7 },
      { now: new Date("x") },
      { onProgress: 7 },
      { signal: 5 },
      { signal: {} },
      { signal: { aborted: true } },
      { signal: "abort" },
    ]) {
      expect(await codeOfAsync(Org.load(sample(), options as never))).toBe("bad_argument");
      expect(codeOf(() => Org.loadSync(sample(), options as never))).toBe("bad_argument");
    }
  });
});

describe("what goes wrong on the way", () => {
  test("a Response that is not ok", async () => {
    for (const status of [400, 401, 404, 500]) {
      const refused = () => new Response(text(), { status });
      await expect(Org.load(refused())).rejects.toMatchObject({ code: "http", path: "" });
      await expect(Org.load({ ...sample(), acls: refused() })).rejects.toMatchObject({ code: "http", path: "/acls" });
      await expect(Org.load({ ...sample(), acls: [refused()] } as Source)).rejects.toMatchObject({ path: "/acls/0" });
    }
  });

  test("a source that fails", async () => {
    const cause = new Error("the network's trouble");
    await expect(Org.load(Promise.reject(cause))).rejects.toMatchObject({ code: "http", cause });
    const failing = new ReadableStream({
      pull(controller) {
        controller.error(cause);
      },
    });
    await expect(Org.load(failing)).rejects.toMatchObject({ code: "http", cause });
    // Both fail: neither counts as an unhandled rejection.
    const both = { ...sample(), groups: Promise.reject(cause), acls: [Promise.reject(cause)] };
    await expect(Org.load(both as Source)).rejects.toMatchObject({ code: "http", cause });
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test("the source is let go of", async () => {
    let cancelled = 0;
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue("!");
        },
        cancel() {
          cancelled++;
        },
      });
    expect(await codeOfAsync(Org.load(endless()))).toBe("bad_json");
    let returned = 0;
    const pages = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: "!" }),
        return: async () => {
          returned++;
          return { done: true, value: undefined };
        },
      }),
    };
    expect(await codeOfAsync(Org.load({ ...sample(), acls: pages as never }))).toBe("bad_json");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([cancelled, returned]).toEqual([1, 1]);
  });

  test("a signal stops it", async () => {
    const already = AbortSignal.abort("enough");
    await expect(Org.load(sample(), { signal: already })).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect(codeOf(() => Org.loadSync(sample(), { signal: already }))).toBe("aborted");
    Org.loadSync(sample(), { signal: new AbortController().signal }).free();
    let cancelled = false;
    const silent = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const controller = new AbortController();
    const loading = Org.load(silent, { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    expect(cancelled).toBe(true);
    const waiting = new AbortController();
    const never = Org.load(new Promise<Source>(() => {}), { signal: waiting.signal });
    setTimeout(() => waiting.abort(), 10);
    expect(await codeOfAsync(never)).toBe("aborted");
    const fine = new AbortController();
    looksRight(await Org.load(streamOf(text()), { signal: fine.signal }));
    fine.abort();
  });
});

describe("long loads", () => {
  const many = (count: number) => ({
    ...sample(),
    acls: Array.from({ length: count }, (_, n) =>
      acl(`acl-${n}`, {
        object_type: "project",
        object_id: P1,
        user_id: `user-${n}`,
        permission: "read",
        filler: "é".repeat(50),
      }),
    ),
  });

  test("let the event loop run, report progress, and can be stopped in the middle", async () => {
    const source = many(40_001);
    for (const form of [source, JSON.stringify(source), streamOf(JSON.stringify(source))]) {
      let ticks = 0;
      const clock = setInterval(() => ticks++, 0);
      const seen: number[] = [];
      using org = await Org.load(form as Source, { onProgress: ({ bytes }) => seen.push(bytes) });
      clearInterval(clock);
      expect(ticks).toBeGreaterThan(3);
      expect(seen.length).toBeGreaterThan(5);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(org.stats.acls).toBe(40_001);
      expect(org.as("user-40000").can("read", "dataset", D1)).toBe(true);
    }
    const controller = new AbortController();
    let reports = 0;
    const loading = Org.load(source, {
      signal: controller.signal,
      onProgress: () => {
        reports++;
        if (reports === 2) controller.abort();
      },
    });
    expect(await codeOfAsync(loading)).toBe("aborted");
    expect(reports).toBe(2);
  });

  test("progress names the list", async () => {
    const seen = new Set<string | undefined>();
    using _org = await Org.load(many(30_001), { onProgress: ({ list }) => seen.add(list) });
    expect(seen.has("acls")).toBe(true);
  });

  test("any split of the bytes gives the same", async () => {
    const source = JSON.stringify({ ...sample(), users: [{ id: "ünï-\u{1f600}-日本" }, { id: "ada" }, { id: "x" }] });
    const encoded = new TextEncoder().encode(source);
    for (const size of [1, 2, 3, 5, 7, 64, 1000]) {
      using org = await Org.load(streamOf(...inPieces(encoded, size)));
      expect(org.stats.users).toBe(3);
    }
    // A pair of surrogates split between two chunks of text.
    for (let at = 1; at < source.length; at++) {
      const unit = source.charCodeAt(at);
      if (unit < 0xdc00 || unit > 0xdfff) continue;
      using org = await Org.load(streamOf(source.slice(0, at), source.slice(at)));
      expect(org.find({ type: "user" }).map((node) => node.id)).toContain("ünï-\u{1f600}-日本");
    }
  });
});
