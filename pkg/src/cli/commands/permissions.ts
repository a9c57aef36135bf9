import type { Explanation } from "../../types.js";
import { PERMISSIONS } from "../../words.generated.js";
import { answered, askerJson, explain, isFresh, nodeJson, paintAnswer, placeJson } from "../answers.js";
import { type Command, OBJECT_OPTIONS, PROJECT_LINE } from "../command.js";
import type { Names } from "../names.js";
import { EXIT, usage } from "../problem.js";

export const permissions: Command = {
  name: "permissions",
  summary: "what somebody may do to one object, all eight permissions",
  synopsis: "PERSON OBJECT",
  words: [2, 20],
  options: OBJECT_OPTIONS,
  optionLines: [PROJECT_LINE],
  help: `Each with the nearest
grant that gives it. The exit code is 0 when there is one, 1 when there is none, 3 when there is none and the export
does not know the object, or lacks a list that may say otherwise.

  aclarity permissions ada@acme.example dataset Golden in Search
  aclarity permissions group:Engineers all projects --json`,
  async run(given) {
    const [person = "", ...object] = given.words;
    const { opened, names } = await given.open();
    const asker = names.people.asker(person);
    const place = await names.objects.place(object.join(" "), given.text("project"));
    if (isFresh(place)) throw usage(`which ${place.type}? write its name or its id`);
    const answers = PERMISSIONS.map((permission) => {
      const explanation = explain(asker, permission, place);
      return { permission, explanation, ...answered(opened, asker, place, explanation) };
    });
    const doubts = [...new Set(answers.flatMap((each) => each.doubts))];
    given.noteIncomplete(doubts);
    const held = answers.filter(({ explanation }) => explanation.allowed);
    if (given.json) {
      given.terminal.json({
        person: askerJson(asker),
        object: placeJson(names, place),
        permissions: held.map(({ permission }) => permission),
        grants: held.map(({ permission, explanation: { reason, basis, grants } }) => ({
          permission,
          reason,
          basis,
          ...(grants[0] === undefined ? {} : { acl: grants[0].acl, on: nodeJson(names, grants[0].on) }),
        })),
        doubts,
      });
    } else {
      const rows = answers.map(({ permission, answer, explanation }) => [
        permission,
        // An object that the export does not know is named as the reason.
        paintAnswer(answer === "unknown" && doubts.length === 0 ? "no" : answer),
        byWhat(names, explanation),
      ]);
      given.terminal.table(["permission", "", "by"], rows);
    }
    if (held.length > 0) return EXIT.yes;
    return answers.some(({ answer }) => answer === "unknown") ? EXIT.unknown : EXIT.no;
  },
};

/** `Labelling in Research, on project Search`. */
function byWhat(names: Names, { allowed, reason, grants }: Explanation): string {
  const [grant] = grants;
  if (!allowed) return reason === "no_grant" ? "" : reason.replaceAll("_", " ");
  if (grant === undefined) return "public";
  const via = grant.via.map((id) => names.bare({ type: "group", id })).join(" in ") || "a grant of their own";
  const role = grant.role[0] === undefined ? "" : `, role ${names.bare({ type: "role", id: grant.role[0] })}`;
  return `${via}${role}, on ${names.label(grant.on)}`;
}
