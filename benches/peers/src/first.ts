// Process: imports a library, takes its data, answers once; prints nanoseconds. What it is given was read before.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ColdData } from "./cold-start.ts";

const [way, file, name] = process.argv.slice(2);
const data = JSON.parse(readFileSync(file as string, "utf8")) as ColdData;
const { user, ask, type, row, expected } = data.stranger;
const its = data[name as keyof Omit<ColdData, "stranger">];
const ofFile = /^(snapshot|slice)/.test(name as string) ? readFileSync(its) : undefined;

const ways: { [way: string]: () => Promise<boolean> } = {
  async lite() {
    const { Org } = await import("aclarity/lite");
    const org = await Org.load(ofFile as Uint8Array);
    return org.as(user).can(ask as "read", type as "dataset", row);
  },
  async aclarity() {
    const { Org } = await import("aclarity");
    const org = await Org.load(ofFile ?? its);
    return org.as(user).can(ask as "read", type as "dataset", row);
  },
  async map() {
    const { coldBitmaskMap } = await import("./engines/maps.ts");
    return coldBitmaskMap(its, data.stranger);
  },
  async "CASL, text"() {
    const [{ folded }, { Index }, { subject }] = await Promise.all([
      import("./engines/casl.ts"),
      import("./rows.ts"),
      import("@casl/ability"),
    ]);
    return folded(new Index(JSON.parse(its)), user).can(ask, subject(type, row));
  },
  async CASL() {
    const [{ createMongoAbility, subject }, { unpackRules }] = await Promise.all([
      import("@casl/ability"),
      import("@casl/ability/extra"),
    ]);
    return createMongoAbility(unpackRules(JSON.parse(its)) as never).can(ask, subject(type, row as object) as never);
  },
};

const start = process.hrtime.bigint();
const answer = await ways[way as string]?.();
const end = process.hrtime.bigint();
if (answer !== expected) throw new Error(`${way}, in ${fileURLToPath(import.meta.url)}, answers wrongly`);
console.log(Number(end - start));
