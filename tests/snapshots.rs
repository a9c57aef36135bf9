//! Snapshots that are damaged, cut off, hostile or of another version: typed errors, no panic.

#[path = "sealing/mod.rs"]
mod sealing;

use aclarity::{Actor, Credential, ListOptions, Object, Org, Permission, SnapshotReader};
use sealing::{DATA, resealed};

fn org() -> Org {
    Org::from_json(DATA.as_bytes()).expect("it loads")
}

fn code(bytes: &[u8]) -> &'static str {
    match Org::from_snapshot(bytes) {
        Ok(_) => "none",
        Err(error) => error.code().as_str(),
    }
}

/// Asks everything, changes everything, and reads what is written of it.
fn exercise(org: &Org, context: &str) {
    let everybody = ["ada", "bo", "sa", "g", "nobody", ""];
    let types = ["project", "dataset", "experiment", "prompt", "project_log", "group", "role", "comet"];
    let ids = ["p", "q", "e1", "e2", "f", "g", "h", "r", "c"];
    for ty in types {
        for id in ids {
            let object = Object::new(ty, id).in_project("p");
            let _ = org.access(&object);
            let _ = org.who(Permission::Read, &object, ListOptions::default());
            for subject in everybody.map(|id| org.subject(id)).into_iter().chain([org.member_of("g")]) {
                let _ = subject.explain(Permission::Update, &object);
            }
        }
        let _ = org.subject("ada").list(Permission::Read, ty, ListOptions::default());
        let _ = org.find(None, None, Some(ty));
    }
    let _ = (org.findings(), org.audit(), org.stats());
    let mut draft = org.draft(Actor::new("ada", Credential::Session), true);
    draft.add_members("g", &["nobody".to_owned()]);
    let _ = (draft.diff(), draft.findings(), draft.requests());
    let mut changed = org.clone();
    for change in [
        r#"{"acls": {"remove": ["a", "b", "dup", "bad", "many-3"]}, "groups": {"remove": ["g", "x"]}}"#,
        r#"{"roles": {"remove": ["r"]}, "experiments": {"remove": ["e1", "e2", ""]}, "users": {"remove": ["ada"]}}"#,
        r#"{"acls": {"upsert": [{"id": "a", "object_type": "project", "object_id": "p", "user_id": "ada", "permission": "read"}]}}"#,
        r#"{"projects": {"remove": ["p", "q"]}, "functions": {"remove": ["f"]}, "service_tokens": {"remove": ["t"]}}"#,
        r#"{"groups": {"upsert": [{"id": "g", "member_groups": ["h"], "member_users": ["bo"]}]}}"#,
    ] {
        changed.apply(change.as_bytes()).expect("well formed");
    }
    let _ = (changed.findings(), changed.audit());
    let again = Org::from_snapshot(&changed.to_bytes()).unwrap_or_else(|error| {
        panic!("{context}: {error}");
    });
    assert_eq!(again.findings(), changed.findings(), "{context}");
}

#[test]
fn every_byte_counts() {
    let bytes = org().to_bytes();
    exercise(&Org::from_snapshot(&bytes).expect("it is whole"), "whole");
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let code = code(&damaged);
            assert!(matches!(code, "snapshot_corrupt" | "snapshot_version"), "{code}: byte {at} ^ {flip}");
        }
    }
}

#[test]
fn every_end_is_too_early() {
    let bytes = org().to_bytes();
    for end in 0..bytes.len() {
        assert_eq!(code(&bytes[..end]), "snapshot_corrupt", "{end} of {} bytes", bytes.len());
        let mut reader = SnapshotReader::new(0);
        reader.push(&bytes[..end]).expect("no more is known");
        assert_eq!(reader.finish().expect_err("cut off").code().as_str(), "snapshot_corrupt");
    }
    let mut longer = bytes.clone();
    for more in [0, 255] {
        longer.push(more);
        assert_eq!(code(&longer), "snapshot_corrupt");
    }
    for other in [&b""[..], b"{}", b"\x89ACL", b"\x89PNG\r\n\x1a\n...", &[0; 100]] {
        assert_eq!(code(other), "snapshot_corrupt");
    }
}

/// Somebody who reckons the checksums anew can make an organisation that says anything, but none
/// that cannot be read or asked.
#[test]
fn hostile_snapshots_are_refused_or_answer() {
    let bytes = org().to_bytes();
    let (mut refused, mut read) = (0, 0);
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut hostile = bytes.clone();
            hostile[at] ^= flip;
            let Some(hostile) = resealed(&hostile) else { continue };
            match Org::from_snapshot(&hostile) {
                Ok(org) => {
                    read += 1;
                    exercise(&org, &format!("byte {at} ^ {flip}"));
                }
                Err(error) => {
                    refused += 1;
                    let code = error.code().as_str();
                    assert!(matches!(code, "snapshot_corrupt" | "snapshot_version"), "{code}: {error}");
                }
            }
        }
    }
    assert!(refused > 300 && read > 300, "{refused} refused, {read} read");
}

#[test]
fn a_later_version_is_told_as_such() {
    let mut bytes = org().to_bytes();
    bytes[8] = 2;
    let error = Org::from_snapshot(&bytes).expect_err("a later version");
    assert_eq!(error.code().as_str(), "snapshot_version");
    assert!(error.to_string().contains("version 2"), "{error}");
    bytes[8] = 0;
    assert_eq!(code(&bytes), "snapshot_corrupt");
}

#[test]
fn a_reader_that_has_failed_keeps_failing() {
    let bytes = org().to_bytes();
    let mut reader = SnapshotReader::new(bytes.len());
    let error = reader.push(b"{\"acls\": []}").expect_err("no snapshot");
    assert_eq!(error.code().as_str(), "snapshot_corrupt");
    assert!(reader.push(&bytes).is_err());
    assert!(reader.finish().is_err());
}

/// The options are the snapshot's, or others; what time it is, only the reader knows.
#[test]
fn options_can_be_changed() {
    use aclarity::{LoadOptions, Members};
    let options = LoadOptions { members: Members::Known, now: Some(7), ..LoadOptions::default() };
    let org = Org::from_json_with(DATA.as_bytes(), options.clone()).expect("it loads");
    let again = Org::from_snapshot(&org.to_bytes()).expect("a snapshot");
    assert_eq!(*again.options(), LoadOptions { now: None, ..options });
    let again = again.with_options(LoadOptions::default()).expect("not strict");
    assert_eq!(*again.options(), LoadOptions::default());
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    assert_eq!(again.with_options(strict).expect_err("something is wrong").code().as_str(), "strict");
}

const VECTOR: &[u8] = include_bytes!("vectors/snapshots/1.snapshot");
const DECISIONS: &str = include_str!("vectors/snapshots/1.json");

/// A snapshot of the first version is read for good, and says what it said then.
#[test]
fn version_1_stays_readable() {
    let org = Org::from_snapshot(VECTOR).expect("a snapshot of version 1");
    let decisions: serde_json::Value = serde_json::from_str(DECISIONS).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let cases = decisions["decisions"].as_array().expect("decisions");
    assert!(cases.len() > 20);
    for case in cases {
        let ask = Permission::from_name(&text(&case["permission"])).expect("a permission");
        let mut object = Object::new(text(&case["type"]).as_str(), &text(&case["id"]));
        if let Some(project) = case["project"].as_str() {
            object = object.in_project(project);
        }
        let why = org.subject(&text(&case["subject"])).explain(ask, &object);
        assert_eq!(serde_json::json!(why.reason), case["reason"], "{case}");
    }
    let findings: Vec<String> = org.findings().iter().map(|f| format!("{} {}", f.code, f.path)).collect();
    assert_eq!(serde_json::json!(findings), decisions["findings"]);
    // As long as this is the version that is written, it is written the same.
    assert!(
        Org::from_json(DATA.as_bytes()).expect("it loads").to_bytes() == VECTOR,
        "the format has changed"
    );
}
