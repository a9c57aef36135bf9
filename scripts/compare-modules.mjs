// Times builds of the package beside each other, to see what a smaller module costs: all in one process, in turns, so
// that a busy machine is as busy for one as for another. Prints milliseconds of the first, and for the others how many
// times that: by the least of each, and by the median over the turns.
//
//   node scripts/compare-modules.mjs export.json pkg/dist another/dist…
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const [file, ...folders] = process.argv.slice(2);
if (folders.length < 2) {
  console.error("usage: node scripts/compare-modules.mjs export.json pkg/dist another/dist…");
  process.exit(2);
}
const TYPES = { experiments: "experiment", datasets: "dataset", prompts: "prompt" };
/** For V8's optimising compiler, which runs beside. */
const WARM_MS = 3000;
const REFS = 200_000;

const text = readFileSync(file);
const data = JSON.parse(text);
const objects = Object.entries(TYPES).flatMap(([list, type]) => (data[list] ?? []).map(({ id }) => ({ type, id })));
// 12 turns ask about 2,000 objects each that nobody asked about before.
const FEWEST = 24_000;
if (objects.length < FEWEST) {
  console.error(`${file} has ${objects.length} experiments, datasets and prompts: at least ${FEWEST} are needed`);
  process.exit(2);
}
const userAt = (n) => data.users[n % data.users.length].id;
const projectAt = (n) => data.projects[n % data.projects.length].id;

const builds = [];
for (const folder of folders) {
  const { Org, ready } = await import(pathToFileURL(resolve(folder, "node.js")));
  await ready();
  builds.push({ folder, Org, times: new Map() });
}

/** `prepare(build, turn)` returns what is timed. */
function measure(name, turns, prepare) {
  for (let turn = 0; turn < turns; turn++) {
    for (let next = 0; next < builds.length; next++) {
      const build = builds[(turn + next) % builds.length];
      const run = prepare(build, turn);
      const start = performance.now();
      run();
      const time = performance.now() - start;
      build.times.set(name, [...(build.times.get(name) ?? []), time]);
    }
  }
}

const load = (what) => (build) => () => build.Org.loadSync(what(build)).free();
measure(
  "load text, first time",
  1,
  load(() => text),
);
await new Promise((done) => setTimeout(done, WARM_MS));
for (const build of builds) {
  build.org = build.Org.loadSync(text);
  build.snapshot = build.org.toBytes();
  build.me = build.org.as(userAt(0));
}
measure(
  "load text",
  7,
  load(() => text),
);
measure(
  "load a snapshot",
  11,
  load(({ snapshot }) => snapshot),
);
measure(
  "write a snapshot",
  11,
  ({ org }) =>
    () =>
      org.toBytes(),
);
measure("60 people's first `can`", 15, ({ org }, turn) => () => {
  for (let n = 0; n < 60; n++) org.as(userAt(1000 + turn * 60 + n)).can("read", "project", projectAt(3));
});
measure("`can`, 2,000 ids never asked", 12, ({ me }, turn) => {
  const asked = objects.slice(turn * 2000, (turn + 1) * 2000).map(({ type, id }) => [type, Buffer.from(id).toString()]);
  return () => {
    for (const [type, id] of asked) me.can("update", type, id);
  };
});
measure("`can`, 8,000 unknown ids", 12, ({ me }) => {
  const ids = Array.from({ length: 8000 }, () => crypto.randomUUID());
  return () => {
    for (const id of ids) me.can("read", "dataset", id);
  };
});
for (const build of builds) {
  build.refs = Array.from({ length: REFS }, (_, n) => objects[n % objects.length]).map(({ type, id }) =>
    build.org.ref(type, id),
  );
}
measure("`canMany`, 200,000, cold", 15, ({ org, refs }, turn) => {
  const person = org.as(userAt(2000 + turn));
  return () => person.canMany("read", refs);
});
measure("`canMany`, 200,000, warm", 15, ({ org, refs }) => {
  const person = org.as(userAt(2008));
  return () => person.canMany("read", refs);
});
measure("`list`", 11, ({ org }, turn) => {
  const person = org.as(userAt(3000 + turn));
  return () => person.list("read", "experiment");
});
measure("60 times `explain`", 11, ({ me }, turn) => () => {
  for (const { type, id } of objects.slice(turn * 60, (turn + 1) * 60)) me.explain("update", type, id);
});
measure("`grant` and `diff`", 25, ({ org, me }, turn) => {
  const draft = org.draft({ by: me });
  const grant = {
    user_id: userAt(500 + turn),
    permission: "update",
    object_type: "project",
    object_id: projectAt(turn),
  };
  return () => {
    draft.grant(grant);
    draft.diff();
    draft.free();
  };
});
measure("`apply` of one ACL", 25, ({ org }, turn) => {
  const row = { ...data.acls[turn], id: `compared-${turn}`, permission: "delete", role_id: null };
  return () => org.apply({ acls: { upsert: [row] } });
});

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const [first] = builds;
const WIDTH = 16;
const cells = (values) => values.map((value) => value.padStart(WIDTH)).join("");
console.log(`${"".padEnd(30)}${cells(folders.map((folder) => folder.slice(-WIDTH + 1)))}`);
for (const [name, own] of first.times) {
  const ratios = builds.slice(1).map(({ times }) => {
    const its = times.get(name);
    const least = Math.min(...its) / Math.min(...own);
    return `${least.toFixed(2)} / ${median(its.map((time, turn) => time / own[turn])).toFixed(2)}`;
  });
  console.log(`${name.padEnd(30)}${cells([Math.min(...own).toFixed(3), ...ratios])}`);
}
