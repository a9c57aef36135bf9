// A small organisation on a server, for the tests of `aclarity/api`, and a watch over everything that is told of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { AclarityError } from "aclarity/api";
import { afterAll, afterEach, expect } from "vitest";
import { type ApiServer, MARK, type Row, type ServerOptions, startServer } from "../server/index.ts";

/** A UUID that says what it is of. */
export const uuid = (kind: string, number = 0): string =>
  `${kind.charCodeAt(0).toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export const ORG = uuid("o");
export const ADA = uuid("u", 1);
export const BEN = uuid("u", 2);
export const BOT = uuid("u", 9);
export const RESEARCH = uuid("g", 1);
export const SEARCH = uuid("p", 1);
export const GOLDEN = uuid("d", 1);
export const READER = uuid("r", 1);
/** A role of the system: no list has it. */
export const HIDDEN = uuid("r", 2);

const BEFORE = "2026-01-01T00:00:00.000Z";

/** Lists by noun, newest first, with more fields than anybody needs. */
export function sample(): Record<string, Row[]> {
  const own = { org_id: ORG, created: BEFORE };
  const acl = (number: number, rest: object) => ({
    ...{ id: uuid("a", number), object_type: "project", object_id: SEARCH, user_id: null, group_id: null },
    ...{ permission: null, role_id: null, restrict_object_type: null, _object_org_id: ORG, created: BEFORE, ...rest },
  });
  return {
    organization: [{ id: ORG, name: "Acme", created: BEFORE, api_url: null }],
    user: [
      { id: BEN, given_name: "Ben", family_name: "Sato", email: "ben@acme.example", avatar_url: null },
      { id: ADA, given_name: "Ada", family_name: "Obi", email: "ada@acme.example", avatar_url: null },
    ],
    service_token: [
      {
        ...{ id: uuid("t", 1), ...own, name: "CI", preview_name: "bt-st-…x" },
        ...{ service_account_id: BOT, service_account_name: "Robot", service_account_email: "robot@acme.example" },
      },
    ],
    group: [{ id: RESEARCH, ...own, name: "Research", member_users: [BEN, BOT], member_groups: [], deleted_at: null }],
    role: [{ id: READER, ...own, name: "reader", member_permissions: [{ permission: "read" }], member_roles: [] }],
    acl: [
      acl(1, { group_id: RESEARCH, role_id: READER }),
      acl(2, { user_id: ADA, permission: "update", restrict_object_type: "dataset" }),
    ],
    project: [{ id: SEARCH, ...own, name: "Search", settings: { secret: "of no concern" } }],
    dataset: [{ id: GOLDEN, project_id: SEARCH, name: "Golden questions", metadata: { long: "text" } }],
  };
}

export function many(noun: string, count: number, fields: (number: number) => object): Row[] {
  return Array.from({ length: count }, (_, number) => ({ id: uuid(noun, number + 1), ...fields(number + 1) }));
}

const servers: ApiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

export async function serve(lists = sample(), options: ServerOptions = {}): Promise<ApiServer> {
  const server = await startServer(lists, options);
  servers.push(server);
  return server;
}

// ---- the watch: nothing that was told may hold a token ----

const told: string[] = [];

/** Every way of showing a value. */
export function shown(value: unknown): string {
  const ways = [
    () => inspect(value, { depth: null, showHidden: true, getters: true }),
    () => String(value),
    () => JSON.stringify(value) ?? "",
    () => (value instanceof Error ? `${value.stack} ${shown(value.cause)}` : ""),
  ];
  return ways
    .map((way) => {
      try {
        return way();
      } catch (error) {
        return String(error);
      }
    })
    .join("\n");
}

/** Notes what was told to somebody. */
export function note<T>(value: T): T {
  told.push(shown(value));
  return value;
}

/** The error that a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<AclarityError> {
  try {
    note(await promise);
  } catch (error) {
    expect(note(error)).toBeInstanceOf(AclarityError);
    return error as AclarityError;
  }
  throw new Error("it did not fail");
}

export const files = mkdtempSync(join(tmpdir(), "aclarity-api-"));

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: unknown, ...rest: never[]) => {
    told.push(String(chunk));
    return write(chunk as string, ...rest);
  }) as typeof stream.write;
}
for (const name of ["log", "info", "warn", "error", "debug"] as const) {
  const print = console[name];
  console[name] = (...values: unknown[]) => {
    values.forEach(note);
    print(...values);
  };
}

/** What was told, printed and written to files so far. */
export function everythingTold(): string {
  const written = readdirSync(files).map((name) => readFileSync(join(files, name), "utf8"));
  return [...told, ...written].join("\n");
}

afterAll(() => {
  const all = everythingTold();
  rmSync(files, { recursive: true, force: true });
  expect(told.length).toBeGreaterThan(0);
  expect(all).not.toContain(MARK);
});
