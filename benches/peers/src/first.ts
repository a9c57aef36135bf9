// Process: imports a library, takes its data, answers once; prints nanoseconds. What it is given was read before.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ColdData } from "./cold-start.ts";

const [way, file] = process.argv.slice(2);
const data = JSON.parse(readFileSync(file as string, "utf8")) as ColdData;
const { user, ask, type, row, expected } = data.stranger;

const ways: { [way: string]: () => Promise<boolean> } = {
  async nothing() {
    return expected;
  },
  async "aclarity, text"() {
    const { Org, ready } = await import("aclarity");
    await ready();
    return Org.loadSync(data.text)
      .as(user)
      .can(ask as "read", type as "dataset", row);
  },
  async "map, text"() {
    const { coldBitmaskMap } = await import("./engines/maps.ts");
    return coldBitmaskMap(data.text, data.stranger);
  },
  async "CASL, text"() {
    const [{ folded }, { Index }, { subject }] = await Promise.all([
      import("./engines/casl.ts"),
      import("./rows.ts"),
      import("@casl/ability"),
    ]);
    return folded(new Index(JSON.parse(data.text)), user).can(ask, subject(type, row));
  },
  async "aclarity, own"() {
    const { Org, ready } = await import("aclarity");
    await ready();
    return Org.loadSync(data.own)
      .as(user)
      .can(ask as "read", type as "dataset", row);
  },
  async "CASL, own"() {
    const [{ createMongoAbility, subject }, { unpackRules }] = await Promise.all([
      import("@casl/ability"),
      import("@casl/ability/extra"),
    ]);
    return createMongoAbility(unpackRules(JSON.parse(data.rules)) as never).can(
      ask,
      subject(type, row as object) as never,
    );
  },
};

const start = process.hrtime.bigint();
const answer = await ways[way as string]?.();
const end = process.hrtime.bigint();
if (answer !== expected) throw new Error(`${way}, in ${fileURLToPath(import.meta.url)}, answers wrongly`);
console.log(Number(end - start));
