// Small fresh projects with the packed tarball installed, as a user of the package would have them.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Org } from "aclarity/inline";
import { EXPORT } from "./consumers/questions.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const packed = join(here, "../../.packed");

export const TARBALL = join(packed, "aclarity.tgz");

/** What `ask` in consumers/questions.mjs and lite-questions.mjs has to find. */
export const EXPECTED = {
  permissions: 8,
  update: true,
  delete: false,
  stranger: false,
  reason: "granted",
  via: ["g1"],
  list: ["d1"],
  misspelt: "bad_permission",
  text: true,
  bytes: true,
  response: true,
  sync: true,
};

/** The entry points that every runtime has. */
export const ENTRIES = ["aclarity", "aclarity/lite", "aclarity/inline"] as const;

/** What asks an entry point. */
export function questions(entry: string): string {
  return entry === "aclarity/lite" ? "./lite-questions.mjs" : "./questions.mjs";
}

/** All that ask, and what they ask about. */
export const ASKING = ["questions.mjs", "lite-questions.mjs", "snapshot.mjs"];

type Exports = string | { [condition: string]: Exports };
export interface Manifest {
  name: string;
  version: string;
  license: string;
  exports: Record<string, Exports>;
}

export interface Project {
  readonly folder: string;
  /** The installed package's folder. */
  readonly package: string;
  readonly manifest: Manifest;
  path(...parts: string[]): string;
  write(name: string, contents: string | Uint8Array): string;
  remove(): void;
}

/** A folder outside the repository, so that nothing but what it holds itself can be resolved. */
export function newProject(files: Record<string, string> = {}): Project {
  if (!existsSync(TARBALL)) throw new Error("nothing is packed: run scripts/pack.sh first");
  const folder = mkdtempSync(join(tmpdir(), "aclarity-consumer-"));
  cpSync(join(packed, "node_modules"), join(folder, "node_modules"), { recursive: true });
  const project: Project = {
    folder,
    package: join(folder, "node_modules/aclarity"),
    manifest: JSON.parse(readFileSync(join(folder, "node_modules/aclarity/package.json"), "utf8")),
    path: (...parts) => join(folder, ...parts),
    write(name, contents) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  project.write("package.json", '{ "private": true }\n');
  for (const name of ["questions.mjs", "lite-questions.mjs"]) cpSync(join(here, "consumers", name), project.path(name));
  const snapshot = Buffer.from(Org.loadSync(EXPORT).toBytes()).toString("base64");
  project.write("snapshot.mjs", `export const SNAPSHOT = "${snapshot}";\n`);
  for (const [name, contents] of Object.entries(files)) project.write(name, contents);
  return project;
}

/** The file that an import resolves to under these conditions, relative to the package's folder. */
export function resolveExport(manifest: Manifest, entry: string, conditions: string[]): string {
  let found: Exports | undefined = manifest.exports[entry.replace(/^aclarity/, ".")];
  while (typeof found === "object") {
    const branch: [string, Exports] | undefined = Object.entries(found).find(
      ([name]) => name === "default" || conditions.includes(name),
    );
    found = branch?.[1];
  }
  if (found === undefined) throw new Error(`\`${entry}\` is not exported under ${conditions.join(", ")}`);
  return found;
}

/** All files below a folder, with forward slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}

const execute = promisify(execFile);

/** Runs a program in the project's folder and gives what it printed; its error output is part of a failure. */
export async function run(project: Project, program: string, args: string[], env: Record<string, string> = {}) {
  const { stdout } = await execute(program, args, {
    cwd: project.folder,
    env: { ...process.env, ...env },
    timeout: 220_000,
  });
  return stdout;
}
