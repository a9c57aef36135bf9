// The package against a literal reading of the access model (naive.ts), over random organisations that contain every
// imperfection of MODEL 4. Each question is asked in every form, and again: the second answer comes from memory.
import { type Explanation, Org, type Subject } from "aclarity";
import { expect, test } from "vitest";
import { Asker, organization, type Question, Rng } from "./generate.ts";
import { type Export, Naive, type Options, PERMISSIONS, TYPES, type Who } from "./naive.ts";
import { fresh } from "./sample.ts";

const ORGANISATIONS = Number(process.env.ACLARITY_ORGANISATIONS ?? 350);
const QUESTIONS = 160;
const SEED = Number(process.env.ACLARITY_SEED ?? 20_261_122);

function subjectOf(org: Org, who: Who): Subject {
  if ("anonymous" in who) return org.anonymous;
  return "group" in who ? org.asGroup(fresh(who.group)) : org.as(fresh(who.id));
}

/** Compares, and says what was asked where it differs. */
class Comparison {
  decisions = 0;

  constructor(
    private readonly seed: number,
    private readonly data: Export,
    private readonly options: Options,
  ) {}

  same(what: string, question: unknown, actual: unknown, expected: unknown): void {
    this.decisions++;
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    expect({
      what,
      question,
      seed: this.seed,
      options: this.options,
      data: JSON.stringify(this.data),
      answer: actual,
    }).toEqual({
      what,
      question,
      seed: this.seed,
      options: this.options,
      data: JSON.stringify(this.data),
      answer: expected,
    });
  }
}

const acls = (why: Explanation) => [...new Set(why.grants.map((grant) => grant.acl))].sort();

function decide(compare: Comparison, naive: Naive, org: Org, question: Question): void {
  const { who, ask, id, project } = question;
  const type = question.type as never;
  const permission = ask as never;
  const me = subjectOf(org, who);
  const { allowed, reason } = naive.can(who, ask, type, id, project);
  for (const time of ["can", "can, again"]) {
    compare.same(time, question, me.can(permission, type, id, project), allowed);
  }
  if (id !== undefined) {
    compare.same("can, fresh", question, me.can(permission, type, fresh(id), project && fresh(project)), allowed);
    compare.same("can, of a row", question, me.can(permission, type, { id, project_id: project }), allowed);
    if (id !== "" || !TYPES.slice(0, 4).includes(type)) {
      compare.same("can, of a ref", question, me.can(permission, org.ref(type, id, project)), allowed);
    }
  }
  compare.same("permissions", question, me.permissions(type, id, project), naive.permissions(who, type, id, project));
  const why = me.explain(permission, type, id, project);
  compare.same("explain", question, [why.allowed, why.reason], [allowed, reason]);
  // Of manage_access every ACL is named that gives any of the four, also when the answer is no.
  const granting = reason === "deleted" ? [] : naive.grantingAcls(who, ask, type, id, project);
  compare.same("grants", question, acls(why), granting);
}

function enumerate(compare: Comparison, naive: Naive, org: Org, question: Question): void {
  const { who, ask, id, project } = question;
  const type = question.type as never;
  const permission = ask as never;
  const me = subjectOf(org, who);
  const everybody = org.who(permission, type, id, { project });
  const subjects = everybody.subjects.map((row) => row.subject);
  compare.same(
    "who",
    question,
    { public: everybody.public, subjects: [...subjects].sort() },
    naive.who(ask, type, id, project),
  );
  const listed = naive.list(who, ask, type, project);
  compare.same("list", question, me.list(permission, type, { project }), listed);
  const middle = listed[listed.length >> 1];
  if (middle !== undefined) {
    const rest = listed.filter((other) => other > middle);
    compare.same("list, after", question, me.list(permission, type, { project, after: middle }), rest);
    compare.same("list, limited", question, me.list(permission, type, { project, limit: 2 }), listed.slice(0, 2));
  }
  const every = naive.list({ id: "" }, "read", type).concat(listed, ["nowhere"]);
  const answers = every.map((one) => (naive.can(who, ask, type, one).allowed ? 1 : 0));
  compare.same("canMany", question, [...me.canMany(permission, type, every)], answers);
  compare.same(
    "canMany, of refs",
    question,
    [
      ...me.canMany(
        permission,
        every.map((one) => org.ref(type, one)),
      ),
    ],
    answers,
  );
  const create = naive.canCreate(who, type, project);
  for (const time of ["canCreate", "canCreate, again"]) {
    compare.same(time, question, me.canCreate(type, project), create.allowed);
  }
  const why = me.explainCreate(type, project);
  compare.same("explainCreate", question, [why.allowed, why.reason], [create.allowed, create.reason]);
  compare.same("creatable", question, me.creatable(type), naive.creatable(who, type));
  compare.same("isOwner", question, me.isOwner, naive.isOwner(who));
  compare.same("groups", question, me.groups.map((group) => group.id).sort(), naive.groups(who));
}

test("agrees with the naive evaluator", { timeout: 300_000 }, async () => {
  let decisions = 0;
  for (let number = 0; number < ORGANISATIONS; number++) {
    const seed = SEED + number;
    const rng = new Rng(seed);
    const data = organization(rng, number % 10 === 0 ? "medium" : number % 3 === 0 ? "tiny" : "small");
    const options: Options = { unknownInOrganization: rng.percent(30), membersKnown: rng.percent(30) };
    const loadOptions = {
      unknownObjects: options.unknownInOrganization ? "inOrganization" : "deny",
      members: options.membersKnown ? "known" : "any",
    } as const;
    const naive = new Naive(data, options);
    using org = await Org.load(rng.percent(50) ? JSON.stringify(data) : (data as never), loadOptions);
    const compare = new Comparison(seed, data, options);
    const asker = new Asker(data);
    for (let n = 0; n < QUESTIONS; n++) {
      const question = asker.question(rng);
      decide(compare, naive, org, question);
      if (n % 16 === 0) enumerate(compare, naive, org, question);
    }
    decisions += compare.decisions;
  }
  expect(PERMISSIONS).toHaveLength(8);
  expect(decisions).toBeGreaterThan(50_000);
});
