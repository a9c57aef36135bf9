// An organisation from a snapshot or a slice: everything that a page with buttons asks, and nothing else.
import type { Host } from "../instance.js";
import { Kernel } from "../kernel.js";
import type { Loaded } from "../loaded.js";
import { type CheckedOptions, checkOptions, readingOf } from "../options.js";
import { OrgCommon } from "../org-common.js";
import type { SubjectKind } from "../raw.js";
import { Subject } from "../subject.js";
import type { LoadOptions } from "../types.js";
import type { LiteCore, LiteGlue } from "./core.js";
import { loadAtOnce, loadInTurn } from "./loading.js";

export class LiteSubject extends Subject {}

export class LiteOrg extends OrgCommon<LiteCore, LiteSubject> {
  protected constructor(
    private readonly host: Host<LiteGlue>,
    kernel: Kernel<LiteCore>,
  ) {
    super(kernel);
  }

  protected override somebody(kind: SubjectKind, id: string | null): LiteSubject {
    return new LiteSubject(this.kernel, kind, id);
  }

  protected override reload(source: unknown, options: CheckedOptions): Promise<Loaded<LiteCore>> {
    return loadInTurn(this.host, source, options);
  }
}

export async function load(host: Host<LiteGlue>, source: unknown, options?: LoadOptions): Promise<Kernel<LiteCore>> {
  const checked = checkOptions(options);
  const { core, instance } = await loadInTurn(host, source, checked);
  return new Kernel(core, instance, readingOf(checked));
}

export function loadSync(host: Host<LiteGlue>, source: unknown, options?: LoadOptions): Kernel<LiteCore> {
  const checked = checkOptions(options);
  const { core, instance } = loadAtOnce(host, source, checked);
  return new Kernel(core, instance, readingOf(checked));
}
