// The page of the vectors: offers the runner to the test that drives it.
import { runFile } from "./runner.ts";

Object.assign(globalThis, { runFile });
