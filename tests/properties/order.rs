//! MODEL 3, "unions only": order never matters, adding never takes away.

use aclarity::LoadOptions;
use serde_json::Value;

use crate::naive::generate::{Asker, Rng, organization};
use crate::naive::rows;
use crate::{ask, load, object, rng, size, subject};

/// Flat lists without two rows of one id, in which order cannot matter by the model itself.
pub fn without_duplicates(export: &Value) -> Value {
    let mut flat = export.clone();
    let lists: Vec<String> = export.as_object().unwrap().keys().cloned().collect();
    let mut objects = std::collections::BTreeSet::new();
    for list in lists {
        if matches!(list.as_str(), "organization" | "plan") {
            continue;
        }
        let kind = if list == "functions" { "prompts" } else { &list };
        let kept: Vec<Value> = rows(export, &list)
            .into_iter()
            .filter(|row| {
                row["id"].as_str().is_none_or(|id| objects.insert((kind.to_owned(), id.to_owned())))
            })
            .cloned()
            .collect();
        flat[&list] = Value::Array(kept);
    }
    flat
}

fn shuffle(rng: &mut Rng, items: &mut [Value]) {
    for i in (1..items.len()).rev() {
        items.swap(i, rng.below(i + 1));
    }
}

fn shuffled(rng: &mut Rng, export: &Value) -> Value {
    let mut export = export.clone();
    for list in export.as_object_mut().unwrap().values_mut() {
        if let Value::Array(rows) = list {
            shuffle(rng, rows);
            for row in rows {
                for field in
                    ["member_users", "member_groups", "member_roles", "member_permissions", "member_projects"]
                {
                    if let Some(Value::Array(members)) = row.get_mut(field) {
                        shuffle(rng, members);
                    }
                }
            }
        }
    }
    export
}

/// MODEL 3: decisions do not depend on the order of rows; nor does any word of an explanation.
#[test]
fn the_order_of_rows_never_matters() {
    for seed in 40_000..40_600 {
        let mut rng = rng(seed);
        let export = without_duplicates(&organization(&mut rng, size(seed)));
        let other = shuffled(&mut rng, &export);
        let (org, other) = (load(&export, &LoadOptions::default()), load(&other, &LoadOptions::default()));
        let asker = Asker::new(&export);
        for _ in 0..25 {
            let q = asker.question(&mut rng);
            let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let why = |org| subject(org, q.who.who()).explain(ask(&q.ask), &object);
            assert_eq!(why(&org), why(&other), "seed {seed}: {q:?}\n{export:#}");
            let options = aclarity::ListOptions::default();
            assert_eq!(org.who(ask(&q.ask), &object, options), other.who(ask(&q.ask), &object, options));
            assert_eq!(org.access(&object), other.access(&object), "seed {seed}: {q:?}\n{export:#}");
        }
        let codes = |org: &aclarity::Org| {
            let mut codes: Vec<&str> = org.findings().iter().map(|f| f.code.as_str()).collect();
            codes.sort_unstable();
            codes
        };
        assert_eq!(codes(&org), codes(&other), "seed {seed}\n{export:#}");
    }
}

/// MODEL 3: adding an ACL, a member or a tuple never takes a permission away.
#[test]
fn adding_never_takes_away() {
    let mut gained = 0;
    for seed in 50_000..50_600 {
        let mut rng = rng(seed);
        let export = without_duplicates(&organization(&mut rng, size(seed)));
        // The same with some ACLs, members and tuples left out.
        let mut less = export.clone();
        let mut thin = |rows: Option<&mut Value>| {
            if let Some(Value::Array(rows)) = rows {
                rows.retain(|_| !rng.percent(30));
            }
        };
        thin(less.get_mut("acls"));
        for (list, fields) in
            [("groups", ["member_users", "member_groups"]), ("roles", ["member_permissions", "member_roles"])]
        {
            for row in less.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                for field in fields {
                    thin(row.get_mut(field));
                }
            }
        }
        let (org, less) = (load(&export, &LoadOptions::default()), load(&less, &LoadOptions::default()));
        let asker = Asker::new(&export);
        for _ in 0..60 {
            let q = asker.question(&mut rng);
            let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let (more, fewer) = (
                subject(&org, q.who.who()).permissions(&object),
                subject(&less, q.who.who()).permissions(&object),
            );
            assert!(more.contains_all(fewer), "seed {seed}: {q:?}\n{export:#}");
            gained += usize::from(more != fewer);
        }
    }
    assert!(gained > 500, "only {gained} answers differ: nothing was left out that mattered");
}
