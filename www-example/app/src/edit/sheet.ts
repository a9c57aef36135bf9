// The permission matrix as tables to look at. Forms and names of the boxes are MATRIX, their states org.matrix.
import {
  type Ask,
  type Box,
  type BoxName,
  MATRIX,
  type Node,
  type ObjectType,
  type Org,
  type Principal,
} from "aclarity";
import { type Access, kindOf, nameOfGroup, nameOfNode } from "../access/access.tsx";
import { aclOf } from "../access/paths.ts";
import type { NodeItem } from "../access/tree.ts";
import { typeName, typeNames } from "../organization/words.ts";

type Form = (typeof MATRIX)[number];
export type State = Box["state"];

/** Where something comes from that is not granted directly. */
export interface Source {
  text: string;
  on: Node;
}
export interface Cell {
  key: string;
  label: string;
  /** What it is about, read aloud after the label. */
  where: string;
  on: Node;
  restrict: string | null;
  box: BoxName;
  state: State;
  wider: boolean;
  /** The state without the changes. */
  before: State;
  sources: readonly Source[];
}
/** One row of boxes: what is on a node for one type. */
export interface Line {
  key: string;
  on: Node;
  title: string;
  detail: string;
  icon: string;
  /** The settings pages do not have it. */
  extra: boolean;
  cells: readonly (Cell | undefined)[];
  sources: readonly Source[];
}
/** A node with its lines: the first is its own, the others are of the types in it. */
export interface Place {
  key: string;
  node: Node;
  name: string;
  lines: readonly Line[];
  /** Something on it is not as it was. */
  changed: boolean;
}
export interface Section {
  id: string;
  title: string;
  columns: readonly Column[];
  places: readonly Place[];
}
export interface Sheet {
  organization: readonly Cell[];
  sections: readonly Section[];
}

export const COLUMNS = ["read", "create", "update", "delete", "manage_access"] as const;
type Column = (typeof COLUMNS)[number];
const column = (box: BoxName): Column => (box === "create_projects" ? "create" : (box as Column));

const SECTIONS: readonly { id: string; column: string; title: string }[] = [
  { id: "all", column: "All projects", title: "All projects" },
  { id: "project-groups", column: "A project group", title: "Project groups" },
  { id: "projects", column: "A project", title: "Projects" },
  { id: "objects", column: "One object", title: "Single objects" },
  { id: "groups", column: "A permission group", title: "Permission groups" },
];
const SINGLE = new Set<string>(["organization", "org_project", "org_member", "org_audit_logs"]);
const TYPES = new Set<string>(MATRIX.map(({ type }) => type).filter((type) => !SINGLE.has(type)));
/** Whether the matrix has boxes for one of these, so that it can be added. */
export const hasBoxes = (type: string): boolean => TYPES.has(type);

const boxKey = (on: Node, restrict: string | null, box: BoxName): string =>
  `${on.type}:${on.id} ${restrict ?? ""} ${box}`;
const placeKey = (on: Node): string => `${on.type}:${on.id}`;

/**
 * `now` is the organisation with the changes, `access.org` the one without. What carries no grant of the principal's own
 * is in the matrix of neither; `added` are such places, and their boxes are asked about one by one.
 */
export function sheetOf(access: Access, principal: Principal, now: Org, added: readonly Node[]): Sheet {
  const before = boxesOf(access.org, principal);
  const after = boxesOf(now, principal);
  const cell = (form: Form, on: Node, where: string): Cell => {
    const key = boxKey(on, form.restrict, form.box);
    const box = after.boxes.get(key) ?? asked(now, principal, form, on, after.places.has(placeKey(on)));
    const was = before.boxes.get(key) ?? asked(access.org, principal, form, on, before.places.has(placeKey(on)));
    return {
      key: `box ${"user" in principal ? `user:${principal.user}` : `group:${principal.group}`} ${key}`,
      label: form.label,
      where,
      on,
      restrict: form.restrict,
      box: form.box,
      state: box.state,
      wider: box.wider ?? false,
      before: was.state,
      sources: box.state === "inherited" ? sourcesOf(access, principal, box.from ?? []) : [],
    };
  };

  const org = access.rows.organization.id;
  const nodes = new Map<string, Node>([["org_project", { type: "org_project", id: org }]]);
  for (const on of [...before.places.values(), ...after.places.values(), ...added])
    if (hasBoxes(on.type)) nodes.set(placeKey(on), on);

  const sections = SECTIONS.map(({ id, column: name, title }): Section => {
    const forms = Map.groupBy(
      MATRIX.filter((form) => form.column === name),
      (form) => form.type,
    );
    const places = [...nodes.values()]
      .filter((on) => forms.has(on.type as ObjectType))
      .map((on): Place => {
        const lines = Map.groupBy(forms.get(on.type as ObjectType) ?? [], ({ restrict }) => restrict);
        const rows = [...lines].map(([restrict, boxes]) => lineOf(access, on, restrict, boxes, cell));
        return {
          key: placeKey(on),
          node: on,
          name: placeName(access, on),
          lines: rows,
          changed: rows.some(({ cells }) => cells.some((one) => one && one.state !== one.before)),
        };
      })
      .toSorted((a, b) => order(a.node.type) - order(b.node.type) || a.name.localeCompare(b.name, "en"));
    const used = new Set(
      places.flatMap(({ lines }) => lines.flatMap(({ cells }) => COLUMNS.filter((_, i) => cells[i] !== undefined))),
    );
    return { id, title, columns: COLUMNS.filter((c) => used.has(c)), places };
  });
  return {
    organization: MATRIX.filter((form) => form.column === "Organization").map((form) =>
      cell(form, { type: form.type, id: org }, access.rows.organization.name),
    ),
    sections,
  };
}

const order = (type: string): number => MATRIX.findIndex((form) => form.type === type);

interface Boxes {
  boxes: Map<string, Box>;
  places: Map<string, Node>;
}
const known = new WeakMap<Org, { version: number; of: string; found: Boxes }>();
function boxesOf(org: Org, principal: Principal): Boxes {
  const of = JSON.stringify(principal);
  const last = known.get(org);
  if (last?.version === org.version && last.of === of) return last.found;
  const { boxes } = org.matrix(principal);
  const found = {
    boxes: new Map(boxes.map((box) => [boxKey(box.on, box.restrict, box.box), box])),
    places: new Map(boxes.map(({ on }) => [placeKey(on), on])),
  };
  known.set(org, { version: org.version, of, found });
  return found;
}

/** A box that the matrix leaves out: off, unless it holds what it holds by a group or from above. */
function asked(
  org: Org,
  principal: Principal,
  form: Form,
  on: Node,
  inMatrix: boolean,
): Pick<Box, "state" | "wider" | "from"> {
  if (inMatrix || SINGLE.has(on.type)) return { state: "off" };
  const subject = "user" in principal ? org.as(principal.user) : org.asGroup(principal.group);
  // A box for a type in a project is about any object of that type there, so one is asked about that does not exist.
  const inside = form.restrict !== null && form.restrict !== form.type && form.restrict !== "project_log";
  const type = form.restrict ?? form.type;
  const why = inside
    ? subject.explain(form.box as Ask, type, "any", on.id)
    : subject.explain(form.box as Ask, type, on.id);
  if (!why.allowed || why.grants.length === 0) return { state: "off" };
  return { state: "inherited", from: why.grants };
}

function sourcesOf(access: Access, principal: Principal, from: NonNullable<Box["from"]>): Source[] {
  const sources = new Map<string, Source>();
  for (const { acl, on, via } of from) {
    const groups = "group" in principal ? via.filter((id) => id !== principal.group) : via;
    const role = aclOf(access.rows, acl)?.role_id;
    const text = [
      groups.length > 0 && groups.map((id) => nameOfGroup(access, id)).join(" › "),
      role && `role ${nameOfNode(access, { type: "role", id: role })}`,
      `on ${nameOfNode(access, on)}`,
    ]
      .filter(Boolean)
      .join(", ")
      .replace(/^on /, "A grant on ")
      .replace(/^role /, "Role ")
      .replace(/, on /, " on ");
    sources.set(text, { text, on });
  }
  return [...sources.values()];
}

function lineOf(
  access: Access,
  on: Node,
  restrict: string | null,
  forms: readonly Form[],
  cell: (form: Form, on: Node, where: string) => Cell,
): Line {
  const item = access.tree.nodes.get(placeKey(on));
  const name = placeName(access, on);
  const { title, detail, where } = words(access, on, restrict, name, item);
  const cells = COLUMNS.map((box) => {
    const form = forms.find((one) => column(one.box) === box);
    return form && cell(form, on, where);
  });
  const sources = new Map(cells.flatMap((one) => one?.sources ?? []).map((source) => [source.text, source]));
  return {
    key: `${placeKey(on)} ${restrict ?? ""}`,
    on,
    title,
    detail,
    icon: restrict ?? item?.icon ?? on.type,
    extra: forms.some(({ extra }) => extra),
    cells,
    sources: [...sources.values()],
  };
}

const placeName = (access: Access, on: Node): string =>
  on.type === "project_log" ? `Logs of ${nameOfNode(access, { type: "project", id: on.id })}` : nameOfNode(access, on);

function words(access: Access, on: Node, restrict: string | null, name: string, item: NodeItem | undefined) {
  const place = on.type === "org_project" ? "all projects" : name;
  if (restrict === "project" && on.type === "project")
    return { title: "The project alone", detail: "", where: `the project ${name} alone` };
  if (restrict === "project") return { title: "Projects", detail: "New ones", where: "projects" };
  if (restrict)
    return { title: typeNames(restrict), detail: "", where: `${typeNames(restrict).toLowerCase()} in ${place}` };
  if (on.type === "org_project")
    return { title: "Everything in all projects", detail: "", where: "everything in all projects" };
  if (on.type === "project")
    return { title: name, detail: "Everything in it", where: `everything in the project ${name}` };
  if (on.type === "project_group")
    return { title: name, detail: "Everything in its projects", where: `everything in the project group ${name}` };
  const kind = item ? kindOf(item) : typeName(on.type);
  const project = item?.row?.project_id;
  const of = project && nameOfNode(access, { type: "project", id: project });
  return {
    title: name,
    detail: [on.type !== "group" && kind, of].filter(Boolean).join(" · "),
    where: on.type === "project_log" ? name.replace("Logs", "the logs") : `the ${kind.toLowerCase()} ${name}`,
  };
}
