// `aclarity/lite`: on snapshots and slices the answers of the whole package, and `not_included` for everything else.
import * as aclarity from "aclarity";
import { AclarityError, Org, ready, type Subject } from "aclarity";
import * as lite from "aclarity/lite";
import { beforeAll, describe, expect, test } from "vitest";
import { Asker, organization, type Question, Rng } from "./generate.ts";
import { Naive, type Options, TYPES, type Who } from "./naive.ts";
import { codeOf, D1, P1, sample } from "./sample.ts";

const ORGANISATIONS = Number(process.env.ACLARITY_ORGANISATIONS ?? 150);
const QUESTIONS = 60;
const SEED = Number(process.env.ACLARITY_SEED ?? 20_261_122);

beforeAll(() => Promise.all([ready(), lite.ready()]));

const snapshot = () => Org.loadSync(sample()).toBytes() as Uint8Array<ArrayBuffer>;

/** What both have. */
type Asked = Pick<lite.Org, "as" | "asGroup" | "anonymous" | "ref">;

function subjectOf(org: Asked, who: Who): lite.Subject {
  if ("anonymous" in who) return org.anonymous;
  return "group" in who ? org.asGroup(who.group) : org.as(who.id);
}

/** Everything that may be asked about one object, as data. */
function answers(org: Asked, { who, ask, type: anyType, id, project }: Question) {
  const me = subjectOf(org, who);
  const [permission, type] = [ask as lite.Ask, anyType as lite.Type];
  const { fixes: _, ...why } = me.explain(permission, type, id, project);
  const { fixes: __, ...whyCreate } = me.explainCreate(type, project);
  return {
    can: me.can(permission, type, id, project),
    canOfRow: id === undefined || me.can(permission, type, { id, project_id: project }),
    canOfRef: id === undefined || me.can(permission, org.ref(type, id, project)),
    canMany: [...me.canMany(permission, type, [id, "unknown"])],
    canCreate: me.canCreate(type, project),
    permissions: me.permissions(type, id, project),
    grantable: me.grantable(type, id),
    list: me.list(permission, type, { project, limit: 50 }),
    creatable: me.creatable(type),
    why,
    whyCreate,
    isOwner: me.isOwner,
    groups: me.groups,
  };
}

function load(bytes: Uint8Array, options: lite.LiteLoadOptions = {}) {
  return { whole: Org.loadSync(bytes, options), small: lite.Org.loadSync(bytes, options) };
}

test("the answers are those of the whole package, of random organisations and of slices of them", () => {
  let compared = 0;
  for (let round = 0; round < ORGANISATIONS; round++) {
    const seed = SEED + round;
    const rng = new Rng(seed);
    const data = organization(rng);
    const asked: Options = { unknownInOrganization: rng.percent(30), membersKnown: rng.percent(30) };
    const options: lite.LiteLoadOptions = {
      unknownObjects: asked.unknownInOrganization ? "inOrganization" : "deny",
      members: asked.membersKnown ? "known" : "any",
    };
    const naive = new Naive(data, asked);
    const whole = Org.loadSync(data as never, options);
    const asker = new Asker(data);
    // Half of the time the options are those of the snapshot, else they replace others.
    const bytes = rng.percent(50) ? whole.toBytes() : Org.loadSync(data as never).toBytes();
    const small = lite.Org.loadSync(bytes, options);
    for (let number = 0; number < QUESTIONS; number++) {
      const question = asker.question(rng);
      const { who, ask, type, id, project } = question;
      const context = { seed, options, question };
      const given = answers(small, question);
      expect({ ...context, answers: given }).toEqual({ ...context, answers: answers(whole, question) });
      expect({ ...context, can: given.can }).toEqual({
        ...context,
        can: naive.can(who, ask, type, id, project).allowed,
      });
      compared++;
      if (!("id" in who) || who.id === "" || number % 4 !== 0) continue;
      const objects = rng.percent(50) ? "all" : "none";
      const sliced = load(whole.slice(who.id, { objects }));
      expect(sliced.small.sliceOf).toBe(who.id);
      expect({ ...context, objects, answers: answers(sliced.small, question) }).toEqual({
        ...context,
        objects,
        answers: answers(sliced.whole, question),
      });
      sliced.whole.free();
      sliced.small.free();
      compared++;
    }
    whole.free();
    small.free();
  }
  expect(compared).toBeGreaterThan(ORGANISATIONS * QUESTIONS);
  expect(TYPES).toHaveLength(13);
});

/** Ids and names that JSON, sentences or objects could take for something else. */
const ODD = [
  'a "quoted" one',
  "back\\slash",
  "control \u0000\u0001\u001f\u007f",
  "line\u2028and\u2029ends",
  "new\nline\ttab",
  "`ticks`",
  "\u{1f600}",
  "\uffee",
  "\ue000",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
];

function odd() {
  return {
    organization: { id: "o", name: 'The "O"' },
    users: ODD.map((id) => ({ id, given_name: `name of ${id}`, email: `${id}@acme.example` })),
    groups: ODD.map((id) => ({ id, org_id: "o", name: `group ${id}`, member_users: [id] })),
    roles: ODD.map((id) => ({
      id,
      org_id: "o",
      name: `role ${id}`,
      member_permissions: [{ permission: "read" }, { permission: "update", restrict_object_type: id }],
    })),
    projects: ODD.map((id) => ({ id, org_id: "o", name: `project ${id}` })),
    datasets: ODD.map((id) => ({ id, project_id: id, name: `dataset ${id}` })),
    acls: ODD.flatMap((id, at) => [
      { id, object_type: "project", object_id: id, group_id: id, role_id: id },
      { id: `${id} 2`, object_type: "dataset", object_id: ODD[(at + 1) % ODD.length], user_id: id, permission: "read" },
      { id: `${id} 3`, object_type: id, object_id: "x", user_id: id, permission: "create" },
    ]),
  };
}

const TYPES_LIKE_OTHERS = ["organisation", "org_automation", "orgn", "projects", "Project", ""];

test("the answers are those of the whole package for ids, names and types of any letters", () => {
  const { whole, small } = load(Org.loadSync(odd() as never).toBytes());
  for (const id of ODD) {
    const who: Who = { id };
    for (const ask of ["read", "create", "update", "manage_access"]) {
      for (const type of ["project", "dataset", "group", "role", "project_log", ...ODD, ...TYPES_LIKE_OTHERS]) {
        for (const about of [id, ODD[0], "x", "o", undefined]) {
          const question = { who, ask, type, id: about, project: undefined };
          expect({ question, answers: answers(small, question) }).toEqual({
            question,
            answers: answers(whole, question),
          });
        }
      }
    }
  }
});

test("`list` goes on after any id, as in the whole package", () => {
  const data = odd();
  const acls = [{ id: "all", object_type: "organization", object_id: "o", user_id: ODD[0], permission: "read" }];
  const { whole, small } = load(Org.loadSync({ ...data, acls } as never).toBytes());
  const [me, other] = [small.as(ODD[0] as string), whole.as(ODD[0] as string)];
  const all = me.list("read", "dataset");
  expect(all).toEqual([...ODD].sort());
  for (const after of [...ODD, "", "m", "\uffff"]) {
    for (const limit of [1, 3, 100]) {
      const page = me.list("read", "dataset", { after, limit });
      expect(page).toEqual(other.list("read", "dataset", { after, limit }));
      expect(page).toEqual(all.filter((id) => id > after).slice(0, limit));
    }
  }
});

test("the empty id is nobody's", () => {
  const { whole, small } = load(snapshot());
  const why = small.as("").explain("read", "project", P1);
  expect(why.allowed).toBe(false);
  expect(why).toEqual({ ...whole.as("").explain("read", "project", P1), fixes: [] });
});

test("texts cross whole, however long, and one left out is none", () => {
  const long = "ü".repeat(1000);
  const data = sample() as { datasets: unknown[]; acls: unknown[] };
  const acl = { id: "long", object_type: "dataset", object_id: long, user_id: "ada", permission: "read" };
  const all = { ...data, datasets: [...data.datasets, { id: long, project_id: P1, name: "long" }] };
  const { whole, small } = load(Org.loadSync({ ...all, acls: [...data.acls, acl] } as never).toBytes());
  for (const org of [whole, small]) {
    const ada = org.as("ada");
    expect(ada.can("read", "dataset", long)).toBe(true);
    expect(ada.can("read", "dataset", `${long}ü`)).toBe(false);
    expect(ada.canCreate("dataset", "")).toBe(ada.canCreate("dataset"));
  }
  expect(small.as("ada").explain("read", "dataset", long)).toEqual(
    expect.objectContaining({ text: whole.as("ada").explain("read", "dataset", long).text }),
  );
});

test("refs name objects as ids do, and those of another Org are refused", async () => {
  const { whole, small } = load(snapshot());
  const other = lite.Org.loadSync(snapshot());
  const ids = [D1, P1, "nothing"];
  const refs = ids.map((id) => small.ref("dataset", id));
  const ada = small.as("ada");
  expect(refs.map((ref) => ada.can("read", ref))).toEqual(ids.map((id) => whole.as("ada").can("read", "dataset", id)));
  expect([...ada.canMany("read", refs)]).toEqual([...ada.canMany("read", "dataset", ids)]);
  expect(codeOf(() => ada.can("read", other.ref("dataset", D1)))).toBe("bad_argument");
  expect(codeOf(() => ada.canMany("read", [whole.ref("dataset", D1)]))).toBe("bad_argument");
  expect(codeOf(() => whole.as("ada").can("read", refs[0] as never))).toBe("bad_argument");
  await small.replace(whole.toBytes());
  expect([...ada.canMany("read", refs)]).toEqual([...ada.canMany("read", "dataset", ids)]);
});

describe("what is not included", () => {
  const HERE = {
    org: [
      "as",
      "asGroup",
      "anonymous",
      "ref",
      "replace",
      "subscribe",
      "version",
      "sliceOf",
      "free",
      "toJSON",
      "constructor",
    ],
    subject: [
      "id",
      "isOwner",
      "groups",
      "can",
      "canCreate",
      "canMany",
      "permissions",
      "list",
      "creatable",
      "grantable",
      "explain",
      "explainCreate",
      "toJSON",
      "constructor",
    ],
  };

  /** Public members of an object of the whole package, as its types and its prototypes have them. */
  function members(object: object): string[] {
    const names = new Set<string>();
    for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    }
    return [...names];
  }

  // What the sources call private or protected is a member like any other at run time.
  const INNER = {
    org: /^(kernel|host|users|groups|listeners|replacements|lastReplacement|somebody|reload|over|sliceSubject)$/,
    subject:
      /^(kernel|kind|whole|generation|memo|refMemo|handle|owner|canCreateOther|canManyIds|canManyRefs|remember|ids|isNew|isNewRef|answerIds|answerRefs|listAfterOddity|mask|maskOf|refMask|adopted|answer|nothing|renew|resolved|resolve|lookUp|crossingId|actor)$/,
  };

  function expectLeftOut(whole: object, small: object, here: readonly string[], inner: RegExp): number {
    let left = 0;
    for (const name of members(whole)) {
      if (here.includes(name) || inner.test(name)) continue;
      left++;
      expect(
        codeOf(() => {
          const member = (small as Record<string, unknown>)[name];
          return typeof member === "function" ? member.call(small) : member;
        }),
        name,
      ).toBe("not_included");
    }
    return left;
  }

  test("throws so: every other member of an Org and of a Subject", () => {
    const { whole, small } = load(snapshot());
    expect(expectLeftOut(whole, small, HERE.org, INNER.org)).toBe(14);
    expect(expectLeftOut(whole.as("ada"), small.as("ada"), HERE.subject, INNER.subject)).toBe(1);
    for (const name of HERE.org) expect(name in small, name).toBe(true);
    for (const name of HERE.subject) expect(name in small.as("ada"), name).toBe(true);
  });

  test("says what to import", () => {
    const { small } = load(snapshot());
    expect(() => (small as unknown as Org).who("read", "project", P1)).toThrow(
      "`who` is not in `aclarity/lite`: import `aclarity` for it",
    );
  });

  const sources: [string, unknown][] = [
    ["an export", sample()],
    ["JSON text", JSON.stringify(sample())],
    ["JSON as bytes", new TextEncoder().encode(JSON.stringify(sample()))],
    ["JSON behind white space", new TextEncoder().encode(" \n{}")],
    ["an array", []],
  ];
  test.each(sources)("loading %s", async (_, source) => {
    expect(codeOf(() => lite.Org.loadSync(source as never))).toBe("not_included");
    await expect(lite.Org.load(source as never)).rejects.toMatchObject({ code: "not_included" });
    const { small } = load(snapshot());
    await expect(small.replace(source as never)).rejects.toMatchObject({ code: "not_included" });
    expect(small.as("ada").can("read", "project", P1)).toBe(true);
  });

  test("a response or a stream of JSON, a strict load, a new organisation", async () => {
    await expect(lite.Org.load(Response.json(sample()))).rejects.toMatchObject({ code: "not_included" });
    const text = new Blob([JSON.stringify(sample())]).stream().pipeThrough(new TextDecoderStream());
    await expect(lite.Org.load(text)).rejects.toMatchObject({ code: "not_included" });
    expect(codeOf(() => lite.Org.loadSync(snapshot(), { strict: true } as never))).toBe("not_included");
    const { newOrganization } = lite as unknown as typeof aclarity;
    expect(codeOf(() => newOrganization({ id: "o", name: "O", owners: [] }))).toBe("not_included");
  });
});

function byByte(bytes: Uint8Array): ReadableStream {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, ++at));
    },
  });
}

describe("snapshots", () => {
  test("in every form", async () => {
    const bytes = snapshot();
    const copy = () => bytes.slice();
    const forms: (() => lite.Source | Promise<lite.Source>)[] = [
      () => copy(),
      () => copy().buffer,
      () => new DataView(copy().buffer),
      () => new Response(copy()),
      () => Promise.resolve(new Response(copy())),
      () => new Blob([copy()]).stream(),
      () => byByte(copy()),
    ];
    for (const form of forms) {
      const org = await lite.Org.load(form());
      expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
      expect(org.as("ada").can("update", "dataset", D1)).toBe(false);
      org.free();
    }
  });

  test("damaged: a typed error wherever the damage is, and never an organisation", () => {
    const bytes = snapshot();
    for (let length = 0; length < bytes.length; length += 7) {
      expect(codeOf(() => lite.Org.loadSync(bytes.subarray(0, length)))).toBe("snapshot_corrupt");
    }
    for (let at = 1; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x41;
      expect(["snapshot_corrupt", "snapshot_version"]).toContain(codeOf(() => lite.Org.loadSync(damaged)));
    }
    expect(codeOf(() => lite.Org.loadSync(new Uint8Array([1, 2, 3])))).toBe("snapshot_corrupt");
    const later = bytes.slice();
    later[8] = 99;
    expect(codeOf(() => lite.Org.loadSync(later))).toBe("snapshot_version");
    expect(lite.Org.loadSync(bytes).as("ada").can("read", "project", P1)).toBe(true);
  });

  test("that cannot be had", async () => {
    await expect(lite.Org.load(new Response("", { status: 404 }))).rejects.toMatchObject({ code: "http" });
    await expect(lite.Org.load(Promise.reject(new Error("gone")))).rejects.toMatchObject({ code: "http" });
    const signal = AbortSignal.abort();
    await expect(lite.Org.load(snapshot(), { signal })).rejects.toMatchObject({ code: "aborted" });
    expect(codeOf(() => lite.Org.loadSync(new Response(snapshot()) as never))).toBe("bad_argument");
    expect(codeOf(() => lite.Org.loadSync(7 as never))).toBe("bad_argument");
  });
});

test("a slice is renewed, tells its listeners, and answers for its subject alone", async () => {
  const whole = Org.loadSync(sample());
  const org = lite.Org.loadSync(whole.slice("ada"));
  const ada = org.as("ada");
  expect(ada.can("read", "project", P1)).toBe(true);
  expect(codeOf(() => org.as("bo"))).toBe("slice");
  expect(codeOf(() => org.asGroup("eng"))).toBe("slice");
  let told = 0;
  org.subscribe(() => told++);
  whole.apply({ acls: { remove: ["a2"] } });
  await org.replace(whole.slice("ada"));
  expect([told, org.version, ada.can("read", "project", P1)]).toEqual([1, 2, false]);
  org.free();
  expect(codeOf(() => ada.can("read", "project", P1))).toBe("freed");
});

test("shares its error, its constants and its types with the whole package", () => {
  expect(lite.AclarityError).toBe(AclarityError);
  expect(lite.PERMISSIONS).toBe(aclarity.PERMISSIONS);
  expect(lite.OBJECT_TYPES).toBe(aclarity.OBJECT_TYPES);
  expect(lite.MODEL_VERSION).toBe(aclarity.MODEL_VERSION);
  const whole = Org.loadSync(sample());
  const either: lite.Org = whole;
  const somebody: lite.Subject = whole.as("ada") satisfies Subject;
  expect(either.as("ada")).toBe(somebody);
});

test("an explanation has no fixes, on a snapshot of the whole either", () => {
  const { whole, small } = load(snapshot());
  expect(whole.as("ada").explain("update", "project", P1).fixes).not.toEqual([]);
  expect(small.as("ada").explain("update", "project", P1).fixes).toEqual([]);
});
