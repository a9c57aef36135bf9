//! What the rows of reach say of single objects, asked of an organisation in which somebody holds
//! exactly that.

use aclarity::{Object, Org, Permission, PermissionSet, ReachRow, Subject, UnknownObjects};
use serde_json::{Value, json};

const PROBE: &str = "somebody who holds what a row says";
/// What lives in projects, beside their logs.
const CONTENTS: [&str; 4] = ["experiment", "dataset", "prompt", "prompt_session"];

/// A row with an organisation in which it is granted.
pub struct Probe {
    pub row: ReachRow,
    org: Org,
}

/// The rows of a subject's reach.
#[must_use]
pub fn probes(org: &Org, subject: &Subject<'_>) -> Vec<Probe> {
    subject.reach().into_iter().map(|row| Probe { org: granting(org, &row), row }).collect()
}

/// CHOICES, Reach: a row speaks of `object` and everything below it; with `only` of the objects of
/// that type there, and (with `below`) of everything below those.
fn granting(org: &Org, row: &ReachRow) -> Org {
    let mut acls: Vec<Value> = Vec::new();
    let mut grant = |ty: &str, id: &str, only: Option<&str>| {
        for permission in &row.permissions {
            acls.push(json!({
                "id": format!("probe {}", acls.len()), "user_id": PROBE, "permission": permission,
                "object_type": ty, "object_id": id, "restrict_object_type": only,
            }));
        }
    };
    let (ty, id) = (row.object.object_type.as_str(), row.object.id.as_str());
    grant(ty, id, row.only.as_deref());
    if row.below && row.only.as_deref() == Some("project") {
        // A log is in the project whose id it has.
        grant(ty, id, Some("project_log"));
        // MODEL 4: all projects may be above an object that the data do not know, and no project is.
        let is_loose = org.options().unknown_objects == UnknownObjects::InOrganization;
        let projects = if is_loose && ty != "project_group" {
            org.find(None, None, Some("project")).into_iter().map(|project| ("project", project.id)).collect()
        } else {
            vec![(ty, id.to_owned())]
        };
        for (ty, id) in projects {
            for content in CONTENTS {
                grant(ty, &id, Some(content));
            }
        }
    }
    if row.below && row.only.as_deref() == Some("project_group") {
        for group in org.find(None, None, Some("project_group")) {
            grant("project_group", &group.id, None);
        }
    }
    let mut org = org.clone();
    org.apply(json!({"users": {"upsert": [{"id": PROBE}]}, "acls": {"upsert": acls}}).to_string().as_bytes())
        .expect("it applies");
    org
}

/// Whether a row says this of an object, and the subject does not hold it: with the rules of a
/// shortest chain.
#[must_use]
pub fn reached(
    probes: &[Probe],
    subject: &Subject<'_>,
    ask: PermissionSet,
    object: &Object,
) -> Option<Vec<u8>> {
    let permission = Permission::ALL.into_iter().find(|p| ask == (*p).into()).expect("one permission");
    let says = |probe: &&Probe| {
        probe.row.permissions.contains(&permission.as_str()) && probe.org.subject(PROBE).can(ask, object)
    };
    let rules = |probe: &Probe| probe.row.steps.iter().map(|step| step.rule).collect::<Vec<u8>>();
    if subject.can(ask, object) {
        return None;
    }
    probes.iter().filter(says).map(rules).min_by_key(Vec::len)
}
