// What the server of the tests holds: rows, newest first, as the API sorts its lists.
import { randomUUID } from "node:crypto";

export type Row = Record<string, unknown> & { id: string };

/** Rows that need not all be there at once. */
export interface Rows {
  readonly length: number;
  at(index: number): Row | undefined;
  indexOf(id: string): number;
}

/** Lists by the noun of their path: `group`, `acl`, `service_token`, … */
export class Data {
  private readonly lists = new Map<string, Rows>();
  readonly organizations: Row[];

  constructor(lists: Record<string, readonly object[] | Rows>) {
    for (const [noun, rows] of Object.entries(lists)) {
      this.lists.set(noun, Array.isArray(rows) ? new Written(rows as Row[]) : (rows as Rows));
    }
    this.organizations = [...this.all("organization")];
  }

  list(noun: string): Rows {
    const rows = this.lists.get(noun) ?? new Written([]);
    this.lists.set(noun, rows);
    return rows;
  }

  /** All rows of a list that is written out. */
  all(noun: string): Row[] {
    const rows = this.list(noun);
    if (!(rows instanceof Written)) throw new Error(`the list \`${noun}\` is not written out`);
    return rows.rows;
  }

  find(noun: string, id: string): Row | undefined {
    const rows = this.list(noun);
    return rows.at(rows.indexOf(id));
  }

  /** Adds what somebody creates: the server chooses its id and its date, and it comes first. */
  create(noun: string, fields: object): Row {
    const row = { id: randomUUID(), created: new Date().toISOString(), ...fields } as Row;
    this.all(noun).unshift(row);
    return row;
  }

  remove(noun: string, row: Row): void {
    const rows = this.all(noun);
    rows.splice(rows.indexOf(row), 1);
  }
}

class Written implements Rows {
  readonly rows: Row[];

  constructor(rows: readonly Row[]) {
    this.rows = rows.map((row) => ({ ...row }));
  }

  get length(): number {
    return this.rows.length;
  }

  at(index: number): Row | undefined {
    return index < 0 ? undefined : this.rows[index];
  }

  indexOf(id: string): number {
    return this.rows.findIndex((row) => row.id === id);
  }
}
