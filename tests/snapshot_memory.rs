//! What is read of a snapshot takes memory by the bytes that are there, not by what they claim.

#[path = "sealing/mod.rs"]
mod sealing;

use std::sync::Mutex;

use aclarity::{Org, SnapshotReader};
use aclarity_lite::Small;
use peak_alloc::PeakAlloc;
use sealing::{DATA, resealed};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What is held counts for the whole process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// How many bytes were held at most while this ran, beyond those held before.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

/// Any number of it may be a lie: with checksums that are right, every byte is turned into others.
#[test]
fn hostile_counts_take_no_memory() {
    let _alone = ALONE.lock();
    let bytes = Org::from_json(DATA.as_bytes()).expect("it loads").to_bytes();
    let honest = peak(|| drop(Org::from_snapshot(&bytes)));
    for at in 9..bytes.len() {
        for turned in [bytes[at] ^ 0x80, 0x7f, 0xff] {
            let mut hostile = bytes.clone();
            hostile[at] = turned;
            let Some(hostile) = resealed(&hostile) else { continue };
            let whole = peak(|| drop(Org::from_snapshot(&hostile)));
            assert!(whole <= 2 * honest, "{whole} bytes held, {honest} for the honest one; byte {at}");
            // Nobody says how long it will be.
            let pieces = peak(|| {
                let mut reader = SnapshotReader::new(0);
                let read = hostile.chunks(100).try_for_each(|piece| reader.push(piece));
                drop((read, reader));
            });
            assert!(
                pieces <= 2 * honest,
                "{pieces} bytes held in pieces, {honest} for the honest one; byte {at}"
            );
        }
    }
}

/// A block that claims to be long is not believed before it is there.
#[test]
fn long_blocks_are_not_believed() {
    let _alone = ALONE.lock();
    let bytes = Org::from_json(DATA.as_bytes()).expect("it loads").to_bytes();
    let mut long = bytes.clone();
    long[10..14].copy_from_slice(&u32::MAX.to_le_bytes());
    for length in [0, bytes.len()] {
        let held = peak(|| {
            let mut reader = SnapshotReader::new(length);
            let read = reader.push(&long);
            drop((read, reader));
        });
        assert!(held < 4 * bytes.len() + 10_000, "{held} bytes held of {}", bytes.len());
    }
}

/// What `docs/SNAPSHOTS.md` says of `aclarity/lite`: the bytes once, 28 for each ACL, 40 for each other id, 24 for each
/// member of a group.
#[test]
fn the_small_module_holds_little_beside_the_bytes() {
    const ACLS: usize = 40_000;
    const GROUPS: usize = 500;
    let _alone = ALONE.lock();
    let id = |kind: usize, n: usize| format!("{n:08x}-{kind:04x}-4000-8000-{n:012x}");
    let users: Vec<_> = (0..2_000).map(|n| serde_json::json!({"id": id(1, n)})).collect();
    let groups: Vec<_> = (0..GROUPS)
        .map(|n| {
            let members: Vec<String> = (0..20).map(|m| id(1, (n * 7 + m) % 2_000)).collect();
            serde_json::json!({"id": id(2, n), "name": format!("group {n}"), "member_users": members})
        })
        .collect();
    let datasets: Vec<_> = (0..20_000)
        .map(|n| serde_json::json!({"id": id(3, n), "project_id": id(4, n % 100), "name": format!("dataset {n}")}))
        .collect();
    let projects: Vec<_> = (0..100).map(|n| serde_json::json!({"id": id(4, n)})).collect();
    let acls: Vec<_> = (0..ACLS)
        .map(|n| {
            serde_json::json!({"id": id(5, n), "object_type": "dataset", "object_id": id(3, n / 2),
                               "user_id": id(1, n % 2_000), "permission": "read"})
        })
        .collect();
    let export = serde_json::json!({"organization": {"id": "o"}, "users": users, "groups": groups,
        "projects": projects, "datasets": datasets, "acls": acls});
    let bytes = Org::from_json(export.to_string().as_bytes()).expect("it loads").to_bytes();
    let ids = 4 + 2_000 + 2 * GROUPS + 20_000 + 100;
    let most = 28 * ACLS + 40 * ids + 24 * 20 * GROUPS;
    let held = peak(|| {
        let small = Small::read(bytes.clone(), None, None).unwrap_or_default();
        assert_eq!(small.organization(), "o");
    });
    assert!(held - bytes.len() <= most, "{held} bytes held of {}, and not {most} beside them", bytes.len());
}

/// As above, for the small module, which has all bytes at once.
#[test]
fn hostile_counts_take_no_memory_of_the_small_module() {
    let _alone = ALONE.lock();
    let bytes = Org::from_json(DATA.as_bytes()).expect("it loads").to_bytes();
    for at in 9..bytes.len() {
        for turned in [bytes[at] ^ 0x80, 0x7f, 0xff] {
            let mut hostile = bytes.clone();
            hostile[at] = turned;
            let Some(hostile) = resealed(&hostile) else { continue };
            let length = hostile.len();
            let held = peak(|| drop(Small::read(hostile, None, None)));
            assert!(held <= 24 * length, "{held} bytes held of {length}; byte {at}");
        }
    }
}
