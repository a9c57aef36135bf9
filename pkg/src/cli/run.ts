// From arguments to an exit code. Nothing that goes wrong leaves as a stack trace.
import { parseArgs } from "node:util";
import { type Command, Given, OUTPUT_OPTIONS } from "./command.js";
import { COMMANDS } from "./commands/index.js";
import { nearest } from "./directory.js";
import { commandHelp, generalHelp } from "./help.js";
import { holdsKey } from "./keys.js";
import { EXIT, type Exit, problemOf, usage } from "./problem.js";
import { paint, Terminal } from "./terminal.js";
import { version } from "./version.js";

export async function run(words: readonly string[]): Promise<Exit> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onLostOutput);
  const terminal = new Terminal(process.stdout, process.stderr, process.env);
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    const problem = problemOf(error);
    terminal.note(`${paint("red", "aclarity:")} ${problem.message}`);
    for (const line of problem.details) terminal.note(line);
    return problem.exit;
  }
}

/** `aclarity check … | head` closes the pipe early: that is no error, and no answer either. The command goes on to its own. */
function onLostOutput({ code }: { code?: string }): void {
  if (code !== "EPIPE") process.exit(EXIT.usage);
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<Exit> {
  refuseCredentials(words);
  const [first, ...rest] = words;
  if (first === undefined || first === "--help" || first === "-h") {
    terminal.print(generalHelp(COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.yes;
  }
  if (first === "help") {
    terminal.print(rest[0] === undefined ? generalHelp(COMMANDS) : commandHelp(commandNamed(rest[0])));
    return EXIT.yes;
  }
  if (first === "--version" || first === "-v") {
    terminal.print(version());
    return EXIT.yes;
  }
  const command = commandNamed(first);
  const { values, positionals } = parsed(command, rest);
  if (values.help === true) {
    terminal.print(commandHelp(command));
    return EXIT.yes;
  }
  const [least, most] = command.words;
  if (positionals.length < least || positionals.length > most) {
    throw usage(
      `it is \`${`aclarity ${command.name} ${command.synopsis}`.trimEnd()}\`; \`aclarity ${command.name} --help\` has examples`,
    );
  }
  return command.run(new Given(positionals, values, terminal, process.env));
}

/** An argument is seen by every process of the machine, and kept by the shell: no place for a secret. */
function refuseCredentials(words: readonly string[]): void {
  if (!words.some(holdsKey)) return;
  throw usage(
    "an argument looks like an API key or a service token, which does not belong there: set BRAINTRUST_API_KEY, or let `aclarity pull` ask for it; if it was a real one, revoke it",
  );
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return command;
  const [meant] = nearest(
    name,
    COMMANDS.map((each) => each.name),
    1,
  );
  throw usage(
    `there is no command \`${name}\`; ${meant === undefined ? "`aclarity --help` lists them" : `did you mean \`${meant}\`?`}`,
  );
}

type Values = ConstructorParameters<typeof Given>[1];

function parsed(command: Command, words: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({
      args: [...words],
      options: { ...command.options, ...OUTPUT_OPTIONS },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!code?.startsWith("ERR_PARSE_ARGS")) throw error;
    // Its first sentence says what; the rest is about its own interface.
    const [what] = message.split(/\. |\n/, 1);
    throw usage(
      `${lowerFirst(what as string).replaceAll("'", "`")}; \`aclarity ${command.name} --help\` lists the options`,
    );
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
