// The other side of jobs.ts: what a process is asked for, and where its result goes.

import { writeFileSync } from "node:fs";

export const given = <T extends unknown[]>(): T => JSON.parse(process.argv[3] as string) as T;

export function answer(result: unknown): void {
  writeFileSync(process.argv[2] as string, JSON.stringify(result));
}
