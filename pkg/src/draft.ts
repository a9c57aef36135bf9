// Changes somebody wants to make, not yet sent. What they are, what they do and what is wrong with them is decided in
// wasm; here is what the pages hold: one object per version, and listeners.
import { optionalLimit, optionalObject, requiredString } from "./arguments.js";
import { AnswerCache, questionKey } from "./cache.js";
import { crossingBody, crossingPrincipal, crossingRequest } from "./changes.js";
import { Dependents } from "./dependents.js";
import { badArgument, kindOf } from "./errors.js";
import { deepFreeze } from "./freeze.js";
import type { Instance } from "./instance.js";
import { WholeKernel } from "./kernel-whole.js";
import { Lease } from "./lease.js";
import { Listeners } from "./listeners.js";
import type { OrgBase } from "./org.js";
import { MOST, type RawDraft } from "./raw.js";
import { SHOWN } from "./shown.js";
import { isWellFormed, wellFormed } from "./strings.js";
import { MATRIX } from "./tables.generated.js";
import type { Change, DiffRow, Finding, Request, Summary } from "./types.js";

/** What a change is made of, on its way into wasm; each kind of change takes some of these. */
interface Arguments {
  noun?: "group" | "role" | "project_group";
  id?: string;
  body?: unknown;
  items?: unknown[];
  ids?: string[];
  kind?: number;
  boxes?: unknown[];
}

export class Draft {
  private readonly core: DraftLease;
  private readonly listeners = new Listeners();
  private readonly answers = new AnswerCache();
  private present: { readonly org: OrgBase; readonly kernel: WholeKernel } | undefined;
  private latest = 1;

  constructor(
    private readonly kernel: WholeKernel,
    actor: string,
    creatorGrants: boolean,
    /** An Org of the same class over another core. */
    private readonly orgOver: (kernel: WholeKernel) => OrgBase,
  ) {
    this.core = kernel.call(
      (core, instance) => new DraftLease(core.draft(actor, creatorGrants), instance, this.answers),
    );
    kernel.dependents.attach(this.core);
  }

  // ---- changes ----

  grant(items: unknown): void {
    if (!Array.isArray(items)) this.change("grant", { items: [crossingItem(items)] });
    else if (items.length > 0) this.change("grant", { items: items.map(crossingItem) });
  }

  revoke(item: unknown): void {
    if (typeof item === "string") this.change("revokeAcl", { id: wellFormed(item) });
    else this.change("revoke", { items: [crossingItem(item)] });
  }

  setMatrix(principal: unknown, boxes: unknown): void {
    this.change("setMatrix", { ...crossingPrincipal(principal), boxes: arrayOf(boxes, "`boxes`").map(crossingBox) });
  }

  createGroup(body: unknown): string {
    return this.create("group", body);
  }

  updateGroup(id: unknown, body: unknown): void {
    this.update("group", id, body);
  }

  deleteGroup(id: unknown): void {
    this.change("delete", { noun: "group", id: crossingId(id) });
  }

  createRole(body: unknown): string {
    return this.create("role", body);
  }

  updateRole(id: unknown, body: unknown): void {
    this.update("role", id, body);
  }

  deleteRole(id: unknown): void {
    this.change("delete", { noun: "role", id: crossingId(id) });
  }

  createProjectGroup(body: unknown): string {
    return this.create("project_group", body);
  }

  updateProjectGroup(id: unknown, body: unknown): void {
    this.update("project_group", id, body);
  }

  addMembers(group: unknown, ids: unknown): void {
    this.update("group", group, { add_member_users: crossingIds(ids) });
  }

  removeMembers(group: unknown, ids: unknown): void {
    this.update("group", group, { remove_member_users: crossingIds(ids) });
  }

  setMembers(group: unknown, ids: unknown): void {
    const members = crossingIds(ids);
    // Nobody has an id that no data can contain: the request is malformed, as with `addMembers`.
    if (members.every(isWellFormed)) this.change("setMembers", { id: crossingId(group), ids: members });
    else this.update("group", group, { add_member_users: members });
  }

  members(body: unknown): void {
    this.change("members", { body: crossingBody(body) });
  }

  createServiceToken(body: unknown): void {
    this.change("createServiceToken", { body: crossingBody(body) });
  }

  updateOrganization(body: unknown): void {
    this.change("updateOrganization", { body: crossingBody(body) });
  }

  narrow(acl: unknown, options: { except?: unknown }): void {
    const { except } = optionalObject(options, "options");
    this.change("narrow", { id: crossingId(acl), ids: crossingIds(except, "`except`").map(wellFormed) });
  }

  request(request: unknown): void {
    const json = crossingRequest(request);
    this.edit((core) => core.request(json));
  }

  undo(index?: unknown): void {
    if (index !== undefined && (typeof index !== "number" || !Number.isInteger(index) || index < 0)) {
      throw badArgument("an index of a change is a whole number, 0 or more");
    }
    const at = index === undefined ? undefined : Math.min(index, MOST);
    this.edit((core) => core.undo(at));
  }

  clear(): void {
    this.edit((core) => core.clear());
  }

  rebase(): readonly Finding[] {
    this.core.assertOpen();
    this.kernel.assertWhole("a draft");
    return this.kernel.call((org) => this.edit((core) => deepFreeze(core.rebase(org)))) as readonly Finding[];
  }

  private create(noun: "group" | "role" | "project_group", body: unknown): string {
    return this.change("create", { noun, body: crossingBody(body) })[0] ?? "";
  }

  private update(noun: "group" | "role" | "project_group", id: unknown, body: unknown): void {
    this.change("update", { noun, id: crossingId(id), body: crossingBody(body) });
  }

  private change(name: string, args: Arguments): string[] {
    const json = JSON.stringify(args);
    return this.edit((core) => core.change(name, json));
  }

  /** Whatever changes the draft: listeners hear of it when it did. */
  private edit<T>(action: (core: RawDraft) => T): T {
    const result = this.core.call(action);
    const version = this.core.call((core) => core.version());
    if (version !== this.latest) {
      this.latest = version;
      this.answers.clear();
      this.present = undefined;
      this.listeners.notify();
    }
    return result;
  }

  // ---- what they are and do: the same objects until the version changes ----

  get changes(): readonly Change[] {
    return this.answer("changes", (core) => core.changes());
  }

  get findings(): readonly Finding[] {
    return this.answer("findings", (core) => core.findings());
  }

  diff(options?: { after?: unknown; limit?: unknown }): readonly DiffRow[] {
    const given = optionalObject(options, "options");
    const after = optionalLimit(given.after, "`after`") ?? 0;
    const limit = optionalLimit(given.limit);
    return this.answer(questionKey("diff", after, limit), (core) => core.diff(after, limit));
  }

  summary(): readonly Summary[] {
    return this.answer("summary", (core) => core.summary());
  }

  requests(): readonly Request[] {
    return this.answer("requests", (core) => core.requests());
  }

  get preview(): OrgBase {
    this.core.assertOpen();
    if (this.present === undefined || !this.present.kernel.isOpen) {
      const kernel = this.core.call(
        (core, instance) => new WholeKernel(core.preview(), instance, this.kernel.reading, true),
      );
      this.core.dependents.attach(kernel);
      this.present = { org: this.orgOver(kernel), kernel };
    }
    return this.present.org;
  }

  private answer<T>(question: string, ask: (core: RawDraft) => unknown): T {
    this.core.assertOpen();
    const known = this.answers.get(question);
    return (known ?? this.answers.set(question, deepFreeze(this.core.call(ask)))) as T;
  }

  // ---- its life ----

  get version(): number {
    return this.latest;
  }

  /** What JSON and logs show of it. */
  toJSON(): { organization: string; version: number } {
    return { organization: this.kernel.organization, version: this.version };
  }

  [SHOWN](): object {
    return this.toJSON();
  }

  subscribe(listener: () => void): () => void {
    this.core.assertOpen();
    return this.listeners.add(listener);
  }

  free(): void {
    this.core.free();
    this.listeners.clear();
    this.present = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")](): void {
    this.free();
  }
}

/** The draft in wasm. Freed with the Org that it is of. */
class DraftLease extends Lease<RawDraft> {
  /** Its previews. */
  readonly dependents = new Dependents();

  constructor(
    raw: RawDraft,
    instance: Instance,
    private readonly answers: AnswerCache,
  ) {
    super(raw, instance, "Draft");
  }

  override free(): void {
    this.dependents.free();
    super.free();
  }

  protected override forget(): void {
    this.answers.clear();
  }
}

function crossingId(id: unknown, what = "an id"): string {
  return wellFormed(requiredString(id, what));
}

function arrayOf(list: unknown, what: string): unknown[] {
  if (!Array.isArray(list)) throw badArgument(`${what} is an array, not ${kindOf(list)}`);
  return list;
}

function crossingIds(ids: unknown, what = "`ids`"): string[] {
  return arrayOf(ids, what).map((id) => requiredString(id, `an id in ${what}`));
}

/** What is no ACL is refused as malformed, not dropped. */
function crossingItem(item: unknown): unknown {
  return crossingBody(item) ?? null;
}

const BOXES = [...new Set(MATRIX.map((row) => row.box))];

function crossingBox(given: unknown, index: number): unknown {
  const what = `boxes[${index}]`;
  const { on, restrict, box, state } = object(given, what);
  const { type, id } = object(on, `${what}.on`);
  if (!BOXES.includes(box as never)) throw badArgument(`${what}.box is one of ${quoted(BOXES)}`);
  if (state !== "on" && state !== "off") throw badArgument(`${what}.state is \`on\` or \`off\``);
  return {
    type: crossingId(type, `${what}.on.type`),
    id: crossingId(id, `${what}.on.id`),
    restrict: restrict === undefined || restrict === null ? null : crossingId(restrict, `${what}.restrict`),
    box,
    on: state === "on",
  };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw badArgument(`${what} is an object, not ${kindOf(value)}`);
  return value as Record<string, unknown>;
}
