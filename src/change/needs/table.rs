//! The model's section 8 as data: each route of the API, and what it needs.

use serde_json::{Value, json};

use crate::change::body::{
    ACL_BATCH, ACL_ITEM, ANYTHING, CREATE_EXPERIMENT, CREATE_GROUP, CREATE_OBJECT, CREATE_PROJECT,
    CREATE_PROJECT_GROUP, CREATE_ROLE, CREATE_TOKEN, DELETE_TOKEN, MEMBERS, OF_PROJECT, ON_OBJECT,
    PATCH_GROUP, PATCH_OBJECT, PATCH_ORGANIZATION, PATCH_PROJECT_GROUP, PATCH_ROLE, Schema,
};
use crate::model::Basis::{self, Chosen, Documented};
use crate::model::credential::Credential;
use crate::model::permission::Permission::{
    self, Create, CreateAcls, Delete, DeleteAcls, Read, ReadAcls, Update,
};

/// On what a permission is needed.
#[derive(Clone, Copy, Debug)]
pub(super) enum On {
    Organization,
    Members,
    /// The object of this type that the path names.
    Path(&'static str),
    /// `object_type` and `object_id` of the query.
    Query,
    /// `object_type` and `object_id` of the body.
    Body,
    /// The object of the ACL that the path names.
    AclInPath,
    /// The object of each ACL in a list of the body.
    EachAcl(&'static str),
    /// Each project in a list of the body.
    EachProject(&'static str),
    /// The project of the body.
    Project,
    /// Where the new object will be (section 3).
    Container,
    /// What has the name of the body already.
    Namesake,
    /// Each group that an invitation names and whose members hold any `*_acls`, or are owners.
    StrongGroups,
    /// Something that neither the request nor the data name: the answer is unknown.
    Unnamed(&'static str),
}

impl On {
    fn text(self, row: &Row) -> String {
        match self {
            On::Organization => "the organization".to_owned(),
            On::Members => "the members (org_member)".to_owned(),
            On::Path(ty) => format!("the {ty} in the path"),
            On::Query => "the object in the query".to_owned(),
            On::Body => "the object in the body".to_owned(),
            On::AclInPath => "the object of the ACL in the path".to_owned(),
            On::EachAcl(list) => format!("the object of each ACL in {list}"),
            On::EachProject(list) => format!("each project in {list}"),
            On::Project => "the project in the body".to_owned(),
            On::Container => match row.creates {
                "project" => "all projects (org_project)",
                "group" | "role" | "project_group" => "the organization",
                _ => "the project in the body",
            }
            .to_owned(),
            On::Namesake => format!("the {} of that name", row.creates),
            On::StrongGroups => {
                "each group in the invitation that grants any *_acls or makes an owner".to_owned()
            }
            On::Unnamed(what) => format!("{what}, which the request does not name: unknown"),
        }
    }
}

/// When it is needed.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Always,
    /// The body has this field.
    Given(&'static str),
    NameIsNew,
    NameExists,
    /// The view of the body is a dashboard.
    Dashboard,
}

impl When {
    fn text(self) -> Option<String> {
        match self {
            When::Always => None,
            When::Given(field) => Some(format!("{field} is given")),
            When::NameIsNew => Some("the name is new".to_owned()),
            When::NameExists => Some("the name exists".to_owned()),
            When::Dashboard => Some("it is a dashboard".to_owned()),
        }
    }
}

/// A permission that is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub permission: Permission,
    pub on: On,
    pub when: When,
    pub basis: Basis,
}

const fn need(permission: Permission, on: On, basis: Basis) -> Rule {
    Rule { permission, on, when: When::Always, basis }
}

impl Rule {
    const fn when(mut self, when: When) -> Rule {
        self.when = when;
        self
    }
}

/// Who alone may send it: an owner, authenticated in one of some ways.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    /// The ways that suffice; none: every way does.
    pub credentials: &'static [Credential],
    /// Only for the service accounts of an invitation that ask for a token.
    pub for_tokens: bool,
}

const OWNER: Owner = Owner { credentials: &[], for_tokens: false };
/// Section 8: an API key never suffices.
const OWNER_OF_TOKENS: Owner =
    Owner { credentials: &[Credential::ServiceToken, Credential::Session], for_tokens: false };
const OWNER_FOR_TOKENS: Owner = Owner { credentials: &[Credential::ServiceToken], for_tokens: true };

/// A route and what it needs. Without needs and owner it is for any subject of the organisation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub methods: &'static [&'static str],
    pub path: &'static str,
    /// What it does, after "may".
    pub text: &'static str,
    pub body: Option<&'static Schema>,
    pub needs: &'static [Rule],
    pub owner: Option<Owner>,
    /// The type of what a list is filtered by: what the caller may read.
    pub filter: Option<&'static str>,
    /// The type of what it creates.
    pub creates: &'static str,
}

const fn row(methods: &'static [&'static str], path: &'static str, text: &'static str) -> Row {
    Row { methods, path, text, body: None, needs: &[], owner: None, filter: None, creates: "" }
}

impl Row {
    const fn needs(mut self, needs: &'static [Rule]) -> Row {
        self.needs = needs;
        self
    }

    const fn body(mut self, schema: &'static Schema) -> Row {
        self.body = Some(schema);
        self
    }

    const fn owner(mut self, owner: Owner) -> Row {
        self.owner = Some(owner);
        self
    }

    const fn filter(mut self, ty: &'static str) -> Row {
        self.filter = Some(ty);
        self
    }

    const fn creates(mut self, ty: &'static str) -> Row {
        self.creates = ty;
        self
    }

    /// Whether it is the route of a method and a path's segments.
    pub fn fits(&self, method: &str, segments: &[String]) -> bool {
        self.methods.contains(&method)
            && pattern(self.path).count() == segments.len()
            && pattern(self.path)
                .zip(segments)
                .all(|(part, segment)| part.starts_with('{') || part == segment)
    }

    /// Which segment of the path is the id.
    pub fn id_at(&self) -> Option<usize> {
        pattern(self.path).position(|part| part.starts_with('{'))
    }
}

/// The segments behind `/v1/`.
fn pattern(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').skip(2)
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const PUT: &[&str] = &["PUT"];
const PATCH: &[&str] = &["PATCH"];
const DELETE: &[&str] = &["DELETE"];
const POST_PUT: &[&str] = &["POST", "PUT"];

/// Creating by POST, which returns what has the name already unmodified.
const NEW: &[Rule] = &[
    need(Create, On::Container, Chosen).when(When::NameIsNew),
    need(Read, On::Namesake, Chosen).when(When::NameExists),
];
/// Creating by PUT, which replaces what has the name already.
const NEW_OR_REPLACED: &[Rule] = &[
    need(Create, On::Container, Chosen).when(When::NameIsNew),
    need(Update, On::Namesake, Chosen).when(When::NameExists),
];

/// The list, and POST, of a noun; GET, PATCH and DELETE of one.
macro_rules! nouns {
    ($noun:literal, $one:literal, $many:literal, $ty:literal, $create:ident, $patch:ident, $basis:ident $(, $more:expr)*) => {
        &[
            row(GET, concat!("/v1/", $noun), concat!("list ", $many)).filter($ty),
            row(POST, concat!("/v1/", $noun), concat!("create ", $one)).body(&$create).creates($ty).needs(NEW),
            row(GET, concat!("/v1/", $noun, "/{", $noun, "_id}"), concat!("read ", $one))
                .needs(&[need(Read, On::Path($ty), $basis)]),
            row(PATCH, concat!("/v1/", $noun, "/{", $noun, "_id}"), concat!("change ", $one))
                .body(&$patch)
                .needs(&[need(Update, On::Path($ty), $basis) $(, $more)*]),
            row(DELETE, concat!("/v1/", $noun, "/{", $noun, "_id}"), concat!("delete ", $one))
                .needs(&[need(Delete, On::Path($ty), $basis)]),
        ]
    };
}

/// POST that creates or replaces.
macro_rules! replaced {
    ($noun:literal, $one:literal, $create:ident) => {
        &[row(PUT, concat!("/v1/", $noun), concat!("create or replace ", $one))
            .body(&$create)
            .creates($noun)
            .needs(NEW_OR_REPLACED)]
    };
}

/// Reading and writing what is in an experiment, a dataset or a project's logs.
macro_rules! events {
    ($noun:literal, $id:literal, $ty:literal) => {
        &[
            row(POST, concat!("/v1/", $noun, "/{", $id, "}/insert"), "insert rows")
                .body(&ANYTHING)
                .needs(&[need(Update, On::Path($ty), Documented)]),
            row(&["GET", "POST"], concat!("/v1/", $noun, "/{", $id, "}/fetch"), "fetch rows")
                .body(&ANYTHING)
                .needs(&[need(Read, On::Path($ty), Documented)]),
            row(GET, concat!("/v1/", $noun, "/{", $id, "}/summarize"), "summarize").needs(&[need(
                Read,
                On::Path($ty),
                Documented,
            )]),
            row(POST, concat!("/v1/", $noun, "/{", $id, "}/feedback"), "leave feedback")
                .body(&ANYTHING)
                .needs(&[need(Update, On::Path($ty), Chosen)]),
        ]
    };
}

/// What belongs to a project and is no object of the tree.
macro_rules! of_project {
    ($noun:literal, $one:literal, $many:literal) => {
        &[
            row(GET, concat!("/v1/", $noun), concat!("list ", $many)).filter("project"),
            row(POST_PUT, concat!("/v1/", $noun), concat!("create or replace ", $one))
                .body(&OF_PROJECT)
                .needs(&[need(Update, On::Project, Documented)]),
            row(GET, concat!("/v1/", $noun, "/{", $noun, "_id}"), concat!("read ", $one)).needs(&[need(
                Read,
                On::Unnamed("its project"),
                Chosen,
            )]),
            row(&["PATCH", "DELETE"], concat!("/v1/", $noun, "/{", $noun, "_id}"), concat!("change ", $one))
                .body(&ANYTHING)
                .needs(&[need(Update, On::Unnamed("its project"), Documented)]),
        ]
    };
}

/// Section 8. The first row that fits decides, so that `/v1/acl/list_org` is before `/v1/acl/{acl_id}`.
pub(super) static TABLE: &[&[Row]] = &[
    &[
        row(GET, "/v1/acl", "list the ACLs of an object").needs(&[need(ReadAcls, On::Query, Chosen)]),
        row(GET, "/v1/acl/list_org", "list the ACLs of the organization").needs(&[need(
            ReadAcls,
            On::Organization,
            Documented,
        )]),
        row(GET, "/v1/acl/{acl_id}", "read an ACL").needs(&[need(ReadAcls, On::AclInPath, Chosen)]),
        row(POST, "/v1/acl", "create an ACL").body(&ACL_ITEM).needs(&[need(
            CreateAcls,
            On::Body,
            Documented,
        )]),
        row(DELETE, "/v1/acl", "delete an ACL").body(&ACL_ITEM).needs(&[need(DeleteAcls, On::Body, Chosen)]),
        row(DELETE, "/v1/acl/{acl_id}", "delete an ACL").needs(&[need(DeleteAcls, On::AclInPath, Chosen)]),
        row(POST, "/v1/acl/batch_update", "create and delete ACLs").body(&ACL_BATCH).needs(&[
            need(CreateAcls, On::EachAcl("add_acls"), Chosen),
            need(DeleteAcls, On::EachAcl("remove_acls"), Chosen),
        ]),
    ],
    nouns!("group", "a group", "groups", "group", CREATE_GROUP, PATCH_GROUP, Documented),
    replaced!("group", "a group", CREATE_GROUP),
    nouns!("role", "a role", "roles", "role", CREATE_ROLE, PATCH_ROLE, Chosen),
    replaced!("role", "a role", CREATE_ROLE),
    &[
        row(GET, "/v1/organization", "list organizations"),
        row(GET, "/v1/organization/{organization_id}", "read the organization"),
        row(PATCH, "/v1/organization/members", "invite and remove members")
            .body(&MEMBERS)
            .needs(&[
                need(Create, On::Members, Documented).when(When::Given("invite_users")),
                need(Update, On::StrongGroups, Chosen).when(When::Given("invite_users")),
                need(Delete, On::Members, Documented).when(When::Given("remove_users")),
            ])
            .owner(OWNER_FOR_TOKENS),
        row(PATCH, "/v1/organization/{organization_id}", "change the organization")
            .body(&PATCH_ORGANIZATION)
            .needs(&[need(Update, On::Path("organization"), Documented)]),
        row(GET, "/v1/user", "list users"),
        row(POST_PUT, "/v1/service_token", "create service tokens")
            .body(&CREATE_TOKEN)
            .owner(OWNER_OF_TOKENS),
        row(GET, "/v1/service_token", "list service tokens").owner(OWNER),
        row(DELETE, "/v1/service_token", "delete service tokens").body(&DELETE_TOKEN).owner(OWNER),
        row(&["GET", "DELETE"], "/v1/service_token/{service_token_id}", "read and delete service tokens")
            .owner(OWNER),
    ],
    nouns!("project", "a project", "projects", "project", CREATE_PROJECT, PATCH_OBJECT, Documented),
    nouns!(
        "project_group",
        "a project group",
        "project groups",
        "project_group",
        CREATE_PROJECT_GROUP,
        PATCH_PROJECT_GROUP,
        Chosen,
        need(CreateAcls, On::EachProject("add_member_projects"), Chosen),
        need(DeleteAcls, On::EachProject("remove_member_projects"), Chosen)
    ),
    replaced!("project_group", "a project group", CREATE_PROJECT_GROUP),
    nouns!(
        "experiment",
        "an experiment",
        "experiments",
        "experiment",
        CREATE_EXPERIMENT,
        PATCH_OBJECT,
        Documented
    ),
    nouns!("dataset", "a dataset", "datasets", "dataset", CREATE_OBJECT, PATCH_OBJECT, Documented),
    nouns!("prompt", "a prompt", "prompts", "prompt", CREATE_OBJECT, PATCH_OBJECT, Documented),
    nouns!("function", "a function", "functions", "prompt", CREATE_OBJECT, PATCH_OBJECT, Documented),
    events!("experiment", "experiment_id", "experiment"),
    events!("dataset", "dataset_id", "dataset"),
    events!("project_logs", "project_id", "project_log"),
    &[row(POST, "/v1/function/{function_id}/invoke", "invoke a function").body(&ANYTHING).needs(&[need(
        Read,
        On::Path("prompt"),
        Chosen,
    )])],
    of_project!("project_score", "a project score", "project scores"),
    of_project!("project_tag", "a project tag", "project tags"),
    of_project!("span_iframe", "a span iframe", "span iframes"),
    of_project!("mcp_server", "an MCP server", "MCP servers"),
    of_project!("project_automation", "a project automation", "project automations"),
    &[
        row(POST_PUT, "/v1/view", "create or replace a view").body(&ON_OBJECT).needs(VIEW),
        row(&["PATCH", "DELETE"], "/v1/view/{view_id}", "change a view").body(&ON_OBJECT).needs(VIEW),
        row(POST_PUT, "/v1/env_var", "create or replace a variable").body(&ON_OBJECT).needs(&[need(
            Update,
            On::Body,
            Chosen,
        )]),
        row(&["GET", "PATCH", "DELETE"], "/v1/env_var/{env_var_id}", "read and change a variable")
            .body(&ANYTHING)
            .needs(&[need(Update, On::Unnamed("its container"), Chosen)]),
        row(&["GET", "POST", "PUT", "DELETE"], "/v1/ai_secret", "read and change secrets")
            .body(&ANYTHING)
            .needs(&[need(Update, On::Organization, Chosen)]),
        row(&["GET", "PATCH", "DELETE"], "/v1/ai_secret/{ai_secret_id}", "read and change a secret")
            .body(&ANYTHING)
            .needs(&[need(Update, On::Organization, Chosen)]),
    ],
];

/// A dashboard hangs on something too; both are asked for.
const VIEW: &[Rule] =
    &[need(Update, On::Body, Chosen), need(Update, On::Organization, Documented).when(When::Dashboard)];

/// What each request needs (the model's section 8) as data, one row for each method and path:
/// `[{method, path, text, needs: [{permission, on, when?, basis}], owner?, credential?, filter?}]`.
/// A row without `needs` and `owner` is for any subject of the organisation. What is in no row is
/// unknown, and never a yes. This is the constant `REQUESTS` of the npm package.
#[must_use]
pub fn requests_table() -> Value {
    let rows = TABLE.iter().copied().flatten();
    rows.flat_map(|row| row.methods.iter().map(|method| exported(row, method))).collect()
}

fn exported(row: &Row, method: &str) -> Value {
    let mut out = json!({"method": method, "path": row.path, "text": row.text});
    out["needs"] = row.needs.iter().map(|rule| exported_need(row, rule)).collect();
    if let Some(owner) = row.owner {
        out["owner"] =
            if owner.for_tokens { json!("a service account has token_name") } else { json!("always") };
        if !owner.credentials.is_empty() {
            out["credential"] = owner.credentials.iter().map(|kind| kind.as_str()).collect();
        }
    }
    if let Some(ty) = row.filter {
        out["filter"] = json!({"permission": "read", "type": ty});
    }
    out
}

fn exported_need(row: &Row, rule: &Rule) -> Value {
    let mut out =
        json!({"permission": rule.permission.as_str(), "on": rule.on.text(row), "basis": rule.basis});
    if let Some(when) = rule.when.text() {
        out["when"] = json!(when);
    }
    out
}
