import type { Command } from "../command.js";
import { access } from "./access.js";
import { can } from "./can.js";
import { check } from "./check.js";
import { diff } from "./diff.js";
import { audit, findings } from "./findings.js";
import { list } from "./list.js";
import { matrix } from "./matrix.js";
import { permissions } from "./permissions.js";
import { pull } from "./pull.js";
import { verify } from "./verify.js";
import { who } from "./who.js";
import { why } from "./why.js";

export const COMMANDS: readonly Command[] = [
  pull,
  can,
  why,
  who,
  list,
  permissions,
  access,
  matrix,
  findings,
  audit,
  diff,
  check,
  verify,
];
