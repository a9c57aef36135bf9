// What became of one expectation, for one permission, one object and one person.
import { count } from "./terminal.js";

export interface Case {
  /** Its place in the file: `/expectations/0`. */
  readonly path: string;
  readonly permission: string;
  readonly object: string;
  readonly kind: "must" | "must_not" | "exactly";
  /** The person, as the file names them; of `exactly` there is none. */
  readonly person?: string;
  /** Of `exactly`: how many there are named. */
  readonly people?: number;
  readonly status: "holds" | "fails" | "unknown";
  /** Why it does not hold. */
  readonly messages: readonly string[];
  readonly because?: string;
}

export function caseName({ permission, object, kind, person, people }: Case): string {
  const whom = people === undefined ? person : people === 0 ? "nobody" : count(people, "name");
  return `${permission}, ${object}: ${kind.replace("_", " ")} ${whom}`;
}
