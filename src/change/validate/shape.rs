//! The shape of a body: its fields, and what the fields of an ACL and of a role's tuples may say.

use super::checks::Checks;
use crate::change::body::{self, Schema};
use crate::change::needs;
use crate::decide::fixes::AclItem;
use crate::model::finding::{Code, Finding};
use crate::model::object::{known_type_number, wire_name};
use crate::model::permission::{Permission, PermissionSet};

/// MODEL 1: exactly one of two fields of an ACL.
struct OneOf {
    fields: [&'static str; 2],
    missing: Code,
    ambiguous: Code,
    says: &'static str,
    given: fn(&AclItem) -> [bool; 2],
}

const EXACTLY_ONE: [OneOf; 2] = [
    OneOf {
        fields: ["user_id", "group_id"],
        missing: Code::GranteeMissing,
        ambiguous: Code::GranteeAmbiguous,
        says: "to whom it is granted",
        given: |item| [item.user_id.is_some(), item.group_id.is_some()],
    },
    OneOf {
        fields: ["permission", "role_id"],
        missing: Code::PermissionMissing,
        ambiguous: Code::PermissionAmbiguous,
        says: "what it grants",
        given: |item| [item.permission.is_some(), item.role_id.is_some()],
    },
];

/// The fields of a role's body that hold tuples.
const TUPLES: [&str; 3] = ["member_permissions", "add_member_permissions", "remove_member_permissions"];

impl<'a> Checks<'a> {
    pub fn shape(&mut self) {
        if let Some(schema) = needs::body(&self.route) {
            self.fields(schema);
        }
        // A removal is checked like an addition for its shape.
        let acls: Vec<(&AclItem, &str)> = self.added().chain(self.removed()).collect();
        for (item, at) in acls {
            self.acl(item, at);
        }
        for field in TUPLES {
            for (at, permission, restrict) in self.tuples(field) {
                self.permission(permission, format!("{at}/permission"));
                self.object_type(restrict.unwrap_or_default(), format!("{at}/restrict_object_type"));
            }
        }
        self.names();
    }

    fn fields(&mut self, schema: &Schema) {
        let mut found = body::check(schema, Some(self.body));
        let malformed = found.iter().filter(|finding| finding.code == Code::MalformedRequest);
        self.malformed = malformed.map(|finding| (finding.path.clone(), ())).collect();
        self.found.append(&mut found);
    }

    fn acl(&mut self, item: &'a AclItem, at: &str) {
        for rule in &EXACTLY_ONE {
            self.exactly_one(rule, item, at);
        }
        let restrict = format!("{at}/restrict_object_type");
        if item.role_id.is_some() && item.restrict_object_type.is_some() && self.is_sound(&restrict) {
            let message = "`restrict_object_type` cannot stand beside `role_id`; leave it out, and restrict the permissions of the role instead";
            self.tell_at(Code::RestrictWithRole, &restrict, message.to_owned());
        }
        self.object_type(&item.object_type, format!("{at}/object_type"));
        self.object_type(item.restrict_object_type.as_deref().unwrap_or_default(), restrict);
        if let Some(permission) = &item.permission {
            self.permission(permission, format!("{at}/permission"));
        }
    }

    fn exactly_one(&mut self, rule: &OneOf, item: &AclItem, at: &str) {
        let [first, second] = rule.fields;
        if !rule.fields.iter().all(|field| self.is_sound(&format!("{at}/{field}"))) {
            return;
        }
        let (code, field, message) = match (rule.given)(item) {
            [false, false] => {
                let message = format!(
                    "this ACL has neither `{first}` nor `{second}`; say {} with exactly one of them",
                    rule.says
                );
                (rule.missing, first, message)
            }
            [true, true] => {
                let message = format!(
                    "this ACL has both `{first}` and `{second}`; leave one out, or make two ACLs of it"
                );
                (rule.ambiguous, second, message)
            }
            _ => return,
        };
        self.tell(Finding::new(code, format!("{at}/{field}"), message).with("field", field));
    }

    /// MODEL 1: eight permissions, exactly; CHOICES: a body uses wire names.
    fn permission(&mut self, name: &str, at: String) {
        if !self.is_sound(&at) || Permission::from_name(name).is_some() {
            return;
        }
        let message = if name == "manage_access" {
            format!(
                "the API has no permission `manage_access`; name {} one by one",
                listed(PermissionSet::MANAGE_ACCESS)
            )
        } else {
            format!("`{name}` is no permission; use one of {}", listed(PermissionSet::ALL))
        };
        self.tell(Finding::new(Code::UnknownPermission, at, message).with("permission", name));
    }

    /// CHOICES: a noun is an unknown type in a body.
    fn object_type(&mut self, name: &str, at: String) {
        if name.is_empty() || !self.is_sound(&at) || known_type_number(name).is_some() {
            return;
        }
        let wire = wire_name(name);
        let mut finding = if wire == name {
            let message = format!(
                "`{name}` is an object type that this version does not know, so nothing is inherited; check its spelling"
            );
            Finding::new(Code::UnknownObjectType, at, message)
        } else {
            let message = format!("the API has no object type `{name}`; it calls it `{wire}`");
            Finding::new(Code::UnknownObjectType, at, message).with("known_as", wire)
        };
        finding = finding.with("object_type", name);
        self.tell(finding);
    }

    /// Names that are given and empty; a missing one is another finding.
    fn names(&mut self) {
        if !matches!(self.route.method, "POST" | "PUT" | "PATCH") {
            return;
        }
        let mut names: Vec<(String, &str)> =
            body::text(self.body, "name").map(|name| ("/name".to_owned(), name)).into_iter().collect();
        if let Some(invited) = body::field(self.body, "invite_users") {
            let accounts = body::objects(invited, "service_accounts", "/invite_users");
            names.extend(
                accounts
                    .into_iter()
                    .filter_map(|(at, account)| Some((format!("{at}/name"), body::text(account, "name")?))),
            );
        }
        for (at, _) in names.into_iter().filter(|(_, name)| name.trim().is_empty()) {
            self.tell_at(
                Code::NameEmpty,
                &at,
                "the name is empty; give one that people can tell apart".to_owned(),
            );
        }
    }
}

fn listed(permissions: PermissionSet) -> String {
    permissions.iter().map(|permission| format!("`{permission}`")).collect::<Vec<_>>().join(", ")
}
