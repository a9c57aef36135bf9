import { FINDINGS } from "../../tables.generated.js";
import type { Finding, Severity } from "../../types.js";
import { type Command, EXPORT_OPTIONS, type Given } from "../command.js";
import { nearest } from "../directory.js";
import { EXIT, type Exit, usage } from "../problem.js";
import { count, paint, type Style } from "../terminal.js";

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];
const STYLES: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", info: "dim" };

const OPTIONS = {
  ...EXPORT_OPTIONS,
  code: { type: "string", multiple: true },
  severity: { type: "string" },
  "fail-on": { type: "string" },
  limit: { type: "string" },
} as const;

const LINES = [
  ["--severity LEVEL", "error, warning or info: that and what is more serious"],
  ["--code CODE", "only this code; may be given several times"],
  ["--limit N", "at most so many (default: 100, with --json all); the count is of all"],
  ["--fail-on LEVEL", "exit with 1 when there is one of this severity or a more serious one; otherwise with 0"],
] as const;

export const findings: Command = {
  name: "findings",
  summary: "what is wrong with the export, and what was left out",
  synopsis: "",
  words: [0, 0],
  options: OPTIONS,
  optionLines: LINES,
  help: `The codes are in docs/FINDINGS.md. The exit code is 0
whatever there is, unless \`--fail-on\` says what makes it 1.

  aclarity findings
  aclarity findings --severity warning --fail-on error`,
  run: async (given) => tell(given, (await given.open()).opened.org.findings),
};

export const audit: Command = {
  name: "audit",
  summary: "what is unused, redundant or dangerous in the organisation",
  synopsis: "",
  words: [0, 0],
  options: OPTIONS,
  optionLines: LINES,
  help: `Everything of
\`findings\`, and what somebody who looks after the organisation should know: paths to more access, unused groups,
expired tokens. The codes are in docs/FINDINGS.md. The exit code is 0 whatever there is, unless \`--fail-on\` says what
makes it 1.

  aclarity audit
  aclarity audit --code escalation_path --fail-on warning`,
  run: async (given) => tell(given, (await given.open()).opened.org.audit()),
};

function tell(given: Given, all: readonly Finding[]): Exit {
  const least = given.oneOf("severity", SEVERITIES) ?? "info";
  const failOn = given.oneOf("fail-on", SEVERITIES);
  const codes = given.texts("code");
  for (const code of codes) checkCode(code);
  const isSerious = ({ severity }: Finding, level: Severity) =>
    SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(level);
  const shown = all.filter(
    (finding) => isSerious(finding, least) && (codes.length === 0 || codes.includes(finding.code)),
  );
  if (given.json) {
    const limit = given.number("limit", Number.MAX_SAFE_INTEGER);
    given.terminal.json({ count: shown.length, findings: shown.slice(0, limit) });
  } else {
    draw(given, shown, given.number("limit", 100));
  }
  const failed = failOn !== undefined && shown.some((finding) => isSerious(finding, failOn));
  return failed ? EXIT.no : EXIT.yes;
}

/** A misspelt code would find nothing, and a check that fails on findings pass. */
function checkCode(code: string): void {
  const known: readonly string[] = FINDINGS.map((finding) => finding.code);
  if (known.includes(code)) return;
  const [meant] = nearest(code, known);
  throw usage(
    `\`${code}\` is not the code of a finding${meant ? `; did you mean \`${meant}\`?` : ": docs/FINDINGS.md has them"}`,
  );
}

function draw({ terminal }: Given, shown: readonly Finding[], limit: number): void {
  for (const { severity, code, path, message } of shown.slice(0, limit)) {
    const place = path === "" ? "" : ` ${paint("dim", `at ${path}`)}`;
    terminal.print(`${paint(STYLES[severity], severity)} ${paint("bold", code)}${place}: ${message}`);
  }
  if (shown.length > limit) terminal.print(paint("dim", `… and ${shown.length - limit} more; --limit shows them`));
  terminal.print(paint("dim", counted(shown)));
}

function counted(shown: readonly Finding[]): string {
  const numbers = SEVERITIES.map(
    (severity) => [severity, shown.filter((each) => each.severity === severity).length] as const,
  );
  const parts = numbers
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => (severity === "info" ? `${number} info` : count(number, severity)));
  return parts.length === 0 ? "no findings" : parts.join(", ");
}
