// What every consumer asks of the package, whatever it was loaded by; the answers are in ../project.ts.
export const EXPORT = {
  organization: { id: "o1", name: "Acme" },
  users: [{ id: "u1", given_name: "Ada", email: "ada@example.com" }, { id: "u2" }],
  groups: [{ id: "g1", name: "Engineers", member_users: ["u1"] }],
  acls: [{ id: "a1", object_type: "project", object_id: "p1", group_id: "g1", permission: "update" }],
  projects: [{ id: "p1", name: "Search" }],
  datasets: [{ id: "d1", name: "Questions", project_id: "p1" }],
};

/** The answers of an Org made from EXPORT, as plain data. */
export function answersOf({ AclarityError, PERMISSIONS }, org) {
  const me = org.as("u1");
  let misspelt = "was accepted";
  try {
    me.can("updat", "dataset", "d1");
  } catch (error) {
    misspelt = error instanceof AclarityError ? error.code : String(error);
  }
  const why = me.explain("update", "dataset", "d1");
  return {
    permissions: PERMISSIONS.length,
    update: me.can("update", "dataset", "d1"),
    delete: me.can("delete", "dataset", "d1"),
    stranger: org.as("u2").can("update", "dataset", "d1"),
    reason: why.reason,
    via: why.grants.map((grant) => grant.via.join(" > ")),
    list: [...me.list("update", "dataset")],
    misspelt,
  };
}

/** Loads in all the ways that every runtime has. */
export async function ask(aclarity) {
  const { Org } = aclarity;
  const org = await Org.load(EXPORT);
  const answers = answersOf(aclarity, org);
  org.free();
  const sources = {
    text: JSON.stringify(EXPORT),
    bytes: new TextEncoder().encode(JSON.stringify(EXPORT)),
    response: Response.json(EXPORT),
  };
  for (const [name, source] of Object.entries(sources)) {
    const same = await Org.load(source);
    answers[name] = same.as("u1").can("update", "dataset", "d1") && !same.as("u2").can("update", "dataset", "d1");
    same.free();
  }
  // By now the module is ready.
  answers.sync = Org.loadSync(EXPORT).as("u1").can("update", "dataset", "d1");
  return answers;
}
