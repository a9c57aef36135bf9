// Snapshots: what is loaded from one says what it was made from says, whatever form it comes in.
import { Readable } from "node:stream";
import { Org, ready, type Source } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { acl, codeOf, codeOfAsync, D1, D2, P1, sample } from "./sample.ts";

beforeAll(() => ready());

function snapshot(options?: Parameters<typeof Org.loadSync>[1]): Uint8Array {
  const org = Org.loadSync(sample(), options);
  const bytes = org.toBytes();
  org.free();
  return bytes;
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

describe("the forms of a snapshot", () => {
  const forms: [string, (bytes: Uint8Array) => Source | Promise<Source>][] = [
    ["bytes", (bytes) => bytes],
    ["an ArrayBuffer", (bytes) => bytes.slice().buffer],
    ["a part of a buffer", (bytes) => new Uint8Array([1, ...bytes, 2]).subarray(1, 1 + bytes.length)],
    ["a promise", (bytes) => Promise.resolve(bytes)],
    ["a Response", (bytes) => new Response(bytes as never)],
    ["a stream", (bytes) => streamOf(bytes, 100)],
    ["a stream of single bytes", (bytes) => streamOf(bytes, 1)],
    ["a stream of Node", (bytes) => Readable.from([Buffer.from(bytes)]) as never],
  ];
  test.each(forms)("%s", async (_, form) => {
    const org = await Org.load(form(snapshot()));
    expect(org.findings).toEqual([]);
    expect(org.stats).toMatchObject({ users: 3, groups: 2, roles: 1, acls: 4 });
    expect(org.as("ada").list("read", "dataset")).toEqual([D1]);
    expect(org.as("bo").list("delete", "dataset")).toEqual([D1, D2]);
    expect(org.sliceOf).toBeNull();
    expect(org.toBytes()).toEqual(snapshot());
    org.free();
  });

  test("at once", () => {
    const org = Org.loadSync(snapshot());
    expect(org.as("ada").explain("read", "dataset", D1)).toEqual(
      Org.loadSync(sample()).as("ada").explain("read", "dataset", D1),
    );
  });

  test("replaces", async () => {
    const org = Org.loadSync({ ...sample(), acls: [] });
    const ada = org.as("ada");
    expect(ada.can("read", "dataset", D1)).toBe(false);
    await org.replace(snapshot());
    expect(ada.can("read", "dataset", D1)).toBe(true);
  });

  test("goes on changing", () => {
    const org = Org.loadSync(snapshot());
    const before = org.toBytes();
    org.apply({
      acls: {
        remove: ["a2"],
        upsert: [acl("n", { object_type: "dataset", object_id: D2, user_id: "ada", permission: "read" })],
      },
    });
    expect(org.as("ada").list("read", "dataset")).toEqual([D2]);
    const again = Org.loadSync(org.toBytes());
    expect(again.as("ada").list("read", "dataset")).toEqual([D2]);
    expect(Org.loadSync(before).as("ada").list("read", "dataset")).toEqual([D1]);
    const draft = again.draft({ by: again.as("bo") });
    draft.addMembers("owners", ["ada"]);
    expect(draft.preview.as("ada").isOwner).toBe(true);
  });
});

describe("options", () => {
  const unknown = (org: Org) => org.as("bo").can("read", "project", "00000000-0000-4000-8000-0000000000ff");

  test("are the snapshot's, unless others are given", async () => {
    const bytes = snapshot({ unknownObjects: "inOrganization" });
    expect(unknown(Org.loadSync(bytes))).toBe(true);
    expect(unknown(Org.loadSync(bytes, { unknownObjects: "deny" }))).toBe(false);
    expect(unknown(Org.loadSync(snapshot()))).toBe(false);
    expect(unknown(Org.loadSync(snapshot(), { unknownObjects: "inOrganization" }))).toBe(true);
    const org = Org.loadSync(sample(), { unknownObjects: "inOrganization" });
    await org.replace(snapshot());
    expect(unknown(org)).toBe(true);
  });

  test("strict finds what is wrong in a snapshot too", () => {
    const wrong = Org.loadSync({ ...sample(), acls: [{ id: "x" }] }).toBytes();
    expect(Org.loadSync(wrong).findings.map(({ code, path }) => [code, path])).toContainEqual([
      "malformed_acl",
      "/acls/0",
    ]);
    expect(codeOf(() => Org.loadSync(wrong, { strict: true }))).toBe("strict");
  });
});

describe("bytes that are no whole snapshot", () => {
  test("are a typed error, and the next load works", async () => {
    const bytes = snapshot();
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x10;
      // Without its first byte it is JSON, and none.
      const codes = at === 0 ? ["bad_json"] : ["snapshot_corrupt", "snapshot_version"];
      expect(codes, `byte ${at}`).toContain(codeOf(() => Org.loadSync(damaged)));
      if (at > 0) expect(codeOf(() => Org.loadSync(bytes.subarray(0, at)))).toBe("snapshot_corrupt");
    }
    expect(await codeOfAsync(Org.load(streamOf(bytes.subarray(0, bytes.length - 1), 50)))).toBe("snapshot_corrupt");
    const later = bytes.slice();
    later[8] = 99;
    expect(codeOf(() => Org.loadSync(later))).toBe("snapshot_version");
    expect(Org.loadSync(bytes).as("ada").can("read", "project", P1)).toBe(true);
  });

  test("a snapshot is no list", async () => {
    expect(codeOf(() => Org.loadSync({ ...sample(), acls: snapshot() as never }))).toBe("bad_json");
  });

  test("a stream that is aborted", async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await codeOfAsync(Org.load(streamOf(snapshot(), 10), { signal: controller.signal }))).toBe("aborted");
  });
});

test("freed, it gives no bytes", () => {
  const org = Org.loadSync(sample());
  org.free();
  expect(codeOf(() => org.toBytes())).toBe("freed");
});
