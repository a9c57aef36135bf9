import type { Host, ModuleSource } from "../instance.js";
import type { LiteGlue } from "../lite/core.js";
import { leaveOut, notIncluded } from "../lite/not-included.js";
import { LiteOrg, LiteSubject, load, loadSync } from "../lite/org.js";
import type { LoadOptions } from "../types.js";

/** Members of the whole package's classes that are not here. */
const METHODS = [
  "who",
  "access",
  "find",
  "name",
  "validate",
  "authorize",
  "matrix",
  "audit",
  "draft",
  "slice",
  "toBytes",
  "apply",
];
const GETTERS = ["findings", "stats"];
const OF_SUBJECTS = ["reach"];

/** `Org` and the functions beside it, over the host of one entry point. */
export function define(host: Host<LiteGlue>) {
  class Org extends LiteOrg {
    static async load(source: unknown, options?: LoadOptions): Promise<Org> {
      return new Org(host, await load(host, source, options));
    }

    static loadSync(source: unknown, options?: LoadOptions): Org {
      return new Org(host, loadSync(host, source, options));
    }
  }
  leaveOut(LiteOrg.prototype, METHODS, GETTERS);
  leaveOut(LiteSubject.prototype, OF_SUBJECTS);

  return {
    Org,
    async ready(source?: ModuleSource): Promise<void> {
      await host.ready(source);
    },
    newOrganization(): never {
      throw notIncluded("`newOrganization`");
    },
  };
}
