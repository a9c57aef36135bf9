// Runs the conformance vectors of tests/vectors through the package. Knows nothing of Node: browsers and workerd run
// it too. The format is described in tests/vectors/README.md.
import type {
  AclItem,
  Actor,
  Box,
  BoxChange,
  Credential,
  Draft,
  Explanation,
  LoadOptions,
  Org as OrgOf,
  Permission,
  Principal,
  Reach,
  Request,
  Subject,
} from "aclarity";

type Package = { Org: { load(source: never, options?: LoadOptions): Promise<OrgOf> } };
type Json = Record<string, unknown>;

export interface Case {
  name: string;
  options?: Omit<LoadOptions, "now"> & { now?: string };
  export?: Json;
  text?: string;
  fill?: Record<string, { count: number; row: Json }>;
  ask?: Question[];
  findings?: ExpectedFinding[];
  error?: { code: string; path?: string };
}

interface ExpectedFinding {
  code: string;
  severity?: string;
  path?: string;
  change?: number;
  subject?: string;
  object?: { type: string; id: string };
  acl?: string;
}

export interface VectorFile {
  about: string;
  cases: Case[];
}

type Asked = { type: never; id?: string; project?: string };

interface Question extends Json {
  as?: string | null | { group: string };
  type: never;
  id?: string;
  project?: string;
  is?: unknown;
  are?: unknown;
  reason?: string;
  acls?: string[];
  public?: boolean;
  by?: string | null;
  credential?: Credential;
  finds?: ExpectedFinding[];
  has?: ExpectedFinding[];
  lacks?: string[];
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (ids: Iterable<string>) => [...ids].sort(byCodeUnit);

/** What a case's export is, with its rows filled in, as text. */
export function textOf(vector: Case): string {
  if (vector.text !== undefined) return vector.text;
  return JSON.stringify(filled(vector));
}

function filled(vector: Case): unknown {
  if (vector.fill === undefined) return vector.export;
  const data: Json = { ...vector.export };
  for (const [list, { count, row }] of Object.entries(vector.fill)) {
    const added = Array.from({ length: count }, (_, n) => JSON.parse(JSON.stringify(row).replaceAll("#", String(n))));
    data[list] = [...((data[list] as unknown[] | undefined) ?? []), ...added];
  }
  return data;
}

/** Runs one case and returns what differs, one line each; nothing when it passes. */
export async function runCase(api: Package, vector: Case): Promise<string[]> {
  const wrong = await runSource(api, vector, textOf(vector));
  // The same as JavaScript objects. A list that is a string would be read as JSON text there.
  if (vector.export !== undefined && vector.error === undefined) {
    wrong.push(...(await runSource(api, vector, filled(vector))).map((line) => `as objects: ${line}`));
  }
  return wrong;
}

async function runSource(api: Package, vector: Case, source: unknown): Promise<string[]> {
  let org: OrgOf;
  try {
    org = await api.Org.load(source as never, optionsOf(vector));
  } catch (error) {
    return compareError(vector.error, error as { code?: string; path?: string; message?: string });
  }
  try {
    if (vector.error !== undefined) return [`loads, and should fail with ${vector.error.code}`];
    const wrong = compareFindings(vector.findings, org.findings);
    for (const [index, question] of (vector.ask ?? []).entries()) {
      // Twice: what was asked before is answered from memory.
      for (const time of ["", " (again)"]) {
        wrong.push(...ask(org, question).map((line) => `question ${index}${time}: ${line}`));
      }
    }
    return wrong;
  } finally {
    org.free();
  }
}

export function optionsOf({ options }: Case): LoadOptions {
  const { now, ...others } = options ?? {};
  return now === undefined ? others : { ...others, now: new Date(now) };
}

function compareError(expected: Case["error"], error: { code?: string; path?: string; message?: string }): string[] {
  if (expected === undefined) return [`fails to load: ${error.code} ${error.path} ${error.message}`];
  const wrong: string[] = [];
  if (error.code !== expected.code) wrong.push(`code ${error.code} (${error.message}), expected ${expected.code}`);
  if (expected.path !== undefined && error.path !== expected.path) {
    wrong.push(`path ${JSON.stringify(error.path)}, expected ${JSON.stringify(expected.path)}`);
  }
  return wrong;
}

type Findings = OrgOf["findings"];

function fits(expected: ExpectedFinding, finding: Findings[number]): boolean {
  const { object, ...others } = expected;
  const same = Object.entries(others).every(([field, value]) => finding[field as "code"] === value);
  return same && (object === undefined || (finding.object?.type === object.type && finding.object.id === object.id));
}

/** All that are expected, and no code besides. */
function compareFindings(expected: ExpectedFinding[] | undefined, found: Findings): string[] {
  if (expected === undefined) return [];
  const unexpected = found.filter((finding) => !expected.some(({ code }) => code === finding.code));
  return [
    ...missingFindings(expected, found),
    ...unexpected.map((finding) => `finding that is not expected: ${show(brief(finding))}: ${finding.message}`),
  ];
}

function missingFindings(expected: ExpectedFinding[], found: Findings): string[] {
  const missing = expected.filter((wanted) => !found.some((finding) => fits(wanted, finding)));
  return missing.map((wanted) => `no finding ${show(wanted)}; found ${show(found.map(brief))}`);
}

/** As a question tells them: all (`finds`), some (`has`), none with these codes (`lacks`). */
function compareAsked({ finds, has, lacks }: Question, found: Findings): string[] {
  const excluded = found.filter((finding) => lacks?.includes(finding.code));
  return [
    ...compareFindings(finds, found),
    ...missingFindings(has ?? [], found),
    ...excluded.map((finding) => `finding that is not expected: ${show(brief(finding))}: ${finding.message}`),
  ];
}

const brief = ({ code, severity, path }: { code: string; severity: string; path: string }) =>
  `${code} ${severity} ${path}`;
const show = (value: unknown) => JSON.stringify(value);

function differs(what: string, actual: unknown, expected: unknown): string[] {
  return show(actual) === show(expected) ? [] : [`${what} ${show(actual)}, expected ${show(expected)}`];
}

function subjectOf(org: OrgOf, as: Question["as"]): Subject {
  if (as === null) return org.anonymous;
  return typeof as === "object" ? org.asGroup(as.group) : org.as(as as string);
}

function ask(org: OrgOf, question: Question): string[] {
  if ("who" in question) return askWho(org, question);
  if ("authorize" in question) return askAuthorize(org, question);
  if ("validate" in question) {
    return compareAsked(question, org.validate(question.validate as Request, { by: actorOf(org, question) }));
  }
  if ("draft" in question) return askDraft(org, question);
  if ("matrix" in question) return askMatrix(org, question);
  if ("audit" in question) return compareAsked(question, org.audit());
  const me = subjectOf(org, question.as);
  const about = (key: string) => question[key] as Asked;
  if ("can" in question) return askCan(org, me, question);
  if ("canCreate" in question) return askCanCreate(me, question);
  if ("permissions" in question) {
    const { type, id, project } = about("permissions");
    return differs("permissions", me.permissions(type, id, project), question.are);
  }
  if ("list" in question) {
    const { type, project } = question;
    return differs("list", me.list(question.list as never, type, { project }), question.is);
  }
  if ("creatable" in question) return differs("creatable", me.creatable(question.creatable as never), question.is);
  if ("grantable" in question) {
    const { type, id } = about("grantable");
    return differs("grantable", me.grantable(type, id), question.is);
  }
  if ("isOwner" in question) return differs("isOwner", me.isOwner, question.isOwner);
  if ("groups" in question) return differs("groups", sorted(me.groups.map((group) => group.id)), question.groups);
  if ("nearMisses" in question) {
    const { can, type, id, project } = about("nearMisses") as Asked & { can: never };
    const near = me.explain(can, type, id, project).nearMisses;
    return differs(
      "nearMisses",
      near.map(({ acl, missing }) => [acl, missing]),
      question.are,
    );
  }
  if ("reaches" in question) return askReaches(org, me, question);
  return [`a question this runner does not know: ${show(question)}`];
}

function askCan(org: OrgOf, me: Subject, { can, type, id, project, is, reason, acls }: Question): string[] {
  const permission = can as never;
  const wrong = differs("can", me.can(permission, type, id, project), is);
  if (id !== undefined) {
    wrong.push(...differs("can, of a row", me.can(permission, type, { id, project_id: project }), is));
    wrong.push(...differs("can, of a ref", me.can(permission, org.ref(type, id, project)), is));
    wrong.push(...differs("canMany", [...me.canMany(permission, type, [{ id, project_id: project }])], [is ? 1 : 0]));
    wrong.push(...differs("canMany, of refs", [...me.canMany(permission, [org.ref(type, id, project)])], [is ? 1 : 0]));
  }
  return [...wrong, ...compareExplanation(me.explain(permission, type, id, project), is, reason, acls)];
}

function compareExplanation(why: Explanation, is: unknown, reason?: string, acls?: string[]): string[] {
  const wrong = differs("explain", why.allowed, is);
  if (reason !== undefined) wrong.push(...differs("reason", why.reason, reason));
  if (acls !== undefined) wrong.push(...differs("acls", sorted(why.grants.map((grant) => grant.acl)), acls));
  if (why.text === "") wrong.push("an explanation without a sentence");
  return wrong;
}

function askCanCreate(me: Subject, { canCreate, project, is, reason }: Question): string[] {
  const type = canCreate as never;
  return [
    ...differs("canCreate", me.canCreate(type, project), is),
    ...compareExplanation(me.explainCreate(type, project), is, reason),
  ];
}

function askWho(org: OrgOf, { who, type, id, project, is, public: isPublic }: Question): string[] {
  const answer = org.who(who as never, type, id, { project });
  const wrong = differs("who", sorted(answer.subjects.map((row) => row.subject)), is);
  if (isPublic !== undefined) wrong.push(...differs("public", answer.public, isPublic));
  return wrong;
}

// ---- changes ----

function actorOf(org: OrgOf, { by, credential }: Question): Actor {
  return { subject: by === null || by === undefined ? org.anonymous : org.as(by), credential: credential ?? "session" };
}

function askAuthorize(org: OrgOf, question: Question): string[] {
  const { decision, needs, filter, findings } = org.authorize(question.authorize as Request, {
    by: actorOf(org, question),
  });
  const wrong = differs("authorize", decision, question.is);
  if (question.needs !== undefined) {
    const found = needs.map(({ permission, object: { type, id }, held }) => ({
      permission,
      object: { type, id },
      held,
    }));
    wrong.push(...differsUnordered("needs", found, question.needs as unknown[]));
  }
  if (question.filter !== undefined) wrong.push(...differsUnordered("filter", [filter], [question.filter]));
  return [...wrong, ...compareAsked(question, findings)];
}

/** Lists of plain data, in any order, with keys in any order. */
function differsUnordered(what: string, actual: readonly unknown[], expected: readonly unknown[]): string[] {
  const texts = (list: readonly unknown[]) => sorted(list.map((value) => show(inOrder(value))));
  return differs(what, texts(actual), texts(expected));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => byCodeUnit(a, b)).map(([key, inner]) => [key, inOrder(inner)]));
}

type Step = Request & {
  grant?: AclItem;
  revoke?: AclItem | string;
  narrow?: string;
  except?: string[];
  setMatrix?: Principal;
  boxes?: BoxChange[];
};

function take(draft: Draft, step: Step): void {
  if (step.grant !== undefined) draft.grant(step.grant);
  else if (step.revoke !== undefined) draft.revoke(step.revoke);
  else if (step.narrow !== undefined) draft.narrow(step.narrow, { except: step.except ?? [] });
  else if (step.setMatrix !== undefined) draft.setMatrix(step.setMatrix, step.boxes ?? []);
  else draft.request(step);
}

function askDraft(org: OrgOf, question: Question): string[] {
  const draft = org.draft({ by: actorOf(org, question) }, question.options as { creatorGrants?: boolean } | undefined);
  try {
    for (const step of question.draft as Step[]) take(draft, step);
    const wrong = compareAsked(question, draft.findings);
    for (const [index, then] of ((question.then ?? []) as Question[]).entries()) {
      wrong.push(...ask(draft.preview, then).map((line) => `then ${index}: ${line}`));
    }
    if (question.diff !== undefined) wrong.push(...differsUnordered("diff", draft.diff(), question.diff as unknown[]));
    if (question.requests !== undefined) wrong.push(...compareRequests(draft, question.requests as Request[]));
    return wrong;
  } finally {
    draft.free();
  }
}

/** In order; of their bodies the fields that are given, with lists in any order. */
function compareRequests(draft: Draft, expected: Request[]): string[] {
  const found = draft.requests().map(({ method, path, body }, index) => {
    const given = expected[index]?.body;
    if (given === undefined) return { method, path };
    const fields = Object.entries(body as Json).filter(([field]) => field in (given as Json));
    return { method, path, body: Object.fromEntries(fields) };
  });
  return differs("requests", found.map(allSorted), expected.map(allSorted));
}

function allSorted(value: unknown): unknown {
  if (Array.isArray(value)) return sorted(value.map((inner) => show(allSorted(inner))));
  if (typeof value !== "object" || value === null) return value;
  return inOrder(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, allSorted(inner)])));
}

function askMatrix(org: OrgOf, question: Question): string[] {
  const { boxes, other } = org.matrix(question.matrix as Principal);
  const told = ({ on, restrict, box, state, wider }: Box) => ({ on, restrict, box, state, wider: wider || undefined });
  const wrong: string[] = [];
  if (question.boxes !== undefined) {
    const notOff = boxes.filter(({ state }) => state !== "off");
    wrong.push(...differsUnordered("boxes", notOff.map(told), (question.boxes as Box[]).map(told)));
  }
  for (const { on, restrict, box } of (question.off ?? []) as Box[]) {
    const found = boxes.find(
      (one) => one.on.type === on.type && one.on.id === on.id && one.restrict === restrict && one.box === box,
    );
    if (found?.state !== "off") wrong.push(`the box ${box} of ${show(on)} is ${found?.state}, expected off`);
  }
  if (question.other !== undefined) {
    wrong.push(
      ...differsUnordered(
        "other",
        other.map(({ acl }) => acl),
        question.other as string[],
      ),
    );
  }
  return wrong;
}

const PROBE = "somebody who holds what a row says";
const CONTENTS = ["experiment", "dataset", "prompt", "prompt_session", "project_log"];

function askReaches(org: OrgOf, me: Subject, question: Question): string[] {
  const probes = me.reach().map((row) => ({ row, draft: granting(org, row) }));
  const asked = question.reaches as (Asked & { can: Permission; is: boolean; rules?: number[] })[];
  try {
    return asked.flatMap(({ can, type, id, project, is, rules }) => {
      const saying = probes.filter(
        ({ row, draft }) =>
          row.permissions.includes(can) &&
          !me.can(can, type, id, project) &&
          draft.preview.as(PROBE).can(can, type, id, project),
      );
      const chains = saying.map(({ row }) => row.steps.map((step) => step.rule));
      const [shortest] = chains.sort((a, b) => a.length - b.length);
      const wrong = differs(`reaches ${can} ${type} ${id}`, shortest !== undefined, is);
      return rules === undefined ? wrong : [...wrong, ...differs(`rules of ${can} ${type} ${id}`, shortest, rules)];
    });
  } finally {
    for (const { draft } of probes) draft.free();
  }
}

/** A draft in which somebody holds exactly what a row says. */
function granting(org: OrgOf, { permissions, object, only, below }: Reach): Draft {
  const draft = org.draft({ by: org.anonymous });
  const grant = (object_type: string, object_id: string, restrict_object_type: string | undefined) =>
    draft.grant(
      permissions.map((permission) => ({ user_id: PROBE, permission, object_type, object_id, restrict_object_type })),
    );
  grant(object.type, object.id, only);
  if (below !== false && only === "project") for (const type of CONTENTS) grant(object.type, object.id, type);
  if (below !== false && only === "project_group") {
    for (const { type, id } of org.find({ type: "project_group" })) grant(type, id, undefined);
  }
  return draft;
}
