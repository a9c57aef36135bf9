//! Lists of what lives in projects are asking about each object, whatever was listed before: in
//! organisations that are loaded, read from a snapshot, changed, and copied.

use aclarity::{ListOptions, Org};
use serde_json::Value;

use crate::naive::generate::{self, Asker, Rng};
use crate::naive::{Naive, Options, organization_id};
use crate::{ask, load, options, rng, size, subject};

const TYPES: [&str; 4] = ["experiment", "dataset", "prompt", "prompt_session"];

/// An organisation, and the data that it is of.
#[derive(Clone)]
struct Case {
    org: Org,
    export: Value,
}

impl Case {
    /// Compares lists for some who are asked about; returns how many ids were listed.
    fn check(&self, options: Options, rng: &mut Rng, context: &str) -> usize {
        let naive = Naive::load(&self.export, options);
        let asker = Asker::new(&self.export);
        let mut listed = 0;
        for _ in 0..8 {
            let q = asker.question(rng);
            let (who, ty) = (q.who.who(), *rng.pick(&TYPES));
            let project = q.project.as_deref().filter(|_| rng.percent(50));
            let asked = ListOptions { project, ..ListOptions::default() };
            let found = subject(&self.org, who).list(ask(&q.ask), ty, asked);
            let expected = naive.list(who, &q.ask, ty, project);
            listed += found.len();
            assert_eq!(
                found, expected,
                "{context}: {who:?} {} {ty} in {project:?}\n{:#}",
                q.ask, self.export
            );
        }
        listed
    }

    /// A random change; false when the data would name another organisation.
    fn change(&mut self, rng: &mut Rng) -> bool {
        let change = generate::change(rng, &self.export);
        let mut changed = self.export.clone();
        generate::apply(&mut changed, &change);
        if organization_id(&changed) != organization_id(&self.export) {
            return false;
        }
        self.org.apply(change.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {change:#}"));
        self.export = changed;
        true
    }
}

/// MODEL 3. A list before a change makes what the list after it goes by.
#[test]
fn lists_after_changes_are_asking_one_by_one() {
    let mut listed = 0;
    for seed in 160_000..160_100 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, options) = options(seed);
        let loaded = load(&export, &ours);
        let read = Org::from_snapshot(&loaded.to_bytes()).expect("a snapshot");
        let mut all = vec![Case { org: loaded, export: export.clone() }, Case { org: read, export }];
        for step in 0..8 {
            let at = rng.below(all.len());
            let context = format!("seed {seed}, step {step}, organisation {at} of {}", all.len());
            if rng.percent(30) && all.len() < 5 {
                let copy = all[at].clone();
                all.push(copy);
            } else if !all[at].change(&mut rng) {
                continue;
            }
            for case in &all {
                listed += case.check(options, &mut rng, &context);
            }
        }
    }
    assert!(listed > 500, "only {listed} ids were listed");
}
