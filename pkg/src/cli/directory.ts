// People as an export's rows name them: e-mails, which the organisation does not tell, and names without regard to case.
import type { ExportRow } from "./rows.js";

/** Whom an export or a snapshot lists. */
export interface Person {
  readonly id: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
}

export class Directory {
  readonly people = new Map<string, Person>();
  private readonly names = new Map<string, number>();

  add(list: string, row: ExportRow): void {
    if (row.deleted_at !== undefined && row.deleted_at !== null) return;
    const person = list === "service_tokens" ? accountOfToken(row) : personOf(row);
    if (person === undefined) return;
    this.addPerson(person);
  }

  addPerson(person: Person): void {
    const known = this.people.get(person.id);
    if (known === undefined) this.people.set(person.id, person);
    else
      this.people.set(person.id, { id: known.id, name: known.name ?? person.name, email: known.email ?? person.email });
  }

  /** How many people have this name. */
  sharing(name: string): number {
    if (this.names.size === 0) {
      for (const person of this.people.values()) {
        if (person.name !== undefined) this.names.set(person.name, (this.names.get(person.name) ?? 0) + 1);
      }
    }
    return this.names.get(name) ?? 0;
  }

  /** Whom a text names by id, e-mail or name; the first of these that somebody answers to. */
  named(text: string): readonly Person[] {
    const byId = this.people.get(text);
    if (byId !== undefined) return [byId];
    const people = [...this.people.values()];
    const same = (value: string | undefined) => value === text;
    const alike = (value: string | undefined) => value !== undefined && folded(value) === folded(text);
    for (const fits of [same, alike]) {
      for (const field of ["email", "name"] as const) {
        const found = people.filter((person) => fits(person[field]));
        if (found.length > 0) return found;
      }
    }
    return [];
  }
}

function personOf({ id, email, name, given_name, family_name }: ExportRow): Person | undefined {
  const whole = text(name) ?? text([given_name, family_name].filter((part) => text(part) !== undefined).join(" "));
  return typeof id === "string" ? { id, name: whole, email: text(email) } : undefined;
}

function accountOfToken({ service_account_id, service_account_name, service_account_email }: ExportRow) {
  const id = text(service_account_id);
  return id === undefined ? undefined : { id, name: text(service_account_name), email: text(service_account_email) };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function folded(value: string): string {
  return value.normalize("NFKC").toLowerCase();
}

/** Of some names those that somebody may have meant, the nearest first. */
export function nearest(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const target = folded(wanted);
  const most = Math.min(3, Math.max(1, Math.floor(target.length / 3)));
  const found: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const other = folded(name);
    const within = other.split(/[\s@._-]+/).includes(target) || (target.length > 2 && other.startsWith(target));
    const distance = within ? 0 : editDistance(target, other, most);
    if (distance <= most) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, limit).map(({ name }) => name);
}

/** How many letters differ, two that changed places counting once; anything over `most` is as good as any other. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const nearest = Math.min(substituted, (above[j] as number) + 1, (row[j - 1] as number) + 1);
      row.push(swapped ? Math.min(nearest, (twoAbove[j - 2] as number) + 1) : nearest);
    }
    twoAbove = above;
    above = row;
  }
  return above[b.length] as number;
}
