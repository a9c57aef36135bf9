// An organisation: loading, changing, and the questions that are about no subject in particular.
import {
  crossingObjectId,
  crossingType,
  optionalId,
  optionalLimit,
  optionalObject,
  requiredString,
  target,
} from "./arguments.js";
import { questionKey } from "./cache.js";
import { crossingActor, crossingPrincipal, crossingRequest } from "./changes.js";
import { Draft } from "./draft.js";
import { badArgument, kindOf } from "./errors.js";
import { deepFreeze } from "./freeze.js";
import type { Host } from "./instance.js";
import { WholeKernel } from "./kernel-whole.js";
import type { Loaded } from "./loaded.js";
import { loadAtOnce, loadInTurn } from "./loading.js";
import { type CheckedOptions, checkOptions, readingOf } from "./options.js";
import { OrgCommon } from "./org-common.js";
import { type Glue, type RawCore, SubjectKind } from "./raw.js";
import { stringify } from "./rows.js";
import { isWellFormed } from "./strings.js";
import { Subject } from "./subject.js";
import { WholeSubject } from "./subject-whole.js";
import type {
  Access,
  Authorization,
  Changes,
  Finding,
  LoadOptions,
  Matrix,
  Node,
  PlainExport,
  Stats,
  Who,
} from "./types.js";
import { askBits, wireName } from "./vocabulary.js";

/** What every entry point's Org is. The entry gives it a host: how the wasm module is found there. */
export class OrgBase extends OrgCommon<RawCore, WholeSubject, WholeKernel> {
  protected constructor(
    private readonly host: Host<Glue>,
    kernel: WholeKernel,
  ) {
    super(kernel);
  }

  protected override somebody(kind: SubjectKind, id: string | null): WholeSubject {
    return new WholeSubject(this.kernel, kind, id);
  }

  protected override reload(source: unknown, options: CheckedOptions): Promise<Loaded<RawCore>> {
    return loadInTurn(this.host, source, options);
  }

  // ---- questions ----

  who(
    ask: unknown,
    type: unknown,
    id?: unknown,
    options?: { project?: unknown; after?: unknown; limit?: unknown },
  ): Who {
    const bits = askBits(ask);
    const wire = crossingType(type);
    const given = optionalObject(options, "options");
    this.kernel.assertWhole("`who`");
    const about = target(id, given.project);
    const after = optionalId(given.after, "`after`");
    const limit = optionalLimit(given.limit);
    const question = questionKey("who", bits, wire, about.id, about.project, about.leftOut ? 1 : 0, after, limit);
    return this.kernel.answer(question, (core) =>
      deepFreeze(core.who(bits, wire, crossingObjectId(wire, about), about.project, after, limit)),
    ) as Who;
  }

  access(type: unknown, id?: unknown, project?: unknown): readonly Access[] {
    const wire = crossingType(type);
    const about = target(id, project);
    this.kernel.assertWhole("`access`");
    const question = questionKey("access", wire, about.id, about.project, about.leftOut ? 1 : 0);
    return this.kernel.answer(question, (core) =>
      deepFreeze(core.access(wire, crossingObjectId(wire, about), about.project)),
    ) as readonly Access[];
  }

  find(query: { email?: unknown; name?: unknown; type?: unknown }): readonly Node[] {
    if (typeof query !== "object" || query === null) throw badArgument(`a query is an object, not ${kindOf(query)}`);
    const asked: Record<string, string> = {};
    for (const field of ["email", "name", "type"] as const) {
      const value = query[field];
      if (value === undefined || value === null) continue;
      asked[field] = requiredString(value, `\`${field}\``);
    }
    if (asked.type !== undefined) asked.type = wireName(asked.type);
    if (!Object.values(asked).every(isWellFormed)) return Object.freeze([]);
    const json = JSON.stringify(asked);
    return this.kernel.answer(questionKey("find", json), (core) => deepFreeze(core.find(json))) as readonly Node[];
  }

  name(type: unknown, id: unknown): string | undefined {
    const wire = wireName(type);
    const itsId = optionalId(id);
    this.kernel.assertOpen();
    if (itsId === undefined || !isWellFormed(wire)) return undefined;
    return this.kernel.call((core) => core.name(wire, itsId)) ?? undefined;
  }

  get findings(): readonly Finding[] {
    return this.kernel.answer("findings", (core) => deepFreeze(core.findings())) as readonly Finding[];
  }

  get stats(): Stats {
    return this.kernel.answer("stats", (core) => deepFreeze(core.stats())) as Stats;
  }

  // ---- about changes ----

  validate(request: unknown, options: { by?: unknown }): readonly Finding[] {
    const actor = crossingActor(this.kernel, options);
    const json = crossingRequest(request);
    this.kernel.assertWhole("`validate`");
    return deepFreeze(this.kernel.call((core) => core.validate(json, actor))) as readonly Finding[];
  }

  authorize(request: unknown, options: { by?: unknown }): Authorization {
    const actor = crossingActor(this.kernel, options);
    const json = crossingRequest(request);
    return deepFreeze(this.kernel.call((core) => core.authorize(json, actor))) as Authorization;
  }

  matrix(principal: unknown): Matrix {
    const { kind, id } = crossingPrincipal(principal);
    this.kernel.assertWhole("`matrix`");
    return this.kernel.answer(questionKey("matrix", kind, id), (core) => deepFreeze(core.matrix(kind, id))) as Matrix;
  }

  audit(): readonly Finding[] {
    this.kernel.assertWhole("an audit");
    return this.kernel.answer("audit", (core) => deepFreeze(core.audit())) as readonly Finding[];
  }

  draft(by: { by?: unknown }, options?: { creatorGrants?: unknown }): Draft {
    const actor = crossingActor(this.kernel, by);
    const { creatorGrants = true } = optionalObject(options, "options");
    if (typeof creatorGrants !== "boolean") throw badArgument("`creatorGrants` is true or false");
    this.kernel.assertWhole("a draft");
    return new Draft(this.kernel, actor, creatorGrants, (kernel) => this.over(kernel));
  }

  /** An Org of the same class over another core. */
  private over(kernel: WholeKernel): OrgBase {
    return new (this.constructor as unknown as new (host: Host<Glue>, kernel: WholeKernel) => OrgBase)(
      this.host,
      kernel,
    );
  }

  slice(subject: unknown, options?: { projects?: unknown; objects?: unknown }): Uint8Array {
    const id = this.sliceSubject(subject);
    const { projects, objects = "all" } = optionalObject(options, "options");
    if (objects !== "all" && objects !== "none") throw badArgument("`objects` is `all` or `none`");
    const wanted = projects === undefined || projects === null ? undefined : sliceProjects(projects);
    this.kernel.assertWhole("a slice");
    return this.kernel.call((core) => core.slice(id, wanted, objects === "all"));
  }

  private sliceSubject(subject: unknown): string {
    const { kind, id } =
      subject instanceof Subject ? subject.actor(this.kernel) : { kind: SubjectKind.User, id: subject };
    if (kind !== SubjectKind.User || typeof id !== "string" || id === "" || !isWellFormed(id)) {
      throw badArgument("a slice is of a user or a service account, by id or as a Subject with one");
    }
    return id;
  }

  toBytes(): Uint8Array {
    return this.kernel.call((core) => core.toBytes());
  }

  // ---- changes ----

  override async replace(source: unknown, options?: LoadOptions): Promise<void> {
    this.kernel.assertOpen();
    this.kernel.assertNoPreview();
    return super.replace(source, options);
  }

  apply(changes: Changes): { readonly version: number; readonly findings: readonly Finding[] } {
    this.kernel.assertNoPreview();
    if (typeof changes !== "object" || changes === null || Array.isArray(changes)) {
      throw badArgument(`changes are an object, not ${kindOf(changes)}`);
    }
    const json = new TextEncoder().encode(stringify(changes, ""));
    const { findings, objects } = this.kernel.call((core) => core.apply(json)) as {
      findings: readonly Finding[];
      objects: readonly string[] | null;
    };
    this.kernel.changed(objects);
    const result = deepFreeze({ version: this.kernel.version, findings });
    this.listeners.notify();
    return result;
  }
}

/** Ids that are no text cannot be a project's. */
function sliceProjects(projects: unknown): string[] {
  if (!Array.isArray(projects)) throw badArgument(`\`projects\` is an array of ids, not ${kindOf(projects)}`);
  return projects.map((id) => requiredString(id, "a project's id")).filter(isWellFormed);
}

export async function load(host: Host<Glue>, source: unknown, options?: LoadOptions): Promise<WholeKernel> {
  const checked = checkOptions(options);
  const { core, instance } = await loadInTurn(host, source, checked);
  return new WholeKernel(core, instance, readingOf(checked));
}

export function loadSync(host: Host<Glue>, source: unknown, options?: LoadOptions): WholeKernel {
  const checked = checkOptions(options);
  const { core, instance } = loadAtOnce(host, source, checked);
  return new WholeKernel(core, instance, readingOf(checked));
}

export function makeOrganization(host: Host<Glue>, organization: unknown): PlainExport {
  const given = organization as { id?: unknown; name?: unknown; owners?: unknown };
  if (typeof given !== "object" || given === null) {
    throw badArgument(`an organisation is an object, not ${kindOf(given)}`);
  }
  const id = requiredString(given.id, "an organisation's id");
  const name = requiredString(given.name, "an organisation's name");
  const owners = given.owners;
  if (!Array.isArray(owners)) throw badArgument(`\`owners\` is an array of ids, not ${kindOf(owners)}`);
  for (const owner of owners) requiredString(owner, "an owner's id");
  const instance = host.now();
  try {
    return instance.glue.newOrganization(JSON.stringify({ id, name, owners })) as PlainExport;
  } catch (thrown) {
    throw instance.failure(thrown);
  }
}
