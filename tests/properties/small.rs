//! The small module of `aclarity/lite` answers from the bytes of snapshots and slices what the whole library answers,
//! and bytes that are damaged make no yes of a no.

use aclarity::{ListOptions, Object, Org, PermissionSet, SliceObjects, SliceOptions};
use aclarity_lite::{ANONYMOUS, Asked, NOBODY, Question, Small};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use xxhash_rust::xxh64::xxh64;

use crate::naive::generate::{self, Asker, Rng};
use crate::naive::{TYPES, Who};
use crate::{ask, load, object, options, rng, size, subject};

fn read(bytes: &[u8]) -> Small {
    Small::read(bytes.to_vec(), None, None).expect("an undamaged snapshot")
}

/// A type's number, as JavaScript has it.
fn type_number(small: &Small, name: &str) -> u16 {
    let known = aclarity::OBJECT_TYPES.iter().position(|known| *known == name);
    known.map_or_else(|| small.type_number(name), |place| place as u16)
}

fn handle(small: &Small, who: Who<'_>) -> u32 {
    match who {
        Who::Id(id) => small.subject(false, id),
        Who::Group(id) => small.subject(true, id),
        Who::Anonymous => ANONYMOUS,
    }
}

/// Ids that come as JSON in no order.
fn ids(json: &str) -> Vec<String> {
    let mut ids: Vec<String> = serde_json::from_str(json).expect("JSON");
    ids.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    ids
}

fn permissions(small: &mut Small, who: u32, object: (&str, Option<&str>, Option<&str>)) -> PermissionSet {
    let (ty, id, project) = object;
    let ty = type_number(small, ty);
    PermissionSet::from_bits(small.mask(who, ty, id, project) as u8)
}

/// Everything about one question.
fn same(org: &Org, small: &mut Small, who: Who<'_>, question: &generate::Question, context: &str) {
    let generate::Question { ask: name, ty, id, project, .. } = question;
    let (id, project) = (id.as_deref(), project.as_deref());
    let (ours, theirs) = (subject(org, who), handle(small, who));
    let (number, bits) = (type_number(small, ty), ask(name).bits());
    let about = object(ty, id, project);
    assert_eq!(
        permissions(small, theirs, (ty, id, project)),
        ours.permissions(&about),
        "{context}: {who:?} {question:?}"
    );
    assert_eq!(
        small.can_create(theirs, number, project),
        ours.can_create(ty.as_str(), project),
        "{context}: {who:?} {question:?}"
    );
    let listed = ListOptions { project, ..ListOptions::default() };
    assert_eq!(
        ids(&small.list(theirs, bits, number, project)),
        ours.list(ask(name), ty.as_str(), listed),
        "{context}: {who:?} {question:?}"
    );
    assert_eq!(
        ids(&small.creatable(theirs, number)),
        ours.creatable(ty.as_str()),
        "{context}: {who:?} {question:?}"
    );
    assert_eq!(small.is_owner(theirs), ours.is_owner(), "{context}: {who:?}");
    same_groups(org, small, who, context);
    same_grants(org, small, who, question, context);
}

fn same_groups(org: &Org, small: &mut Small, who: Who<'_>, context: &str) {
    let who_small = handle(small, who);
    let groups: Value = serde_json::from_str(&small.groups(who_small)).expect("JSON");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut groups: Vec<(String, String, Vec<String>)> = groups
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| {
            let id = text(&group[0][0]).expect("an id");
            let via = group[1].as_array().expect("a way").iter().filter_map(text).collect();
            (id.clone(), text(&group[0][1]).unwrap_or(id), via)
        })
        .collect();
    groups.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    let ours: Vec<_> =
        subject(org, who).groups().into_iter().map(|group| (group.id, group.name, group.via)).collect();
    assert_eq!(groups, ours, "{context}: {who:?}");
}

/// The ACLs of an explanation and of its near misses; sentences are JavaScript's, and compared there.
fn same_grants(org: &Org, small: &mut Small, who: Who<'_>, question: &generate::Question, context: &str) {
    let generate::Question { ask: name, ty, id, project, .. } = question;
    let (id, project) = (id.as_deref(), project.as_deref());
    let why = subject(org, who).explain(ask(name), &object(ty, id, project));
    let called = match who {
        Who::Id(id) | Who::Group(id) => Some(id).filter(|id| !id.is_empty()),
        Who::Anonymous => None,
    };
    let asked = Asked { subject: handle(small, who), id: called, of_group: matches!(who, Who::Group(_)) };
    let ty = type_number(small, ty);
    let told = small.explain(asked, Question { ask: ask(name).bits(), ty, id, project });
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let acls = |list: &Value| -> Vec<String> {
        let acls = list.as_array().expect("a list").iter();
        acls.map(|grant| grant[1].as_str().expect("an id").to_owned()).collect()
    };
    let mut grants = acls(&told[7]);
    let mut ours: Vec<String> = why.grants.into_iter().map(|grant| grant.acl).collect();
    grants.sort();
    ours.sort();
    assert_eq!(grants, ours, "{context}: {who:?} {question:?}");
    let misses: Vec<String> = why.near_misses.into_iter().map(|miss| miss.acl).collect();
    assert_eq!(acls(&told[8]), misses, "{context}: {who:?} {question:?}");
}

#[test]
fn the_small_module_answers_the_same() {
    for seed in 97_000..97_300 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let org = load(&export, &ours);
        let mut small = read(&org.to_bytes());
        assert_eq!(small.organization(), org.id());
        let asker = Asker::new(&export);
        let context = format!("seed {seed}\n{export:#}");
        for at in 0..40 {
            let question = asker.question(&mut rng);
            let who = question.who.who();
            same(&org, &mut small, who, &question, &context);
            let Who::Id(id) = who else { continue };
            if id.is_empty() || at % 4 != 0 {
                continue;
            }
            let objects = if rng.percent(50) { SliceObjects::All } else { SliceObjects::None };
            let bytes =
                org.slice(id, SliceOptions { objects, ..SliceOptions::default() }).expect("a whole one");
            let (part, mut small_part) = (Org::from_snapshot(&bytes).expect("a slice"), read(&bytes));
            assert_eq!(small_part.slice_of(), Some(id));
            for question in [question.clone(), asker.question(&mut rng)] {
                same(&part, &mut small_part, who, &question, &format!("{objects:?}, {context}"));
            }
        }
    }
}

/// Numbers take more than two bytes, lists more than a block, objects have many ACLs.
#[test]
fn the_small_module_answers_the_same_of_a_large_organisation() {
    let mut rng = rng(98_000);
    let export = generate::large(&mut rng, 2_000, 150, 500, 12_000, 40_000);
    let (ours, _) = options(0);
    let org = load(&export, &ours);
    let mut small = read(&org.to_bytes());
    let asker = Asker::new(&export);
    for _ in 0..60 {
        let question = asker.question(&mut rng);
        same(&org, &mut small, question.who.who(), &question, "large");
    }
}

/// Writes the checksums of blocks anew.
fn sum_anew(bytes: &mut [u8]) {
    let mut sum = xxh64(&bytes[..9], 0);
    let mut at = 9;
    while let Some(length) = bytes.get(at + 1..at + 5) {
        let length = u32::from_le_bytes(length.try_into().expect("4 bytes")) as usize;
        let end = at.saturating_add(5).saturating_add(length);
        if end.saturating_add(8) > bytes.len() {
            return;
        }
        sum = xxh64(&bytes[at..end], sum);
        bytes[end..end + 8].copy_from_slice(&sum.to_le_bytes());
        at = end + 8;
    }
}

/// Everything that can be asked, whatever the answers are.
fn ask_everything(small: &mut Small, rng: &mut Rng, asker: &Asker) {
    for _ in 0..6 {
        let question = asker.question(rng);
        let generate::Question { ask: name, ty, id, project, .. } = &question;
        let (id, project) = (id.as_deref(), project.as_deref());
        let who = handle(small, question.who.who());
        let (ty, bits) = (type_number(small, ty), ask(name).bits());
        small.mask(who, ty, id, project);
        small.can_create(who, ty, project);
        small.list(who, bits, ty, project);
        small.creatable(who, ty);
        small.groups(who);
        small.is_owner(who);
        let asked = Asked { subject: who, id: Some("ada"), of_group: false };
        for ask in [0, bits] {
            small.explain(asked, Question { ask, ty, id, project });
        }
    }
}

#[test]
fn damaged_bytes_are_refused_and_never_asked_to_a_crash() {
    for seed in 99_000..99_040 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let org = load(&export, &ours);
        let asker = Asker::new(&export);
        let bytes = org.to_bytes();
        for _ in 0..150 {
            let mut damaged = bytes.clone();
            let at = rng.between(0, bytes.len() - 1);
            damaged[at] ^= 1 << rng.between(0, 7);
            // Every byte is under a checksum: nothing is read, so that nothing is a yes.
            assert!(Small::read(damaged.clone(), None, None).is_err(), "seed {seed}: byte {at}");
            assert!(Small::read(bytes[..at].to_vec(), None, None).is_err(), "seed {seed}: {at} bytes");
            // Whoever can write checksums can write what they like, but nothing that crashes.
            for _ in 0..rng.between(0, 3) {
                let at = rng.between(0, bytes.len() - 1);
                damaged[at] = rng.between(0, 255) as u8;
            }
            sum_anew(&mut damaged);
            let (ours, theirs) = (Org::from_snapshot(&damaged), Small::read(damaged, None, None));
            if let Ok(mut small) = theirs {
                ask_everything(&mut small, &mut rng, &asker);
                if let Ok(org) = ours {
                    no_more(&org, &mut small, &mut rng, &asker, seed);
                }
            }
        }
    }
}

/// Where both can read what somebody wrote, the small module says yes only where the whole does.
fn no_more(org: &Org, small: &mut Small, rng: &mut Rng, asker: &Asker, seed: u64) {
    for _ in 0..6 {
        let question = asker.question(rng);
        let generate::Question { ty, id, project, .. } = &question;
        let (id, project) = (id.as_deref(), project.as_deref());
        let theirs = handle(small, question.who.who());
        let held = permissions(small, theirs, (ty, id, project));
        let about: Object = object(ty, id, project);
        let most = subject(org, question.who.who()).permissions(&about);
        assert!(most.contains_all(held), "seed {seed}: {held:?}, not {most:?} for {question:?}");
    }
    for ty in TYPES {
        let theirs = small.subject(false, "u1");
        let number = type_number(small, ty);
        let all = org.subject("u1").list(ask("read"), ty, ListOptions::default());
        let listed = ids(&small.list(theirs, ask("read").bits(), number, None));
        assert!(listed.iter().all(|id| all.contains(id)), "seed {seed}: {ty}");
    }
}

/// Kinds of blocks, as the format numbers them.
const NODE_TABLE: u8 = 17;
const PRINCIPAL_IDS: u8 = 18;
const PRINCIPAL_TABLE: u8 = 19;
const ROLE_IDS: u8 = 20;
const GRANTS: u8 = 32;
const GROUP_ROWS: u8 = 43;
const ACL_ROWS: u8 = 45;
const COPIES: u8 = 64;

/// The blocks of a snapshot: kinds and contents.
type Parts = Vec<(u8, Vec<u8>)>;

fn parts(bytes: &[u8]) -> Parts {
    let mut rest = &bytes[9..];
    let mut parts = Parts::new();
    while let Some((head, more)) = rest.split_first_chunk::<5>() {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        parts.push((head[0], more[..length].to_vec()));
        rest = &more[length + 8..];
    }
    parts
}

/// A snapshot of some blocks, with the checksums that it should have.
fn sealed(parts: &Parts) -> Vec<u8> {
    let mut bytes = b"\x89ACL\r\n\x1a\n\x01".to_vec();
    for (kind, content) in parts {
        bytes.push(*kind);
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes.extend(content);
        bytes.extend([0; 8]);
    }
    sum_anew(&mut bytes);
    bytes
}

fn part(parts: &mut Parts, kind: u8) -> &mut Vec<u8> {
    &mut parts.iter_mut().find(|part| part.0 == kind).expect("a block of the kind").1
}

/// A number of seven bits in each byte.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn changed(export: &Value, change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let bytes = load(export, &options(0).0).to_bytes();
    let mut parts = parts(&bytes);
    assert!(sealed(&parts) == bytes);
    change(&mut parts);
    sealed(&parts)
}

/// Neither reads what would be a snapshot of this but for a change.
fn refused(export: &Value, change: impl FnOnce(&mut Parts)) {
    let bytes = changed(export, change);
    assert_eq!(Org::from_snapshot(&bytes).expect_err("damaged").code().as_str(), "snapshot_corrupt");
    assert_eq!(Small::read(bytes, None, None).err(), Some(0));
}

fn two_acls() -> Value {
    json!({
        "organization": {"id": "o"}, "projects": [{"id": "p"}], "users": [{"id": "x"}],
        "acls": [{"id": "a", "object_type": "project", "object_id": "p", "user_id": "x", "permission": "read"},
                 {"id": "b", "object_type": "project", "object_id": "p", "user_id": "y", "permission": "update"}]
    })
}

/// One reader would add to the grants what the other puts in their place.
#[test]
fn grants_come_once() {
    refused(&two_acls(), |parts| {
        let at = parts.iter().position(|part| part.0 == GRANTS).expect("grants");
        // Two: not deleted, the permission `delete`, for all types.
        parts.insert(at + 1, (GRANTS, vec![2, 0, 3, 0, 0, 3, 0]));
    });
}

#[test]
fn the_empty_id_is_nobody() {
    let bytes = changed(&two_acls(), |parts| {
        // One principal is called nothing.
        let ids = part(parts, PRINCIPAL_IDS);
        let at = ids.windows(2).position(|bytes| bytes == [1, b'x']).expect("the id");
        ids.splice(at..at + 2, [0]);
        // And stands in every slot where it would be looked for.
        let table = part(parts, PRINCIPAL_TABLE);
        let (slots, hash) = ((table.len() - 1) / 4, xxh64(b"", 0));
        let first = ((hash >> 32) * slots as u64) >> 32;
        table[1..].fill(0xff);
        let at = 1 + 4 * first as usize;
        table[at..at + 4].copy_from_slice(&((hash as u32) << 3).to_le_bytes());
    });
    let org = Org::from_snapshot(&bytes).expect("an id may be empty");
    let mut small = read(&bytes);
    assert_eq!(small.subject(false, ""), NOBODY);
    let nobody = small.subject(false, "");
    let about = object("project", Some("p"), None);
    assert!(org.subject("").permissions(&about).is_empty());
    assert!(permissions(&mut small, nobody, ("project", Some("p"), None)).is_empty());
    let asked = Asked { subject: nobody, id: None, of_group: false };
    let told = small.explain(asked, Question { ask: 2, ty: 5, id: Some("p"), project: None });
    assert!(told.starts_with("[2,0,"), "{told}");
}

#[test]
fn a_table_has_every_number_once() {
    let export = two_acls();
    for kind in [NODE_TABLE, PRINCIPAL_TABLE] {
        let free = |table: &[u8]| {
            let slot = table[1..].chunks(4).position(|slot| slot == [0xff; 4]).expect("a free slot");
            1 + 4 * slot
        };
        refused(&export, |parts| {
            let table = part(parts, kind);
            let taken = table[1..].chunks(4).find(|slot| *slot != [0xff; 4]).expect("a number").to_vec();
            let free = free(table);
            table[free..free + 4].copy_from_slice(&taken);
        });
        refused(&export, |parts| {
            let table = part(parts, kind);
            let free = free(table);
            table[free..free + 4].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
        });
    }
}

#[test]
fn what_the_library_refuses_of_acls_is_refused() {
    // Nodes that climb beyond the highest number; they do not count.
    refused(&two_acls(), |parts| {
        *part(parts, ACL_ROWS) = [2, 9, 0xff, 0xff, 0xff, 0xff, 0x0f, 2, 8, 0, 2, 8, 0, 2].to_vec();
    });
    // A copy that is named twice.
    let mut export = two_acls();
    export["acls"][1]["id"] = "a".into();
    refused(&export, |parts| {
        let copies = part(parts, COPIES);
        let copy = copies[1..].to_vec();
        assert_eq!(copies[0], 1);
        copies[0] = 2;
        copies.extend(copy);
    });
}

/// Nobody writes them so, and both read them.
#[test]
fn numbers_may_be_longer_than_they_need_to_be() {
    let bytes = changed(&two_acls(), |parts| {
        let grants = part(parts, GRANTS);
        let count = grants[0];
        grants.splice(0..1, [count | 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]);
    });
    let org = Org::from_snapshot(&bytes).expect("a snapshot");
    let mut small = read(&bytes);
    let x = small.subject(false, "x");
    let about = ("project", Some("p"), None);
    assert!(!permissions(&mut small, x, about).is_empty());
    assert_eq!(
        permissions(&mut small, x, about),
        org.subject("x").permissions(&object("project", Some("p"), None))
    );
}

/// What was written by any earlier version is read for good.
#[test]
fn the_small_module_reads_every_version() {
    let bytes = include_bytes!("../vectors/snapshots/1.snapshot");
    let decisions: Value =
        serde_json::from_str(include_str!("../vectors/snapshots/1.json")).expect("decisions");
    let mut small = read(bytes);
    let reasons = ["granted", "public", "no_grant", "deleted", "unknown_object", "not_a_member"];
    let cases = decisions["decisions"].as_array().expect("decisions");
    assert!(cases.len() > 20);
    for case in cases {
        let text = |field: &str| case[field].as_str();
        let id = text("subject");
        let subject = small.subject(false, id.unwrap_or_default());
        let ty = type_number(&small, text("type").expect("a type"));
        let ask = ask(text("permission").expect("a permission")).bits();
        let question = Question { ask, ty, id: text("id"), project: text("project") };
        let told = small.explain(Asked { subject, id, of_group: false }, question);
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let reason = told[0].as_u64().and_then(|place| reasons.get(place as usize));
        assert_eq!(reason.copied(), text("reason"), "{case}");
    }
}

/// Work that takes no time, where a step for each pair of things would take minutes.
fn at_once<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(20), "{what} took {taken:?}");
    done
}

/// Hostile bytes: ids by ones, and an id of which many are compared with.
#[test]
fn reading_takes_no_longer_than_bytes_are_long() {
    let bytes = changed(&two_acls(), |parts| {
        let at = parts.iter().position(|part| part.0 > ROLE_IDS).expect("rows");
        // One id, which is the text `r`.
        let ids = vec![1, 0, 0x80, 0x80, 2, 1, b'r'];
        parts.splice(at..at, vec![(ROLE_IDS, ids); 400_000]);
    });
    let read = at_once("reading 400,000 blocks", || Small::read(bytes, None, None).err());
    assert_eq!(read, Some(0), "the roles are not counted");

    let long = "l".repeat(40_000_000);
    let groups: Vec<Value> =
        [long].into_iter().chain((0..50_000).map(|n| format!("g{n}"))).map(|id| json!({"id": id})).collect();
    let count = groups.len();
    let export = json!({"organization": {"id": "o"}, "groups": groups});
    let bytes = changed(&export, |parts| {
        // Each group says that its node is that of the first.
        let rows = part(parts, GROUP_ROWS);
        let node = rows[4];
        assert!(rows[3] == 0 && node < 0x80, "the first group has the first number");
        let at = parts.iter().position(|part| part.0 == GROUP_ROWS).expect("rows");
        parts.retain(|part| part.0 != GROUP_ROWS);
        let mut rows = number(count);
        for group in 0..count {
            rows.push(1);
            rows.extend(number(group));
            rows.extend([node, 0, 0]);
        }
        parts.insert(at, (GROUP_ROWS, rows));
    });
    let read = at_once("reading 50,000 groups of one node", || Small::read(bytes, None, None).err());
    assert_eq!(read, Some(0), "a group is another's node");
}

fn explain(small: &mut Small, who: &str, ask: PermissionSet) -> Value {
    let subject = small.subject(false, who);
    let asked = Asked { subject, id: Some(who), of_group: false };
    let told = small.explain(asked, Question { ask: ask.bits(), ty: 5, id: Some("p"), project: None });
    serde_json::from_str(&told).expect("JSON")
}

fn acl(number: usize, grantee: &str, id: &str, role: &str) -> Value {
    json!({"id": format!("a{number:06}"), "object_type": "project", "object_id": "p", grantee: id, "role_id": role})
}

/// Roles in a chain, of which the last half gives something, held through many groups.
#[test]
fn an_explanation_takes_no_longer_than_there_are_roles_and_groups() {
    const ROLES: usize = 8_000;
    let gives = ["create_acls", "read_acls", "update_acls"].map(|name| json!({"permission": name}));
    let roles: Vec<Value> = (0..ROLES)
        .map(|n| {
            let more: &[Value] = if n < ROLES / 2 { &[] } else { &gives };
            json!({"id": format!("r{n}"), "member_roles": [format!("r{}", n + 1)], "member_permissions": more})
        })
        .collect();
    let groups: Vec<Value> =
        (0..10_000).map(|n| json!({"id": format!("g{n}"), "member_users": ["u"]})).collect();
    let mut acls: Vec<Value> =
        (0..10_000).map(|n| acl(n, "group_id", &format!("g{n}"), &format!("r{}", n % 20))).collect();
    acls.push(
        json!({"id": "o", "object_type": "organization", "object_id": "o", "user_id": "u", "role_id": "r0"}),
    );
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "p"}], "roles": roles, "groups": groups, "acls": acls
    });
    let mut small = read(&load(&export, &options(0).0).to_bytes());
    let told = at_once("explaining a yes", || explain(&mut small, "u", ask("read_acls")));
    assert_eq!(told[0], 0);
    let grants = told[7].as_array().expect("grants");
    assert_eq!(grants.len(), 10_001);
    let whole = grants.iter().filter(|grant| grant[5].as_array().is_some_and(|way| way.len() > 16)).count();
    assert!(whole > 50, "{whole} ways are told whole");
    // Of what is asked, one permission is missing, and every role holds others that would do.
    let told = at_once("explaining a no", || explain(&mut small, "u", ask("manage_access")));
    assert_eq!(told[0], 2);
    let subject = small.subject(false, "u");
    assert!(!at_once("asking for owners", || small.is_owner(subject)));
}

/// One grantee with many roles on one object, and groups in a chain.
#[test]
fn an_explanation_takes_no_longer_than_there_are_grants_and_steps() {
    const MANY: usize = 100_000;
    let roles: Vec<Value> = (0..MANY)
        .map(|n| json!({"id": format!("r{n}"), "member_permissions": [{"permission": "read"}]}))
        .collect();
    let acls: Vec<Value> = (0..MANY).map(|n| acl(n, "user_id", "u", &format!("r{n}"))).collect();
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "p"}], "roles": roles, "acls": acls
    });
    let mut small = read(&load(&export, &options(0).0).to_bytes());
    let told = at_once("explaining a yes by many roles", || explain(&mut small, "u", ask("read")));
    assert_eq!(told[7].as_array().map(Vec::len), Some(MANY));
    let told = at_once("explaining a no by many roles", || explain(&mut small, "u", ask("update")));
    assert_eq!(told[8].as_array().map(Vec::len), Some(5));

    let group = |n: usize| {
        let within: Vec<String> = n.checked_sub(1).iter().map(|n| format!("g{n:06}")).collect();
        let users: &[&str] = if n == 0 { &["u"] } else { &[] };
        json!({"id": format!("g{n:06}"), "member_users": users, "member_groups": within})
    };
    let groups: Vec<Value> = (0..MANY).map(group).collect();
    let acls: Vec<Value> = (0..MANY)
        .map(|n| {
            json!({"id": format!("a{n}"), "object_type": "project", "object_id": "p",
                   "group_id": format!("g{n:06}"), "permission": "read"})
        })
        .collect();
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "p"}], "groups": groups, "acls": acls
    });
    let org = load(&export, &options(0).0);
    let mut small = read(&org.to_bytes());
    let told = at_once("explaining ways of 100,000 groups", || explain(&mut small, "u", ask("read")));
    assert_eq!(told[7].as_array().map(Vec::len), Some(MANY));
    at_once("telling ways of 100,000 groups", || same_groups(&org, &mut small, Who::Id("u"), "a chain"));
}
