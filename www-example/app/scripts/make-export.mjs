// Writes public/export.json: the sample organisation of the demo, in the shapes of the API, always byte for byte the same.
// Everybody and everything in it is made up.   node scripts/make-export.mjs
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

const uuid = (name) => {
  const h = createHash("sha256").update(`fernhill/${name}`).digest("hex");
  const variant = ((parseInt(h[16], 16) & 3) | 8).toString(16);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
/** A number in [0, n) that depends on nothing but the name. */
const pick = (name, n) => parseInt(createHash("sha256").update(name).digest("hex").slice(0, 8), 16) % n;
/** A moment within `days` days from 6 January 2025, within office hours. */
const moment = (name, days = 560) => {
  const ms = Date.UTC(2025, 0, 6, 8) + pick(`${name}/day`, days) * 864e5 + pick(`${name}/ms`, 36e6);
  return new Date(ms).toISOString();
};
const slug = (name) =>
  name
    .toLowerCase()
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const ORG = uuid("organization");
const organization = {
  id: ORG,
  name: "Fernhill Health",
  api_url: "https://api.fernhill.example",
  is_universal_api: false,
  created: "2025-01-06T08:00:00.000Z",
};

// ---- people -------------------------------------------------------------------------------------------------------
const users = `
Amara Okafor; Björn Lindqvist; Chandra Venkataraman; Delphine Moreau; Emeka Nwosu; Farah Haddad; Giulia Ferrante; Hiroshi Tanabe;
Ingrid Solberg; Javier Quintana; Keiko Yamamoto; Liam O'Sullivan; Mei-Ling Zhao; Nadia Rahimi; Oluwaseun Adeyemi; Priya Raman;
Quentin Dubois; Rosa Mamani; Sven Aaltonen; Tala Nakai; Ursula Brandt; Viktor Petrenko; Wanjiru Kamau; Xiomara Delgado;
Yusuf Demir; Zofia Wiśniewska; Aiko Fujimoto; Bao Nguyen; Catarina Lopes; Dimitri Papadakis; Esther Cohen; Fiona MacLeod;
Gabriel Santos; Hana Novák; Ibrahim Sesay; Jasmin Köhler; Kofi Mensah; Leilani Kahale; Marek Dvořák; Noor Aziz; Otto Lehmann`
  .split(";")
  .map((name) => {
    const [given_name, ...rest] = name.trim().split(" ");
    const family_name = rest.join(" ");
    const local = `${given_name}.${family_name}`
      .toLowerCase()
      .normalize("NFD")
      .replace(/[^a-z.-]/g, "");
    const id = uuid(`user/${given_name} ${family_name}`);
    return {
      id,
      given_name,
      family_name,
      email: `${local}@fernhill.example`,
      avatar_url: null,
      created: moment(id, 120),
    };
  });
/** The id of the one person with this given name. */
const u = (given) => users.find((p) => p.given_name === given).id;

const accounts = [
  ["Release pipeline", "release-pipeline", ["github-actions", "nightly-evals"]],
  ["Log shipper", "log-shipper", ["production-eu", "production-us"]],
  ["Warehouse sync", "warehouse-sync", ["hourly-export"]],
  ["Data plane manager", "data-plane", ["data-plane"]],
  ["Label importer", "label-importer", ["label-importer"]],
].map(([name, local, tokens]) => ({
  id: uuid(`account/${name}`),
  name,
  email: `${local}@service.fernhill.example`,
  tokens,
}));
const s = (name) => accounts.find((a) => a.name === name).id;
// `service_accounts` leaves out the last one, which is then known from its token alone.
const service_accounts = accounts.slice(0, 4).map(({ id, name, email }) => ({ id, name, email }));
const service_tokens = accounts.flatMap((a) =>
  a.tokens.map((name) => {
    const id = uuid(`token/${a.name}/${name}`);
    return {
      id,
      created: moment(id),
      name,
      preview_name: "bt-st-********",
      service_account_id: a.id,
      service_account_name: a.name,
      service_account_email: a.email,
      org_id: ORG,
      expires_at: name === "hourly-export" ? "2026-03-31T00:00:00.000Z" : null,
    };
  }),
);

// ---- groups -------------------------------------------------------------------------------------------------------
const DEPARTED = uuid("user/Petra Hollis");
const OTHER_ORG = uuid("another organization");
const groups = [
  ["Owners", "Unrestricted access to the organization", ["Ingrid", "Amara", "Kofi"], ["Data plane"]],
  [
    "Engineers",
    "Build and change everything inside projects",
    ["Björn", "Viktor", "Hiroshi", "Sven"],
    ["ML platform", "Backend"],
  ],
  ["Viewers", "See every project, change nothing", ["Esther", "Fiona"], ["Leadership"]],
  ["Data plane", "The account that runs the self-hosted data plane", [s("Data plane manager")], []],
  [
    "ML platform",
    "Training and evaluation infrastructure",
    ["Chandra", "Mei-Ling", "Oluwaseun"],
    ["Release automation"],
  ],
  ["Backend", "Services behind the assistants", ["Javier", "Zofia", "Marek"], []],
  ["Release automation", "Pipelines that run evaluations on every change", [s("Release pipeline")], []],
  ["Leadership", "Directors and above", ["Leilani", "Gabriel"], []],
  [
    "Clinical AI",
    "Everybody who works on patient-facing assistants",
    ["Delphine"],
    ["Clinical evaluation", "Prompt authors"],
  ],
  [
    "Clinical evaluation",
    "Scores the answers of the clinical assistants",
    ["Nadia"],
    ["Clinical reviewers", "External annotators"],
  ],
  ["Clinical reviewers", "Licensed clinicians who review answers", ["Priya", "Yusuf", "Rosa", "Ibrahim"], []],
  ["External annotators", "Contracted annotators, datasets only", ["Bao", "Catarina", "Hana"], [], DEPARTED],
  ["Prompt authors", "Write and test prompts", ["Giulia", "Wanjiru", "Quentin"], []],
  ["Support operations", "Runs the support desk", ["Liam", "Xiomara", "Noor"], []],
  ["Billing operations", "Claims and invoices", ["Dimitri", "Jasmin", "Aiko"], []],
  ["Data governance", "Owns what may enter a dataset", ["Farah", "Ursula"], []],
  ["Security and compliance", "Reads everything that concerns access", ["Tala", "Emeka"], ["Data governance"]],
  ["People operations", "Invites and removes members", ["Keiko"], []],
  ["Red team", "Attacks our own assistants", ["Tala", "Oluwaseun", "Zofia"], []],
  ["Prompt guild", "Shared prompt library", ["Quentin"], ["Design guild"]],
  ["Design guild", "Conversation design", ["Hana"], ["Prompt guild"]],
  ["Hackathon 2025", "Three days in October", ["Bao", "Giulia"], []],
].map(([name, description, members, nested, extra]) => ({
  id: uuid(`group/${name}`),
  org_id: ORG,
  user_id: u("Ingrid"),
  created: moment(`group/${name}`, 200),
  name,
  description,
  deleted_at: null,
  member_users: [...members.map((m) => (m.includes("-") && m.length === 36 ? m : u(m))), ...(extra ? [extra] : [])],
  member_groups: nested.map((n) => uuid(`group/${n}`)),
}));
const g = (name) => groups.find((row) => row.name === name).id;
// Deleted, and still granted below.
groups.push({
  id: uuid("group/Summer interns"),
  org_id: ORG,
  user_id: u("Keiko"),
  created: moment("interns", 150),
  name: "Summer interns",
  description: "Interns of 2025",
  deleted_at: "2025-10-01T09:12:44.000Z",
  member_users: [u("Aiko"), u("Marek")],
  member_groups: [],
});
// A row of somebody else's organisation that slipped into the export.
groups.push({
  id: uuid("group/Partner engineers"),
  org_id: OTHER_ORG,
  user_id: null,
  created: moment("partner", 150),
  name: "Partner engineers",
  description: null,
  deleted_at: null,
  member_users: [u("Viktor")],
  member_groups: [],
});

// ---- roles --------------------------------------------------------------------------------------------------------
const ALL = ["create", "read", "update", "delete", "create_acls", "read_acls", "update_acls", "delete_acls"];
const tuples = (permissions, only = null) =>
  permissions.map((permission) => ({ permission, restrict_object_type: only }));
const role = (name, description, member_permissions, member_roles = [], org_id = ORG) => ({
  id: uuid(`role/${name}`),
  org_id,
  user_id: null,
  created: org_id ? moment(`role/${name}`, 200) : "2024-02-01T00:00:00.000Z",
  name,
  description,
  deleted_at: null,
  member_permissions,
  member_roles: member_roles.map((n) => uuid(`role/${n}`)),
});
const roles = [
  role("owner", "Everything", tuples(ALL), [], null),
  role("engineer", "Create, read, update, delete", tuples(ALL.slice(0, 4)), [], null),
  role("viewer", "Read", tuples(["read"]), [], null),
  role("Annotator", "Reads experiments, labels datasets", [
    ...tuples(["read"], "experiment"),
    ...tuples(["read", "update"], "dataset"),
    ...tuples(["read"], "project"),
  ]),
  role(
    "Evaluator",
    "Runs and scores experiments",
    [...tuples(["create", "update"], "experiment"), ...tuples(["read"], "prompt")],
    ["Annotator"],
  ),
  role("Dataset curator", "Decides what datasets hold", tuples(["create", "read", "update", "delete"], "dataset")),
  role("Prompt author", "Writes prompts and tries them in playgrounds", [
    ...tuples(["create", "read", "update"], "prompt"),
    ...tuples(["create", "read", "update", "delete"], "prompt_session"),
    ...tuples(["read"], "project"),
  ]),
  role(
    "Project lead",
    "Runs a project, short of handing out access",
    [...tuples(["read", "update"]), ...tuples(["read"], "project_log")],
    ["Evaluator", "Dataset curator", "Prompt author"],
  ),
  role("Access steward", "Manages who gets in, not what is inside", tuples(ALL.slice(4))),
  role("Log writer", "Writes logs without reading them", tuples(["update"], "project_log")),
  role("Auditor", "Reads objects and their access", tuples(["read", "read_acls"])),
  role("Playground guest", "Tries prompts out", tuples(["read"], "prompt_session")),
];
const r = (name) => roles.find((row) => row.name === name).id;

// ---- projects and what is in them -----------------------------------------------------------------------------------
const outline = {
  "Intake assistant": {
    by: ["Delphine", "Mei-Ling"],
    experiments: ["Baseline, March", "Shorter follow-ups", "Spanish intake", "Symptom recall v3", "Triage hand-off"],
    datasets: ["Golden intake calls", "Edge cases: allergies", "Spanish transcripts"],
    prompts: ["Greeting", "Follow-up question", "Escalate to nurse"],
    functions: ["Symptom coverage", "Asks one thing at a time"],
    playgrounds: ["Tone comparison", "Escalation wording"],
  },
  "Discharge summaries": {
    by: ["Chandra", "Nadia"],
    experiments: ["Length limit 200", "Medication section first", "Reading level 6", "Reading level 8"],
    datasets: ["Reviewed summaries", "Medication changes"],
    prompts: ["Summarise stay", "Medication table"],
    functions: ["No invented medication", "Reading level"],
    playgrounds: ["Layout variants"],
  },
  "Patient messaging": {
    by: ["Giulia", "Zofia"],
    experiments: ["Empathy rubric", "Refill requests", "After-hours answers", "Appointment changes"],
    datasets: ["Inbox sample", "Refill threads", "Complaints"],
    prompts: ["Reply draft", "Refill confirmation", "Out of office"],
    functions: ["Empathy", "Promises nothing"],
    playgrounds: ["Reply tone", "Refill flow"],
  },
  "Appointment scheduler": {
    by: ["Javier", "Björn"],
    experiments: ["Slot negotiation", "Time zones", "Double booking"],
    datasets: ["Calendar puzzles", "Phone requests"],
    prompts: ["Offer slots", "Confirm booking"],
    functions: ["Valid slot"],
    playgrounds: ["Offer wording"],
  },
  "Formulary search": {
    by: ["Hiroshi", "Ursula"],
    experiments: ["Hybrid retrieval", "Generic substitution", "Reranker B"],
    datasets: ["Drug questions", "Interaction pairs"],
    prompts: ["Answer with source", "Ask for dose"],
    functions: ["Cites the formulary", "Lookup interaction"],
    playgrounds: ["Source format"],
  },
  "Claims triage": {
    by: ["Dimitri", "Marek"],
    experiments: ["Two-step routing", "Denial reasons", "Missing attachments", "Cheaper model"],
    datasets: ["Closed claims 2025", "Denied claims"],
    prompts: ["Route claim", "Explain denial"],
    functions: ["Route is correct", "Policy number format"],
    playgrounds: ["Denial letter"],
  },
  "Billing disputes": {
    by: ["Jasmin", "Viktor"],
    experiments: ["Itemised answers", "Escalation threshold"],
    datasets: ["Dispute letters"],
    prompts: ["Explain an invoice", "Offer a plan"],
    functions: ["Amounts match"],
    playgrounds: ["Plan wording"],
  },
  "Support copilot": {
    by: ["Liam", "Sven"],
    experiments: ["Macro suggestions", "Ticket summaries", "Refund policy", "German tickets"],
    datasets: ["Tickets, first quarter", "Refund edge cases", "German tickets"],
    prompts: ["Suggest macro", "Summarise ticket", "Translate"],
    functions: ["Macro exists", "Tone"],
    playgrounds: ["Summary length"],
  },
  "Voice transcription": {
    by: ["Oluwaseun", "Sven"],
    experiments: ["Accent coverage", "Noisy wards", "Streaming vs batch"],
    datasets: ["Ward recordings", "Accent set"],
    prompts: ["Clean transcript"],
    functions: ["Word error rate", "Speaker labels"],
    playgrounds: ["Punctuation"],
  },
  "Safety and red team": {
    by: ["Tala", "Oluwaseun"],
    experiments: ["Jailbreak suite 12", "Self-harm phrasing", "Data exfiltration"],
    datasets: ["Attack prompts", "Refusal pairs"],
    prompts: ["Judge refusal"],
    functions: ["Refuses", "Leaks identifiers"],
    playgrounds: ["Attack sketchpad"],
  },
  "Prompt library": {
    by: ["Quentin", "Wanjiru"],
    experiments: ["House style regression"],
    datasets: ["Style examples"],
    prompts: ["House style", "Plain language", "Refusal", "Citation"],
    functions: ["Follows house style"],
    playgrounds: ["Style duel", "Refusal wording"],
  },
  "Onboarding guide": {
    by: ["Gabriel", "Hana"],
    experiments: ["First week questions", "Benefits answers"],
    datasets: ["Handbook questions"],
    prompts: ["Answer from handbook"],
    functions: ["Quotes the handbook"],
    playgrounds: ["Welcome note"],
  },
};
const PUBLIC = new Set(["Reading level 6", "Accent coverage", "House style regression"]);
const projects = [],
  experiments = [],
  datasets = [],
  prompts = [],
  functions = [],
  prompt_sessions = [];
const created_by = []; // [type, id, user] in order, for the creator grants
for (const [name, plan] of Object.entries(outline)) {
  const project_id = uuid(`project/${name}`);
  const made = (type, list, extra) =>
    (plan[list] ?? []).map((title, i) => {
      const id = uuid(`${type}/${name}/${title}`);
      const user_id = u(plan.by[i % plan.by.length]);
      created_by.push([type === "function" ? "prompt" : type, id, user_id]);
      return { id, project_id, name: title, ...extra(title, id, user_id) };
    });
  projects.push({
    id: project_id,
    org_id: ORG,
    name,
    description: null,
    created: moment(project_id, 200),
    deleted_at: null,
    user_id: u(plan.by[0]),
    settings: null,
  });
  created_by.push(["project", project_id, u(plan.by[0])]);
  experiments.push(
    ...made("experiment", "experiments", (title, id, user_id) => ({
      description: null,
      created: moment(id),
      deleted_at: null,
      public: PUBLIC.has(title),
      user_id,
      metadata: null,
      tags: [],
    })),
  );
  datasets.push(
    ...made("dataset", "datasets", (title, id, user_id) => ({
      description: null,
      created: moment(id),
      deleted_at: null,
      user_id,
      tags: [],
      metadata: null,
      url_slug: slug(title),
    })),
  );
  const promptish = (kind) => (title, id) => ({
    _xact_id: String(1e15 + pick(id, 1e9)),
    log_id: "p",
    org_id: ORG,
    slug: slug(title),
    description: null,
    created: moment(id),
    tags: [],
    metadata: null,
    function_type: kind,
  });
  prompts.push(...made("prompt", "prompts", promptish(null)));
  functions.push(
    ...made("function", "functions", promptish("scorer")).map((row) => ({ ...row, function_data: { type: "code" } })),
  );
  prompt_sessions.push(
    ...made("prompt_session", "playgrounds", (_title, id, user_id) => ({
      description: null,
      created: moment(id),
      deleted_at: null,
      user_id,
      org_id: ORG,
    })),
  );
}
const p = (name) => projects.find((row) => row.name === name).id;
const byName = (list, name) => list.find((row) => row.name === name).id;
// One project and one dataset that are deleted but still listed.
projects.push({
  id: uuid("project/Pilot"),
  org_id: ORG,
  name: "Pilot",
  description: "First trial",
  created: "2025-01-09T10:00:00.000Z",
  deleted_at: "2025-06-30T16:20:00.000Z",
  user_id: u("Amara"),
  settings: null,
});
experiments.push({
  id: uuid("experiment/Pilot/First run"),
  project_id: uuid("project/Pilot"),
  name: "First run",
  description: null,
  created: "2025-01-10T10:00:00.000Z",
  deleted_at: null,
  public: false,
  user_id: u("Amara"),
  metadata: null,
  tags: [],
});
datasets.find((row) => row.name === "Complaints").deleted_at = "2026-02-11T11:05:00.000Z";

const group_of = (name, description, members) => ({
  id: uuid(`project_group/${name}`),
  org_id: ORG,
  name,
  description,
  created: moment(`project_group/${name}`, 300),
  deleted_at: null,
  member_projects: members.map(p),
});
const project_groups = [
  group_of("Clinical", "Assistants that patients or clinicians talk to", [
    "Intake assistant",
    "Discharge summaries",
    "Patient messaging",
    "Formulary search",
  ]),
  group_of("Revenue", "Claims, invoices and the desk that answers for them", [
    "Claims triage",
    "Billing disputes",
    "Patient messaging",
  ]),
];
const pg = (name) => project_groups.find((row) => row.name === name).id;

// ---- access control lists -------------------------------------------------------------------------------------------
const acls = [];
const grant = (object_type, object_id, to, what, only = null, org = ORG) => {
  const [kind, id] = to;
  const content = {
    object_type,
    object_id,
    user_id: kind === "user" ? id : null,
    group_id: kind === "group" ? id : null,
    permission: ALL.includes(what) ? what : null,
    restrict_object_type: only,
    role_id: ALL.includes(what) ? null : what,
  };
  const id_ = uuid(`acl/${JSON.stringify(content)}/${acls.length}`);
  acls.push({ id: id_, ...content, _object_org_id: org, created: moment(id_) });
};
const each = (type, id, to, permissions, only = null) => {
  for (const permission of permissions) grant(type, id, to, permission, only);
};
const group = (name) => ["group", g(name)];
const user = (given) => ["user", u(given)];
const account = (name) => ["user", s(name)];
const ACCESS = ALL.slice(4);

// The organisation and its own nodes.
grant("organization", ORG, group("Owners"), r("owner"));
grant("org_project", ORG, group("Engineers"), r("engineer"));
grant("org_project", ORG, group("Viewers"), r("viewer"));
grant("organization", ORG, group("Security and compliance"), r("Auditor"));
each("organization", ORG, group("Security and compliance"), ["update"], "organization");
grant("org_audit_logs", ORG, group("Security and compliance"), "read");
each("org_member", ORG, group("People operations"), ["create", "delete", "read"]);
grant("organization", ORG, group("People operations"), "create", "group");
grant("org_project", ORG, group("Prompt guild"), "read", "prompt");
grant("org_project", ORG, group("Prompt guild"), "read", "project");
grant("org_project", ORG, group("ML platform"), "create", "project");
grant("org_project", ORG, account("Warehouse sync"), "read");
grant("org_project", ORG, group("Data governance"), r("Dataset curator"));
// Groups of projects.
grant("project_group", pg("Clinical"), group("Clinical AI"), "read");
grant("project_group", pg("Clinical"), group("Clinical evaluation"), r("Evaluator"));
grant("project_group", pg("Clinical"), group("Prompt authors"), r("Prompt author"));
grant("project_group", pg("Revenue"), group("Billing operations"), r("Project lead"));
grant("project_group", pg("Revenue"), group("Support operations"), "read");
each("project_group", pg("Revenue"), user("Amara"), ["update"]);
// Projects.
grant("project", p("Intake assistant"), user("Delphine"), r("Project lead"));
each("project", p("Intake assistant"), user("Delphine"), ACCESS);
grant("project", p("Intake assistant"), group("External annotators"), "read", "project");
grant("project", p("Intake assistant"), group("External annotators"), r("Annotator"));
grant("project", p("Discharge summaries"), user("Nadia"), r("Access steward"));
grant("project", p("Discharge summaries"), user("Nadia"), r("Project lead"));
each("project", p("Patient messaging"), group("Prompt authors"), ["read"], "project");
each("project", p("Support copilot"), group("Support operations"), ["read", "create", "update"]);
grant("project", p("Support copilot"), user("Liam"), r("Project lead"));
each("project", p("Support copilot"), user("Liam"), ["read_acls", "create_acls", "delete_acls"]);
grant("project", p("Claims triage"), user("Dimitri"), r("Project lead"));
grant("project", p("Claims triage"), user("Esther"), "read", "project_log");
grant("project", p("Safety and red team"), group("Red team"), r("engineer"));
grant("project", p("Safety and red team"), group("Security and compliance"), "read");
grant("project", p("Prompt library"), group("Prompt guild"), r("Prompt author"));
grant("project", p("Prompt library"), group("Prompt authors"), r("Prompt author"));
grant("project", p("Voice transcription"), group("External annotators"), "read", "dataset");
grant("project", p("Voice transcription"), group("External annotators"), "read", "project");
each("project", p("Voice transcription"), group("Data governance"), ["read_acls", "delete_acls"]);
grant("project", p("Onboarding guide"), user("Gabriel"), r("owner"));
grant("project", p("Onboarding guide"), group("People operations"), r("Project lead"));
grant("project", p("Formulary search"), user("Ursula"), r("Project lead"));
grant("project", p("Appointment scheduler"), group("Support operations"), "read");
// Machines.
for (const name of ["Intake assistant", "Patient messaging", "Support copilot", "Claims triage"])
  grant("project_log", p(name), account("Log shipper"), r("Log writer"));
each("project", p("Voice transcription"), account("Label importer"), ["read", "update"], "dataset");
each("project_log", p("Discharge summaries"), account("Label importer"), ["read"]);
// Single objects.
each("dataset", byName(datasets, "Golden intake calls"), group("Clinical reviewers"), ["update"]);
each("dataset", byName(datasets, "Golden intake calls"), user("Farah"), [...ACCESS]);
grant("dataset", byName(datasets, "Ward recordings"), user("Yusuf"), "read");
grant("dataset", byName(datasets, "Attack prompts"), user("Priya"), "read");
grant("experiment", byName(experiments, "Cheaper model"), group("Leadership"), "update");
grant("experiment", byName(experiments, "Refund policy"), user("Noor"), r("owner"));
grant("prompt", byName(prompts, "House style"), group("Design guild"), "update");
grant("prompt", byName(functions, "Symptom coverage"), user("Rosa"), "update");
grant("prompt_session", byName(prompt_sessions, "Reply tone"), user("Xiomara"), r("engineer"));
// Who administers groups and roles.
each("group", g("Clinical reviewers"), user("Nadia"), ["read", "update"]);
each("group", g("External annotators"), user("Nadia"), ["read", "update", "delete"]);
each("group", g("External annotators"), group("Data governance"), ["read"]);
each("group", g("Support operations"), user("Liam"), ["read", "update", ...ACCESS]);
each("group", g("Red team"), user("Tala"), ["read", "update"]);
grant("role", r("Annotator"), user("Farah"), "update");

// Whoever creates something gets role owner on it; a third was made while the organisation had that turned off.
for (const [i, [type, id, creator]] of created_by.entries()) {
  if (i % 3 !== 2) grant(type, id, ["user", creator], r("owner"));
}

// What real exports look like.
grant("project", p("Onboarding guide"), ["group", uuid("group/Summer interns")], "read"); // a deleted group
grant("project", p("Billing disputes"), ["group", uuid("group/Finance (gone)")], "read"); // a group that is not in the export
grant("project", p("Support copilot"), user("Noor"), uuid("role/Moderator (gone)")); // a role that is not in the export
grant("project", p("Appointment scheduler"), group("Support operations"), "read"); // an equal row exists already
grant("dataset", byName(datasets, "Ward recordings"), ["user", DEPARTED], "read"); // somebody who left
grant("project_score", uuid("project_score/Helpfulness"), group("Clinical evaluation"), "update"); // a type that no longer exists
grant("project", uuid("project/Partner sandbox"), user("Viktor"), "read", null, OTHER_ORG); // somebody else's row
acls.push({ ...acls[0], id: uuid("acl/both"), user_id: u("Amara"), group_id: g("Owners") }); // names two grantees

// ---- one row per line, so that a change of the sample reads well --------------------------------------------------------
const lists = {
  users,
  service_accounts,
  service_tokens,
  groups,
  roles,
  acls,
  projects,
  project_groups,
  experiments,
  datasets,
  prompts,
  functions,
  prompt_sessions,
};
const text = Object.entries(lists).map(
  ([name, rows]) => `  ${JSON.stringify(name)}: [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]`,
);
writeFileSync(
  new URL("../public/export.json", import.meta.url),
  `{\n  "organization": ${JSON.stringify(organization)},\n  "plan": "enterprise",\n${text.join(",\n")}\n}\n`,
);
console.log(
  Object.entries(lists)
    .map(([name, rows]) => `${rows.length} ${name}`)
    .join(", "),
);
