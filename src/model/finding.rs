//! Findings: something to know about data, with a stable code.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::credential::{API_KEY_PREFIX, Credential, SERVICE_TOKEN_PREFIX};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The server would refuse it, or the result is not what the data say.
    Error,
    /// It works, and is probably not what somebody wants.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $summary:literal;)*) => {
        /// The stable code of a finding (the model's section 6).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code as data: snake case, stable.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// How much a finding with this code matters as a rule. One about an internal
            /// principal (`bt::…`) is [`Severity::Info`] whatever its code says here.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// When it is reported, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }
        }
    };
}

codes! {
    MalformedAcl "malformed_acl" Error "an ACL that breaks the exactly-one rules, or lacks its id or its object; it is skipped";
    UnknownPermission "unknown_permission" Error "a permission that is not one of the eight; the ACL or the role's tuple is skipped";
    DanglingGroup "dangling_group" Error "an ACL for a group that is not in the export; it grants nothing";
    DanglingRole "dangling_role" Error "an ACL with a role that is not in the export; it grants nothing";
    DanglingMemberGroup "dangling_member_group" Error "a member group that is not in the export; nobody comes from it";
    DanglingMemberRole "dangling_member_role" Error "a member role that is not in the export; nothing comes from it";
    ForeignRow "foreign_row" Error "a row of another organisation; it is ignored";
    DuplicateConflict "duplicate_conflict" Error "two different rows with one id; the first one stands, unless a copy is marked deleted";
    GroupCycle "group_cycle" Error "permission groups that contain each other; they all have the same users";
    RoleCycle "role_cycle" Error "roles that contain each other; they all have the same permissions";
    MalformedRow "malformed_row" Error "a row without an id, or with an empty one; it is skipped";
    ListMissing "list_missing" Error "a list that could not be read; what it says is missing from every answer";
    UnknownList "unknown_list" Warning "a list that an export does not have, such as one that is misspelt; it is ignored";
    UnknownObjectType "unknown_object_type" Warning "an object type that this version does not know; it is kept and has no ancestors";
    UnknownProject "unknown_project" Warning "an object whose project is not in the export; nothing above that project counts";
    DepartedPrincipal "departed_principal" Warning "somebody in groups or ACLs who is neither in the users nor in the service accounts";
    OwnersDisagree "owners_disagree" Warning "somebody is an owner by the Owners group or by the owner role on the organization, but not by both";
    DuplicateAcl "duplicate_acl" Info "the same grant twice; it counts once";
    DuplicateId "duplicate_id" Info "the same row twice; it counts once";
    OrganizationInferred "organization_inferred" Info "the export names no organization; its id is taken from the rows";
    MaybeTruncated "maybe_truncated" Info "a list as long as a page; if there is more, the answers under-report access";
    MalformedRequest "malformed_request" Error "a body that is missing, is no object, lacks a required field or has a field of a wrong type";
    UnknownRequest "unknown_request" Warning "a request that this version does not know: what it needs and what it does cannot be told";
    UnknownField "unknown_field" Warning "a field that the API does not have; the server ignores or refuses it";
    GranteeMissing "grantee_missing" Error "an ACL with neither `user_id` nor `group_id`";
    GranteeAmbiguous "grantee_ambiguous" Error "an ACL with both `user_id` and `group_id`";
    PermissionMissing "permission_missing" Error "an ACL with neither `permission` nor `role_id`";
    PermissionAmbiguous "permission_ambiguous" Error "an ACL with both `permission` and `role_id`";
    RestrictWithRole "restrict_with_role" Error "`restrict_object_type` beside `role_id`";
    UnknownGroup "unknown_group" Error "a permission group that is not in the data";
    UnknownRole "unknown_role" Error "a role that is not in the data";
    UnknownUser "unknown_user" Warning "a user or service account that is not in the data";
    UnknownObject "unknown_object" Warning "an object that is not in the data";
    DeletedGroup "deleted_group" Error "a permission group that is marked deleted";
    DeletedRole "deleted_role" Error "a role that is marked deleted";
    DeletedObject "deleted_object" Error "an object that is marked deleted, or whose project is";
    WrongOrganization "wrong_organization" Error "a group, role, object, `org_id` or `org_name` of another organisation";
    NameEmpty "name_empty" Error "a name that is empty or only white space";
    NameExists "name_exists" Info "the name is taken: the server returns what has it, unmodified";
    NotPermitted "not_permitted" Error "the actor lacks a permission that the request needs";
    OwnerRequired "owner_required" Error "only an organisation owner may do this";
    ServiceTokenRequired "service_token_required" Error "the actor's kind of credential does not suffice; an API key never does";
    SystemRole "system_role" Error "an edit of a system role, which nobody may edit";
    BuiltinGroup "builtin_group" Error "a built-in permission group would be deleted or renamed";
    PlanRequired "plan_required" Error "the organisation's plan does not include this";
    LastMember "last_member" Error "the organisation would have no member left";
    LastOwner "last_owner" Warning "the organisation would have no owner left";
    DuplicateGrant "duplicate_grant" Info "an equal ACL exists; the server returns it unmodified";
    RedundantGrant "redundant_grant" Warning "what the ACL grants is granted already to everyone it covers";
    NoEffect "no_effect" Warning "a grant or a removal that changes nothing";
    SuperUser "super_user" Warning "who may grant or revoke here can give themselves every permission";
    WideRead "wide_read" Warning "read on a whole project for somebody who held only some of its objects";
    ProjectNotReadable "project_not_readable" Warning "a grant on an object for somebody who may not read its project: not reachable in the UI";
    LogsCreateOnly "logs_create_only" Warning "create without update on logs, which writes nothing";
    SelfLockout "self_lockout" Warning "the actor would lose the permission that undoes the change";
    CreatesEscalation "creates_escalation" Warning "somebody would gain a path to more than what is granted";
    MakesOwners "makes_owners" Warning "somebody becomes an organisation owner by what a group is called or a role contains";
    WiderThanBox "wider_than_box" Info "what is removed to turn a box off covers more than the box";
    LaterProjects "later_projects" Info "what replaces a broad grant does not cover projects that come later";
    StillReachable "still_reachable" Warning "a project that a broad grant is narrowed to leave out stays reachable by another grant";
    UnusedGroup "unused_group" Info "a permission group without users, or that neither holds a grant nor is in a group";
    UnusedRole "unused_role" Info "a role that no live ACL and no role names";
    PersonWithoutAccess "person_without_access" Info "a person who holds nothing";
    RedundantAcl "redundant_acl" Info "an ACL whose grants others give already to everyone it covers";
    CreatorGrants "creator_grants" Info "a person who holds the role owner directly on objects, as creators do";
    TokenExpired "token_expired" Warning "a service token that has expired";
    TokenExpiring "token_expiring" Warning "a service token that expires within 30 days";
    OwnerServiceAccount "owner_service_account" Warning "a service account that is an organisation owner";
    SettingsHolder "settings_holder" Warning "somebody who may change the organisation's settings, the API URL among them: where data go";
    PublicExperiment "public_experiment" Warning "an experiment that anybody may read, without signing in";
    EscalationPath "escalation_path" Warning "somebody who could give themselves more than what they hold";
    GroupEditor "group_editor" Warning "somebody who may update a permission group whose grants they do not all hold";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that a message was made of, for translation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Param {
    /// A text: an id, a name, a field.
    Text(String),
    /// A count.
    Number(u64),
    /// Several texts.
    List(Vec<String>),
}

impl From<&str> for Param {
    fn from(text: &str) -> Param {
        Param::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Param {
        Param::Text(text)
    }
}

impl From<usize> for Param {
    fn from(count: usize) -> Param {
        Param::Number(count as u64)
    }
}

impl From<Vec<String>> for Param {
    fn from(list: Vec<String>) -> Param {
        Param::List(list)
    }
}

/// What a message was made of, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(&'static str, Param)>);

impl Params {
    /// Sets a value.
    pub(crate) fn insert(&mut self, name: &'static str, value: Param) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Param)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A node of the object tree: a wire type and an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// The wire name of the type.
    #[serde(rename = "type")]
    pub object_type: String,
    /// The id.
    pub id: String,
}

/// Something to know: what was left out of the data and where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// An RFC 6901 pointer into what was checked (the export, or the change set).
    pub path: String,
    /// One sentence a person can act on.
    pub message: String,
    /// What the message was made of, for translation.
    pub params: Params,
    /// The id of the user, service account or group concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The object concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Node>,
    /// The id of the ACL concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
    /// The index of the change concerned, in a draft of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<usize>,
}

/// A credential that was pasted where something else belongs is not repeated.
pub(crate) fn without_secrets(text: String) -> String {
    let may_hold = [SERVICE_TOKEN_PREFIX, API_KEY_PREFIX].iter().any(|prefix| text.contains(prefix));
    if may_hold { Credential::redact(&text) } else { text }
}

impl Finding {
    pub(crate) fn new(code: Code, path: String, message: String) -> Finding {
        Finding {
            code,
            severity: code.severity(),
            path: without_secrets(path),
            message: without_secrets(message),
            params: Params::default(),
            subject: None,
            object: None,
            acl: None,
            change: None,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Param>) -> Finding {
        let value = match value.into() {
            Param::Text(text) => Param::Text(without_secrets(text)),
            Param::List(texts) => Param::List(texts.into_iter().map(without_secrets).collect()),
            Param::Number(number) => Param::Number(number),
        };
        self.params.insert(name, value);
        self
    }

    pub(crate) fn subject(mut self, id: impl Into<String>) -> Finding {
        self.subject = Some(without_secrets(id.into()));
        self
    }

    pub(crate) fn object(mut self, object_type: &str, id: &str) -> Finding {
        let own = |text: &str| without_secrets(text.to_owned());
        self.object = Some(Node { object_type: own(object_type), id: own(id) });
        self
    }

    pub(crate) fn acl(mut self, id: impl Into<String>) -> Finding {
        self.acl = Some(without_secrets(id.into()));
        self
    }
}
