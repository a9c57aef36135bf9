// Memory stays flat in Node. A short run by default; ACLARITY_LEAKS=all runs each loop 20,000 times.

import { Org, ready } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { COLLECTED, FREED, grown, leak, type Runtime, rounds } from "./leaks.ts";
import { wasmBytes } from "./wasm-memory.ts";

const ROUNDS = rounds(process.env.ACLARITY_LEAKS);

const runtime: Runtime = {
  async heap() {
    // A finaliser runs in a task of its own, after a collection; what it lets go is for the next collection.
    for (let turn = 0; turn < 3; turn++) {
      globalThis.gc?.();
      await new Promise((done) => setImmediate(done));
    }
    return process.memoryUsage().heapUsed;
  },
};

beforeAll(async () => {
  expect(globalThis.gc).toBeTypeOf("function");
  await ready();
  expect(wasmBytes()).toBeGreaterThan(0);
});

describe.each([...Object.keys(FREED), ...Object.keys(COLLECTED)])("%s", (name) => {
  test(`${ROUNDS} rounds`, { timeout: 1_800_000 }, async () => {
    const growth = await grown(Org, name, ROUNDS, runtime);
    if (process.env.ACLARITY_LEAKS !== undefined) console.log(name, growth);
    expect(leak(growth)).toBeUndefined();
  });
});
