import { type Command, EXPORT_LINES } from "./command.js";
import { pad, paint } from "./terminal.js";

function indented(rows: readonly (readonly [string, string])[]): string {
  const longest = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${pad(left, longest)}  ${right}`).join("\n");
}

export function generalHelp(commands: readonly Command[]): string {
  return `${paint("bold", "aclarity")}: who may do what in a Braintrust organisation, and why

${paint("bold", "Usage:")} aclarity COMMAND …

${indented(commands.map(({ name, summary }) => [name, summary]))}

\`aclarity COMMAND --help\` has options and examples. To begin with:

  aclarity pull
  aclarity why ada@acme.example update "dataset Golden in Search"

${NAMING}

${EXITS}`;
}

const NAMING = `${paint("bold", "People")} are named by e-mail, name or id; \`group:NAME\` is somebody who is in that group alone, \`anonymous\` anybody.
${paint("bold", "Objects")} are named by type and name: \`dataset Golden\`, \`dataset Golden in Search\`, \`playground Triage\`, \`logs Search\`,
\`all projects\`, \`organization\`, \`members\`, \`group Labelling\`; or by type and id: \`dataset:ID\`. A name that only one
object has needs no type. What is ambiguous is not guessed: the candidates are listed.`;

const EXITS = `${paint("bold", "Exit code:")} 0 yes, 1 no, 2 wrong usage or something that cannot be read, 3 unknown: the export does not say.`;

export function commandHelp({ name, synopsis, summary, help, optionLines = [], options }: Command): string {
  const lines = [
    ...optionLines,
    ...("export" in options ? EXPORT_LINES : []),
    ["--json", "for machines; docs/CLI.md has the shapes"] as const,
  ];
  return `${paint("bold", "Usage:")} ${`aclarity ${name} ${synopsis}`.trimEnd()}

${summary.charAt(0).toUpperCase()}${summary.slice(1)}.

${reflowed(help.trim())}

${paint("bold", "Options:")}
${indented(lines)}`;
}

const WIDEST = 110;

/** Paragraphs in even lines; examples, which are indented, stay as they are. */
function reflowed(text: string): string {
  return text
    .split("\n\n")
    .map((paragraph) => (paragraph.startsWith("  ") ? paragraph : wrapped(paragraph)))
    .join("\n\n");
}

function wrapped(paragraph: string): string {
  const lines = [""];
  for (const word of paragraph.split(/\s+/)) {
    const line = lines.at(-1) as string;
    if (line.length + 1 + word.length > WIDEST) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}
