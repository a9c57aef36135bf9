// Measures aclarity beside what else could answer the same questions, and writes benches/RESULTS.md.
//
//   npm run bench                  as `make bench` does
//   npm run bench -- --quick       two short rounds, nothing written: does it run?
//   … --also <title> <file>        appends another program's output

import { readFileSync, writeFileSync } from "node:fs";
import { ready } from "aclarity";
import { aclarity } from "./engines/aclarity.ts";
import { caslFolded, caslUnfolded } from "./engines/casl.ts";
import type { Make } from "./engines/engine.ts";
import { bitmaskMap, naiveSome, nestedMaps } from "./engines/maps.ts";
import { measureFirstAnswers } from "./fresh-process.ts";
import { measureLoading } from "./loading.ts";
import { measureQuestions } from "./questions.ts";
import { report } from "./report.ts";
import { Scenario, type Size } from "./scenario.ts";

const ENGINES: readonly Make[] = [aclarity, bitmaskMap, nestedMaps, caslFolded, caslUnfolded, naiveSome];

/** Larger ones are for the issue on speed and size. */
const SIZES: readonly Size[] = [
  { name: "1,000 users and 5,000 ACLs", users: 1000, groups: 40, projects: 60, objects: 2000, acls: 5000 },
];

const quick = process.argv.includes("--quick");
const effort = quick ? { rounds: 2, samples: 15 } : { rounds: 9, samples: 60 };
const RESULTS = new URL("../../RESULTS.md", import.meta.url);

await ready();
const sections: string[] = [];
for (const size of SIZES) {
  const scenario = new Scenario(size);
  const engines = ENGINES.map((make) => make(scenario));
  console.log(`${size.name}: asking`);
  const questions = await measureQuestions(scenario, engines, effort);
  console.log("loading");
  const loading = await measureLoading(scenario, effort);
  console.log("the first answer of a new process");
  const first = measureFirstAnswers(scenario, quick ? 2 : 11);
  sections.push(report(scenario, questions, loading, first));
}
process.argv.forEach((argument, at) => {
  if (argument !== "--also") return;
  const [title, file] = process.argv.slice(at + 1);
  sections.push(`## ${title}\n\n\`\`\`text\n${readFileSync(file as string, "utf8").trim()}\n\`\`\`\n`);
});
const text = sections.join("\n");
console.log(text);
if (!quick) writeFileSync(RESULTS, text);
