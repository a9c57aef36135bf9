// The packed command line as a child process, on a pipe and on a terminal, and an organisation to ask it about.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { MARK } from "../server/index.ts";

const CLI = join(dirname(fileURLToPath(import.meta.url)), "../../.packed/node_modules/aclarity/dist/cli.js");

/** A token's form, in no server's possession. */
export const TOKEN = `sk-${MARK}fedcba9876543210`;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Ways {
  readonly env?: Record<string, string>;
  /** On a terminal: what is typed when the output matches. */
  readonly type?: { readonly after: RegExp; readonly keys: string };
}

/** A folder of its own, and the command line in it. At the end nothing that was written holds a token. */
export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), "aclarity-cli-"));
  private written = "";

  constructor() {
    afterAll(() => {
      for (const name of readdirSync(this.folder)) this.written += readFileSync(join(this.folder, name), "utf8");
      rmSync(this.folder, { recursive: true });
      // Without repeating all of it.
      expect(this.written.includes(MARK), "a token was written").toBe(false);
    });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, contents: unknown): string {
    writeFileSync(this.path(name), typeof contents === "string" ? contents : JSON.stringify(contents));
    return this.path(name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  run(words: readonly string[], { env = {} }: Ways = {}): Promise<Ran> {
    return this.finish(
      spawn(process.execPath, [CLI, ...words], { cwd: this.folder, env: environment(env), stdio: "pipe" }),
    );
  }

  /** The same, and a signal as soon as something is so. */
  runUntil(
    isSo: () => boolean,
    signal: NodeJS.Signals,
    words: readonly string[],
    { env = {} }: Ways = {},
  ): Promise<Ran> {
    const child = spawn(process.execPath, [CLI, ...words], {
      cwd: this.folder,
      env: environment(env),
      stdio: "pipe",
    });
    const timer = setInterval(() => {
      if (isSo()) child.kill(signal);
    }, 20);
    return this.finish(child).finally(() => clearInterval(timer));
  }

  /** The same on a pseudo-terminal: what both streams write comes as `out`. */
  runOnTerminal(words: readonly string[], { env = {}, type }: Ways = {}): Promise<Ran> {
    const command = quoted([process.execPath, CLI, ...words]);
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: this.folder,
      env: environment({ TERM: "xterm-256color", ...env }),
      stdio: "pipe",
    });
    let seen = "";
    const listen = (chunk: Buffer) => {
      seen += chunk;
      if (type === undefined || !type.after.test(seen)) return;
      child.stdout.off("data", listen);
      child.stdin.write(type.keys);
    };
    child.stdout.on("data", listen);
    return this.finish(child);
  }

  /** The same into another program, whose exit code counts unless it fails itself. */
  runInto(program: string, words: readonly string[]): Promise<Ran> {
    const command = `set -o pipefail; ${quoted([process.execPath, CLI, ...words])} | ${program}`;
    return this.finish(spawn("bash", ["-c", command], { cwd: this.folder, env: environment({}), stdio: "pipe" }));
  }

  private finish(child: ChildProcess): Promise<Ran> {
    return new Promise((resolve, reject) => {
      let [out, err] = ["", ""];
      child.stdout?.on("data", (chunk: Buffer) => (out += chunk));
      child.stderr?.on("data", (chunk: Buffer) => (err += chunk));
      child.once("error", reject);
      child.once("close", (code) => {
        this.written += out + err;
        resolve({ code, out, err });
      });
    });
  }
}

/** For a shell. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}

/** Without what the machine's own environment would change. */
function environment(env: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ...env };
}

/** One clear line, and no stack trace. */
export function expectProblem(ran: Ran, code: number, message: RegExp, lines = 1): void {
  expect(ran.err).toMatch(message);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toMatch(/^aclarity: /);
  expect(ran.err.trimEnd().split("\n")).toHaveLength(lines);
  expect(ran.err).not.toMatch(/\n\s+at |node:|Error:/);
}

/** The README's organisation, with a few things whose names need care. */
export function sample() {
  return {
    organization: { id: "acme", name: "Acme" },
    users: [
      { id: "ada", given_name: "Ada", family_name: "Obi", email: "ada@acme.example" },
      { id: "ben", given_name: "Ben", family_name: "Sato", email: "ben@acme.example" },
      { id: "sam-1", given_name: "Sam", family_name: "Lee", email: "sam.lee@acme.example" },
      { id: "sam-2", given_name: "Sam", family_name: "Lee", email: "sam.lee.2@acme.example" },
    ],
    service_accounts: [{ id: "bot", name: "Robot" }],
    groups: [
      { id: "labelling", name: "Labelling", member_users: ["ada"] },
      { id: "research", name: "Research", member_users: ["ben"], member_groups: ["labelling"] },
      { id: "owners", name: "Owners", member_users: ["sam-1", "gone"] },
    ],
    roles: [
      {
        id: "owner",
        org_id: null,
        name: "owner",
        member_permissions: PERMISSIONS.map((permission) => ({ permission })),
      },
    ],
    projects: [
      { id: "search", name: "Search" },
      { id: "support", name: "Support" },
      { id: "phoenix", name: "Project Phoenix" },
    ],
    datasets: [
      { id: "golden", name: "Golden questions", project_id: "search" },
      { id: "golden-2", name: "Golden questions", project_id: "support" },
      { id: "japan", name: "Made in Japan", project_id: "support" },
      { id: "evil", name: "red\u001b[31m\u0007alert", project_id: "support" },
    ],
    experiments: [{ id: "shown", name: "Shown", project_id: "support", public: true }],
    acls: [
      { id: "acl-1", object_type: "project", object_id: "search", group_id: "research", permission: "read" },
      {
        ...{ id: "acl-2", object_type: "project", object_id: "search", group_id: "labelling", permission: "update" },
        restrict_object_type: "dataset",
      },
      { id: "acl-3", object_type: "organization", object_id: "acme", group_id: "owners", role_id: "owner" },
      { id: "acl-4", object_type: "project", object_id: "support", user_id: "bot", permission: "create" },
    ],
  };
}

const PERMISSIONS = ["create", "read", "update", "delete", "create_acls", "read_acls", "update_acls", "delete_acls"];
