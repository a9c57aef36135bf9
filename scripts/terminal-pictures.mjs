// Draws docs/images/cli-*.svg: what the packed command line shows on a terminal, from its real output. The API is the
// server of the tests with the demo's organisation, answering slowly, so that there is progress to see.
// Usage: scripts/pack.sh && node scripts/terminal-pictures.mjs        (needs `script`, of util-linux)
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, ".packed/node_modules/aclarity/dist/cli.js");
const COLUMNS = 120;
const folder = mkdtempSync(join(tmpdir(), "aclarity-pictures-"));

const NOUNS = { users: "user", groups: "group", roles: "role", acls: "acl", projects: "project" };

async function startServer() {
  const outfile = join(folder, "server.mjs");
  const entry = join(root, "tests/server/index.ts");
  await build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile, logLevel: "error" });
  const { startServer: start } = await import(pathToFileURL(outfile).href);
  const {
    organization,
    plan: _,
    ...lists
  } = JSON.parse(readFileSync(join(root, "www-example/app/public/export.json"), "utf8"));
  const rows = Object.entries(lists).map(([list, its]) => [NOUNS[list] ?? list.slice(0, -1), its]);
  const api = await start({ organization: [organization], ...Object.fromEntries(rows) }, { pageSize: 20 });
  api.misbehave({ how: { slow: 20 } });
  return api;
}

/** What a terminal is sent, with the moments at which it comes. */
function record(words, env) {
  const command = [`stty cols ${COLUMNS} rows 40;`, process.execPath, cli, ...words.map((word) => `'${word}'`)].join(
    " ",
  );
  const { PATH, HOME } = process.env;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: folder,
    env: { PATH, HOME, TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once("close", () => resolve(text)));
}

// ---- a terminal, as far as it is used ----

const ESCAPE = String.fromCharCode(27);
const TOKENS = new RegExp(`${ESCAPE}\\[[\\d;]*[A-Za-z]|\\r\\n|.`, "gsu");

/** Lines of styled pieces. */
function screenOf(text) {
  const lines = [[]];
  let style = "";
  for (const [token] of text.matchAll(TOKENS)) {
    const line = lines.at(-1);
    if (token === "\r\n" || token === "\n") lines.push([]);
    else if (token === "\r") line.length = 0;
    else if (token.startsWith("\u001b[")) {
      if (token.endsWith("m")) style = token.slice(2, -1);
    } else if (line.at(-1)?.style === style) line.at(-1).text += token;
    else line.push({ style, text: token });
  }
  while (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** Breaks what is longer than the terminal is wide, as it does. */
function wrapped(line) {
  const lines = [[]];
  let width = 0;
  for (const { style, text } of line) {
    for (const character of text) {
      if (width === COLUMNS) {
        lines.push([]);
        width = 0;
      }
      width++;
      const last = lines.at(-1).at(-1);
      if (last?.style === style) last.text += character;
      else lines.at(-1).push({ style, text: character });
    }
  }
  return lines;
}

// ---- a picture of it ----

const CLASSES = { 1: "bold", 2: "dim", 31: "red", 32: "green", 33: "yellow", 34: "blue", 36: "cyan" };
const CELL = 7.83;
const LINE = 19;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function picture(title, lines) {
  const rows = lines.flatMap(wrapped);
  const width = Math.ceil(COLUMNS * CELL + 40);
  const height = rows.length * LINE + 62;
  const drawn = rows.map((row, number) => {
    let column = 0;
    const pieces = row.map(({ style, text }) => {
      const x = (20 + column * CELL).toFixed(1);
      const length = [...text].length;
      column += length;
      const name = CLASSES[style] === undefined ? "" : ` class="${CLASSES[style]}"`;
      const shown = text.replace(/[&<>]/g, (character) => ESCAPES[character]);
      return `<tspan x="${x}" textLength="${(length * CELL).toFixed(1)}"${name}>${shown}</tspan>`;
    });
    return `<text y="${56 + number * LINE}">${pieces.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<style>
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dde5; white-space: pre }
.bold { font-weight: 700; fill: #fff } .dim { fill: #8b97a6 } .red { fill: #ff8080 } .green { fill: #7ee08a }
.yellow { fill: #f2cc60 } .blue { fill: #7cb7ff } .cyan { fill: #6fd6e8 }
</style>
<rect width="${width}" height="${height}" rx="9" fill="#161b22"/>
<circle cx="22" cy="20" r="5.5" fill="#3b4350"/><circle cx="40" cy="20" r="5.5" fill="#3b4350"/><circle cx="58" cy="20" r="5.5" fill="#3b4350"/>
${drawn.join("\n")}
</svg>
`;
}

const prompt = (words) => [
  { style: "36", text: "$" },
  { style: "1", text: ` npx aclarity ${words.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" ")}` },
];

async function session(name, title, commands, env) {
  const lines = [];
  for (const { words, frames = () => [] } of commands) {
    const text = await record(words, env);
    if (lines.length > 0) lines.push([]);
    lines.push(prompt(words), ...frames(text), ...screenOf(text));
  }
  writeFileSync(join(root, `docs/images/${name}.svg`), picture(title, lines));
  console.log(`docs/images/${name}.svg`);
}

/** A few of the states of the line that shows progress, each of which took the place of the one before. */
function progressOf(text) {
  const frames = text
    .split("\r\u001b[K")
    .slice(1, -1)
    .filter((frame) => frame.includes(" lists "));
  const chosen = [0.1, 0.5, 0.9].map((share) => frames[Math.floor(share * frames.length)]);
  return chosen.filter((frame) => frame !== undefined).flatMap(screenOf);
}

const api = await startServer();
const env = { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: api.token };
try {
  const pull = [{ words: ["pull"], frames: progressOf }];
  await session("cli-pull", "aclarity pull: three moments of its progress, and its end", pull, env);
  const dataset = "dataset Golden intake calls";
  const why = [
    { words: ["why", "priya.raman@fernhill.example", "read", dataset] },
    { words: ["why", "keiko.yamamoto@fernhill.example", "delete", dataset] },
  ];
  await session("cli-why", "aclarity why: the path of a yes as a tree, and what a no is missing", why, env);
} finally {
  await api.close();
  rmSync(folder, { recursive: true });
}
