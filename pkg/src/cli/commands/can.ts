import { answered, askerJson, explain, paintAnswer, placeJson } from "../answers.js";
import { type Command, OBJECT_OPTIONS, PROJECT_LINE } from "../command.js";
import { EXIT } from "../problem.js";
import { askNamed } from "../types.js";

export const can: Command = {
  name: "can",
  summary: "whether somebody may: yes, no or unknown",
  synopsis: "PERSON PERMISSION OBJECT",
  words: [3, 20],
  options: OBJECT_OPTIONS,
  optionLines: [PROJECT_LINE],
  help: `PERMISSION is create, read, update, delete,
create_acls, read_acls, update_acls, delete_acls, or manage_access for the last four. To ask about something that
does not exist yet: \`create dataset in Search\`, \`create project\`. A no that a list which the export lacks may make a
yes is unknown, and the list is named.

  aclarity can ada@acme.example update dataset Golden in Search
  aclarity can "Ada Obi" create dataset in Search
  aclarity can group:Labelling read all projects
  aclarity can anonymous read experiment Baseline && echo "it is public"`,
  async run(given) {
    const [person = "", permission = "", ...object] = given.words;
    const ask = askNamed(permission);
    const { opened, names } = await given.open();
    const asker = names.people.asker(person);
    const place = await names.objects.place(object.join(" "), given.text("project"));
    const explanation = explain(asker, ask, place);
    const { answer, doubts } = answered(opened, asker, place, explanation);
    given.noteIncomplete(doubts);
    if (answer === "no") given.noteErrors(opened);
    if (given.json) {
      const { reason, basis, text } = explanation;
      const about = { person: askerJson(asker), permission: ask, object: placeJson(names, place) };
      given.terminal.json({ answer, ...about, reason, basis, text, doubts });
    } else {
      given.terminal.print(paintAnswer(answer));
    }
    return EXIT[answer];
  },
};
