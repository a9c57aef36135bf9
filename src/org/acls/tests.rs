//! Slots of removed ACLs are used again: the chains, the pairs, the places and the free slots against
//! what they should be, after every change, with copies that live, change and go.

use serde_json::{Value, json};

use super::chains::pair_hash;
use super::{BLANK, DEAD, OFF_NODE};
use crate::load::list::List;
use crate::org::keys::NONE;
use crate::org::tree::mark_of;
use crate::org::{LoadOptions, Map, Org};
use crate::{ListOptions, Object, Permission};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

const USERS: usize = 6;
const PROJECTS: usize = 3;

fn export(acls: &[Value]) -> Value {
    let users: Vec<Value> = (0..USERS).map(|n| json!({ "id": format!("user-{n}") })).collect();
    let projects: Vec<Value> =
        (0..PROJECTS).map(|n| json!({ "id": format!("project-{n}"), "name": format!("P{n}") })).collect();
    json!({
        "organization": { "id": "o" }, "users": users, "projects": projects, "acls": acls,
        "groups": [{ "id": "g", "name": "G", "member_users": ["user-1", "user-2"] }],
    })
}

fn load(acls: &[Value]) -> Org {
    Org::from_json_with(export(acls).to_string().as_bytes(), LoadOptions::default()).expect("it loads")
}

/// Ids of both forms, used more than once in an organisation's life.
fn id(n: usize) -> String {
    match n % 3 {
        0 => format!("acl {n}"),
        _ => format!("abcdef01-2345-6789-abcd-{n:012x}"),
    }
}

fn row(random: &mut Random, id: &str) -> Value {
    let object = format!("project-{}", random.below(PROJECTS));
    let permission = match random.below(60) {
        0 => "fly",
        n => ["read", "update", "delete"][n % 3],
    };
    let mut row = json!({
        "id": id, "object_type": "project", "object_id": object, "permission": permission,
    });
    match random.below(USERS + 1) {
        USERS => row["group_id"] = "g".into(),
        n => row["user_id"] = format!("user-{n}").into(),
    }
    if random.below(20) == 0 {
        row["deleted_at"] = "then".into();
    }
    if random.below(8) == 0 {
        // An object with one or a few.
        row["object_type"] = "dataset".into();
        row["object_id"] = format!("dataset-{}", random.below(60)).into();
    }
    row
}

/// What is applied, done to the rows.
fn apply(rows: &mut Vec<Value>, remove: &[String], upsert: &[Value]) {
    for id in remove {
        rows.retain(|row| row["id"] != **id);
    }
    for new in upsert {
        match rows.iter().position(|row| row["id"] == new["id"]) {
            Some(at) => {
                let mut place = 0;
                rows[at] = new.clone();
                rows.retain(|row| {
                    place += 1;
                    row["id"] != new["id"] || place == at + 1
                });
            }
            None => rows.push(new.clone()),
        }
    }
}

fn change(org: &mut Org, rows: &mut Vec<Value>, remove: &[String], upsert: &[Value]) {
    org.apply(json!({ "acls": { "remove": remove, "upsert": upsert } }).to_string().as_bytes())
        .expect("applies");
    apply(rows, remove, upsert);
}

/// Everything that the slots rely on.
fn check(org: &Org, context: &str) {
    let acls = &org.acls;
    let slots = acls.slot_count();
    assert_eq!((slots, slots as usize), (org.places(List::Acls).slots(), acls.ids.len()), "{context}");
    let row = |slot: u32| acls.rows[slot as usize];
    let (mut on_node, mut of_principal) = (Map::default(), Map::default());
    for node in org.nodes() {
        let (mut at, mut live, mut before) = (org.node(node).first_acl, 0, NONE);
        let marks = org.acls_on_with_deleted(node).fold(0, |marks, (_, acl)| marks | mark_of(acl.principal));
        let noted = org.node(node).grantees;
        assert!(marks & !noted == 0 && (marks == 0) == (noted == 0), "{context}: who has ACLs on {node}");
        while at != NONE {
            assert!(on_node.insert(at, ()).is_none(), "{context}: {at} is twice in a node's chain");
            assert_eq!(row(at).node, node, "{context}: {at} is in another node's chain");
            if org.node(node).heavy && before != row(at).principal {
                assert_eq!(org.first_of_pair(node, row(at).principal), at, "{context}: the first of a pair");
            }
            live += u32::from(row(at).acl().is_some());
            before = row(at).principal;
            at = row(at).next_on_node;
        }
        assert_eq!(live, org.node(node).acls, "{context}: node {node}");
    }
    for principal in org.principals() {
        let (mut at, mut live) = (org.principal(principal).first_acl, 0);
        while at != NONE {
            assert!(of_principal.insert(at, ()).is_none(), "{context}: {at} is twice in a grantee's chain");
            assert_eq!(row(at).principal, principal, "{context}: {at} is in another grantee's chain");
            live += u32::from(row(at).acl().is_some());
            at = row(at).next_of_principal;
        }
        assert_eq!(live, org.principal(principal).acls, "{context}: principal {principal}");
        for node in org.nodes() {
            let first = acls.pairs.find(pair_hash(node, principal), |slot| {
                row(slot).node == node && row(slot).principal == principal
            });
            assert!(first.is_none_or(|first| on_node.contains_key(&first)), "{context}: a pair of none");
        }
    }
    let mut free = Map::default();
    let mut at = acls.free;
    while at != NONE {
        assert!(free.insert(at, ()).is_none(), "{context}: {at} is free twice");
        assert_eq!(row(at).grant, BLANK, "{context}: {at} is free");
        assert!(acls.copied_from(at).is_none(), "{context}: {at} is free");
        at = row(at).next_on_node;
    }
    let with_row: Map<u32, ()> =
        org.places(List::Acls).in_order().into_iter().map(|slot| (slot, ())).collect();
    let mut dead = 0;
    for slot in 0..slots {
        let chains = (on_node.contains_key(&slot), of_principal.contains_key(&slot));
        let (expected, has_row) = match row(slot).grant {
            BLANK => ((false, false), !free.contains_key(&slot)),
            DEAD => ((true, true), false),
            OFF_NODE => ((false, true), false),
            _ => ((true, true), true),
        };
        assert_eq!(chains, expected, "{context}: the chains of slot {slot}");
        assert_eq!(with_row.contains_key(&slot), has_row, "{context}: whether slot {slot} has a row");
        dead += u32::from(matches!(row(slot).grant, DEAD | OFF_NODE));
        if row(slot).acl().is_some() {
            assert_eq!(acls.find(&acls.id(slot)), Some(slot), "{context}: the id of slot {slot}");
        }
    }
    assert_eq!(dead, acls.dead, "{context}: how many are dead");
    if let Some((of_nodes, chain, last)) = acls.sweep.stands() {
        let is_link = if of_nodes { on_node.contains_key(&last) } else { of_principal.contains_key(&last) };
        let its = if of_nodes { row(last).node } else { row(last).principal };
        assert!(is_link && its == chain, "{context}: the sweep goes on from a link of its chain");
    }
}

/// Answers, explanations, findings with their pointers: as those of a fresh load.
fn same(org: &Org, rows: &[Value], context: &str) {
    let fresh = load(rows);
    assert_eq!(org.findings(), fresh.findings(), "{context}");
    assert_eq!(org.stats().acls, fresh.stats().acls, "{context}");
    let objects = (0..PROJECTS).map(|n| Object::new("project", &format!("project-{n}")));
    for object in objects.chain((0..60).step_by(9).map(|n| Object::new("dataset", &format!("dataset-{n}")))) {
        assert_eq!(org.access(&object), fresh.access(&object), "{context}");
        for permission in [Permission::Read, Permission::Delete] {
            let who = |org: &Org| org.who(permission, &object, ListOptions::default());
            assert_eq!(who(org), who(&fresh), "{context}");
            for user in ["user-0", "user-1", "nobody"] {
                let why = |org: &Org| org.subject(user).explain(permission, &object);
                assert_eq!(why(org), why(&fresh), "{context}");
            }
        }
    }
    let read = Org::from_snapshot(&org.to_bytes()).expect("a snapshot");
    check(&read, context);
    assert_eq!(read.acls.slot_count() as usize, rows.len(), "{context}: a snapshot has no holes");
    assert_eq!(read.findings(), fresh.findings(), "{context}: from a snapshot");
    assert_eq!(read.to_bytes().len(), org.to_bytes().len(), "{context}: a snapshot of a snapshot");
}

/// Changes of one row and of many, while copies come, change and go.
#[test]
fn slots_are_used_again_and_nothing_is_lost() {
    for seed in 0..12 {
        let mut random = Random(seed);
        let size = [40, 200, 400][seed as usize % 3];
        let mut rows: Vec<Value> = (0..size).map(|n| row(&mut random, &id(n))).collect();
        for _ in 0..size / 20 {
            // Further rows with an id: copies, and rows that do not count.
            let id = id(random.below(size));
            let at = random.below(rows.len());
            rows.insert(at, row(&mut random, &id));
        }
        let mut added = rows.len();
        let mut all = vec![(load(&rows), rows)];
        check(&all[0].0, "loaded");
        for step in 0..250 {
            let at = random.below(all.len());
            match random.below(40) {
                0 | 1 if all.len() < 3 => {
                    let copy = all[at].clone();
                    all.push(copy);
                }
                2..=4 if all.len() > 1 => {
                    all.swap_remove(at);
                }
                _ => {
                    let (org, rows) = &mut all[at];
                    let many = if random.below(30) == 0 { 60 } else { random.below(3) };
                    let remove: Vec<String> = (0..many)
                        .filter_map(|_| rows.get(random.below(rows.len())))
                        .map(|row| row["id"].as_str().expect("an id").to_owned())
                        .collect();
                    let upsert: Vec<Value> = (0..many)
                        .map(|_| {
                            let id = id(random.below(2 * size));
                            row(&mut random, &id)
                        })
                        .collect();
                    added += upsert.len();
                    change(org, rows, &remove, &upsert);
                    check(org, &format!("seed {seed}, step {step}"));
                }
            }
            if step % 83 == 82 {
                for (org, rows) in &all {
                    check(org, &format!("seed {seed}, after step {step}"));
                    same(org, rows, &format!("seed {seed}, after step {step}"));
                }
            }
        }
        let slots = all.iter().map(|(org, _)| org.acls.slot_count() as usize).max();
        assert!(slots.expect("one") < added, "seed {seed}: {slots:?} slots for {added} rows");
    }
}

/// One at a time, all ACLs are replaced ten times: by the oldest first, which are far from where
/// their chains begin, or by any. There are hardly more slots than rows.
#[test]
fn the_number_of_slots_is_bounded() {
    for oldest_first in [true, false] {
        let mut random = Random(7);
        let mut rows: Vec<Value> = (0..800).map(|n| row(&mut random, &id(n))).collect();
        let mut org = load(&rows);
        let mut most_dead = 0;
        for n in 800..10_000 {
            let at = if oldest_first { 0 } else { random.below(rows.len()) };
            let old = rows[at]["id"].as_str().expect("an id").to_owned();
            let new = row(&mut random, &id(n));
            change(&mut org, &mut rows, &[old], &[new]);
            most_dead = most_dead.max(org.acls.dead);
            if n % 500 == 0 {
                check(&org, &format!("after {n}"));
            }
        }
        same(&org, &rows, "in the end");
        assert_eq!(rows.len(), 800);
        assert!(org.acls.slot_count() < 1_000, "{} slots, {most_dead} dead", org.acls.slot_count());
        assert!(most_dead >= 100, "{most_dead}: the sweep had something to do");
        assert!(org.acls.ids.bytes() < 100_000, "{} bytes", org.acls.ids.bytes());
    }
}

/// All at once, twenty times.
#[test]
fn the_number_of_slots_is_bounded_when_all_are_replaced() {
    let mut random = Random(8);
    let mut rows: Vec<Value> = (0..1_200).map(|n| row(&mut random, &id(n))).collect();
    let mut org = load(&rows);
    for round in 1..=20 {
        let remove: Vec<String> =
            rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
        let upsert: Vec<Value> = (0..1_200).map(|n| row(&mut random, &id(round * 1_200 + n))).collect();
        change(&mut org, &mut rows, &remove, &upsert);
        assert!(org.acls.slot_count() <= 2 * 1_200 + 1_024, "{} slots, round {round}", org.acls.slot_count());
    }
    check(&org, "in the end");
    same(&org, &rows, "in the end");
}

/// The same ACL comes and goes: no question walks past what it left, on an object with few ACLs and on
/// one with many, and every time it has the same slot.
#[test]
fn what_comes_and_goes_leaves_nothing_in_the_way() {
    let mut random = Random(10);
    let mut rows: Vec<Value> = (0..200).map(|n| row(&mut random, &id(n))).collect();
    let mut org = load(&rows);
    let links = |org: &Org, object: &Value| {
        let ty = org.types.get(object["object_type"].as_str().expect("a type"));
        let node = org.find_node(ty, object["object_id"].as_str().expect("an id"));
        let next = |slot: &u32| Some(org.acls.rows[*slot as usize].next_on_node).filter(|next| *next != NONE);
        let first = Some(org.node(node).first_acl).filter(|first| *first != NONE);
        std::iter::successors(first, next).count()
    };
    for ty in ["project", "experiment"] {
        let object = json!({ "object_type": ty, "object_id": "project-1" });
        let mut row = json!({ "user_id": "somebody", "permission": "read" });
        row.as_object_mut().expect("a row").extend(object.as_object().cloned().expect("a row"));
        row["id"] = id(1_000).into();
        change(&mut org, &mut rows, &[], &[row.clone()]);
        let (slots, chained) = (org.acls.slot_count(), links(&org, &object));
        for n in 0..300 {
            let old = row["id"].as_str().expect("an id").to_owned();
            row["id"] = id(1_000 + n % 7).into();
            change(&mut org, &mut rows, &[old], &[row.clone()]);
            assert_eq!((org.acls.slot_count(), links(&org, &object)), (slots, chained), "{ty}, {n}");
        }
    }
    check(&org, "in the end");
    same(&org, &rows, "in the end");
}

/// The link from which the sweep goes on is removed, and its object gets many ACLs: the sweep does not
/// go on from what is no link any more.
#[test]
fn the_sweep_finds_its_way_when_an_object_gets_many() {
    let on = |n: usize, dataset: usize| {
        json!({ "id": id(n), "object_type": "dataset", "object_id": format!("dataset-{dataset}"),
                "user_id": format!("user-{}", n % 2), "permission": "read" })
    };
    let mut rows: Vec<Value> = (0..1_000).map(|n| on(n, n / 5)).collect();
    let mut org = load(&rows);
    // The oldest, which are far from where the chains of their two grantees begin.
    let oldest: Vec<String> = (0..1_000).step_by(5).map(id).collect();
    change(&mut org, &mut rows, &oldest[..150], &[]);
    for n in 150..200 {
        change(&mut org, &mut rows, &oldest[n..=n], &[]);
        if let Some((true, node, last)) = org.acls.sweep.stands()
            && org.acls.get(last).is_some()
        {
            let copy = org.clone();
            let dataset: usize = org.node_id(node)["dataset-".len()..].parse().expect("a number");
            let last_id = org.acls.id(last);
            let new: Vec<Value> = (0..20).map(|n| on(10_000 + n, dataset)).collect();
            change(&mut org, &mut rows, &[last_id], &new);
            assert!(org.node(node).heavy && org.acls.get(last).is_none());
            check(&org, "chained anew");
            drop(copy);
            for _ in 0..100 {
                change(&mut org, &mut rows, &[], &[]);
                check(&org, "swept");
            }
            same(&org, &rows, "in the end");
            return;
        }
    }
    panic!("the sweep never stopped within an object's chain");
}

/// A draft compares its base with its preview slot by slot, and so may whoever holds any copy: while
/// it lives, no ACL that it has becomes another under its slot.
#[test]
fn a_slot_that_a_copy_knows_is_nobody_elses() {
    let mut random = Random(9);
    let mut rows: Vec<Value> = (0..400).map(|n| row(&mut random, &id(n))).collect();
    let mut org = load(&rows);
    let mut next = 400;
    for round in 0..12 {
        // Slots that are free when the copies are made.
        for _ in 0..150 {
            let old = rows[random.below(rows.len())]["id"].as_str().expect("an id").to_owned();
            next += 1;
            let new: Vec<Value> = (0..random.below(3)).map(|n| row(&mut random, &id(next + n))).collect();
            next += 3;
            change(&mut org, &mut rows, &[old], &new);
        }
        let newest: Vec<String> =
            rows[rows.len() - 9..].iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
        change(&mut org, &mut rows, &newest, &[]);
        assert!(org.acls.has_free(), "round {round}");
        let (base, rows_of_base) = (org.fork(), rows.clone());
        let mut others = [(org.fork(), rows.clone()), (org, rows)];
        for _ in 0..150 {
            for (other, rows) in &mut others {
                let old = rows[random.below(rows.len())]["id"].as_str().expect("an id").to_owned();
                next += 1;
                let new = row(&mut random, &id(next));
                change(other, rows, &[old], &[new]);
            }
        }
        for (other, rows) in &others {
            check(other, &format!("round {round}"));
            for slot in 0..base.acls.slot_count() {
                if let (Some(was), Some(is)) = (base.acls.get(slot), other.acls.get(slot)) {
                    assert_eq!(base.acls.id(slot), other.acls.id(slot), "round {round}: slot {slot}");
                    assert_eq!(
                        (was.node, was.principal),
                        (is.node, is.principal),
                        "round {round}: slot {slot}"
                    );
                }
            }
            same(other, rows, &format!("round {round}"));
        }
        check(&base, &format!("round {round}: the base"));
        same(&base, &rows_of_base, &format!("round {round}: the base"));
        drop(base);
        [_, (org, rows)] = others;
    }
    // When the copies are gone, what they held up is swept.
    let slots = org.acls.slot_count() as usize;
    for n in 0..2_000 {
        let old = rows[random.below(rows.len())]["id"].as_str().expect("an id").to_owned();
        let new = row(&mut random, &id(next + n));
        change(&mut org, &mut rows, &[old], &[new]);
    }
    check(&org, "alone");
    same(&org, &rows, "alone");
    assert!(org.acls.slot_count() as usize <= slots, "{slots} slots, then {}", org.acls.slot_count());
    assert!(org.acls.dead < 64 + org.acls.live / 8 + 50, "{} dead", org.acls.dead);
}
