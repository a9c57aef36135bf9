// 200,000 ACLs with flat memory: in a process of its own, whose heap is too small for all of them.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Row, Rows } from "../server/index.ts";
import { ADA, files, note, ORG, sample, serve, uuid } from "./api-sample.ts";

const COUNT = 200_000;
/** Milliseconds: two processes, and the server makes every row as it is asked for. */
const PATIENCE = 240_000;
/** Megabytes. The rows themselves take more than twice as much. */
const HEAP = 40;

/** What every object leaves behind: its creator's grant. */
const acls = (count: number): Rows => ({
  length: count,
  at: (index): Row | undefined =>
    index < 0 || index >= count
      ? undefined
      : {
          ...{ id: uuid("a", index + 1), object_type: "experiment", object_id: uuid("e", index + 1) },
          ...{ user_id: ADA, group_id: null, permission: "read", role_id: null, restrict_object_type: null },
          ...{ _object_org_id: ORG, created: "2026-01-01T00:00:00.000Z" },
        },
  indexOf: (id) => Number.parseInt(id.slice(-12), 16) - 1,
});

const folder = dirname(fileURLToPath(import.meta.url));

/** Runs a module of its own with a small heap; it gets `url` and `token` by its environment. */
async function run(name: string, count: number, source: string): Promise<Record<string, number>> {
  const api = await serve({ ...(sample() as object), acl: acls(count) as never });
  const file = join(files, `${name}.mjs`);
  const resolved = (entry: string) => JSON.stringify(import.meta.resolve(entry));
  writeFileSync(
    file,
    `import { Org } from ${resolved("aclarity")};
import { exportText, fetchExport } from ${resolved("aclarity/api")};
const options = { url: process.env.API_URL, token: process.env.API_TOKEN };
const MB = 1 << 20;
const heap = () => { globalThis.gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); return [heapUsed / MB, arrayBuffers / MB]; };
${source}`,
  );
  const args = ["--expose-gc", `--max-old-space-size=${HEAP}`, file];
  const env = { ...process.env, API_URL: api.url, API_TOKEN: api.token };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  note(stderr);
  return JSON.parse(note(stdout));
}

test(
  "page by page: the heap between pages does not grow",
  async () => {
    const seen = await run(
      "pages",
      COUNT,
      `const { acls } = await fetchExport(options);
let rows = 0, early = 0, late = 0, most = 0, buffers = 0, pages = 0;
for await (const page of acls) {
  rows += page.length;
  if (++pages % 20 !== 0) continue;
  const [used, outside] = heap();
  if (pages === 20) early = used;
  late = used;
  most = Math.max(most, used);
  buffers = Math.max(buffers, outside);
}
console.log(JSON.stringify({ rows, early, late, most, buffers }));
`,
    );
    expect(seen.rows).toBe(COUNT);
    expect((seen.late as number) - (seen.early as number)).toBeLessThan(2);
    expect(seen.most).toBeLessThan(20);
    // 20 bytes for each id, in a table that doubles.
    expect(seen.buffers).toBeLessThan(24);
  },
  PATIENCE,
);

test(
  "into an Org",
  async () => {
    const seen = await run(
      "load",
      COUNT,
      `const org = await Org.load(fetchExport(options));
const yes = org.as("${ADA}").can("read", "experiment", "${uuid("e", COUNT)}");
console.log(JSON.stringify({ acls: org.stats.acls, yes: Number(yes), findings: org.findings.length, heap: heap()[0] }));
`,
    );
    expect(seen).toEqual({ acls: COUNT, yes: 1, findings: 0, heap: expect.any(Number) });
    expect(seen.heap).toBeLessThan(20);
  },
  PATIENCE,
);

test(
  "into a text",
  async () => {
    const seen = await run(
      "text",
      COUNT / 4,
      `let length = 0;
for await (const piece of exportText(fetchExport(options))) length += piece.length;
console.log(JSON.stringify({ length, heap: heap()[0] }));
`,
    );
    expect(seen.length).toBeGreaterThan((COUNT / 4) * 200);
    expect(seen.heap).toBeLessThan(20);
  },
  PATIENCE,
);
