// fetchExport against a server that misbehaves: complete, or an error that says what to do; never a part of an
// organisation for the whole of it, and never the token.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Org } from "aclarity";
import { type FetchOptions, type FetchProgress, fetchExport } from "aclarity/api";
import { describe, expect, test } from "vitest";
import { type ApiServer, type How, MARK } from "../server/index.ts";
import { ADA, everythingTold, failure, many, note, ORG, sample, serve, shown, uuid } from "./api-sample.ts";

const GROUPS = "/v1/group";
const to = ({ url, token }: ApiServer, more: Partial<FetchOptions> = {}): FetchOptions => ({ url, token, ...more });
const load = (options: FetchOptions) => Org.load(fetchExport(options));
/** Milliseconds within which what is ended ends on any machine; what is not ended takes a minute and more. */
const SOON = 30_000;

interface Made {
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * The requests that a client makes, by its own count: one that was made just before the client gave up may be still on
 * its way to the server.
 */
function watched(look: (request: Made) => void = () => {}) {
  const made: Made[] = [];
  return {
    made,
    fetch: ((url: string, init: RequestInit) => {
      const request = { path: new URL(url).pathname, signal: init.signal as AbortSignal };
      made.push(request);
      look(request);
      return fetch(url, init);
    }) as typeof fetch,
    async expectNoMore(milliseconds: number) {
      const before = made.length;
      await new Promise((done) => setTimeout(done, milliseconds));
      expect(made.length).toBe(before);
    },
  };
}

/** Five groups, two in a page. */
const inPages = () => ({
  ...sample(),
  group: many("g", 5, (number) => ({ org_id: ORG, name: `Group ${number}`, member_users: [ADA] })),
});

/** Loads, and gives how many groups came and how many milliseconds it took. */
async function groups(options: FetchOptions): Promise<{ groups: number; findings: string[]; took: number }> {
  const begun = Date.now();
  const org = await load(options);
  const { groups } = org.stats;
  const findings = org.findings.map(({ code }) => code);
  org.free();
  return { groups, findings, took: Date.now() - begun };
}

describe("what passes is waited for and repeated", () => {
  const passing: [string, How][] = [
    ["429 without Retry-After", { status: 429 }],
    ["500", { status: 500 }],
    ["503 with a page for people", { status: 503, headers: { "content-type": "text/html" }, body: "<h1>Busy</h1>" }],
    ["a connection cut before the answer", { cut: "before" }],
    ["a body cut in the middle", { cut: "in the body" }],
    ["a body cut in the middle without a trace", { cut: "silent" }],
    ["a body that never ends", { stall: true }],
  ];
  test.each(passing)("%s", async (_, how) => {
    const api = await serve(inPages(), { pageSize: 2 });
    // The second page.
    api.misbehave({ path: GROUPS, after: 1, times: 1, how });
    // What is to be waited for in vain, shortly; everything else as long as a busy machine takes.
    const timeout = "stall" in how ? 5000 : 30_000;
    expect(await groups(to(api, { timeout }))).toMatchObject({ groups: 5, findings: [] });
    const asked = api.asked.filter(({ path }) => path.startsWith(GROUPS));
    expect(asked).toHaveLength(5);
    expect(asked[1]?.path).toBe(asked[2]?.path);
  });

  test("a slow body is no body that never ends", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    // Four waits, which together are longer than what no wait may be.
    api.misbehave({ path: GROUPS, times: 1, how: { slow: 1500 } });
    expect(await groups(to(api, { timeout: 5000 }))).toMatchObject({ groups: 5, findings: [] });
    expect(api.asked.filter(({ path }) => path.startsWith(GROUPS))).toHaveLength(4);
  });

  test("Retry-After in seconds is obeyed, by all requests", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    const waits: unknown[] = [];
    api.misbehave({ path: "/v1/user", times: 1, how: { status: 429, headers: { "retry-after": "2" } } });
    const onProgress = ({ waiting }: FetchProgress) => waiting && waits.push(note(waiting));
    const { took } = await groups(to(api, { concurrency: 1, onProgress }));
    expect(took).toBeGreaterThanOrEqual(2000);
    expect(waits).toEqual([{ milliseconds: expect.closeTo(2125, -3), status: 429 }]);
  });

  test("Retry-After as a date is one of the server's clock", async () => {
    const api = await serve();
    const now = Date.parse("2031-01-01T00:00:00Z");
    const headers = { date: new Date(now).toUTCString(), "retry-after": new Date(now + 1000).toUTCString() };
    api.misbehave({ path: GROUPS, times: 1, how: { status: 429, headers } });
    const { took } = await groups(to(api));
    expect(took).toBeGreaterThanOrEqual(1000);
    expect(took).toBeLessThan(20_000);
  });

  test("one that asks for an hour is told, and not waited for", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { status: 429, headers: { "retry-after": "3600" } } });
    const error = await failure(load(to(api)));
    expect(error).toMatchObject({ code: "http", status: 429, path: "/groups" });
    expect(error.message).toMatch(/wait 3600 s/);
  });

  test("not for ever", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { status: 502 } });
    const error = await failure(load(to(api, { retries: 2 })));
    expect(error).toMatchObject({ code: "http", status: 502, path: "/groups" });
    expect(api.asked.filter(({ path }) => path.startsWith(GROUPS))).toHaveLength(3);
  });

  test("cut again and again: an error with what the runtime said, and without the token", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { cut: "in the body" } });
    const error = await failure(load(to(api, { retries: 1 })));
    expect(error).toMatchObject({ code: "http", path: "/groups" });
    expect(error.message).toMatch(/`GET \/v1\/group`: the connection failed/);
  });
});

describe("an answer has an end", () => {
  test("one that trickles has so much time and no more, and is not asked for again", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { trickle: 50 } });
    const error = await failure(load(to(api, { timeout: 3000, answerTimeout: 5000 })));
    expect(error).toMatchObject({ code: "http", path: "/groups" });
    expect(error.message).toMatch(/`GET \/v1\/group`: the answer was not whole after 5 s \(`answerTimeout`\)/);
    expect(api.asked.filter(({ path }) => path.startsWith(GROUPS))).toHaveLength(1);
  });

  test("one without an end is read so far and no further", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { endless: true } });
    const error = await failure(load(to(api, { maxBytes: 1_000_000 })));
    expect(error).toMatchObject({ code: "too_large", path: "/groups" });
    expect(error.message).toMatch(/the answer has more than 1,000,000 bytes \(`maxBytes`\); check that `url`/);
    expect(api.asked.filter(({ path }) => path.startsWith(GROUPS))).toHaveLength(1);
  });

  test("64 MiB where nothing else is said", async () => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how: { endless: true } });
    expect((await failure(load(to(api)))).message).toMatch(/more than 67,108,864 bytes/);
  });

  test("a page that has just as many bytes is whole", async () => {
    const api = await serve(inPages());
    const text = await (
      await fetch(`${api.url}${GROUPS}`, { headers: { authorization: `Bearer ${api.token}` } })
    ).text();
    const lists: FetchOptions["include"] = ["groups"];
    expect(await groups(to(api, { maxBytes: text.length, include: lists }))).toMatchObject({ groups: 5 });
    const error = await failure(load(to(api, { maxBytes: text.length - 1, include: lists })));
    expect(error).toMatchObject({ code: "too_large", path: "/groups" });
  });

  test.each([{ maxBytes: 0 }, { maxBytes: 1.5 }, { answerTimeout: "1" }])("%o is no bound", async (bound) => {
    const api = await serve();
    expect(await failure(fetchExport(to(api, bound as object)))).toMatchObject({ code: "bad_argument" });
    expect(api.asked).toEqual([]);
  });
});

describe("rows that appear while it is read", () => {
  test("pages that overlap", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    api.misbehave({ path: GROUPS, after: 1, times: 2, how: { overlap: 1 } });
    expect(await groups(to(api))).toMatchObject({ groups: 5, findings: [] });
  });

  test("a page that comes twice", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    api.misbehave({ path: GROUPS, after: 1, times: 1, how: { overlap: 2 } });
    expect(await groups(to(api))).toMatchObject({ groups: 5, findings: [] });
  });

  test("rows that appear at the front", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    const appear = () => void api.data.create("group", { org_id: ORG, name: "Late", member_users: [] });
    api.misbehave({ path: GROUPS, after: 1, times: 2, how: { appear } });
    expect(await groups(to(api))).toMatchObject({ groups: 5, findings: [] });
  });

  test("a row that says something else when it comes again is told", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    const change = () => Object.assign(api.data.all("group")[1] as object, { member_users: [] });
    api.misbehave({ path: GROUPS, after: 1, times: 1, how: { appear: change } });
    api.misbehave({ path: GROUPS, after: 1, times: 1, how: { overlap: 3 } });
    // The one rule changes the row and the other shows it once more.
    expect((await groups(to(api))).findings).toEqual(["duplicate_conflict"]);
  });

  test("a list that goes in circles has no end, and is none", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    api.misbehave({ path: GROUPS, how: { goesOn: false } });
    const error = await failure(load(to(api)));
    expect(error).toMatchObject({ code: "http", path: "/groups" });
    expect(error.message).toMatch(/keeps giving the same rows/);
  });

  test("nor has one whose rows say something else at every turn", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    let turn = 0;
    const change = () => Object.assign(api.data.all("group")[0] as object, { description: `turn ${++turn}` });
    api.misbehave({ path: GROUPS, how: { goesOn: false, appear: change } });
    expect(await failure(load(to(api)))).toMatchObject({ code: "http", path: "/groups" });
    expect(turn).toBeLessThan(10);
  });
});

describe("what does not pass is an error", () => {
  const lasting: [string, How, object, RegExp][] = [
    ["401", { status: 401 }, { code: "http", status: 401 }, /does not accept the token \(401\)/],
    [
      "400",
      { status: 400, body: { error: { message: "no such\nparameter" } } },
      { code: "http", status: 400 },
      /with 400: no such parameter/,
    ],
    ["404", { status: 404 }, { code: "http", status: 404 }, /is not there \(404\); check `url`/],
    ["HTML instead of JSON", { html: true }, { code: "bad_json" }, /web page; check that `url`/],
    ["a number", { status: 200, body: 5 }, { code: "bad_shape" }, /expected a page of rows/],
    [
      "objects that are none",
      { status: 200, body: { objects: [5] } },
      { code: "bad_shape" },
      /expected a row at place 0/,
    ],
    ["a last row without an id", { status: 200, body: { objects: [{ name: "x" }] } }, { code: "bad_shape" }, /no id/],
  ];
  test.each(lasting)("%s", async (_, how, expected, message) => {
    const api = await serve();
    api.misbehave({ path: GROUPS, how });
    const error = await failure(fetchExport(to(api)));
    expect(error).toMatchObject({ ...expected, path: "/groups" });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n|\.$/);
    expect(api.asked.filter(({ path }) => path.startsWith(GROUPS))).toHaveLength(1);
  });

  test("a token that the API does not know, which repeats it", async () => {
    const api = await serve();
    for (const token of [`sk-${MARK}-wrong`, `${MARK}.of.another.form`]) {
      const error = await failure(fetchExport({ url: api.url, token }));
      expect(error).toMatchObject({ code: "http", status: 401, path: "/organization" });
      expect(error.message).toMatch(/Invalid API key: (sk-)?…/);
    }
  });

  test("nobody there", async () => {
    const api = await serve();
    const { url, token } = api;
    await api.close();
    const error = await failure(fetchExport({ url, token }));
    expect(error).toMatchObject({ code: "http", path: "/organization" });
    expect(error.message).toMatch(/ECONNREFUSED.*check `url` and your network/);
  });
});

describe("what the token may not read", () => {
  test("is left out, and told", async () => {
    const api = await serve(sample(), { forbidden: [GROUPS, "/v1/service_token"], absent: ["/v1/project_group"] });
    const exported = note(await fetchExport(to(api)));
    expect(exported.missing).toEqual([
      { list: "service_tokens", status: 403 },
      { list: "groups", status: 403 },
      { list: "project_groups", status: 404 },
    ]);
    const org = await Org.load(exported);
    const told = org.findings.filter(({ code }) => code === "list_missing");
    expect(told.map(({ path, severity }) => [path, severity])).toEqual([
      ["/groups", "error"],
      ["/service_tokens", "warning"],
      ["/project_groups", "info"],
    ]);
    expect(told[0]?.message).toMatch(/`groups` could not be read \(403\)/);
    org.free();
  });

  test("stops a strict load", async () => {
    const api = await serve(sample(), { forbidden: ["/v1/acl/list_org"] });
    const error = await failure(Org.load(fetchExport(to(api)), { strict: true }));
    expect(error).toMatchObject({ code: "strict", path: "/acls" });
  });

  test("the organisation itself", async () => {
    const api = await serve(sample(), { forbidden: ["/v1/organization"] });
    const org = await load(to(api));
    expect(org.findings.map(({ code }) => code)).toEqual(["list_missing", "organization_inferred"]);
    org.free();
  });

  test("the organisation itself, when the rows are of several: a mixture is refused", async () => {
    const lists = sample();
    const foreign = { id: uuid("p", 7), org_id: uuid("o", 7), name: "Theirs" };
    const api = await serve(
      { ...lists, project: [...(lists.project ?? []), foreign] },
      { forbidden: ["/v1/organization"] },
    );
    const error = await failure(load(to(api)));
    expect(error).toMatchObject({ code: "no_organization", path: "/projects" });
    expect(error.message).toMatch(/the rows are of several organizations/);
    expect(error.message).toContain(ORG);
  });

  test("in the middle of a list it is an error: a part was read", async () => {
    const api = await serve(inPages(), { pageSize: 2 });
    api.misbehave({ path: GROUPS, after: 1, how: { status: 403 } });
    const error = await failure(load(to(api)));
    expect(error).toMatchObject({ code: "http", status: 403, path: "/groups" });
    expect(error.message).toMatch(/not whole/);
  });
});

describe("a redirect", () => {
  test.each(["the same host", "another host"])("to %s is not followed, and the token goes nowhere", async (where) => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers);
      response.setHeader("content-type", "application/json").end('{"objects":[]}');
    });
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const api = await serve();
    const port = where === "another host" ? (other.address() as AddressInfo).port : new URL(api.url).port;
    api.misbehave({ path: GROUPS, how: { redirect: `http://localhost:${port}/v1/role?key=${api.token}` } });
    const error = await failure(fetchExport(to(api)));
    other.close();
    expect(error).toMatchObject({ code: "http", status: 302, path: "/groups" });
    expect(error.message).toContain(`is redirected to \`http://localhost:${port}\`, and the token does not follow`);
    expect(seen).toEqual([]);
    expect(api.asked.filter(({ path }) => path.includes("key="))).toEqual([]);
  });
});

describe("stopping", () => {
  test("before it begins", async () => {
    const api = await serve();
    const error = await failure(fetchExport(to(api, { signal: AbortSignal.abort() })));
    expect(error.code).toBe("aborted");
    expect(api.asked).toEqual([]);
  });

  test("while it waits for an answer, for its turn, or to try again", async () => {
    for (const how of [{ stall: true }, { status: 503, headers: { "retry-after": "60" } }] as const) {
      const api = await serve();
      api.misbehave({ path: GROUPS, how });
      const begun = Date.now();
      const controller = new AbortController();
      const requests = watched(({ path }) => {
        if (path === GROUPS) setTimeout(() => controller.abort(), 300);
      });
      const { signal } = controller;
      const error = await failure(fetchExport(to(api, { signal, concurrency: 1, fetch: requests.fetch })));
      expect(error.code).toBe("aborted");
      expect(Date.now() - begun).toBeLessThan(SOON);
    }
  });

  test("while it is loaded", async () => {
    const api = await serve(inPages(), { pageSize: 1 });
    const controller = new AbortController();
    const exported = await fetchExport(to(api, { signal: controller.signal }));
    api.misbehave({ path: GROUPS, how: { stall: true } });
    setTimeout(() => controller.abort(), 100);
    expect((await failure(Org.load(exported))).code).toBe("aborted");
  });

  test("an error ends the other requests, and nothing is left unhandled", async () => {
    const api = await serve(inPages(), { pageSize: 1 });
    api.misbehave({ path: "/v1/user", how: { slow: 20_000 } });
    api.misbehave({ path: GROUPS, how: { status: 401 } });
    const requests = watched();
    await failure(fetchExport(to(api, { fetch: requests.fetch })));
    const users = requests.made.filter(({ path }) => path.startsWith("/v1/user"));
    expect(users.map(({ signal }) => signal.aborted)).toEqual([true]);
    await requests.expectNoMore(300);
  });
});

describe("the first list that fails ends the fetch", () => {
  /** The failure, which comes soon, with another list that is waited for a minute. */
  async function failed(first: How, options: Parameters<typeof Org.load>[1] = {}) {
    const api = await serve(inPages(), { pageSize: 1 });
    api.misbehave({ path: GROUPS, after: 1, how: first });
    api.misbehave({ path: "/v1/project", after: 1, how: { stall: true } });
    const requests = watched();
    const begun = Date.now();
    const error = await failure(Org.load(fetchExport(to(api, { fetch: requests.fetch })), options));
    expect(Date.now() - begun).toBeLessThan(SOON);
    const projects = requests.made.filter(({ path }) => path === "/v1/project");
    expect(projects.at(-1)?.signal.aborted).toBe(true);
    await requests.expectNoMore(400);
    return error;
  }

  test("and it is that failure which is told", async () => {
    expect(await failed({ status: 401 })).toMatchObject({ code: "http", status: 401, path: "/groups" });
  });

  test("whichever list is being read", async () => {
    const api = await serve(inPages(), { pageSize: 1 });
    // Users are read first; groups fail meanwhile.
    api.misbehave({ path: "/v1/user", after: 1, how: { stall: true } });
    api.misbehave({ path: GROUPS, after: 1, how: { html: true } });
    const begun = Date.now();
    expect(await failure(load(to(api)))).toMatchObject({ code: "bad_json", path: "/groups" });
    expect(Date.now() - begun).toBeLessThan(SOON);
  });

  test("a load that gives up too", async () => {
    const api = await serve(inPages(), { pageSize: 1 });
    api.misbehave({ path: "/v1/user", after: 1, how: { stall: true } });
    api.misbehave({ path: GROUPS, after: 1, how: { status: 503 } });
    const signal = AbortSignal.timeout(300);
    const requests = watched();
    expect(await failure(Org.load(fetchExport(to(api, { fetch: requests.fetch })), { signal }))).toMatchObject({
      code: "aborted",
    });
    // Two repetitions would have come by then.
    await requests.expectNoMore(2000);
  });
});

test("the watch finds a token where there is one", () => {
  const token = `sk-${MARK}`;
  expect(shown(new Error("x", { cause: { inner: [token] } }))).toContain(MARK);
  expect(everythingTold()).not.toContain(MARK);
});
