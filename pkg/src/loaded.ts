import type { Instance } from "./instance.js";

/** What loading comes to. */
export interface Loaded<Core> {
  readonly core: Core;
  readonly instance: Instance;
}
