import { accessControlAll, accessControlOne } from "./accesscontrol.ts";
import { aclarity } from "./aclarity.ts";
import { casbinAll, casbinOne } from "./casbin.ts";
import { caslFolded, caslUnfolded } from "./casl.ts";
import { cedarAll, cedarOne } from "./cedar.ts";
import type { Make } from "./engine.ts";
import { bitmaskMap, naiveSome, nestedMaps } from "./maps.ts";

export const ENGINES = {
  aclarity,
  bitmaskMap,
  nestedMaps,
  caslFolded,
  caslUnfolded,
  naiveSome,
  accessControlOne,
  accessControlAll,
  casbinOne,
  casbinAll,
  cedarOne,
  cedarAll,
} as const satisfies Record<string, Make>;

export type EngineKey = keyof typeof ENGINES;

/** What may not hold a large organisation, or not answer within the bounds: tried in a process of its own first. */
export const TRIED: readonly EngineKey[] = [
  "accessControlOne",
  "accessControlAll",
  "casbinOne",
  "casbinAll",
  "cedarOne",
  "cedarAll",
];
