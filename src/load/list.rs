//! The lists of an export, and which fields of their rows the model reads.

use crate::model::object::{OBJECT_TYPES, number};

/// The fields that the model reads in every row.
const EVERY: [Field; 4] = [Field::Id, Field::OrgId, Field::ObjectOrgId, Field::DeletedAt];

/// A list of an export, in canonical order: where two lists hold one object, the earlier wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum List {
    Users,
    ServiceAccounts,
    ServiceTokens,
    Groups,
    Roles,
    Acls,
    Projects,
    ProjectGroups,
    Experiments,
    Datasets,
    Prompts,
    Functions,
    PromptSessions,
}

impl List {
    pub const ALL: [List; 13] = [
        List::Users,
        List::ServiceAccounts,
        List::ServiceTokens,
        List::Groups,
        List::Roles,
        List::Acls,
        List::Projects,
        List::ProjectGroups,
        List::Experiments,
        List::Datasets,
        List::Prompts,
        List::Functions,
        List::PromptSessions,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            List::Users => "users",
            List::ServiceAccounts => "service_accounts",
            List::ServiceTokens => "service_tokens",
            List::Groups => "groups",
            List::Roles => "roles",
            List::Acls => "acls",
            List::Projects => "projects",
            List::ProjectGroups => "project_groups",
            List::Experiments => "experiments",
            List::Datasets => "datasets",
            List::Prompts => "prompts",
            List::Functions => "functions",
            List::PromptSessions => "prompt_sessions",
        }
    }

    pub fn from_name(name: &str) -> Option<List> {
        List::ALL.into_iter().find(|list| list.name() == name)
    }

    /// The number of the type that its rows are as objects; none for ACLs and people.
    pub const fn object_type(self) -> Option<u16> {
        Some(match self {
            List::Groups => number::GROUP,
            List::Roles => number::ROLE,
            List::Projects => number::PROJECT,
            List::ProjectGroups => number::PROJECT_GROUP,
            List::Experiments => number::EXPERIMENT,
            List::Datasets => number::DATASET,
            List::Prompts | List::Functions => number::PROMPT,
            List::PromptSessions => number::PROMPT_SESSION,
            _ => return None,
        })
    }

    /// The wire type that its rows are as objects; empty for ACLs and people.
    pub fn object_type_name(self) -> &'static str {
        self.object_type().map_or("", |ty| OBJECT_TYPES[ty as usize])
    }

    /// What one row of it is called in a message.
    pub const fn noun(self) -> &'static str {
        match self {
            List::Users => "user",
            List::ServiceAccounts => "service account",
            List::ServiceTokens => "service token",
            List::Groups => "permission group",
            List::Roles => "role",
            List::Acls => "ACL",
            List::Projects => "project",
            List::ProjectGroups => "project group",
            List::Experiments => "experiment",
            List::Datasets => "dataset",
            List::Prompts => "prompt",
            List::Functions => "function",
            List::PromptSessions => "playground",
        }
    }

    /// The fields of this list's rows that the model reads (section 4: fields that the model does
    /// not know are ignored, whatever their type).
    const fn fields(self) -> &'static [Field] {
        match self {
            List::Users => &[Field::GivenName, Field::FamilyName, Field::Email],
            List::ServiceAccounts => &[Field::Name, Field::Email],
            List::ServiceTokens => &[
                Field::ServiceAccountId,
                Field::ServiceAccountName,
                Field::ServiceAccountEmail,
                Field::ExpiresAt,
            ],
            List::Groups => &[Field::Name, Field::MemberUsers, Field::MemberGroups],
            List::Roles => &[Field::Name, Field::MemberPermissions, Field::MemberRoles],
            List::Acls => &[
                Field::ObjectType,
                Field::ObjectId,
                Field::UserId,
                Field::GroupId,
                Field::Permission,
                Field::RoleId,
                Field::RestrictObjectType,
            ],
            List::Projects => &[Field::Name],
            List::ProjectGroups => &[Field::Name, Field::MemberProjects],
            List::Experiments => &[Field::Name, Field::ProjectId, Field::Public],
            List::Datasets | List::Prompts | List::Functions | List::PromptSessions => {
                &[Field::Name, Field::ProjectId]
            }
        }
    }

    /// The field of this list's rows with this name, when the model reads it.
    #[inline]
    pub fn field(self, name: &str) -> Option<Field> {
        // Every key of every row is looked up: lengths tell most names apart.
        let same = |field: &&Field| field.name().len() == name.len() && field.name() == name;
        self.fields().iter().find(same).or_else(|| EVERY.iter().find(same)).copied()
    }
}

/// A field that the model reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Field {
    Id,
    OrgId,
    ObjectOrgId,
    DeletedAt,
    Name,
    Email,
    GivenName,
    FamilyName,
    ExpiresAt,
    ServiceAccountId,
    ServiceAccountName,
    ServiceAccountEmail,
    MemberUsers,
    MemberGroups,
    MemberRoles,
    MemberProjects,
    MemberPermissions,
    ObjectType,
    ObjectId,
    UserId,
    GroupId,
    Permission,
    RoleId,
    RestrictObjectType,
    ProjectId,
    Public,
}

/// What a field holds; `null` and absent mean the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A string compared code unit by code unit.
    Id,
    /// A string for people.
    Text,
    /// A list of ids.
    Ids,
    /// A list of permission tuples.
    Tuples,
    /// A boolean.
    Flag,
}

impl Field {
    pub const fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::OrgId => "org_id",
            Field::ObjectOrgId => "_object_org_id",
            Field::DeletedAt => "deleted_at",
            Field::Name => "name",
            Field::Email => "email",
            Field::GivenName => "given_name",
            Field::FamilyName => "family_name",
            Field::ExpiresAt => "expires_at",
            Field::ServiceAccountId => "service_account_id",
            Field::ServiceAccountName => "service_account_name",
            Field::ServiceAccountEmail => "service_account_email",
            Field::MemberUsers => "member_users",
            Field::MemberGroups => "member_groups",
            Field::MemberRoles => "member_roles",
            Field::MemberProjects => "member_projects",
            Field::MemberPermissions => "member_permissions",
            Field::ObjectType => "object_type",
            Field::ObjectId => "object_id",
            Field::UserId => "user_id",
            Field::GroupId => "group_id",
            Field::Permission => "permission",
            Field::RoleId => "role_id",
            Field::RestrictObjectType => "restrict_object_type",
            Field::ProjectId => "project_id",
            Field::Public => "public",
        }
    }

    pub const fn shape(self) -> Shape {
        match self {
            Field::Name
            | Field::Email
            | Field::GivenName
            | Field::FamilyName
            | Field::ServiceAccountName
            | Field::ServiceAccountEmail
            | Field::ExpiresAt
            | Field::DeletedAt => Shape::Text,
            Field::MemberUsers | Field::MemberGroups | Field::MemberRoles | Field::MemberProjects => {
                Shape::Ids
            }
            Field::MemberPermissions => Shape::Tuples,
            Field::Public => Shape::Flag,
            _ => Shape::Id,
        }
    }
}
