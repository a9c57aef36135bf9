//! An organisation, its snapshot, and the snapshot of that say the same, and go on saying the same
//! when they change.

use aclarity::{Actor, Credential, Org, SnapshotReader};
use serde_json::{Value, json};

use crate::apply::same;
use crate::naive::generate::{self, Rng};
use crate::naive::{organization_id, rows};
use crate::{load, options, rng, size};

fn read(bytes: &[u8]) -> Org {
    Org::from_snapshot(bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn read_in_pieces(bytes: &[u8], rng: &mut Rng) -> Org {
    let mut reader = SnapshotReader::new(if rng.percent(50) { bytes.len() } else { 0 });
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rng.between(0, 200).min(rest.len()));
        reader.push(piece).expect("a piece of a snapshot");
        rest = after;
    }
    reader.finish().expect("a whole snapshot")
}

/// What is said of everybody at once, in drafts too.
fn same_overviews(a: &Org, b: &Org, export: &Value, rng: &mut Rng, context: &str) {
    assert_eq!(a.options(), b.options(), "{context}");
    assert_eq!(a.plan(), b.plan(), "{context}");
    assert_eq!(a.audit(), b.audit(), "{context}");
    let groups = rows(export, "groups");
    if groups.is_empty() {
        return;
    }
    let group = rng.pick(&groups)["id"].as_str().unwrap_or("g").to_owned();
    let drafted = |org: &Org| {
        let mut draft = org.draft(Actor::new("u1", Credential::Session), true);
        draft.add_members(&group, &["somebody".to_owned()]);
        draft.delete("group", &group);
        (format!("{:?}", draft.diff()), draft.findings(), format!("{:?}", draft.requests()))
    };
    assert_eq!(drafted(a), drafted(b), "{context}");
}

#[test]
fn a_snapshot_says_the_same() {
    for seed in 90_000..90_300 {
        let mut rng = rng(seed);
        let mut export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let mut org = load(&export, &ours);
        let id = organization_id(&export).expect("an organisation");
        let bytes = org.to_bytes();
        let mut again = read(&bytes);
        assert_eq!(again.to_bytes(), bytes, "seed {seed}: a snapshot of a snapshot is the same bytes");
        assert_eq!(read_in_pieces(&bytes, &mut rng).to_bytes(), bytes, "seed {seed}: in pieces");
        let context = format!("seed {seed}\n{export:#}");
        same(&org, &again, &export, &mut rng, &context);
        same_overviews(&org, &again, &export, &mut rng, &context);
        for step in 0..4 {
            let change = generate::change(&mut rng, &export);
            let mut changed = export.clone();
            generate::apply(&mut changed, &change);
            if organization_id(&changed).as_deref() != Some(&id) {
                break;
            }
            let context = format!("seed {seed}, step {step}, {change:#}\n{export:#}");
            let applied = org.apply(change.to_string().as_bytes()).expect("well formed");
            let applied_again = again.apply(change.to_string().as_bytes()).expect("well formed");
            assert_eq!(applied.findings, applied_again.findings, "{context}");
            export = changed;
            same(&org, &again, &export, &mut rng, &context);
            // What was changed is written without what the changes left behind.
            let (bytes, again_bytes) = (org.to_bytes(), again.to_bytes());
            same(&read(&bytes), &load(&export, &ours), &export, &mut rng, &context);
            same(&read(&again_bytes), &org, &export, &mut rng, &context);
            if step == 2 {
                again = read(&bytes);
            }
        }
        same_overviews(&org, &again, &export, &mut rng, &context);
    }
}

/// Above 70,000 ACLs numbers take more than two bytes, lists more than a block, objects have many
/// ACLs. The bytes per ACL are held to the budget.
#[test]
fn a_large_snapshot_says_the_same_in_32_bytes_for_each_acl() {
    let mut rng = rng(91_000);
    let mut export = generate::large(&mut rng, 3_000, 200, 700, 35_000, 75_000);
    let (ours, _) = options(1);
    let mut org = load(&export, &ours);
    let bytes = org.to_bytes();
    let mut again = read(&bytes);
    assert!(org.stats().acls > 70_000);
    assert_eq!(again.to_bytes(), bytes);
    same(&org, &again, &export, &mut rng, "large");

    let acls = std::mem::take(&mut export["acls"]);
    let without = load(&export, &ours).to_bytes().len();
    export["acls"] = acls;
    let (length, acls) = (bytes.len() - without, org.stats().acls);
    assert!(length <= 32 * acls, "{length} bytes for {acls} ACLs");

    // Removed by the thousand, so that holes are closed, and added.
    for round in 0..3 {
        let (mut removed, mut kept, mut upserted) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows(&export, "acls") {
            if rng.percent(30) {
                removed.push(row["id"].clone());
            } else {
                kept.push(row.clone());
            }
            if rng.percent(10) {
                let mut row = row.clone();
                row["id"] = format!("new-{round}-{}", upserted.len()).into();
                upserted.push(row);
            }
        }
        kept.extend(upserted.iter().cloned());
        export["acls"] = kept.into();
        let change = json!({"acls": {"remove": removed, "upsert": upserted}}).to_string();
        org.apply(change.as_bytes()).expect("well formed");
        again.apply(change.as_bytes()).expect("well formed");
        same(&org, &again, &export, &mut rng, "large, changed");
    }
    let (a, b) = (read(&org.to_bytes()), read(&again.to_bytes()));
    same(&a, &b, &export, &mut rng, "large, changed, read");
    same(&a, &load(&export, &ours), &export, &mut rng, "large, changed, read, against a fresh load");
}
