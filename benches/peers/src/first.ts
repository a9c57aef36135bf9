// One answer, by a process that was just started: imports the library, reads the export, answers, prints nanoseconds.

import { readFileSync } from "node:fs";
import type { Stranger } from "./scenario.ts";

const [engine, file] = process.argv.slice(2);
const { text, stranger } = JSON.parse(readFileSync(file as string, "utf8")) as { text: string; stranger: Stranger };

const start = process.hrtime.bigint();
const answer = await answers(engine);
const end = process.hrtime.bigint();
if (answer !== stranger.expected) throw new Error(`${engine} answers wrongly`);
console.log(Number(end - start));

async function answers(name: string | undefined): Promise<boolean> {
  const { user, ask, type, row } = stranger;
  switch (name) {
    case "aclarity": {
      const { Org, ready } = await import("aclarity");
      await ready();
      return Org.loadSync(text)
        .as(user)
        .can(ask as "read", type as "dataset", row.id);
    }
    case "casl":
      return (await import("./engines/casl.ts")).coldFolded(text, stranger);
    default:
      return (await import("./engines/maps.ts")).coldBitmaskMap(text, stranger);
  }
}
