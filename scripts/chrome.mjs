// Where a Chromium or Chrome is: the variable CHROME, or the usual names on PATH, or macOS's place.
// Run by itself it prints the path, or exits with 1.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a browser, or undefined. */
export function findChrome(env = process.env) {
  if (env.CHROME) return env.CHROME;
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...ELSEWHERE].find(isExecutable);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const chrome = findChrome();
  if (chrome === undefined) process.exit(1);
  console.log(chrome);
}
