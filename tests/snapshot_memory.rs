//! What is read of a snapshot takes memory by the bytes that are there, not by what they claim.

#[path = "sealing/mod.rs"]
mod sealing;

use std::sync::Mutex;

use aclarity::{Org, SnapshotReader};
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
