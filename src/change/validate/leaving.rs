//! What removing a member means besides: their memberships and ACLs are taken away by requests of
//! their own (the model's section 6), and these have needs of their own.

use super::not_permitted;
use crate::change::edits::Edit;
use crate::change::needs::Need;
use crate::change::request::Actor;
use crate::model::Basis;
use crate::model::finding::{Code, Finding, Node};
use crate::model::object::OBJECT_TYPES;
use crate::model::object::number::{GROUP, ORG_MEMBER};
use crate::model::permission::Permission;
use crate::org::Org;

/// CHOICES, `not_permitted`: what the actor lacks to take away what those who go hold.
pub(crate) fn refused_when_leaving(org: &Org, edits: &[Edit], by: &Actor) -> Vec<Finding> {
    let mut found = Vec::new();
    for edit in edits {
        let Edit::Expel { ids, emails } = edit else { continue };
        for (place, id) in ids.iter().enumerate() {
            needs_of(org, by, id, &format!("/remove_users/ids/{place}"), &mut found);
        }
        for (place, email) in emails.iter().enumerate() {
            for id in org.users_with_email(email) {
                needs_of(org, by, &id, &format!("/remove_users/emails/{place}"), &mut found);
            }
        }
    }
    found
}

fn needs_of(org: &Org, by: &Actor, id: &str, at: &str, found: &mut Vec<Finding>) {
    let Some(user) = org.find_user(id) else { return };
    if by.id.as_deref() == Some(id) && org.is_named(user) && org.departs_when_removed(user) {
        found.push(no_way_out(org, id, at));
        return;
    }
    let groups = org.principal(user).member_of.iter().filter(|group| org.is_live_group(**group));
    let groups = groups.map(|group| {
        let object =
            Node { object_type: OBJECT_TYPES[GROUP as usize].to_owned(), id: org.principal_id(*group) };
        (Permission::Update, object)
    });
    let acls = org.acls_of(user).filter(|(slot, acl)| org.acls().is_live(*slot, *acl));
    let acls = acls.map(|(_, acl)| (Permission::DeleteAcls, org.node_ref(acl.node)));
    let subject = by.subject(org);
    for (permission, object) in groups.chain(acls) {
        let target = org.target(org.types().get(&object.object_type), Some(&object.id), None);
        if !org.granted(&subject.closure, &target).contains(permission) {
            let need = Need { permission, object, held: false, basis: Basis::Chosen };
            found.push(not_permitted(org, subject.id(), &need, at.to_owned()));
        }
    }
}

/// Who takes themself out by steps: they hold too little once their own access is gone, and nothing
/// once they are out.
fn no_way_out(org: &Org, id: &str, at: &str) -> Finding {
    let members = org.node_ref(org.singleton(ORG_MEMBER));
    let message = format!(
        "`{}` cannot take their own access away and then leave, and may do nothing any more after leaving; ask somebody else to remove them",
        org.user_label(id)
    );
    Finding::new(Code::NotPermitted, at.to_owned(), message)
        .with("permission", Permission::Delete.as_str())
        .object(&members.object_type, &members.id)
        .subject(id)
}
