// Process: writes the snapshot of an export, and says how large it is.
import { readFileSync, writeFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { answer, given } from "./job.ts";

const [from, to] = given<[string, string]>();
await ready();
const org = Org.loadSync(readFileSync(from));
const bytes = org.toBytes();
writeFileSync(to, bytes);
answer({ bytes: bytes.length });
