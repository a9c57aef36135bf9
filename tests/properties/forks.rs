//! Copies of an organisation share what neither changes: each is still what a fresh load of its own
//! data is, whichever of them changes, and whichever lives on.

use aclarity::Org;
use serde_json::{Value, json};

use crate::apply::same;
use crate::naive::generate::{self, Rng};
use crate::naive::{organization_id, rows};
use crate::{load, options, rng, size};

/// Applies a random change to both; false when the data would name another organisation.
fn change(org: &mut Org, export: &mut Value, rng: &mut Rng) -> bool {
    let change = generate::change(rng, export);
    let mut changed = export.clone();
    generate::apply(&mut changed, &change);
    if organization_id(&changed) != organization_id(export) {
        return false;
    }
    org.apply(change.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {change:#}"));
    *export = changed;
    true
}

#[test]
fn a_changed_fork_leaves_the_original_as_it_was() {
    for seed in 80_000..80_300 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let org = load(&export, &ours);
        let before = org.clone();
        let (mut fork, mut changed) = (org.clone(), export.clone());
        for _ in 0..3 {
            change(&mut fork, &mut changed, &mut rng);
        }
        same(&org, &before, &export, &mut rng, &format!("seed {seed}: the original and a copy of it"));
        same(&org, &load(&export, &ours), &export, &mut rng, &format!("seed {seed}: the original"));
        same(&fork, &load(&changed, &ours), &changed, &mut rng, &format!("seed {seed}: the fork"));
        assert_eq!((org.version(), before.version()), (1, 1), "seed {seed}");
        // When the others are gone, the fork has everything to itself, and goes on.
        drop((org, before));
        change(&mut fork, &mut changed, &mut rng);
        same(&fork, &load(&changed, &ours), &changed, &mut rng, &format!("seed {seed}: the fork alone"));
    }
}

/// Forks of forks, originals that change while forks live, and any of them dropped.
#[test]
fn forks_of_forks() {
    for seed in 81_000..81_150 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let mut all = vec![(load(&export, &ours), export)];
        for step in 0..16 {
            let at = rng.below(all.len());
            if rng.percent(40) && all.len() < 4 {
                let copy = all[at].clone();
                all.push(copy);
            } else if rng.percent(20) && all.len() > 1 {
                all.swap_remove(at);
                continue;
            }
            let at = rng.below(all.len());
            let (org, export) = &mut all[at];
            change(org, export, &mut rng);
            for (org, export) in all.iter().filter(|_| step % 5 == 4) {
                let context = format!("seed {seed}, step {step}\n{export:#}");
                same(org, &load(export, &ours), export, &mut rng, &context);
            }
        }
    }
}

/// ACLs by the thousand, added and removed on either side of a fork that lives and then does not.
#[test]
fn long_churn_beside_a_fork() {
    let mut rng = rng(82_000);
    let export = generate::large(&mut rng, 60, 12, 8, 200, 1_500);
    let (ours, _) = options(0);
    let mut all = [(load(&export, &ours), export.clone()), (load(&export, &ours), export)];
    all[1] = all[0].clone();
    for round in 0..24 {
        let (org, export) = &mut all[round % 2];
        let ids: Vec<Value> = rows(export, "acls").iter().map(|row| row["id"].clone()).collect();
        let removed: Vec<Value> = ids.iter().filter(|_| rng.percent(20)).cloned().collect();
        let mut upserted: Vec<Value> = Vec::new();
        for row in rows(export, "acls").into_iter().filter(|_| rng.percent(20)) {
            let mut row = row.clone();
            row["id"] = format!("new-{round}-{}", upserted.len()).into();
            upserted.push(row);
        }
        let change = json!({"acls": {"remove": removed, "upsert": upserted}});
        org.apply(change.to_string().as_bytes()).expect("well formed");
        generate::apply(export, &change);
        if round == 15 {
            // What was shared is one organisation's again: now its holes are closed.
            all[1].0 = load(&all[1].1, &ours);
        }
        if round % 6 == 5 {
            for (org, export) in &all {
                same(org, &load(export, &ours), export, &mut rng, &format!("round {round}"));
            }
        }
    }
}
