// Runs the conformance vectors of tests/vectors through the package. Knows nothing of Node: browsers and workerd run
// it too. The format is described in tests/vectors/README.md.
import type { Explanation, LoadOptions, Org as OrgOf, Subject } from "aclarity";

type Package = { Org: { load(source: never, options?: LoadOptions): Promise<OrgOf> } };
type Json = Record<string, unknown>;

export interface Case {
  name: string;
  options?: LoadOptions;
  export?: Json;
  text?: string;
  fill?: Record<string, { count: number; row: Json }>;
  ask?: Question[];
  findings?: { code: string; severity?: string; path?: string }[];
  error?: { code: string; path?: string };
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
    org = await api.Org.load(source as never, vector.options);
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

function compareError(expected: Case["error"], error: { code?: string; path?: string; message?: string }): string[] {
  if (expected === undefined) return [`fails to load: ${error.code} ${error.path} ${error.message}`];
  const wrong: string[] = [];
  if (error.code !== expected.code) wrong.push(`code ${error.code} (${error.message}), expected ${expected.code}`);
  if (expected.path !== undefined && error.path !== expected.path) {
    wrong.push(`path ${JSON.stringify(error.path)}, expected ${JSON.stringify(expected.path)}`);
  }
  return wrong;
}

function compareFindings(expected: Case["findings"], found: OrgOf["findings"]): string[] {
  if (expected === undefined) return [];
  const wrong: string[] = [];
  for (const { code, severity, path } of expected) {
    const matches = found.some(
      (finding) =>
        finding.code === code &&
        (severity === undefined || finding.severity === severity) &&
        (path === undefined || finding.path === path),
    );
    if (!matches) wrong.push(`no finding ${code} ${severity ?? ""} ${path ?? ""}; found ${show(found.map(brief))}`);
  }
  for (const finding of found) {
    if (!expected.some(({ code }) => code === finding.code))
      wrong.push(`finding that is not expected: ${show(brief(finding))}`);
  }
  return wrong;
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
