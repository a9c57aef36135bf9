// Process: writes the text of one organisation.
import { writeFileSync } from "node:fs";
import { answer, given } from "./job.ts";
import { organizationText, type Size } from "./organization.ts";

const [size, file] = given<[Size, string]>();
const text = organizationText(size);
writeFileSync(file, text);
answer({ characters: text.length });
