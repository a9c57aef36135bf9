//! The rows of an export as Rust types, for programs that have them at hand instead of JSON. Only
//! the fields that the model reads; a row of the API has more.

use serde::{Deserialize, Serialize};

macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "is_default")] pub $field: $ty,)*
        }
    };
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

row! {
    /// The organisation itself.
    Organization {
        /// Its id.
        id: Option<String>,
        /// Its name.
        name: Option<String>,
    }
}

row! {
    /// A row of `users`.
    User {
        /// The user's id.
        id: String,
        /// First name.
        given_name: Option<String>,
        /// Last name.
        family_name: Option<String>,
        /// E-mail address.
        email: Option<String>,
    }
}

row! {
    /// A row of `service_accounts`, a list of aclarity's own.
    ServiceAccount {
        /// The account's id, in the same space as users'.
        id: String,
        /// Its name.
        name: Option<String>,
        /// Its e-mail address.
        email: Option<String>,
    }
}

row! {
    /// A row of `service_tokens`. It names a service account; there is no place for the token.
    ServiceToken {
        /// The token's id.
        id: String,
        /// The organisation's id.
        org_id: Option<String>,
        /// The account that the token acts as.
        service_account_id: Option<String>,
        /// That account's name.
        service_account_name: Option<String>,
        /// That account's e-mail address.
        service_account_email: Option<String>,
        /// When the token expires (ISO 8601); none: never.
        expires_at: Option<String>,
    }
}

row! {
    /// A row of `groups`.
    Group {
        /// The group's id.
        id: String,
        /// The organisation's id.
        org_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Users and service accounts in it.
        member_users: Vec<String>,
        /// Groups whose users are in it too.
        member_groups: Vec<String>,
        /// When it was deleted, if it was.
        deleted_at: Option<String>,
    }
}

row! {
    /// A permission of a role, with the one type to which it is restricted, if it is.
    RolePermission {
        /// One of the eight.
        permission: Option<String>,
        /// A wire type.
        restrict_object_type: Option<String>,
    }
}

row! {
    /// A row of `roles`.
    Role {
        /// The role's id.
        id: String,
        /// The organisation's id; none for a system role.
        org_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Its own permissions.
        member_permissions: Vec<RolePermission>,
        /// Roles whose permissions it has too.
        member_roles: Vec<String>,
        /// When it was deleted, if it was.
        deleted_at: Option<String>,
    }
}

row! {
    /// A row of `acls`. Exactly one of `user_id` and `group_id`, and exactly one of `permission`
    /// and `role_id`.
    Acl {
        /// The ACL's id.
        id: String,
        /// The wire type of the object it is on.
        object_type: String,
        /// The id of the object it is on.
        object_id: String,
        /// The grantee, a user or service account.
        user_id: Option<String>,
        /// The grantee, a group.
        group_id: Option<String>,
        /// What it grants, one of the eight.
        permission: Option<String>,
        /// The type to which the permission is restricted.
        restrict_object_type: Option<String>,
        /// The role that it grants.
        role_id: Option<String>,
        /// The organisation of the object.
        #[serde(rename = "_object_org_id")]
        object_org_id: Option<String>,
    }
}

row! {
    /// A row of `projects`.
    Project {
        /// The project's id.
        id: String,
        /// The organisation's id.
        org_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// When it was deleted, if it was.
        deleted_at: Option<String>,
    }
}

row! {
    /// A row of `project_groups`.
    ProjectGroup {
        /// The project group's id.
        id: String,
        /// The organisation's id.
        org_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// The projects in it.
        member_projects: Vec<String>,
        /// When it was deleted, if it was.
        deleted_at: Option<String>,
    }
}

row! {
    /// A row of `experiments`, `datasets`, `prompts`, `functions` or `prompt_sessions`.
    ProjectObject {
        /// The object's id.
        id: String,
        /// The project it is in.
        project_id: Option<String>,
        /// The organisation's id.
        org_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Whether anybody may read it; only an experiment can be.
        public: bool,
        /// When it was deleted, if it was.
        deleted_at: Option<String>,
    }
}

row! {
    /// A list that somebody wanted and could not read.
    MissingList {
        /// Its name: `acls`.
        list: String,
        /// The HTTP status of the API's answer: 403, mostly.
        status: Option<u16>,
    }
}

row! {
    /// An organisation's data as rows (the model's section 4). Load it with
    /// [`Org::from_export`](crate::Org::from_export).
    Export {
        /// The organisation.
        organization: Option<Organization>,
        /// The directory of users.
        users: Option<Vec<User>>,
        /// The directory of service accounts.
        service_accounts: Option<Vec<ServiceAccount>>,
        /// Service tokens, which name service accounts.
        service_tokens: Option<Vec<ServiceToken>>,
        /// Permission groups.
        groups: Vec<Group>,
        /// Roles.
        roles: Vec<Role>,
        /// ACLs.
        acls: Vec<Acl>,
        /// Projects.
        projects: Vec<Project>,
        /// Project groups.
        project_groups: Vec<ProjectGroup>,
        /// Experiments.
        experiments: Vec<ProjectObject>,
        /// Datasets.
        datasets: Vec<ProjectObject>,
        /// Prompts.
        prompts: Vec<ProjectObject>,
        /// Functions, which are loaded as prompts.
        functions: Vec<ProjectObject>,
        /// Playgrounds.
        prompt_sessions: Vec<ProjectObject>,
        /// `starter`, `pro` or `enterprise`.
        plan: Option<String>,
        /// Lists that could not be read; each is a finding.
        missing: Vec<MissingList>,
    }
}
