import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    // Many times what the slowest takes: machines that are shared may be that slow.
    testTimeout: 180_000,
    // The garbage collector at hand: some tests are about what it may take.
    pool: "forks",
    maxWorkers: 2,
    execArgv: ["--expose-gc"],
  },
});
