// The same questions to `aclarity/lite`, of a snapshot of the same organisation; its JSON is refused.
import { answersOf, EXPORT } from "./questions.mjs";
import { SNAPSHOT } from "./snapshot.mjs";

const bytes = () => Uint8Array.from(atob(SNAPSHOT), (byte) => byte.charCodeAt(0));

const answersSo = (org) => {
  const same = org.as("u1").can("update", "dataset", "d1") && !org.as("u2").can("update", "dataset", "d1");
  org.free();
  return same;
};

export async function ask(aclarity) {
  const { Org } = aclarity;
  const org = await Org.load(bytes());
  const answers = answersOf(aclarity, org);
  org.free();
  answers.text = await Org.load(JSON.stringify(EXPORT)).then(
    () => "was accepted",
    ({ code }) => code === "not_included",
  );
  answers.bytes = answersSo(await Org.load(bytes().buffer));
  answers.response = answersSo(await Org.load(new Response(bytes())));
  // By now the module is ready.
  answers.sync = answersSo(Org.loadSync(bytes()));
  return answers;
}
