// Process: writes snapshots of an export, and says how large they are: of everything, without ACLs, and without objects
// as well, so that the differences say what an object takes, and what an ACL.
import { readFileSync, writeFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { answer, given } from "./job.ts";
import type { Rows } from "./rows.ts";
import { LISTS } from "./scenario.ts";

/** What one of these organisations takes. */
export interface Taken {
  /** Bytes of the snapshot, and `stats.bytes`. */
  snapshot: number;
  held: number;
}
export type Parts<T> = { everything: T; withoutAcls: T; withoutObjects: T };

const [from, to] = given<[string, Parts<string>]>();
await ready();

function write(org: Org, file: string): Taken {
  const bytes = org.toBytes();
  writeFileSync(file, bytes);
  const taken = { snapshot: bytes.length, held: org.stats.bytes };
  org.free();
  return taken;
}

const text = readFileSync(from);
const everything = write(Org.loadSync(text), to.everything);
const rows: Rows = { ...(JSON.parse(text.toString("latin1")) as Rows), acls: [] };
const withoutAcls = write(Org.loadSync(JSON.stringify(rows)), to.withoutAcls);
for (const [list] of LISTS) rows[list] = [];
const withoutObjects = write(Org.loadSync(JSON.stringify(rows)), to.withoutObjects);
answer({ everything, withoutAcls, withoutObjects } satisfies Parts<Taken>);
