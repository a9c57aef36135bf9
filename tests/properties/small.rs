//! The small module of `aclarity/lite` answers from the bytes of snapshots and slices what the whole library answers,
//! and bytes that are damaged make no yes of a no.

use aclarity::{ListOptions, Object, Org, PermissionSet, SliceObjects, SliceOptions};
use aclarity_lite::{ANONYMOUS, Asked, NOBODY, Question, Small};
use serde_json::Value;
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
        Who::Id("") => NOBODY,
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
