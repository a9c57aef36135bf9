// What the answer to a write says: which ids were made, and which tokens are shown this once.
import type { Request } from "./types.js";

type Row = Record<string, unknown>;

export interface Key {
  readonly id: string;
  readonly name?: string;
  readonly key: string;
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
const rowsIn = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);
const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
const isNamed = (row: Row): row is Row & { id: string } => typeof row.id === "string" && row.id !== "";

/** The ids of what a request creates, by placeholder: those that the answer tells beyond doubt. */
export function idsIn(answer: unknown, { body, creates = [] }: Request): [placeholder: string, id: string][] {
  if (!isRow(answer)) return [];
  if (isNamed(answer)) return creates.slice(0, 1).map((placeholder) => [placeholder, answer.id]);
  const added = rowsIn(answer.added_users).filter(isNamed);
  const invited = isRow(body) && isRow(body.invite_users) ? body.invite_users : {};
  const emails = textsIn(invited.emails);
  const people = emails.flatMap((email) => added.filter((row) => row.email === email));
  const listed = new Set(textsIn(invited.ids));
  const accounts = added.filter((row) => !people.includes(row) && !listed.has(row.id));
  return [...pairs(creates, "new:user:", people), ...pairs(creates, "new:service_account:", accounts)];
}

/** One to one, in order; when there are more or fewer, it is not known which is which. */
function pairs(creates: readonly string[], kind: string, rows: readonly { id: string }[]): [string, string][] {
  const placeholders = creates.filter((placeholder) => placeholder.startsWith(kind));
  if (placeholders.length !== rows.length) return [];
  return placeholders.map((placeholder, index) => [placeholder, rows[index]?.id as string]);
}

export function keysIn(answer: unknown): Key[] {
  if (!isRow(answer)) return [];
  return [answer, ...rowsIn(answer.added_users)].flatMap((row) => {
    const key = row.key ?? row.api_key;
    const name = row.name ?? row.token_name;
    if (typeof key !== "string" || key === "" || !isNamed(row)) return [];
    return [{ id: row.id, ...(typeof name === "string" && { name }), key }];
  });
}
