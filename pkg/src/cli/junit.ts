// The report that CI systems read.

import { type Case, caseName } from "./cases.js";
import { withoutKeys } from "./keys.js";

export function junit(file: string, cases: readonly Case[]): string {
  const failures = cases.filter(({ status }) => status === "fails").length;
  const errors = cases.filter(({ status }) => status === "unknown").length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
  const lines = cases.map((each) => `    ${testcase(each)}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="aclarity check" ${counts}>
  <testsuite name="${escaped(file)}" ${counts}>
${lines.map((line) => `${line}\n`).join("")}  </testsuite>
</testsuites>
`;
}

function testcase(each: Case): string {
  const { path, status, messages } = each;
  const open = `<testcase classname="${escaped(path)}" name="${escaped(caseName(each))}"`;
  if (status === "holds") return `${open}/>`;
  const element = status === "fails" ? "failure" : "error";
  const text = escaped(messages.join("\n"));
  return `${open}><${element} message="${escaped(messages[0] ?? "")}">${text}</${element}></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML has no place for control characters, escaped ones included, nor for halves of surrogate pairs. */
function escaped(text: string): string {
  return (
    withoutKeys(text)
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
  );
}
