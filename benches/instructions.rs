//! How many instructions loading, questions and changes take, for an organisation small and large: a count, not a time,
//! so that it may fail the build. `scripts/instructions.sh` runs it under callgrind and compares.
//!
//! `instructions generate <acls> <file>` writes an organisation; `instructions count <file>` applies changes to it.
//! What happens inside the functions named `counted_…` is what is counted.
#![allow(missing_docs)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use std::hint::black_box;
use std::{env, fs};

use aclarity::{AclItem, Actor, Code, Credential, Draft, Object, Org, Permission, Subject};
use naive::generate::{Rng, large};
use serde_json::{Value, json};

/// Changes of each kind: what grows by doubling now and then is counted as part of the changes that make it grow.
const ROUNDS: usize = 64;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", acls, file] => generate(acls.parse().expect("a number of ACLs"), file),
        ["count", file] => count(file),
        // `cargo bench` runs every bench: this one has nothing to time.
        _ => println!("instructions: counted by scripts/instructions.sh"),
    }
}

/// ACLs of one grantee on datasets, in every organisation beside the rest.
const MANY: usize = 2_000;

/// Groups, and their members, are as many in a large organisation as in a small one, and so are the ACLs of somebody who
/// has many: what changes in size is the rest.
fn generate(acls: usize, file: &str) {
    let mut export = large(&mut Rng::new(7), 1_000, 40, 1_000, acls / 10, acls);
    let org = existing(1, 0);
    for n in 0..MANY {
        let dataset =
            json!({ "id": id(10, n), "project_id": existing(5, n % 100), "name": format!("Of many {n}") });
        export["datasets"].as_array_mut().expect("datasets").push(dataset);
        let acl = json!({
            "id": id(9, n), "object_type": "dataset", "object_id": id(10, n), "user_id": holder(), "permission": "read",
            "_object_org_id": org,
        });
        export["acls"].as_array_mut().expect("ACLs").push(acl);
    }
    fs::write(file, export.to_string()).expect("the file is written");
}

fn count(file: &str) {
    let text = fs::read(file).expect("the file is read");
    let mut org = counted_loading_json(&text);
    let bytes = org.to_bytes();
    assert_eq!(counted_loading_snapshot(&bytes).stats().acls, org.stats().acls, "the snapshot is whole");
    let changes = Changes::new();
    // The first change of each kind may make room: it is not what the next ones cost.
    changes.round(&mut org, 0, false);
    for n in 1..=ROUNDS {
        changes.round(&mut org, n, true);
    }
}

struct Changes {
    org: String,
}

fn id(kind: usize, n: usize) -> String {
    format!("{n:08x}-{kind:04x}-4000-9000-{n:012x}")
}

/// Who has many ACLs.
fn holder() -> String {
    id(2, 1_000_000)
}

/// The ids that `large` gives.
fn existing(kind: usize, n: usize) -> String {
    let mixed = u32::try_from(n).expect("a small number").wrapping_mul(0x9e37_79b1);
    format!("{mixed:08x}-{kind:04x}-4000-8000-{n:012x}")
}

impl Changes {
    fn new() -> Changes {
        Changes { org: existing(1, 0) }
    }

    fn acl(&self, n: usize, permission: &str) -> Vec<u8> {
        let row = json!({
            "id": id(8, n), "object_type": "dataset", "object_id": id(6, n), "user_id": existing(2, n + 100),
            "permission": permission, "_object_org_id": self.org,
        });
        change("acls", &json!({ "upsert": [row] }))
    }

    fn group(&self, n: usize, members: usize) -> Vec<u8> {
        let users: Vec<String> = (0..members).map(|user| existing(2, n + user)).collect();
        let row = json!({ "id": id(3, 0), "org_id": self.org, "name": "Counted", "member_users": users });
        change("groups", &json!({ "upsert": [row] }))
    }

    fn round(&self, org: &mut Org, n: usize, counted: bool) {
        let add = self.acl(n, "read");
        let replace = self.acl(n, "update");
        let remove = change("acls", &json!({ "remove": [id(8, n)] }));
        let group = self.group(n, 20);
        let asked = Object::dataset(&id(6, n));
        let user = existing(2, n + 100);
        if !counted {
            for change in [&add, &replace, &remove, &group] {
                org.apply(change).expect("the change applies");
            }
            return;
        }
        counted_acl_added(org, &add);
        assert!(counted_subject_and_can(org, &user, &asked), "the ACL that was added grants");
        let subject = org.subject(&user);
        assert!(counted_can_again(&subject, &asked), "the ACL that was added grants");
        counted_acl_replaced(org, &replace);
        assert!(
            !org.subject(&user).can(Permission::Read, &asked),
            "the ACL that was replaced does not grant"
        );
        counted_acl_removed(org, &remove);
        counted_group_of_20_changed(org, &group);
        let fork = counted_clone_and_acl_added(org, &add);
        assert!(
            fork.subject(&user).can(Permission::Read, &asked),
            "the ACL that was added to the clone grants"
        );
        assert!(!org.subject(&user).can(Permission::Read, &asked), "the original is as it was");
        counted_acl_added_beside_a_clone(org, &replace);
        assert!(fork.subject(&user).can(Permission::Read, &asked), "the clone is as it was");
        drop(fork);
        let actor = Actor::new(&existing(2, 0), Credential::Session);
        let tells = |draft: &Draft, code| draft.findings().iter().filter(|told| told.code == code).count();
        let draft = counted_draft_with_checks(org, &actor, &grant(n, id(2, n)));
        assert_eq!((tells(&draft, Code::SuperUser), tells(&draft, Code::CreatesEscalation)), (1, 1));
        drop(draft);
        let draft = counted_draft_to_who_has_2000_acls(org, &actor, &grant(n, holder()));
        assert_eq!((tells(&draft, Code::SuperUser), tells(&draft, Code::CreatesEscalation)), (1, 1));
        drop(draft);
        // Whoever is left alone takes in what was different: part of the next change.
        counted_acl_removed_after_a_clone(org, &remove);
    }
}

/// By which somebody could grant everything in a project, one of the first, which are not deleted.
fn grant(n: usize, user: String) -> AclItem {
    AclItem {
        object_type: "project".to_owned(),
        object_id: existing(5, 1 + n % 5),
        user_id: Some(user),
        group_id: None,
        permission: Some("create_acls".to_owned()),
        role_id: None,
        restrict_object_type: None,
    }
}

fn change(list: &str, what: &Value) -> Vec<u8> {
    json!({ list: what }).to_string().into_bytes()
}

// Not inlined, so that callgrind sees them; each with something of its own, so that they stay apart.

#[inline(never)]
fn counted_acl_added(org: &mut Org, change: &[u8]) {
    black_box("added");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_acl_replaced(org: &mut Org, change: &[u8]) {
    black_box("replaced");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_acl_removed(org: &mut Org, change: &[u8]) {
    black_box("removed");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_group_of_20_changed(org: &mut Org, change: &[u8]) {
    black_box("changed");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_clone_and_acl_added(org: &Org, change: &[u8]) -> Org {
    black_box("cloned");
    let mut fork = org.clone();
    fork.apply(change).expect("the change applies");
    fork
}

#[inline(never)]
fn counted_acl_added_beside_a_clone(org: &mut Org, change: &[u8]) {
    black_box("added beside");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_acl_removed_after_a_clone(org: &mut Org, change: &[u8]) {
    black_box("removed after");
    org.apply(change).expect("the change applies");
}

#[inline(never)]
fn counted_loading_json(text: &[u8]) -> Org {
    black_box("loaded");
    Org::from_json(text).expect("the organisation loads")
}

#[inline(never)]
fn counted_loading_snapshot(bytes: &[u8]) -> Org {
    black_box("read");
    Org::from_snapshot(bytes).expect("the snapshot is read")
}

#[inline(never)]
fn counted_can_again(subject: &Subject<'_>, object: &Object) -> bool {
    black_box("asked again");
    subject.can(Permission::Read, object)
}

#[inline(never)]
fn counted_subject_and_can(org: &Org, user: &str, object: &Object) -> bool {
    black_box("asked");
    org.subject(user).can(Permission::Read, object)
}

#[inline(never)]
fn counted_draft_with_checks(org: &Org, actor: &Actor, item: &AclItem) -> Draft {
    black_box("drafted");
    draft_of(org, actor, item)
}

#[inline(never)]
fn counted_draft_to_who_has_2000_acls(org: &Org, actor: &Actor, item: &AclItem) -> Draft {
    black_box("drafted beside many");
    draft_of(org, actor, item)
}

fn draft_of(org: &Org, actor: &Actor, item: &AclItem) -> Draft {
    let mut draft = org.draft(actor.clone(), true);
    draft.grant(std::slice::from_ref(item));
    black_box(draft.findings());
    draft
}
