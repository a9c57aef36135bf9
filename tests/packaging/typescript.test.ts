// The types as a consumer sees them: with the TypeScript of today and an older one, in both module resolutions that
// know export maps, with the libraries of a page and with those of Node alone, and with no library check skipped.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ENTRIES, newProject, run } from "./project.ts";

const require = createRequire(import.meta.url);
const project = newProject();
afterAll(() => project.remove());

const compilers = { "TypeScript 7": "typescript", "TypeScript 5": "typescript-5" };
const resolutions = {
  bundler: { module: "esnext", moduleResolution: "bundler" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
};
const libraries = {
  "a page": { lib: ["es2022", "dom", "dom.iterable"], types: [] },
  Node: { lib: ["es2022"], types: ["node"] },
};

const consumer = (entry: string) => `import { AclarityError, Org, PERMISSIONS, type Permission, ready } from "${entry}";
await ready();
const org: Org = await Org.load({ organization: { id: "o1", name: "Acme" }, acls: [] });
const me = org.as("u1");
const yes: boolean = me.can("update", "dataset", { id: "d1", project_id: "p1" });
const more: boolean[] = [me.can("manage_access", "org_project"), me.canCreate("dataset", "p1"), me.can("read", org.ref("prompt", "x"))];
const held: readonly Permission[] = me.permissions("project", "p1");
const code: "bad_permission" | undefined = ((e: unknown) => e instanceof AclarityError && e.code === "bad_permission" ? e.code : undefined)(null);
const bodies: Response[] = [new Response(org.slice("u1")), new Response(org.toBytes())];
// @ts-expect-error a misspelt permission
me.can("updat", "dataset", "d1");
// @ts-expect-error a misspelt type
me.can("update", "datasett", "d1");
// @ts-expect-error permissions are not to be changed
PERMISSIONS.push("read");
export { bodies, code, held, more, yes };
`;

const LITE = `import { Org as WholeOrg } from "aclarity";
import { AclarityError, type LiteLoadOptions, Org, PERMISSIONS, type Permission, ready, type Subject } from "aclarity/lite";
await ready();
const options: LiteLoadOptions = { members: "known", signal: AbortSignal.timeout(1000) };
const org: Org = await Org.load(fetch("/me/access"), options);
const me: Subject = org.as(org.sliceOf ?? "");
const yes: boolean = me.can("update", "dataset", { id: "d1", project_id: "p1" });
const held: readonly Permission[] = me.permissions("project", PERMISSIONS[0]);
const why: string = me.explain("read", "project", "p1").text;
await org.replace(new Uint8Array(1));
// A page's parts take either.
const either: Org = await WholeOrg.load({ acls: [] });
const one: Subject = either.as("u1");
const code: string | undefined = new AclarityError("not_included", "x").code;
// @ts-expect-error an export is not included
Org.load({ acls: [] });
// @ts-expect-error neither is who
org.who("read", "project", "p1");
// @ts-expect-error nor reach
me.reach();
// @ts-expect-error a misspelt type
me.can("update", "datasett", "d1");
export { code, held, one, why, yes };
`;

const API = `import { Org } from "aclarity";
import { AclarityError, exportText, type FetchedExport, type FetchProgress, fetchExport, sendRequests } from "aclarity/api";
const options = { url: "https://api.braintrust.dev", token: "t", signal: AbortSignal.timeout(1000) };
const onProgress = ({ list, rows, lists }: FetchProgress): void => void [list?.length, rows.toFixed(), lists.done];
const exported: FetchedExport = await fetchExport({ ...options, include: ["acls", "roles"], onProgress });
for await (const rows of exported.acls ?? []) rows.map((row) => row.id.length);
for await (const piece of exportText(exported)) piece.length;
const org: Org = await Org.load(fetchExport(options));
const sent = await sendRequests(org.draft({ by: org.as("u") }).requests(), { ...options, ids: {} });
const told: string | undefined = sent.stopped?.message;
const keys: string[] = sent.keys().map(({ key }) => key);
const status: number | undefined = new AclarityError("http", "x").status;
// @ts-expect-error a misspelt list
fetchExport({ ...options, include: ["acl"] });
// @ts-expect-error an address is needed
fetchExport({ token: "t" });
export { keys, status, told };
`;

describe.each(Object.keys(compilers) as (keyof typeof compilers)[])("%s", (compiler) => {
  describe.each(Object.keys(resolutions) as (keyof typeof resolutions)[])("%s", (resolution) => {
    test.each(Object.keys(libraries) as (keyof typeof libraries)[])("for %s", async (library) => {
      const name = `${compilers[compiler]}-${resolution}-${library.replace(" ", "-")}`;
      const whole = ENTRIES.filter((entry) => entry !== "aclarity/lite");
      const files = whole.map((entry) => project.write(`${name}/${entry.replace("/", "-")}.mts`, consumer(entry)));
      files.push(project.write(`${name}/api.mts`, API), project.write(`${name}/lite.mts`, LITE));
      const config = project.write(
        `${name}/tsconfig.json`,
        JSON.stringify({
          compilerOptions: {
            ...resolutions[resolution],
            ...libraries[library],
            typeRoots: [dirname(dirname(require.resolve("@types/node/package.json")))],
            target: "es2022",
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            skipLibCheck: false,
            noEmit: true,
          },
          files,
        }),
      );
      const tsc = join(dirname(require.resolve(`${compilers[compiler]}/package.json`)), "bin/tsc");
      const complaints = await run(project, process.execPath, [tsc, "--project", config]).then(
        () => "",
        (error: { stdout: string; stderr: string }) => error.stdout || error.stderr,
      );
      expect(complaints).toBe("");
    });
  });
});
