import { readdirSync, readFileSync } from "node:fs";
import { AclarityError, Org } from "aclarity";
import { describe, expect, test } from "vitest";
import { optionsOf, runCase, textOf, type VectorFile } from "./vectors.ts";

const folder = new URL("../vectors/", import.meta.url);

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()) {
  const { cases } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as VectorFile;
  describe(file, () => {
    for (const vector of cases) {
      test(vector.name, async () => {
        expect(await runCase({ Org } as never, vector)).toEqual([]);
        if (vector.error === undefined) return;
        await expect(Org.load(textOf(vector), optionsOf(vector))).rejects.toBeInstanceOf(AclarityError);
      });
    }
  });
}
