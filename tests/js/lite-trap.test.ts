// `aclarity/lite` when its WebAssembly instance stops.
import { ready as readyWhole, Org as Whole } from "aclarity";
import { Org, ready } from "aclarity/lite";
import { expect, test } from "vitest";
import { trapNext } from "./instrumented.ts";
import { codeOf, D1, sample } from "./sample.ts";

test("a snapshot that was still coming when the instance stopped is read by the next one", async () => {
  await Promise.all([readyWhole(), ready()]);
  const bytes = Whole.loadSync(sample()).toBytes();
  const first = Org.loadSync(bytes);
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let asked = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (asked++ === 0) return controller.enqueue(bytes.slice(0, 20));
        await held;
        controller.enqueue(bytes.slice(20));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const loading = Org.load(stream);
  // The second piece was asked for: whatever was ready before the first is taken.
  while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  trapNext();
  expect(codeOf(() => first.as("ada").can("read", "dataset", D1))).toBe("crashed");
  goOn();
  const org = await loading;
  expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
  expect(codeOf(() => first.as("ada"))).toBe("crashed");
  org.free();
});
