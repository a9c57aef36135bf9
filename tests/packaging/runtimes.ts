// The programs of other runtimes, from their npm packages.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The first of these programs inside npm packages that is there: [package, file], the one for this machine first. */
function programOf(candidates: [string, string][]): string {
  for (const [name, file] of candidates) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), file);
      if (existsSync(path)) return path;
    } catch {
      // Of the packages for all platforms only this machine's is installed.
    }
  }
  throw new Error(`none of ${candidates.map(([name]) => name).join(", ")} is installed`);
}

// npm may hold back install scripts, which would move these programs to where the commands `deno` and `bun` expect them.
const { platform, arch } = process;
const cpu = arch === "arm64" ? "aarch64" : arch;
const exe = platform === "win32" ? ".exe" : "";
export const deno = () =>
  programOf([
    [`@deno/${platform}-${arch}-glibc`, `deno${exe}`],
    [`@deno/${platform}-${arch}`, `deno${exe}`],
  ]);
export const bun = () =>
  programOf([
    [`@oven/bun-${platform}-${cpu}`, `bin/bun${exe}`],
    [`@oven/bun-${platform}-${cpu}-baseline`, `bin/bun${exe}`],
    ["bun", "bin/bun.exe"],
  ]);
