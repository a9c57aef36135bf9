//! How long a change of one ACL row takes at most: every `apply` is timed by itself, through enough of them to replace
//! every one of 200,000 ACLs twice, and the question that comes next.
//!
//! `cargo bench --bench pauses`; `-- 200000 1000000` for organisations with so many ACLs.
#![allow(missing_docs)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use std::time::{Duration, Instant};

use aclarity::{Object, Org, Permission};
use naive::generate::{Rng, large};
use serde_json::{Value, json};

/// Pairs of changes, at most.
const ROUNDS: usize = 400_000;

fn main() {
    // `cargo bench` itself adds `--bench`.
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("{:<58}{:>10}{:>10}{:>10}{:>12}", "µs", "median", "p99", "p99.9", "longest");
    for acls in if sizes.is_empty() { vec![200_000] } else { sizes } {
        one_by_one(acls);
        at_one_place(acls);
    }
}

fn organization(acls: usize) -> (Value, Org) {
    let export = large(&mut Rng::new(7), acls / 20, acls / 400, acls / 100, acls / 2, acls);
    let org = Org::from_json(export.to_string().as_bytes()).expect("the organisation loads");
    (export, org)
}

fn new_id(n: usize) -> Value {
    format!("00000000-0000-4000-9000-{n:012x}").into()
}

/// Removes any ACL, adds one like any of those that were loaded, and so on.
fn one_by_one(acls: usize) {
    let (export, mut org) = organization(acls);
    let rows = export["acls"].as_array().expect("a list");
    let mut ids: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
    let mut rng = Rng::new(8);
    let mut times = Vec::new();
    for n in 0..(2 * acls).min(ROUNDS) {
        let id = ids.swap_remove(rng.below(ids.len()));
        let remove = json!({ "acls": { "remove": [id] } }).to_string();
        let mut row = rng.pick(rows).clone();
        row["id"] = new_id(n);
        ids.push(row["id"].clone());
        let add = json!({ "acls": { "upsert": [row] } }).to_string();
        for change in [remove, add] {
            times.push(timed(|| org.apply(change.as_bytes()).expect("applies")));
        }
    }
    assert_eq!(org.stats().acls, acls);
    let all = times.len();
    let last = times.split_off(all - 20_000.min(all));
    print(&format!("{acls} ACLs, any one removed or added: first 20,000"), &times[..20_000.min(times.len())]);
    times.extend(&last);
    print(&format!("{acls} ACLs, any one removed or added: all {all}"), &times);
    print(&format!("{acls} ACLs, any one removed or added: last 20,000"), &last);
    println!("{:<58}{:>10}", "bytes per ACL in the end, objects included", org.stats().bytes / acls);
}

/// Adds and removes an ACL of the same group on the same project, and asks about it.
fn at_one_place(acls: usize) {
    let (export, mut org) = organization(acls);
    let id = |list: &str| export[list][7]["id"].as_str().expect("an id");
    let (project, group, user) = (id("projects"), id("groups"), id("users"));
    let object = Object::new("project", project);
    let (mut applied, mut asked) = (Vec::new(), Vec::new());
    for n in 0..acls.min(ROUNDS / 2) {
        let row = json!({
            "id": new_id(n), "object_type": "project", "object_id": project, "group_id": group, "permission": "read",
        });
        let add = json!({ "acls": { "upsert": [row] } }).to_string();
        let remove = json!({ "acls": { "remove": [new_id(n)] } }).to_string();
        for change in [add, remove] {
            applied.push(timed(|| org.apply(change.as_bytes()).expect("applies")));
            asked.push(timed(|| org.subject(user).can(Permission::Read, &object)));
        }
    }
    print(&format!("{acls} ACLs, one place: all {}", applied.len()), &applied);
    print(&format!("{acls} ACLs, one place: the question that comes next"), &asked);
}

fn timed<T>(act: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(act());
    start.elapsed()
}

fn print(what: &str, times: &[Duration]) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |thousandths: usize| times[(times.len() - 1) * thousandths / 1000].as_secs_f64() * 1e6;
    println!("{what:<58}{:>10.1}{:>10.1}{:>10.1}{:>12.1}", at(500), at(990), at(999), at(1000));
}
