// CASL as its guide says: one ability per user, made by AbilityBuilder and createMongoAbility, objects named by
// `subject(type, row)`, conditions on their fields.

import { AbilityBuilder, createMongoAbility, type MongoAbility, subject } from "@casl/ability";
import { ASKED_TYPES, CHILD_TYPES, Index, PROJECT_TYPES, type Row, type Rows } from "../rows.ts";
import type { Scenario, Stranger } from "../scenario.ts";
import type { Engine } from "./engine.ts";

export type Ability = MongoAbility<[string, string | Row]>;
type Build = (index: Index, user: string) => Ability;

/** One rule for each ACL, two where its fields differ: a project's own, and those of what is in it. */
export const unfolded: Build = (index, user) => {
  const { can, build } = new AbilityBuilder<Ability>(createMongoAbility);
  const only = (types: readonly string[], restrict: string | null) =>
    types.filter((type) => restrict === null || restrict === type);
  for (const { type, id, permissions, restrict } of index.grants(user)) {
    const rule = (types: string[], conditions?: object) => {
      if (types.length > 0) can(permissions, types, conditions as never);
    };
    if (type === "organization" || type === "org_project") {
      rule(only(ASKED_TYPES, restrict));
    } else if (type === "project") {
      rule(only(PROJECT_TYPES, restrict), { id });
      rule(only(CHILD_TYPES, restrict), { project_id: id });
    } else if (type === "project_group") {
      const projects = { $in: index.projectsOf.get(id) ?? [] };
      rule(only(PROJECT_TYPES, restrict), { id: projects });
      rule(only(CHILD_TYPES, restrict), { project_id: projects });
    } else if (ASKED_TYPES.includes(type)) {
      rule(only([type], restrict), { id });
    }
  }
  can("read", "experiment", { public: true } as never);
  return build();
};

/** All that is granted of one action on one type in at most two rules: ids, and ids of projects. */
export const folded: Build = (index, user) => {
  const { can, build } = new AbilityBuilder<Ability>(createMongoAbility);
  interface Fold {
    all: boolean;
    ids: Set<string>;
    projects: Set<string>;
  }
  const folds = new Map<string, Map<string, Fold>>();
  for (const { type, id, permissions, restrict } of index.grants(user)) {
    for (const asked of ASKED_TYPES) {
      if (restrict !== null && restrict !== asked) continue;
      const above = type === "organization" || type === "org_project";
      const projects = type === "project" ? [id] : type === "project_group" ? (index.projectsOf.get(id) ?? []) : [];
      if (!above && projects.length === 0 && type !== asked) continue;
      for (const permission of permissions) {
        const ofType = folds.get(permission) ?? new Map<string, Fold>();
        folds.set(permission, ofType);
        const fold: Fold = ofType.get(asked) ?? { all: false, ids: new Set(), projects: new Set() };
        ofType.set(asked, fold);
        const inside = CHILD_TYPES.includes(asked);
        if (above) fold.all = true;
        else if (projects.length === 0) fold.ids.add(id);
        else for (const project of projects) (inside ? fold.projects : fold.ids).add(project);
      }
    }
  }
  for (const [permission, ofType] of folds) {
    for (const [type, { all, ids, projects }] of ofType) {
      if (all) {
        can(permission, type);
        continue;
      }
      if (ids.size > 0) can(permission, type, { id: { $in: [...ids] } } as never);
      if (projects.size > 0) can(permission, type, { project_id: { $in: [...projects] } } as never);
    }
  }
  can("read", "experiment", { public: true } as never);
  return build();
};

function cold(make: Build, text: string, { user, ask, type, row }: Stranger): boolean {
  return make(new Index(JSON.parse(text) as Rows), user).can(ask, subject(type, row));
}

function engine(name: string, make: Build, index: Index, person: string): Engine {
  const ability = make(index, person);
  return {
    name,
    ways: [
      {
        name: "ability.can(permission, subject(type, row))",
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = ability.can(asks[i] as string, subject(types[i] as string, rows[i] as Row)) ? 1 : 0;
          }
        },
      },
      {
        name: "ability.can(permission, row), rows named by subject() beforehand",
        prepare(questions) {
          questions.rows.forEach((row, i) => {
            subject(questions.types[i] as string, row);
          });
          return questions;
        },
        ask({ asks, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = ability.can(asks[i] as string, rows[i] as Row) ? 1 : 0;
          }
        },
      },
    ],
    cold: (text, stranger) => cold(make, text, stranger),
    others(strangers, answers) {
      strangers.forEach(({ user, ask, type, row }, i) => {
        answers[i] = make(index, user).can(ask, subject(type, row)) ? 1 : 0;
      });
    },
  };
}

export const caslFolded = ({ index, person }: Scenario): Engine => engine("CASL, rules folded", folded, index, person);
export const caslUnfolded = ({ index, person }: Scenario): Engine =>
  engine("CASL, one rule per ACL", unfolded, index, person);
