// An export that was opened: the organisation, and what its file says beyond that.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Org as PublicOrg } from "../../types/index.js";
import { Org } from "../entry/node.js";
import type { Finding, LoadOptions } from "../types.js";
import { Directory } from "./directory.js";
import { fileTrouble, Problem, usage } from "./problem.js";
import { type OnRow, RowScanner } from "./rows.js";
import type { Terminal } from "./terminal.js";

/** Files below this are read without showing how far it is. */
const WORTH_SHOWING = 8_000_000;

const DIRECTORY_LISTS = new Set(["users", "service_accounts", "service_tokens"]);
const OBJECT_LISTS = new Set(["experiments", "datasets", "prompts", "functions", "prompt_sessions"]);

/** What was noticed while a file was read. */
interface Noticed {
  readonly directory: Directory;
  /** A snapshot has no rows that could be read by themselves. */
  readonly isSnapshot: boolean;
  /** The lists that are in it; undefined of a snapshot, which does not tell. */
  readonly lists: ReadonlySet<string> | undefined;
  /** Whether something in it speaks of a project group, as a grant on one would. */
  readonly grantsOnProjectGroups: boolean;
}

export class Opened {
  private projects: Promise<ReadonlyMap<string, string>> | undefined;
  private missingLists: readonly Finding[] | undefined;
  private foundCodes: ReadonlySet<string> | undefined;

  constructor(
    readonly org: PublicOrg,
    readonly file: string,
    readonly membersKnown: boolean,
    private readonly noticed: Noticed,
    private readonly terminal: Terminal,
  ) {}

  get directory(): Directory {
    return this.noticed.directory;
  }

  get isSnapshot(): boolean {
    return this.noticed.isSnapshot;
  }

  get grantsOnProjectGroups(): boolean {
    return this.noticed.grantsOnProjectGroups;
  }

  /** Whether the export has a list, be it empty. Of a snapshot: whether it has anything of the type. */
  has(list: string, type: string): boolean {
    return this.noticed.lists?.has(list) ?? this.org.find({ type: type as "user" }).length > 0;
  }

  /** Lists that could not be read, as findings; those that the API does not have are none. */
  get missing(): readonly Finding[] {
    this.missingLists ??= this.org.findings.filter(
      ({ code, severity }) => code === "list_missing" && severity !== "info",
    );
    return this.missingLists;
  }

  /** Codes of all findings of loading. */
  get codes(): ReadonlySet<string> {
    this.foundCodes ??= new Set(this.org.findings.map(({ code }) => code));
    return this.foundCodes;
  }

  /** Reads the file once more, for rows that the organisation does not tell. */
  async scan(lists: ReadonlySet<string>, onRow: OnRow): Promise<void> {
    if (this.isSnapshot) {
      throw usage(
        `\`${this.file}\` is a snapshot, which has no rows to compare; use an export in JSON (\`aclarity pull -o FILE.json\`)`,
      );
    }
    const scanner = new RowScanner(lists, onRow);
    for await (const chunk of chunksOf(this.file, this.terminal)) scanner.push(chunk);
  }

  /** The project of every object, by id. */
  projectsOfObjects(): Promise<ReadonlyMap<string, string>> {
    this.projects ??= this.isSnapshot ? Promise.resolve(homesOf(this.org)) : this.readProjects();
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

/** Loads an export, in pieces, and notices on the way what the organisation does not tell. */
export async function open(file: string, options: LoadOptions, terminal: Terminal): Promise<Opened> {
  const noticing = new Noticing();
  let trouble: unknown;
  async function* noted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunksOf(file, terminal)) {
        noticing.push(chunk);
        yield chunk;
      }
    } catch (error) {
      trouble = error;
      throw error;
    }
  }
  try {
    const org = (await Org.load(Readable.from(noted()), options)) as unknown as PublicOrg;
    if (noticing.isSnapshot) noticing.takePeople(org);
    return new Opened(org, file, options.members === "known", noticing, terminal);
  } catch (error) {
    if (trouble !== undefined) throw trouble;
    const { code, message } = error as { code?: string; message?: string };
    if (code === undefined || message === undefined) throw error;
    throw usage(`the export \`${file}\` could not be read: ${message}${WHAT_TO_DO[code] ?? ""}`);
  }
}

/** Their first byte, with which no JSON begins. */
const MARK_OF_SNAPSHOTS = 0x89;
const PROJECT_GROUP = Buffer.from('"project_group"');

class Noticing implements Noticed {
  readonly directory = new Directory();
  isSnapshot = false;
  grantsOnProjectGroups = false;
  private isStart = true;
  private readonly scanner = new RowScanner(DIRECTORY_LISTS, (list, row) => this.directory.add(list, row));
  private end: Uint8Array = new Uint8Array();

  get lists(): ReadonlySet<string> | undefined {
    return this.isSnapshot ? undefined : this.scanner.lists;
  }

  /** A snapshot tells names, and whom an e-mail names, but no e-mails. */
  takePeople(org: PublicOrg): void {
    for (const { id } of org.find({ type: "user" })) {
      this.directory.addPerson({ id, name: org.name("user", id), email: undefined });
    }
  }

  push(chunk: Uint8Array): void {
    if (this.isStart && chunk.length > 0) {
      this.isStart = false;
      this.isSnapshot = chunk[0] === MARK_OF_SNAPSHOTS;
    }
    if (this.isSnapshot) return;
    this.scanner.push(chunk);
    if (this.grantsOnProjectGroups) return;
    // It may be cut in two.
    const seam = Buffer.concat([this.end, chunk.subarray(0, PROJECT_GROUP.length)]);
    this.grantsOnProjectGroups = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes(PROJECT_GROUP);
    this.grantsOnProjectGroups ||= seam.includes(PROJECT_GROUP);
    this.end = chunk.slice(-PROJECT_GROUP.length);
  }
}

const WHAT_TO_DO: Readonly<Record<string, string>> = { bad_shape: "; see the README for what an export looks like" };

// ---- snapshots ----

const NOBODY = "aclarity:nobody";
const ITS_GRANT = "aclarity:reads-everything";

/** The project of every object: what somebody who may read everything for that moment may read in each project. */
function homesOf(org: PublicOrg): ReadonlyMap<string, string> {
  const [organization] = org.find({ type: "organization" });
  const homes = new Map<string, string>();
  if (organization === undefined) return homes;
  // Somebody who is listed: nobody else may read anything when the members have to be known.
  const reader = org.find({ type: "user" })[0]?.id ?? NOBODY;
  const grant = { object_type: "organization", object_id: organization.id, user_id: reader, permission: "read" };
  org.apply({ acls: { upsert: [{ id: ITS_GRANT, ...grant }] } });
  for (const { id: project } of org.find({ type: "project" })) {
    for (const type of ["experiment", "dataset", "prompt", "prompt_session"] as const) {
      for (const id of org.as(reader).list("read", type, { project })) homes.set(id, project);
    }
  }
  org.apply({ acls: { remove: [ITS_GRANT] } });
  return homes;
}
