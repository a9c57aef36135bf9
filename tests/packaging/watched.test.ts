// scripts/watched.sh, under which the whole of `make test` runs: it finds a token wherever it was written.
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { MARK } from "../server/index.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const left = join(root, "target/watched-test.txt");
const execute = promisify(execFile);

/** Runs a command under watch. What it prints is not repeated here: it may be a token. */
async function watched(command: string): Promise<{ failed: boolean; told: string }> {
  const script = join(root, "scripts/watched.sh");
  try {
    const { stdout } = await execute(script, ["bash", "-c", command], { cwd: root, env: { ...process.env, MARK } });
    return { failed: false, told: stdout.replaceAll(MARK, "…") };
  } catch (error) {
    return { failed: true, told: (error as { stderr: string }).stderr.replaceAll(MARK, "…") };
  }
}

test("nothing is nothing", async () => {
  expect(await watched("echo fine")).toEqual({
    failed: false,
    told: "fine\n  no token was printed or left in a file\n",
  });
});

test.each([
  ["printed", 'echo "sk-$MARK"', "printed"],
  ["printed as an error, by what fails too", 'echo "sk-$MARK" >&2; exit 1', "printed"],
  [
    "left in the folder for temporary files",
    'mkdir "$TMPDIR/deep"; echo "sk-$MARK" > "$TMPDIR/deep/file"',
    "tmp/deep/file",
  ],
  ["left in the repository", `mkdir -p target; echo "sk-$MARK" > ${left}`, "./target/watched-test.txt"],
])("a token that is %s", async (_, command, where) => {
  try {
    const { failed, told } = await watched(command);
    expect(failed).toBe(true);
    expect(told).toContain(`error: a token of the tests was written to: ${where}`);
  } finally {
    rmSync(left, { force: true });
  }
});

test("what fails without one has failed", async () => {
  expect(await watched("exit 7")).toMatchObject({ failed: true });
});
