#!/usr/bin/env node
import { EXIT } from "./problem.js";
import { run } from "./run.js";

// Whatever ends this before it has an answer is no yes.
process.exitCode = EXIT.usage;

run(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
});
