// Which requests `verify` makes: for every rule some that should be allowed and some that should be denied, so that a
// wrong rule shows early.
import type { Basis, Subject } from "../../../types/index.js";
import type { Node } from "../../types.js";
import { doubtsAbout } from "../doubts.js";
import type { Names } from "../names.js";
import type { Opened } from "../opened.js";

export interface Probe {
  /** `GET /v1/dataset/{dataset_id}`: a row of the table of requests. */
  readonly rule: string;
  readonly path: string;
  readonly object: Node;
  readonly permission: string;
  readonly expected: "allow" | "deny";
  /** Of the need and of the answer together: `chosen` if either is. */
  readonly basis: Basis;
  /** Why the model answers so: `granted`, `no_grant`, … */
  readonly reason: string;
}

interface Route {
  readonly rule: string;
  readonly path: (id: string) => string;
}

const byId = (name: string): Route => ({
  rule: `GET /v1/${name}/{${name}_id}`,
  path: (id) => `/v1/${name}/${encodeURIComponent(id)}`,
});

const ROUTES: ReadonlyMap<string, Route> = new Map(
  ["project", "project_group", "experiment", "dataset", "prompt", "function", "group", "role"].map((name) => [
    name,
    byId(name),
  ]),
);

/** Types whose grants are asked about: `GET /v1/acl` needs `read_acls` on the object. */
const ACL_TYPES = [
  "organization",
  "org_project",
  "project",
  "project_group",
  "experiment",
  "dataset",
  "prompt",
  "group",
];
const ACL_RULE = "GET /v1/acl?object_type&object_id";

/** Probes in an order in which every rule comes first with every answer; the same for the same seed. */
export async function sample(
  opened: Opened,
  names: Names,
  subject: Subject,
  most: number,
  seed: number,
): Promise<Probe[]> {
  const random = generator(seed);
  const strata = new Map<string, Probe[]>();
  for await (const { route, object } of candidates(opened, names)) {
    const probe = probeOf(opened, subject, route, object);
    if (probe === undefined) continue;
    const key = `${probe.rule} ${probe.expected} ${probe.basis} ${probe.reason}`;
    const stratum = strata.get(key) ?? [];
    stratum.push(probe);
    strata.set(key, stratum);
  }
  const queues = [...strata.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, probes]) => shuffled(probes, random));
  const chosen: Probe[] = [];
  for (let turn = 0; chosen.length < most && queues.some((queue) => turn < queue.length); turn++) {
    for (const queue of queues) {
      const probe = queue[turn];
      if (probe !== undefined && chosen.length < most) chosen.push(probe);
    }
  }
  return chosen;
}

async function* candidates(opened: Opened, names: Names): AsyncGenerator<{ route: Route; object: Node }> {
  const functions = new Set<string>();
  // A snapshot does not tell them from prompts: asked for as one of these, a function is no verdict.
  if (!opened.isSnapshot) {
    await opened.scan(new Set(["functions"]), (_, { id }) => {
      if (typeof id === "string") functions.add(id);
    });
  }
  for (const object of names.objects.listed()) {
    const name = object.type === "prompt" && functions.has(object.id) ? "function" : object.type;
    const route = ROUTES.get(name);
    if (route !== undefined) yield { route, object };
  }
  for (const type of ACL_TYPES) {
    for (const object of opened.org.find({ type: type as "project" })) {
      const path = (id: string) => `/v1/acl?object_type=${type}&object_id=${encodeURIComponent(id)}&limit=1`;
      yield { route: { rule: ACL_RULE, path }, object };
    }
  }
  const [organization] = opened.org.find({ type: "organization" });
  if (organization !== undefined) {
    yield { route: { rule: "GET /v1/acl/list_org", path: () => "/v1/acl/list_org?limit=1" }, object: organization };
  }
}

function probeOf(opened: Opened, subject: Subject, { rule, path }: Route, object: Node): Probe | undefined {
  const { org } = opened;
  const asked = path(object.id);
  const { decision, needs } = org.authorize({ method: "GET", path: asked }, { by: subject });
  const [need] = needs;
  if (decision === "unknown" || need === undefined) return undefined;
  const { reason, basis } = subject.explain(need.permission, need.object.type as "project", need.object.id);
  // What the export lacks is no fault of a rule.
  if (decision === "deny" && doubtsAbout(opened, { type: need.object.type, reason }).length > 0) return undefined;
  const chosen = needs.some((each) => each.basis === "chosen") || basis === "chosen";
  return {
    rule,
    path: asked,
    object,
    permission: need.permission,
    expected: decision,
    basis: chosen ? "chosen" : "documented",
    reason,
  };
}

/** Fisher and Yates's, without changing what it is given. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
