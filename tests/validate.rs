//! Findings of a change (MODEL 6; CHOICES, Findings of a change): for every code a request that has
//! it and one next to it that has not, and what holds of all findings.

// Tables of cases are as long as they are, and bodies are written where they are used.
#![allow(clippy::too_many_lines, clippy::needless_pass_by_value)]

use aclarity::{Actor, Code, Credential, Finding, Node, Object, Org, Param, Permission, Request, Severity};
use serde_json::{Value, json};

fn org(plan: &str) -> Org {
    let everything: Vec<Value> = Permission::ALL.iter().map(|p| json!({"permission": p.as_str()})).collect();
    let acl = |id: &str, ty: &str, on: &str, who: (&str, &str), what: (&str, &str)| json!({"id": id, "object_type": ty, "object_id": on, who.0: who.1, what.0: what.1});
    let export = json!({
        "organization": {"id": "acme", "name": "Acme"},
        "plan": plan,
        "users": [{"id": "olive", "given_name": "Olive", "email": "olive@acme.example"}, {"id": "ada", "given_name": "Ada"}, {"id": "bo"}],
        "service_accounts": [{"id": "bot"}],
        "groups": [
            {"id": "owners", "name": "Owners", "member_users": ["olive"]},
            {"id": "viewers", "name": "Viewers", "member_users": ["ada"]},
            {"id": "labelling", "name": "Labelling", "member_users": ["ada"]},
            {"id": "staff", "name": "Staff", "member_users": ["bo"], "member_groups": ["labelling"]},
            {"id": "admins", "name": "Admins", "member_users": ["bo"]},
            {"id": "empty", "name": "Empty"},
            {"id": "old", "name": "Old", "member_users": ["bo"], "deleted_at": "2026"},
            {"id": "theirs", "name": "Theirs", "org_id": "other"},
        ],
        "roles": [
            {"id": "owner", "name": "owner", "member_permissions": everything},
            {"id": "reader", "org_id": "acme", "name": "Reader", "member_permissions": [{"permission": "read"}]},
            {"id": "outer", "org_id": "acme", "name": "Outer", "member_roles": ["reader"]},
            {"id": "hollow", "org_id": "acme", "name": "Hollow"},
            {"id": "past", "org_id": "acme", "name": "Past", "deleted_at": "2026"},
        ],
        "acls": [
            acl("a-owners", "organization", "acme", ("group_id", "owners"), ("role_id", "owner")),
            acl("a-admins", "project", "search", ("group_id", "admins"), ("permission", "create_acls")),
            acl("a-golden", "dataset", "golden", ("group_id", "labelling"), ("permission", "update")),
            acl("a-bo", "project", "search", ("user_id", "bo"), ("permission", "read")),
            acl("a-ada", "project", "chat", ("user_id", "ada"), ("permission", "create_acls")),
            acl("a-ada2", "project", "chat", ("user_id", "ada"), ("permission", "delete_acls")),
            acl("a-staff", "project", "chat", ("group_id", "staff"), ("role_id", "reader")),
        ],
        "projects": [{"id": "search", "name": "Search"}, {"id": "chat", "name": "Chat"}, {"id": "gone", "deleted_at": "2026"}],
        "datasets": [{"id": "golden", "name": "Golden", "project_id": "search"}, {"id": "lost", "project_id": "gone"}],
    });
    Org::from_json(export.to_string().as_bytes()).expect("it loads")
}

fn find(plan: &str, by: &Actor, request: &Request) -> Vec<Finding> {
    org(plan).validate(request, by)
}

fn session(id: &str) -> Actor {
    Actor::new(id, Credential::Session)
}

fn post(path: &str, body: Value) -> Request {
    Request::new("POST", path).body(body)
}

fn patch(path: &str, body: Value) -> Request {
    Request::new("PATCH", path).body(body)
}

/// `POST /v1/acl` on the project Search, with these fields.
fn grant(fields: Value) -> Request {
    let mut body = json!({"object_type": "project", "object_id": "search"});
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    post("/v1/acl", body)
}

fn on(object_type: &str, object_id: &str, permission: &str) -> Request {
    grant(
        json!({"object_type": object_type, "object_id": object_id, "user_id": "ada", "permission": permission}),
    )
}

/// A rule, a request that breaks it, where that is told, and a request next to it that does not.
struct Case {
    rule: &'static str,
    by: Actor,
    plan: &'static str,
    bad: Request,
    code: Code,
    severity: Severity,
    path: &'static str,
    good: Request,
}

fn case(
    rule: &'static str,
    code: Code,
    severity: Severity,
    path: &'static str,
    bad: Request,
    good: Request,
) -> Case {
    Case { rule, by: session("olive"), plan: "enterprise", bad, code, severity, path, good }
}

impl Case {
    fn by(mut self, by: Actor) -> Case {
        self.by = by;
        self
    }

    fn plan(mut self, plan: &'static str) -> Case {
        self.plan = plan;
        self
    }
}

fn shape_cases() -> Vec<Case> {
    use Code::{
        GranteeAmbiguous, GranteeMissing, MalformedRequest, NameEmpty, NameExists, PermissionAmbiguous,
        PermissionMissing, RestrictWithRole, UnknownField, UnknownObjectType, UnknownPermission,
    };
    use Severity::{Error, Info, Warning};
    let fine = || grant(json!({"user_id": "ada", "permission": "update"}));
    vec![
        case(
            "MODEL 6: malformed_request",
            MalformedRequest,
            Error,
            "/permission",
            grant(json!({"user_id": "ada", "permission": 5})),
            fine(),
        ),
        case(
            "CHOICES: a body that is missing",
            MalformedRequest,
            Error,
            "",
            Request::new("POST", "/v1/acl"),
            Request::new("DELETE", "/v1/acl/a-bo"),
        ),
        case(
            "CHOICES: an entry null in a list of ids",
            MalformedRequest,
            Error,
            "/add_member_users/1",
            patch("/v1/group/staff", json!({"add_member_users": ["ada", null]})),
            patch("/v1/group/staff", json!({"add_member_users": null})),
        ),
        case(
            "MODEL 6: unknown_field",
            UnknownField,
            Warning,
            "/expires",
            grant(json!({"user_id": "ada", "permission": "update", "expires": 1})),
            fine(),
        ),
        case(
            "MODEL 6: grantee_missing",
            GranteeMissing,
            Error,
            "/user_id",
            grant(json!({"permission": "update"})),
            fine(),
        ),
        case(
            "CHOICES: a field of a wrong type is told once",
            GranteeMissing,
            Error,
            "/user_id",
            grant(json!({"permission": "update", "user_id": null})),
            grant(json!({"permission": "update", "user_id": 5})),
        ),
        case(
            "MODEL 6: grantee_ambiguous",
            GranteeAmbiguous,
            Error,
            "/group_id",
            grant(json!({"permission": "update", "user_id": "ada", "group_id": "staff"})),
            fine(),
        ),
        case(
            "MODEL 6: permission_missing",
            PermissionMissing,
            Error,
            "/permission",
            grant(json!({"user_id": "ada"})),
            fine(),
        ),
        case(
            "MODEL 6: permission_ambiguous",
            PermissionAmbiguous,
            Error,
            "/role_id",
            grant(json!({"user_id": "ada", "permission": "update", "role_id": "reader"})),
            fine(),
        ),
        case(
            "MODEL 6: restrict_with_role",
            RestrictWithRole,
            Error,
            "/restrict_object_type",
            grant(json!({"user_id": "ada", "role_id": "reader", "restrict_object_type": "dataset"})),
            grant(json!({"user_id": "ada", "role_id": "reader"})),
        ),
        case(
            "CHOICES: bodies use wire names",
            UnknownPermission,
            Error,
            "/permission",
            grant(json!({"user_id": "ada", "permission": "manage_access"})),
            fine(),
        ),
        case(
            "CHOICES: a removal is checked for unknown permissions",
            UnknownPermission,
            Error,
            "/remove_acls/0/permission",
            post(
                "/v1/acl/batch_update",
                json!({"remove_acls": [{"object_type": "project", "object_id": "search", "user_id": "bo", "permission": "write"}]}),
            ),
            post(
                "/v1/acl/batch_update",
                json!({"remove_acls": [{"object_type": "project", "object_id": "search", "user_id": "bo", "permission": "read"}]}),
            ),
        ),
        case(
            "CHOICES: a noun is an unknown type",
            UnknownObjectType,
            Warning,
            "/restrict_object_type",
            grant(json!({"user_id": "ada", "permission": "update", "restrict_object_type": "playground"})),
            grant(
                json!({"user_id": "ada", "permission": "update", "restrict_object_type": "prompt_session"}),
            ),
        ),
        case(
            "CHOICES: a route that the table does not have",
            Code::UnknownRequest,
            Warning,
            "",
            post("/v1/hologram", json!({"name": "a"})),
            post("/v1/project", json!({"name": "a"})),
        ),
        case(
            "MODEL 6: name_empty",
            NameEmpty,
            Error,
            "/name",
            post("/v1/group", json!({"name": " \n"})),
            post("/v1/group", json!({"name": " a "})),
        ),
        case(
            "MODEL 6: name_exists",
            NameExists,
            Info,
            "/name",
            post("/v1/group", json!({"name": "Labelling"})),
            post("/v1/group", json!({"name": "labelling"})),
        ),
        case(
            "CHOICES: name_exists, POST only",
            NameExists,
            Info,
            "/name",
            post("/v1/project", json!({"name": "Search"})),
            Request::new("PUT", "/v1/group").body(json!({"name": "Staff", "member_users": ["bo"]})),
        ),
    ]
}

fn reference_cases() -> Vec<Case> {
    use Code::{
        DeletedGroup, DeletedObject, DeletedRole, UnknownGroup, UnknownObject, UnknownRole, UnknownUser,
        WrongOrganization,
    };
    use Severity::{Error, Info, Warning};
    let to = |group: &str| grant(json!({"group_id": group, "permission": "update"}));
    let user = |id: &str| grant(json!({"user_id": id, "permission": "update"}));
    let role = |id: &str| grant(json!({"user_id": "ada", "role_id": id}));
    let invite = |field: &str, name: &str| {
        patch("/v1/organization/members", json!({"invite_users": {"ids": ["bo"], field: [name]}}))
    };
    vec![
        case("MODEL 6: unknown_group", UnknownGroup, Error, "/group_id", to("nope"), to("staff")),
        case(
            "CHOICES: groups are named by name only when they live",
            UnknownGroup,
            Error,
            "/invite_users/group_names/0",
            invite("group_names", "Old"),
            invite("group_names", "Staff"),
        ),
        case(
            "CHOICES: what the path names has the path \"\"",
            UnknownGroup,
            Error,
            "",
            patch("/v1/group/nope", json!({})),
            patch("/v1/group/staff", json!({})),
        ),
        case("MODEL 6: deleted_group", DeletedGroup, Error, "/group_id", to("old"), to("staff")),
        case(
            "CHOICES: a removal is not checked for what it names",
            DeletedGroup,
            Error,
            "/add_member_groups/0",
            patch("/v1/group/staff", json!({"add_member_groups": ["old"]})),
            patch("/v1/group/staff", json!({"remove_member_groups": ["old"]})),
        ),
        case("MODEL 6: unknown_role", UnknownRole, Error, "/role_id", role("Reader"), role("reader")),
        case(
            "CHOICES: info when the grantee is bt::",
            UnknownRole,
            Info,
            "/role_id",
            grant(json!({"user_id": "bt::x", "role_id": "bt:y"})),
            role("reader"),
        ),
        case("MODEL 6: deleted_role", DeletedRole, Error, "/role_id", role("past"), role("reader")),
        case("MODEL 6: unknown_user", UnknownUser, Warning, "/user_id", user("eve"), user("bot")),
        case("MODEL 6: internal principals: info", UnknownUser, Info, "/user_id", user("bt::x"), user("ada")),
        case(
            "CHOICES: in remove_users likewise",
            UnknownUser,
            Warning,
            "/remove_users/emails/0",
            patch("/v1/organization/members", json!({"remove_users": {"emails": ["eve@acme.example"]}})),
            patch("/v1/organization/members", json!({"remove_users": {"emails": ["olive@acme.example"]}})),
        ),
        case(
            "MODEL 6: unknown_object",
            UnknownObject,
            Warning,
            "/object_id",
            on("dataset", "nope", "update"),
            on("dataset", "golden", "update"),
        ),
        case(
            "CHOICES: with a project's id for project_log",
            UnknownObject,
            Warning,
            "/object_id",
            on("project_log", "golden", "update"),
            on("project_log", "search", "update"),
        ),
        case(
            "MODEL 6: deleted_object",
            DeletedObject,
            Error,
            "/object_id",
            on("project", "gone", "update"),
            on("project", "chat", "update"),
        ),
        case(
            "MODEL 4: a deleted project above it",
            DeletedObject,
            Error,
            "/object_id",
            on("dataset", "lost", "update"),
            on("dataset", "golden", "delete"),
        ),
        case(
            "MODEL 6: wrong_organization",
            WrongOrganization,
            Error,
            "/object_id",
            on("org_project", "other", "update"),
            on("org_project", "acme", "update"),
        ),
        case(
            "CHOICES: a row that the load ignored",
            WrongOrganization,
            Error,
            "/group_id",
            to("theirs"),
            to("nope"),
        ),
        case(
            "MODEL 8: org_name of another organisation",
            WrongOrganization,
            Error,
            "/org_name",
            post("/v1/group", json!({"name": "New", "org_name": "Other"})),
            post("/v1/group", json!({"name": "New", "org_name": "Acme"})),
        ),
    ]
}

fn rule_cases() -> Vec<Case> {
    use Code::{BuiltinGroup, GroupCycle, LastMember, PlanRequired, RoleCycle, SystemRole};
    use Severity::{Error, Warning};
    let remove = |ids: &[&str]| patch("/v1/organization/members", json!({"remove_users": {"ids": ids}}));
    vec![
        case("MODEL 6: group_cycle", GroupCycle, Error, "/add_member_groups/0",
            patch("/v1/group/labelling", json!({"add_member_groups": ["staff"]})),
            patch("/v1/group/labelling", json!({"add_member_groups": ["staff"], "remove_member_groups": ["staff"]}))),
        case("CHOICES: also the group itself", GroupCycle, Error, "/member_groups/0",
            Request::new("PUT", "/v1/group").body(json!({"name": "Staff", "member_groups": ["staff"]})),
            Request::new("PUT", "/v1/group").body(json!({"name": "Staff", "member_groups": ["admins"]}))),
        case("MODEL 6: role_cycle", RoleCycle, Error, "/add_member_roles/1",
            patch("/v1/role/reader", json!({"add_member_roles": ["hollow", "outer"]})),
            patch("/v1/role/outer", json!({"add_member_roles": ["hollow", "reader"]}))),
        case("MODEL 6: system_role", SystemRole, Error, "",
            Request::new("DELETE", "/v1/role/owner"), Request::new("DELETE", "/v1/role/reader")),
        case("CHOICES: system_role, PUT by name", SystemRole, Error, "",
            Request::new("PUT", "/v1/role").body(json!({"name": "owner"})),
            Request::new("PUT", "/v1/role").body(json!({"name": "Owner"}))),
        case("MODEL 6: builtin_group, deleting one", BuiltinGroup, Error, "",
            Request::new("DELETE", "/v1/group/viewers"), Request::new("DELETE", "/v1/group/staff")),
        case("MODEL 6: builtin_group, renaming one", BuiltinGroup, Error, "/name",
            patch("/v1/group/viewers", json!({"name": "Lookers"})), patch("/v1/group/viewers", json!({"name": "Viewers"}))),
        case("MODEL 5: custom groups are enterprise only", PlanRequired, Error, "",
            post("/v1/group", json!({"name": "New"})), post("/v1/group", json!({"name": "Engineers"}))).plan("pro"),
        case("MODEL 5: starter has the Owners group only", PlanRequired, Error, "",
            post("/v1/group", json!({"name": "Engineers"})), post("/v1/group", json!({"name": "Owners"}))).plan("starter"),
        case("MODEL 5: managing access to a group", PlanRequired, Error, "/object_type",
            on("group", "staff", "read"), on("role", "reader", "read")).plan("pro"),
        case("MODEL 5: group grants below the organisation", PlanRequired, Error, "/group_id",
            grant(json!({"group_id": "staff", "permission": "update"})),
            grant(json!({"object_type": "org_project", "object_id": "acme", "group_id": "staff", "permission": "update"}))).plan("pro"),
        case("MODEL 5: direct grants to a service account: warning", PlanRequired, Warning, "/user_id",
            grant(json!({"user_id": "bot", "permission": "update"})), grant(json!({"user_id": "ada", "permission": "update"}))).plan("pro"),
        case("MODEL 5: audit logs", PlanRequired, Error, "/object_type",
            on("org_audit_logs", "acme", "read"), on("project", "search", "update")).plan("starter"),
        case("MODEL 6: last_member, people only", LastMember, Error, "/remove_users",
            remove(&["olive", "ada", "bo"]), remove(&["olive", "ada", "bot"])),
    ]
}

fn actor_cases() -> Vec<Case> {
    use Code::{NotPermitted, OwnerRequired, ServiceTokenRequired};
    use Severity::Error;
    let token = || post("/v1/service_token", json!({"name": "ci", "service_account_id": "bot"}));
    let delete_token = || Request::new("DELETE", "/v1/service_token/t");
    vec![
        case(
            "MODEL 8: POST /v1/acl needs create_acls",
            NotPermitted,
            Error,
            "",
            grant(json!({"user_id": "bo", "permission": "update"})),
            on("project", "chat", "update"),
        )
        .by(session("ada")),
        case(
            "CHOICES: not_permitted, the item of the need",
            NotPermitted,
            Error,
            "/add_acls/1",
            post(
                "/v1/acl/batch_update",
                json!({"add_acls": [
                {"object_type": "project", "object_id": "chat", "user_id": "bo", "permission": "update"},
                {"object_type": "project", "object_id": "search", "user_id": "bo", "permission": "update"}]}),
            ),
            Request::new("DELETE", "/v1/acl/a-staff"),
        )
        .by(session("ada")),
        case(
            "MODEL 8: an owner",
            OwnerRequired,
            Error,
            "",
            delete_token(),
            Request::new("DELETE", "/v1/acl/a-staff"),
        )
        .by(session("ada")),
        case("MODEL 8: an API key never suffices", ServiceTokenRequired, Error, "", token(), delete_token())
            .by(Actor::new("olive", Credential::ApiKey)),
    ]
}

fn grant_cases() -> Vec<Case> {
    use Code::{
        DuplicateGrant, LogsCreateOnly, NoEffect, ProjectNotReadable, RedundantGrant, SuperUser, WideRead,
    };
    use Severity::{Info, Warning};
    let group = |group: &str, permission: &str| grant(json!({"group_id": group, "permission": permission}));
    let only = |ty: &str, permission: &str, restrict: &str| {
        grant(json!({"object_type": ty, "object_id": if ty == "project" { "search" } else { "acme" },
                     "user_id": "ada", "permission": permission, "restrict_object_type": restrict}))
    };
    vec![
        case(
            "MODEL 6: duplicate_grant",
            DuplicateGrant,
            Info,
            "",
            grant(json!({"user_id": "bo", "permission": "read"})),
            grant(json!({"user_id": "bo", "permission": "read", "restrict_object_type": "project"})),
        ),
        case(
            "CHOICES: or earlier among its additions",
            DuplicateGrant,
            Info,
            "/add_acls/1",
            post(
                "/v1/acl/batch_update",
                json!({"add_acls": [
                {"object_type": "project", "object_id": "chat", "user_id": "bo", "permission": "update"},
                {"object_type": "project", "object_id": "chat", "user_id": "bo", "permission": "update"}]}),
            ),
            post(
                "/v1/acl/batch_update",
                json!({"add_acls": [
                {"object_type": "project", "object_id": "chat", "user_id": "bo", "permission": "update"},
                {"object_type": "project", "object_id": "chat", "user_id": "bo", "permission": "delete"}]}),
            ),
        ),
        case(
            "MODEL 6: redundant_grant",
            RedundantGrant,
            Warning,
            "",
            grant(json!({"object_id": "chat", "group_id": "labelling", "permission": "read"})),
            grant(json!({"object_id": "chat", "group_id": "admins", "permission": "read"})),
        ),
        case(
            "MODEL 6: restriction to a type that cannot occur below the object",
            NoEffect,
            Warning,
            "/restrict_object_type",
            only("project", "read", "group"),
            only("project", "update", "project_log"),
        ),
        case(
            "CHOICES: for create, nothing of it can be created there",
            NoEffect,
            Warning,
            "/restrict_object_type",
            only("project", "create", "project"),
            only("org_project", "create", "project"),
        ),
        case(
            "MODEL 6: create on an object that contains nothing",
            NoEffect,
            Warning,
            "/permission",
            on("dataset", "golden", "create"),
            on("project", "search", "create"),
        ),
        case(
            "MODEL 6: a group without users",
            NoEffect,
            Warning,
            "/group_id",
            group("empty", "update"),
            group("staff", "update"),
        ),
        case(
            "CHOICES: the role grants nothing",
            NoEffect,
            Warning,
            "/role_id",
            grant(json!({"user_id": "ada", "role_id": "hollow"})),
            grant(json!({"user_id": "ada", "role_id": "outer"})),
        ),
        case(
            "MODEL 6: removal of an ACL that is not there",
            NoEffect,
            Warning,
            "",
            Request::new("DELETE", "/v1/acl/nope"),
            Request::new("DELETE", "/v1/acl/a-bo"),
        ),
        case(
            "MODEL 6: super_user",
            SuperUser,
            Warning,
            "/permission",
            group("staff", "delete_acls"),
            group("staff", "read_acls"),
        ),
        case(
            "CHOICES: a tuple added to a role",
            SuperUser,
            Warning,
            "/add_member_permissions/0",
            patch("/v1/role/hollow", json!({"add_member_permissions": [{"permission": "create_acls"}]})),
            patch("/v1/role/hollow", json!({"remove_member_permissions": [{"permission": "create_acls"}]})),
        ),
        case(
            "MODEL 6: wide_read",
            WideRead,
            Warning,
            "/permission",
            group("labelling", "read"),
            grant(json!({"group_id": "labelling", "permission": "read", "restrict_object_type": "project"})),
        ),
        case(
            "MODEL 6: project_not_readable",
            ProjectNotReadable,
            Warning,
            "/object_id",
            on("dataset", "golden", "read"),
            grant(
                json!({"object_type": "dataset", "object_id": "golden", "user_id": "bo", "permission": "update"}),
            ),
        ),
        case(
            "MODEL 6: logs_create_only",
            LogsCreateOnly,
            Warning,
            "/permission",
            only("project", "create", "project_log"),
            only("project", "update", "project_log"),
        ),
    ]
}

fn consequence_cases() -> Vec<Case> {
    use Code::{CreatesEscalation, LastOwner, SelfLockout};
    use Severity::Warning;
    vec![
        case(
            "MODEL 6: last_owner",
            LastOwner,
            Warning,
            "",
            patch("/v1/group/owners", json!({"remove_member_users": ["olive"]})),
            patch("/v1/group/owners", json!({"remove_member_users": ["olive"], "add_member_users": ["bo"]})),
        ),
        case(
            "MODEL 6: self_lockout",
            SelfLockout,
            Warning,
            "",
            Request::new("DELETE", "/v1/acl/a-ada"),
            Request::new("DELETE", "/v1/acl/a-ada2"),
        )
        .by(session("ada")),
        case(
            "MODEL 6: creates_escalation",
            CreatesEscalation,
            Warning,
            "",
            grant(
                json!({"object_type": "group", "object_id": "owners", "user_id": "ada", "permission": "update"}),
            ),
            grant(
                json!({"object_type": "group", "object_id": "empty", "user_id": "ada", "permission": "update"}),
            ),
        ),
        case(
            "CHOICES: creates_escalation, an added member",
            CreatesEscalation,
            Warning,
            "/add_member_users/0",
            patch("/v1/group/admins", json!({"add_member_users": ["ada"]})),
            patch("/v1/group/staff", json!({"add_member_users": ["olive"]})),
        ),
        case(
            "CHOICES: creates_escalation, an invitation",
            CreatesEscalation,
            Warning,
            "/invite_users/emails/0",
            patch(
                "/v1/organization/members",
                json!({"invite_users": {"emails": ["eve@acme.example"], "group_ids": ["admins"]}}),
            ),
            patch(
                "/v1/organization/members",
                json!({"invite_users": {"emails": ["eve@acme.example"], "group_ids": ["staff"]}}),
            ),
        ),
        case(
            "CHOICES: creates_escalation, a group that an edited role's ACLs name",
            CreatesEscalation,
            Warning,
            "",
            patch("/v1/role/reader", json!({"add_member_permissions": [{"permission": "create_acls"}]})),
            patch("/v1/role/reader", json!({"add_member_permissions": [{"permission": "update"}]})),
        ),
    ]
}

fn cases() -> Vec<Case> {
    let parts =
        [shape_cases(), reference_cases(), rule_cases(), actor_cases(), grant_cases(), consequence_cases()];
    parts.into_iter().flatten().collect()
}

#[test]
fn each_code_is_found_where_it_belongs_and_not_next_to_it() {
    let mut wrong = Vec::new();
    for Case { rule, by, plan, bad, code, severity, path, good } in cases() {
        let found = find(plan, &by, &bad);
        if !found.iter().any(|f| (f.code, f.severity, f.path.as_str()) == (code, severity, path)) {
            wrong.push(format!("{rule}: {bad:?} found {found:?}"));
        }
        let found = find(plan, &by, &good);
        if found.iter().any(|f| f.code == code && f.severity == severity) {
            wrong.push(format!("{rule}: {good:?} found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// CHOICES, `creates_escalation`: what a request takes away may open a path for whom it covers. MODEL 8:
/// a group may be named in an invitation unless it can manage access somewhere.
#[test]
fn what_a_request_takes_away_may_open_a_path() {
    let acl = |n: usize, ty: &str, on: &str, who: (&str, &str), permission: &str| json!({"id": format!("a{n}"), "object_type": ty, "object_id": on, who.0: who.1, "permission": permission});
    let (g, ada, olive) = (("group_id", "g"), ("user_id", "ada"), ("user_id", "olive"));
    let export = json!({
        "organization": {"id": "acme"},
        "users": [{"id": "ada"}, {"id": "olive"}],
        "groups": [{"id": "g", "name": "G"}],
        "projects": [{"id": "p"}],
        "datasets": [{"id": "d", "project_id": "p"}, {"id": "e", "project_id": "p"}],
        "acls": [
            acl(0, "organization", "acme", g, "read"), acl(1, "dataset", "d", g, "create_acls"),
            acl(2, "dataset", "d", g, "update"), acl(3, "org_member", "acme", ada, "create"),
            acl(4, "project", "p", ada, "create_acls"), acl(5, "organization", "acme", olive, "create_acls"),
            acl(6, "organization", "acme", olive, "delete_acls"),
        ],
    });
    let org = Org::from_json(export.to_string().as_bytes()).expect("it loads");
    let item = |on: &str, who: (&str, &str), permission: &str| json!({"object_type": "dataset", "object_id": on, who.0: who.1, "permission": permission});
    let told = |added: &str, removed: &str| {
        let body = json!({"add_acls": [item("e", ada, added)], "remove_acls": [item("d", g, removed)]});
        let findings = org.validate(&post("/v1/acl/batch_update", body), &session("olive"));
        assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{findings:#?}");
        findings.into_iter().find(|finding| finding.code == Code::CreatesEscalation)
    };
    for added in ["create_acls", "read"] {
        let finding = told(added, "create_acls").expect("ada can invite somebody of their own into `g`");
        assert_eq!(finding.subject.as_deref(), Some("ada"));
        assert_eq!(finding.object.expect("an object").object_type, "organization");
        assert_eq!(told(added, "update"), None, "`g` can still manage access");
    }
}

/// CHOICES, `creates_escalation`: at most 500 of whom a request covers are looked at, and each
/// finding says so when there are more.
#[test]
fn a_finding_says_when_not_all_were_looked_at() {
    let grants = |many: usize| {
        let item = |n: usize| json!({"object_type": "group", "object_id": "owners", "user_id": format!("u{n}"), "permission": "update"});
        let items: Vec<_> = (0..many).map(item).collect();
        Request::new("POST", "/v1/acl/batch_update").body(json!({"add_acls": items}))
    };
    let invited = |many: usize| {
        let emails: Vec<String> = (0..many).map(|n| format!("{n}@elsewhere.example")).collect();
        patch(
            "/v1/organization/members",
            json!({"invite_users": {"emails": emails, "group_ids": ["admins"]}}),
        )
    };
    for request in [&grants as &dyn Fn(usize) -> Request, &invited] {
        for (many, suffix) in [(500, None), (501, Some("; 500 of the 501 whom this covers were looked at"))] {
            let found = find("enterprise", &session("olive"), &request(many));
            let paths: Vec<_> = found.iter().filter(|f| f.code == Code::CreatesEscalation).collect();
            assert_eq!(paths.len(), 500);
            for finding in paths {
                let params = json!(finding.params);
                let says = finding.message.contains("looked at");
                assert_eq!(suffix.is_some(), says, "{finding:?}");
                assert!(suffix.is_none_or(|suffix| finding.message.ends_with(suffix)), "{finding:?}");
                assert_eq!(params["looked_at"].is_number() && params["covered"] == 501, says, "{params}");
            }
        }
    }
}

/// Every code of the model's table of changes has a case.
#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let first = Code::ALL.iter().position(|code| *code == Code::MalformedRequest).expect("a code");
    let last = Code::ALL.iter().position(|code| *code == Code::CreatesEscalation).expect("a code");
    for code in &Code::ALL[first..=last] {
        assert!(cases.iter().any(|case| case.code == *code), "{code}");
    }
    for plan in ["platinum", "enterprise"] {
        let found = find(plan, &session("olive"), &on("org_audit_logs", "acme", "read"));
        assert!(found.is_empty(), "MODEL 5: unknown plan: no plan findings: {found:?}");
    }
}

/// The most serious first, then by pointer, then by code; each once; in sentences of one form.
#[test]
fn findings_are_ordered_and_told_once() {
    for case in cases() {
        let found = find(case.plan, &case.by, &case.bad);
        let key = |f: &Finding| (f.severity, f.path.clone(), f.code.as_str());
        assert!(found.windows(2).all(|two| key(&two[0]) <= key(&two[1])), "{found:?}");
        for (place, finding) in found.iter().enumerate() {
            assert!(!found[..place].contains(finding), "{finding:?} twice");
            let message = &finding.message;
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(message.starts_with(|c: char| c.is_lowercase() || c == '`'), "{message}");
            assert!(finding.path.is_empty() || finding.path.starts_with('/'), "{finding:?}");
        }
    }
}

/// CHOICES: a request with an error about the data is not carried out; one about the actor or the
/// plan leaves the preview as if somebody else sent it.
#[test]
fn what_stops_a_change() {
    let codes = |plan: &str, by: &str, request: &Request| -> Vec<Code> {
        find(plan, &session(by), request).into_iter().map(|finding| finding.code).collect()
    };
    let batch = |group: &str| {
        post(
            "/v1/acl/batch_update",
            json!({"add_acls": [
            {"object_type": "project", "object_id": "search", "group_id": "labelling", "permission": "read"},
            {"object_type": "project", "object_id": "search", "group_id": group, "permission": "update"}]}),
        )
    };
    assert!(codes("enterprise", "olive", &batch("staff")).contains(&Code::WideRead));
    assert_eq!(codes("enterprise", "olive", &batch("nope")), [Code::UnknownGroup]);
    assert_eq!(
        codes("pro", "bo", &batch("staff")),
        [Code::PlanRequired, Code::PlanRequired, Code::WideRead],
        "bo may grant on Search by Admins"
    );
    assert!(codes("pro", "ada", &batch("staff")).contains(&Code::WideRead));
}

#[test]
fn findings_name_what_they_speak_of() {
    let find = |by: &str, request: &Request| find("enterprise", &session(by), request);
    let found = find("ada", &grant(json!({"user_id": "bo", "permission": "update"})));
    assert_eq!(found[0].subject.as_deref(), Some("ada"));
    let node = |ty: &str, id: &str| Some(Node { object_type: ty.to_owned(), id: id.to_owned() });
    assert_eq!(found[0].object, node("project", "search"));
    assert_eq!(found[0].params.get("permission"), Some(&Param::Text("create_acls".to_owned())));
    assert_eq!(
        found[0].message,
        "`Ada` does not hold `create_acls` on the project `Search`, which this needs; ask somebody who does"
    );
    let found =
        find("olive", &grant(json!({"object_id": "chat", "group_id": "labelling", "permission": "read"})));
    assert_eq!(found[0].params.get("by"), Some(&Param::List(vec!["a-staff".to_owned()])));
    let found = find("olive", &grant(json!({"user_id": "bo", "permission": "read"})));
    assert_eq!((found[0].code, found[0].acl.as_deref()), (Code::DuplicateGrant, Some("a-bo")));
    let found = find("olive", &grant(json!({"group_id": "labelling", "permission": "read"})));
    assert_eq!(
        found[0].message,
        "the permission group `Labelling` would read everything in the project `Search`, beside the dataset `Golden`; to open the project alone, grant `read` with `restrict_object_type: project`"
    );
}

/// CHOICES, Requests: what is no route of the API has no findings; no body is too odd.
#[test]
fn odd_requests_have_findings_at_most() {
    let org = org("enterprise");
    let bodies = [
        json!(null),
        json!([]),
        json!(""),
        json!(0),
        json!({}),
        json!({"name": {}}),
        json!({"name": ""}),
        json!({"add_acls": [null, [], {}, {"object_type": "", "object_id": ""}], "remove_acls": {"0": 1}}),
        json!({"object_type": "organization", "object_id": "", "user_id": "", "group_id": [], "permission": "", "role_id": ""}),
        json!({"member_users": [null], "add_member_groups": [""], "member_permissions": [[], {"permission": null}]}),
        json!({"invite_users": {"ids": [{}], "service_accounts": [null, {"name": 5}]}, "remove_users": []}),
    ];
    let paths = [
        "/v1/acl",
        "/v1/acl/x",
        "/v1/acl/batch_update",
        "/v1/group",
        "/v1/group/staff",
        "/v1/group/nope",
        "/v1/role",
        "/v1/role/owner",
        "/v1/organization/members",
        "/v1/organization/acme",
        "/v1/organization/x",
        "/v1/project",
        "/v1/project/search",
        "/v1/project_group",
        "/v1/experiment",
        "/v1/dataset/golden",
        "/v1/service_token",
        "/v1/service_token/x",
        "/v1/nothing",
        "/v1/",
        "acl",
        "",
        "/v1/group/%zz",
        "/v1/project_logs/search/insert",
    ];
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"] {
            for body in &bodies {
                for by in [Actor::anonymous(), session("olive")] {
                    let found = org.validate(&Request::new(method, path).body(body.clone()), &by);
                    let is_unknown = matches!(found.as_slice(), [one] if one.code == Code::UnknownRequest);
                    assert!(path.starts_with("/v1/") || is_unknown, "{method} {path}: {found:?}");
                }
            }
        }
    }
}

/// Names and e-mails where ids belong: the finding says which id is meant; what the data do not know
/// is not something to ask others for.
#[test]
fn a_name_in_place_of_an_id() {
    let olive = session("olive");
    let says = |by: &Actor, request: &Request, code: Code| {
        let found = find("enterprise", by, request);
        found.into_iter().find(|finding| finding.code == code).expect("a finding").message
    };
    let to = |field: &str, who: &str| {
        let mut fields = json!({"permission": "read"});
        fields[field] = json!(who);
        grant(fields)
    };
    assert_eq!(
        says(&olive, &to("group_id", "Viewers"), Code::UnknownGroup),
        "`Viewers` is a name; name the permission group by the id `viewers`"
    );
    assert_eq!(
        says(&olive, &to("user_id", "olive@acme.example"), Code::UnknownUser),
        "`olive@acme.example` is an e-mail; name the user by the id `olive`"
    );
    let role = grant(json!({"role_id": "Reader", "user_id": "ada"}));
    assert_eq!(
        says(&olive, &role, Code::UnknownRole),
        "`Reader` is a name; name the role by the id `reader`"
    );
    assert_eq!(
        says(&olive, &on("project", "Search", "read"), Code::UnknownObject),
        "`Search` is a name; name the project by the id `search`"
    );
    let unseen = says(&session("ada"), &on("project", "serach", "read"), Code::NotPermitted);
    assert!(unseen.ends_with("; the data do not know it: check the id first"), "{unseen}");
    let seen = says(&session("ada"), &on("project", "search", "read"), Code::NotPermitted);
    assert!(seen.ends_with("; ask somebody who does"), "{seen}");
}

/// Whoever is asked about and is nobody: the explanation says so, and proposes nothing that cannot be.
#[test]
fn explanations_of_what_is_misspelt() {
    let org = org("enterprise");
    let text = |who: &str, object: &Object| org.subject(who).explain(Permission::Read, object).text;
    let chat = Object::project("chat");
    assert_eq!(
        text("adda", &chat),
        "`adda` may not read the project `Chat`: the data do not know that id; check it"
    );
    assert_eq!(
        text("olive@acme.example", &chat),
        "`olive@acme.example` may not read the project `Chat`: that is an e-mail; ask about the id `olive`"
    );
    let search = Object::project("search");
    assert_eq!(text("ada", &search), "`Ada` may not read the project `Search`: no grant gives that");
    let odd = org.subject("ada").explain(Permission::Read, &Object::new("datset", "golden"));
    assert!(
        odd.text.ends_with("they know no object of that type; check its spelling, or name its project"),
        "{}",
        odd.text
    );
    assert_eq!(odd.fixes, []);
}
