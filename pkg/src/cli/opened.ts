// An export that was opened: the organisation, and what its file says beyond that.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Org as PublicOrg } from "../../types/index.js";
import { Org } from "../entry/node.js";
import type { LoadOptions } from "../types.js";
import { Directory } from "./directory.js";
import { fileTrouble, Problem, usage } from "./problem.js";
import { type OnRow, RowScanner } from "./rows.js";
import type { Terminal } from "./terminal.js";

/** Files below this are read without showing how far it is. */
const WORTH_SHOWING = 8_000_000;

const DIRECTORY_LISTS = new Set(["users", "service_accounts", "service_tokens"]);
const OBJECT_LISTS = new Set(["experiments", "datasets", "prompts", "functions", "prompt_sessions"]);

export class Opened {
  private projects: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(
    readonly org: PublicOrg,
    readonly directory: Directory,
    readonly file: string,
    private readonly terminal: Terminal,
  ) {}

  /** Why a no may be a yes on the server: lists that decide and that whoever pulled might not read. */
  get doubts(): readonly string[] {
    const doubtful = this.org.findings.filter(({ code, severity }) => code === "list_missing" && severity === "error");
    return doubtful.map(({ message }) => message);
  }

  /** Reads the file once more, for rows that the organisation does not tell. A snapshot has none. */
  async scan(lists: ReadonlySet<string>, onRow: OnRow): Promise<void> {
    const scanner = new RowScanner(lists, onRow);
    for await (const chunk of chunksOf(this.file, this.terminal)) scanner.push(chunk);
  }

  /** The project of every object, by id. */
  projectsOfObjects(): Promise<ReadonlyMap<string, string>> {
    this.projects ??= this.readProjects();
    return this.projects;
  }

  private async readProjects(): Promise<ReadonlyMap<string, string>> {
    const projects = new Map<string, string>();
    await this.scan(OBJECT_LISTS, (_, { id, project_id }) => {
      if (typeof id === "string" && typeof project_id === "string" && !projects.has(id)) projects.set(id, project_id);
    });
    return projects;
  }
}

async function* chunksOf(file: string, terminal: Terminal): AsyncGenerator<Uint8Array> {
  try {
    const size = (await stat(file)).size;
    let read = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
      yield chunk as Uint8Array;
      read += (chunk as Uint8Array).length;
      if (size >= WORTH_SHOWING)
        terminal.progress(`reading ${file}, ${megabytes(read)} of ${megabytes(size)}`, read / size);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    const trouble = fileTrouble(error);
    if (trouble === undefined) throw error;
    const hint = trouble === FIRST_TIME ? "; `aclarity pull` makes one, and `--export FILE` names another" : "";
    throw usage(`the export \`${file}\` could not be read: ${trouble}${hint}`);
  } finally {
    terminal.endProgress();
  }
}

const FIRST_TIME = fileTrouble({ code: "ENOENT" });

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Loads an export, in pieces, and notes its people on the way. */
export async function open(file: string, options: LoadOptions, terminal: Terminal): Promise<Opened> {
  const directory = new Directory();
  const scanner = new RowScanner(DIRECTORY_LISTS, (list, row) => directory.add(list, row));
  let trouble: unknown;
  async function* noted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunksOf(file, terminal)) {
        scanner.push(chunk);
        yield chunk;
      }
    } catch (error) {
      trouble = error;
      throw error;
    }
  }
  try {
    const org = (await Org.load(Readable.from(noted()), options)) as unknown as PublicOrg;
    return new Opened(org, directory, file, terminal);
  } catch (error) {
    if (trouble !== undefined) throw trouble;
    const { code, message } = error as { code?: string; message?: string };
    if (code === undefined || message === undefined) throw error;
    throw usage(`the export \`${file}\` could not be read: ${message}${WHAT_TO_DO[code] ?? ""}`);
  }
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  bad_shape: "; see the README for what an export looks like",
  no_organization: "; give the export an `organization` with its `id`",
};
