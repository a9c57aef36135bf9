// The findings of a draft for reading: what is said of several rows of one change is said once.
import type { Finding, Severity } from "aclarity";

export interface Remark {
  key: string;
  finding: Finding;
  /** How many more say the same of the same change. */
  more: readonly Finding[];
}
export const SEVERITIES: readonly { severity: Severity; one: string; many: string }[] = [
  { severity: "error", one: "Error", many: "Errors" },
  { severity: "warning", one: "Warning", many: "Warnings" },
  { severity: "info", one: "Note", many: "Notes" },
];
const rank = (severity: Severity): number => SEVERITIES.findIndex((one) => one.severity === severity);

export function remarksOf(findings: readonly Finding[]): Remark[] {
  const same = Map.groupBy(findings, ({ code, severity, change, subject, object }) =>
    JSON.stringify([code, severity, change, subject, object]),
  );
  return [...same]
    .map(([key, [finding, ...more]]) => ({ key, finding: finding as Finding, more }))
    .toSorted((a, b) => rank(a.finding.severity) - rank(b.finding.severity));
}
export const worst = (findings: readonly Finding[]): Severity | undefined =>
  SEVERITIES.find(({ severity }) => findings.some((finding) => finding.severity === severity))?.severity;
