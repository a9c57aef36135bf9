// From the text of an export to something that can be asked.

import { Org } from "aclarity";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import type { Acl, Rows } from "./rows.ts";
import type { Scenario } from "./scenario.ts";

export interface Loading {
  bytes: number;
  lines: { name: string; figure: Figure }[];
}

/** By object and by principal: what anybody would need next. */
function twoIndexes(rows: Rows): number {
  const byObject = new Map<string, Acl[]>();
  const byPrincipal = new Map<string, Acl[]>();
  for (const acl of rows.acls) {
    push(byObject, acl.object_id, acl);
    push(byPrincipal, acl.user_id ?? acl.group_id ?? "", acl);
  }
  return byObject.size + byPrincipal.size;
}

function push(map: Map<string, Acl[]>, key: string, acl: Acl): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [acl]);
  else list.push(acl);
}

export async function measureLoading({ text, rows }: Scenario, effort: Effort): Promise<Loading> {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const load = (source: string | Uint8Array): number => {
    const org = Org.loadSync(source);
    const { acls } = org.stats;
    org.free();
    return acls;
  };
  if (load(text) !== rows.acls.length) throw new Error("not every ACL was loaded");
  const runs: [name: string, run: () => unknown][] = [
    ["aclarity: Org.loadSync(text)", () => load(text)],
    ["aclarity: Org.loadSync(bytes)", () => load(bytes)],
    ["JSON.parse(text)", () => JSON.parse(text)],
    ["JSON.parse(decode(bytes))", () => JSON.parse(decoder.decode(bytes))],
    ["JSON.parse(text), indexes by object and by principal", () => twoIndexes(JSON.parse(text) as Rows)],
  ];
  const candidates = runs.map(([key, run]): Candidate => ({ key, operations: 1, prepare: () => undefined, run }));
  const figures = await measureInRounds(candidates, effort);
  return {
    bytes: bytes.length,
    lines: runs.map(([name]) => ({ name, figure: figures.get(name) as Figure })),
  };
}
