import { Client } from "../../api/client.js";
import { checkAccess } from "../../api/options.js";
import { explained, SERVER_LINES } from "../api.js";
import { type Command, EXPORT_OPTIONS } from "../command.js";
import { EXIT, type Exit } from "../problem.js";
import { apiToken, serverUrl } from "../token.js";
import { ask, CONCURRENCY, type Outcome } from "../verification/asking.js";
import { principal } from "../verification/key-owner.js";
import { asJson, draw, type Report } from "../verification/report.js";
import { sample } from "../verification/sample.js";

/** How often a request is repeated. */
const RETRIES = 2;

export const verify: Command = {
  name: "verify",
  summary: "whether the real server answers as the model says, for your key",
  synopsis: "",
  words: [0, 0],
  options: {
    ...EXPORT_OPTIONS,
    url: { type: "string" },
    as: { type: "string" },
    requests: { type: "string" },
    seed: { type: "string" },
    ids: { type: "boolean" },
  },
  optionLines: [
    ["--as PERSON", "whose key it is; needed where the API does not tell"],
    ...SERVER_LINES,
    ["--requests N", "at most so many (default 60)"],
    ["--seed N", "another sample (default 1)"],
    ["--ids", "name the objects of mismatches; without it the report can be shared"],
  ],
  help: `It samples objects of
the export, asks the API for them with your key, and compares 200 and 403 with what the model says for whoever the
key belongs to. Only GET requests are made, two at a time. Whose key it is: GET /v1/api_key (for a service token
GET /v1/service_token) lists keys with a preview; when those whose preview fits belong to one account, that is it.
The fit of previews is our reading of the API, so \`--as\` is always believed. Mismatches are told by rule and basis:
one that rests on a choice of ours (docs/CHOICES.md) is worth an issue. Pull first: an old export differs for its age.
The exit code is 0 when all agree, 1 when something does not, 3 when nothing could be compared.

  aclarity pull && aclarity verify
  aclarity verify --as ada@acme.example --requests 200 --json`,
  async run(given) {
    const url = serverUrl(given.text("url"), given.environment);
    const most = given.number("requests", 60);
    const seed = given.number("seed", 1);
    const { opened, names } = await given.open();
    const token = await apiToken(given.environment);
    const { access } = checkAccess({ url, token });
    const client = new Client(access, token, { concurrency: CONCURRENCY, retries: RETRIES, requests: most });
    let report: Report;
    try {
      const { asker, known } = await principal(given, client, names, token);
      const probes = await sample(opened, names, asker.subject, most - client.sent, seed);
      report = { asker, known, outcomes: await ask(given, client, probes), sent: client.sent };
    } catch (error) {
      throw explained(error, url);
    } finally {
      given.terminal.endProgress();
    }
    if (given.json) given.terminal.json(asJson(report, names, given.flag("ids")));
    else draw(given, report, names);
    return exitOf(report.outcomes);
  },
};

function exitOf(outcomes: readonly Outcome[]): Exit {
  if (outcomes.some(({ verdict }) => verdict === "mismatch")) return EXIT.no;
  return outcomes.some(({ verdict }) => verdict === "agrees") ? EXIT.yes : EXIT.unknown;
}
