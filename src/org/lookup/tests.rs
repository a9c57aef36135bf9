//! What is noted beside tables is bounded: whatever was listed, looked up, copied and changed before,
//! and however much, each organisation finds what a fresh load of its own data does.

use serde_json::{Value, json};

use super::MOST_NOTED;
use crate::model::object::number;
use crate::org::Org;
use crate::{ListOptions, Permission};

const DATASETS: usize = MOST_NOTED + 4;
const MANY: usize = MOST_NOTED + 2;

/// An organisation, and its rows by list.
#[derive(Clone)]
struct Case {
    org: Org,
    datasets: Vec<Value>,
    users: Vec<Value>,
}

fn dataset(n: usize, round: usize) -> Value {
    let project = ["p", "q", "r"][(n + round) % 3];
    let deleted = (n * 7 + round).is_multiple_of(11).then_some("then");
    let name = format!("name {}", (n * 3 + round * 5) % DATASETS);
    json!({ "id": format!("d{n}"), "project_id": project, "name": name, "deleted_at": deleted })
}

fn user(n: usize, round: usize) -> Value {
    json!({ "id": format!("u{n}"), "email": format!("{}@acme", (n * 5 + round * 7) % DATASETS) })
}

fn load(datasets: &[Value], users: &[Value]) -> Org {
    let acl = |id: &str, ty: &str, on: &str| json!({ "id": id, "object_type": ty, "object_id": on, "user_id": "u0", "permission": "read" });
    let data = json!({
        "organization": { "id": "o" },
        "projects": [{ "id": "p" }, { "id": "q" }, { "id": "r" }],
        "datasets": datasets, "users": users,
        "acls": [acl("a", "project", "p"), acl("b", "dataset", "d1"), acl("c", "dataset", "d2")],
    });
    Org::from_json(data.to_string().as_bytes()).expect("it loads")
}

/// Everything that is found by a table.
fn found(org: &Org) -> [Vec<Vec<String>>; 3] {
    let me = org.subject("u0");
    let list =
        |project| me.list(Permission::Read, "dataset", ListOptions { project, ..ListOptions::default() });
    let lists = [None, Some("p"), Some("q"), Some("r")].map(list);
    let dataset = number::EXPERIMENT + 1;
    assert_eq!(org.types().get("dataset"), dataset);
    let named = |n: usize| {
        let project = org.find_node(number::PROJECT, ["p", "q", "r"][n % 3]);
        let nodes = org.all_named(dataset, &format!("name {}", n / 3), project);
        let mut ids: Vec<String> = nodes.into_iter().map(|node| org.node_id(node)).collect();
        ids.sort();
        ids
    };
    let names = (0..DATASETS * 3).map(named).collect();
    let emails = (0..DATASETS).map(|n| org.users_with_email(&format!("{n}@acme"))).collect();
    [lists.to_vec(), names, emails]
}

impl Case {
    fn new() -> Case {
        let datasets: Vec<Value> = (0..DATASETS).map(|n| dataset(n, 0)).collect();
        let users: Vec<Value> = (0..DATASETS).map(|n| user(n, 0)).collect();
        Case { org: load(&datasets, &users), datasets, users }
    }

    /// Whether there are tables of datasets, of names and of e-mails.
    fn tables(&self) -> [bool; 3] {
        let datasets = &self.org.contents[1];
        let is_made = [
            datasets.table.get().is_some(),
            self.org.by_name.table.get().is_some(),
            self.org.by_email.table.get().is_some(),
        ];
        let noted = [datasets.noted.len(), self.org.by_name.noted.len(), self.org.by_email.noted.len()];
        assert!(noted.iter().all(|noted| *noted <= MOST_NOTED), "{noted:?} are noted");
        is_made
    }

    /// Moves, renames, deletes and brings back, removes and adds so many; others get their e-mails.
    fn change(&mut self, many: usize, round: usize) {
        let place = |n: usize| (n + round * 2) % DATASETS;
        let datasets: Vec<Value> = (0..many).map(|n| dataset(place(n), round)).collect();
        let users: Vec<Value> = (0..many).map(|n| user(place(n), round)).collect();
        let is = |row: &Value, other: &Value| row["id"] == other["id"];
        for (rows, new) in [(&mut self.datasets, &datasets), (&mut self.users, &users)] {
            rows.retain(|row| !new.iter().any(|other| is(row, other)));
            rows.extend(new.iter().cloned());
        }
        // One is removed, and comes again with a later change.
        let gone = format!("d{}", place(many));
        self.datasets.retain(|row| row["id"] != *gone);
        let change =
            json!({ "datasets": { "upsert": datasets, "remove": [gone] }, "users": { "upsert": users } });
        self.org.apply(change.to_string().as_bytes()).expect("it applies");
    }

    fn check(&self, context: &str) {
        assert_eq!(found(&self.org), found(&load(&self.datasets, &self.users)), "{context}");
    }
}

/// Lists are asking about each object (MODEL 3), and names those of the rows: after every order of
/// looking, copying and changing, in the organisation and in its copy.
#[test]
fn what_is_noted_past_the_bound_is_not_lost() {
    const STEPS: [&str; 7] =
        ["look", "look in copy", "copy", "change", "change copy", "change much", "change copy much"];
    const LENGTH: u32 = 4;
    let (mut given_up, mut beside) = ([0; 3], 0);
    for number in 0..STEPS.len().pow(LENGTH) {
        let order: Vec<usize> = (0..LENGTH).map(|at| number / STEPS.len().pow(at) % STEPS.len()).collect();
        let context: Vec<&str> = order.iter().map(|step| STEPS[*step]).collect();
        let loaded = Case::new();
        let mut all = [loaded.clone(), loaded];
        for (round, step) in order.into_iter().enumerate() {
            let at = usize::from(matches!(step, 1 | 4 | 6));
            match step {
                0 | 1 => drop(found(&all[at].org)),
                2 => all[1] = all[0].clone(),
                _ => {
                    let before = all[at].tables();
                    all[at].change(if step < 5 { 2 } else { MANY }, round + 1);
                    let after = all[at].tables();
                    for table in 0..3 {
                        given_up[table] += usize::from(before[table] && !after[table]);
                    }
                    beside += usize::from(after == [true; 3]);
                }
            }
        }
        for case in &all {
            case.check(&context.join(", "));
        }
    }
    assert!(given_up.iter().all(|times| *times > 100) && beside > 100, "{given_up:?}, {beside}");
}

/// What is made by looking is counted, as the organisation's other tables are.
#[test]
fn tables_are_counted() {
    let case = Case::new();
    let before = case.org.stats().bytes;
    drop(found(&case.org));
    // A name and an e-mail with their numbers, and four bytes for each dataset beside three projects.
    let tables = DATASETS * (8 + 8 + 4) + 3 * 8;
    assert!(case.org.stats().bytes >= before + tables, "{} bytes, then {}", before, case.org.stats().bytes);
}
