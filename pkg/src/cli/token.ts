// The one secret: from the environment or a prompt, never an argument. It is sent to the API and goes nowhere else.
import { EXIT, Problem, usage } from "./problem.js";

export const DEFAULT_URL = "https://api.braintrust.dev";

export interface Server {
  readonly url: string;
  readonly token: string;
}

/** Where the API is: an option, the environment, the vendor's. */
export function serverUrl(option: string | undefined, environment: NodeJS.ProcessEnv): string {
  const text = option ?? (environment.BRAINTRUST_API_URL || DEFAULT_URL);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usage("the API's address is no URL; write it like `https://api.braintrust.dev`");
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("the API's address must not hold a user or a password; the key goes into BRAINTRUST_API_KEY");
  }
  if (url.search !== "" || url.hash !== "") throw usage("the API's address ends before `?` and `#`");
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) {
    throw usage("the API's address must begin with `https://`: over anything else the key could be read on the way");
  }
  return url.href.replace(/\/$/, "");
}

export async function apiToken(environment: NodeJS.ProcessEnv): Promise<string> {
  const given = environment.BRAINTRUST_API_KEY?.trim();
  const token = given || (await prompted());
  if (!/^[\u0021-\u007e]+$/.test(token)) {
    throw usage("what was given as the API key holds characters that no key has; copy it anew");
  }
  return token;
}

async function prompted(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw usage(
      "there is no API key: set BRAINTRUST_API_KEY to an API key or a service token (on a terminal it is asked for)",
    );
  }
  // Before anything invites to type: what is typed earlier would be shown by the terminal itself.
  stdin.setRawMode(true);
  try {
    stderr.write("API key or service token (it is not shown): ");
    const token = (await hiddenLine()).trim();
    if (token === "") throw usage("no API key was given");
    return token;
  } finally {
    stdin.setRawMode(false);
    stderr.write("\n");
  }
}

const INTERRUPT = "\u0003";
const END_OF_FILE = "\u0004";
const ERASE = new Set(["\u007f", "\b"]);
/** Terminals wrap what is pasted in marks. */
const PASTE_BEGINS = "\u001b[200~";
const PASTE_ENDS = "\u001b[201~";
const ERASE_LINE = "\u0015";

/** A line that is typed or pasted, without echo. */
function hiddenLine(): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    let line = "";
    const end = (finish: () => void) => {
      stdin.off("data", onData);
      stdin.pause();
      finish();
    };
    const onData = (data: string) => {
      for (const key of data.replaceAll(PASTE_BEGINS, "").replaceAll(PASTE_ENDS, "")) {
        if (key === "\r" || key === "\n" || key === END_OF_FILE) return end(() => resolve(line));
        if (key === INTERRUPT) return end(() => reject(new Problem(EXIT.usage, "stopped; nothing was sent")));
        if (ERASE.has(key)) line = line.slice(0, -1);
        else if (key === ERASE_LINE) line = "";
        else line += key;
      }
    };
    stdin.setEncoding("utf8");
    stdin.on("data", onData);
    stdin.resume();
  });
}
