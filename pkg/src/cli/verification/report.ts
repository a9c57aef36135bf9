// What `verify` found, without anything that names somebody or something unless that is asked for.
import type { Given } from "../command.js";
import type { Names } from "../names.js";
import { count, paint } from "../terminal.js";
import type { Outcome, Verdict } from "./asking.js";
import type { Known } from "./key-owner.js";

export interface Report extends Known {
  readonly outcomes: readonly Outcome[];
  readonly sent: number;
}

interface Line {
  readonly rule: string;
  readonly permission: string;
  readonly expected: "allow" | "deny";
  readonly basis: string;
  readonly reason: string;
  readonly counts: Record<Verdict, number>;
}

/** What was asked, by rule, basis and expectation: without anything that names an object. */
function linesOf(outcomes: readonly Outcome[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { probe, verdict } of outcomes) {
    const { rule, permission, expected, basis, reason } = probe;
    const key = [rule, permission, expected, basis, reason].join("\n");
    const line = lines.get(key) ?? {
      rule,
      permission,
      expected,
      basis,
      reason,
      counts: { agrees: 0, mismatch: 0, undecided: 0, no_answer: 0 },
    };
    line.counts[verdict]++;
    lines.set(key, line);
  }
  return [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

export function asJson({ asker, known, outcomes, sent }: Report, names: Names, ids: boolean) {
  const mismatches = outcomes.filter(({ verdict }) => verdict === "mismatch");
  return {
    principal: { known, ...(ids ? { id: asker.id, name: asker.name } : {}) },
    requests: sent,
    counts: countsOf(outcomes),
    rules: linesOf(outcomes),
    ...(ids
      ? { mismatches: mismatches.map(({ probe, status }) => ({ ...probe, status, name: names.bare(probe.object) })) }
      : {}),
  };
}

function countsOf(outcomes: readonly Outcome[]): Record<Verdict, number> {
  const counts = { agrees: 0, mismatch: 0, undecided: 0, no_answer: 0 };
  for (const { verdict } of outcomes) counts[verdict]++;
  return counts;
}

export function draw(given: Given, { asker, known, outcomes, sent }: Report, names: Names): void {
  const { terminal } = given;
  const whose = given.flag("ids") ? `${names.people.label(asker.id ?? "")}, ` : "";
  terminal.print(`${paint("bold", "Whose key")}: ${whose}known by ${known === "--as" ? "--as" : `GET ${known}`}`);
  const lines = linesOf(outcomes);
  if (lines.length > 0) {
    const rows = lines.map(({ rule, permission, expected, basis, counts }) => [
      rule,
      permission,
      expected,
      basis,
      String(counts.agrees),
      counts.mismatch > 0 ? paint("red", String(counts.mismatch)) : "0",
      String(counts.undecided + counts.no_answer),
    ]);
    terminal.table(["request", "needs", "the model says", "basis", "agrees", "mismatch", "no verdict"], rows);
  }
  for (const { rule, permission, expected, basis, reason, counts } of lines) {
    if (counts.mismatch === 0) continue;
    const server = expected === "allow" ? "refused (403)" : "answered (200)";
    const why = `needs ${permission}, ${reason}, basis ${basis}`;
    terminal.print(
      `${paint("red", "mismatch")} ${rule}: the model says ${expected}, the server ${server}, ${count(counts.mismatch, "time")} (${why})`,
    );
  }
  if (given.flag("ids")) {
    for (const { probe } of outcomes.filter(({ verdict }) => verdict === "mismatch")) {
      terminal.print(`  ${names.label(probe.object)} (${probe.object.type}:${probe.object.id})`);
    }
  }
  const { agrees, mismatch, undecided, no_answer } = countsOf(outcomes);
  terminal.print(
    paint(
      "bold",
      `${agrees} agree, ${count(mismatch, "mismatch", "mismatches")}, ${undecided + no_answer} without a verdict; ${count(sent, "request")}, GET only`,
    ),
  );
  if (mismatch > 0) terminal.print(paint("dim", VERDICT_HINT));
}

const VERDICT_HINT =
  "An export that is older than the last change differs too: pull, and verify again. A mismatch that stays, and rests on a choice, is worth an issue.";
