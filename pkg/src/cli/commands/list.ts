import { askerJson, nodeJson } from "../answers.js";
import { type Command, EXPORT_OPTIONS, PROJECT_OPTION } from "../command.js";
import { doubtsAbout } from "../doubts.js";
import { EXIT, usage } from "../problem.js";
import { byCells, count, paint } from "../terminal.js";
import { askNamed, IN_PROJECTS, leadingType, plural, typeNamed } from "../types.js";

export const list: Command = {
  name: "list",
  summary: "every object of a type on which somebody may",
  synopsis: "PERSON PERMISSION TYPE [in PROJECT]",
  words: [3, 20],
  options: { ...EXPORT_OPTIONS, ...PROJECT_OPTION, ids: { type: "boolean" } },
  optionLines: [
    ["-p, --project NAME", "only what is in this project; the same as `in NAME`"],
    ["--ids", "ids too"],
  ],
  help: `The exit code is 0 when there is one, 1 when there is
none, 3 when there is none and the export lacks a list that may hold one or give access to it.

  aclarity list ada@acme.example update datasets
  aclarity list ada@acme.example read experiments in Search
  aclarity list group:Viewers delete projects`,
  async run(given) {
    const [person = "", permission = "", ...words] = given.words;
    const ask = askNamed(permission);
    const { type, project: named } = typeAndProject(words.join(" "));
    const { opened, names } = await given.open();
    const asker = names.people.asker(person);
    const inProject = given.text("project") ?? named;
    const project = inProject === undefined ? undefined : names.objects.one("project", inProject).id;
    const ids = asker.subject.list(ask, type as "dataset", { project });
    const homeless = !IN_PROJECTS.includes(type) || type === "project_log";
    const projects = homeless || project !== undefined ? undefined : await opened.projectsOfObjects();
    const objects = ids.map((id) => {
      const home = projects === undefined ? project : projects.get(id);
      return { ...nodeJson(names, { type, id }), ...(homeless || home === undefined ? {} : { project: home }) };
    });
    const doubts = ids.length > 0 ? [] : doubtsAbout(opened, { type, asker, everything: true });
    if (given.json) {
      given.terminal.json({ person: askerJson(asker), permission: ask, type, objects, doubts });
    } else {
      const where = (id: string | undefined) => (id === undefined ? "" : names.bare({ type: "project", id }));
      const columns = (name: string, home: string, id: string) => [
        name,
        ...(projects === undefined ? [] : [home]),
        ...(given.flag("ids") ? [id] : []),
      ];
      const rows = objects.map(({ name, project: home, id }) => columns(name, where(home), id));
      rows.sort(byCells);
      if (rows.length > 0) given.terminal.table(columns("name", "project", "id"), rows);
      given.terminal.print(paint("dim", `${asker.name}: ${ask}, ${count(rows.length, "object")} (${plural(type)})`));
    }
    if (ids.length === 0 && doubts.length === 0) given.noteErrors(opened);
    return ids.length > 0 ? EXIT.yes : given.denial(doubts);
  },
};

function typeAndProject(phrase: string): { type: string; project: string | undefined } {
  const found = leadingType(phrase.trim());
  if (found === undefined || found.rest === "") return { type: typeNamed(phrase), project: undefined };
  const project = /^in\s+(.+)$/s.exec(found.rest)?.[1];
  if (project === undefined) throw usage(`\`${phrase}\` is no type; a project is named by \`in PROJECT\``);
  return { type: found.type, project };
}
