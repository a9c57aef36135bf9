import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: 60_000,
    // The garbage collector at hand: some tests are about what it may take.
    pool: "forks",
    maxWorkers: 2,
    execArgv: ["--expose-gc"],
  },
});
