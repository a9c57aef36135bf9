// The page of the leak test: offers its loops to the test that drives it and that can collect garbage.
import { Org, ready } from "aclarity";
import { grown } from "../../js/leaks.ts";

declare const collectedHeap: () => Promise<number>;

Object.assign(globalThis, {
  async grown(name: string, rounds: number) {
    await ready();
    return grown(Org, name, rounds, { heap: () => collectedHeap() });
  },
});
