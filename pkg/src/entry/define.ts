import type { Host, ModuleSource } from "../instance.js";
import { load, loadSync, makeOrganization, OrgBase } from "../org.js";
import type { Glue } from "../raw.js";
import type { LoadOptions } from "../types.js";

/** `Org` and the functions beside it, over the host of one entry point. */
export function define(host: Host<Glue>) {
  class Org extends OrgBase {
    static async load(source: unknown, options?: LoadOptions): Promise<Org> {
      return new Org(host, await load(host, source, options));
    }

    static loadSync(source: unknown, options?: LoadOptions): Org {
      return new Org(host, loadSync(host, source, options));
    }
  }

  return {
    Org,
    async ready(source?: ModuleSource): Promise<void> {
      await host.ready(source);
    },
    newOrganization: (organization: unknown) => makeOrganization(host, organization),
  };
}
