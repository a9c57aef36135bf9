//! Reach equals brute force: the steps of MODEL 7 really applied to the rows, until nothing changes.

use aclarity::{Object, UnknownObjects};

use crate::naive::diff::Thing;
use crate::naive::generate::Asker;
use crate::naive::{PERMISSIONS, Who, reach::reach};
use crate::{ask, options, organization, reaching, subject};

/// MODEL 7: what somebody could give themselves beyond what they hold, object by object, permission
/// by permission.
#[test]
fn reach_equals_brute_force() {
    let (mut asked, mut reached) = (0, 0);
    for seed in 90_000..90_900 {
        let (ours, theirs) = options(seed);
        // The larger ones take brute force too long. And under `inOrganization` a project that the data
        // do not know is in all projects while the objects in it are not (MODEL 4): who may grant on
        // all projects reaches them by way of that project alone, which no row says.
        if seed % 10 == 9 || ours.unknown_objects == UnknownObjects::InOrganization {
            continue;
        }
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..3 {
            let q = asker.question(&mut rng);
            let who = q.who.who();
            // Brute force copies what a scoring principal holds without end when that is the subject.
            if matches!(who, Who::Id(id) if id.starts_with("bt::")) {
                continue;
            }
            let expected = reach(&export, theirs, who);
            let subject = subject(&org, who);
            let probes = reaching::probes(&org, &subject);
            asked += 1;
            for thing in naive.things() {
                let Thing::Existing { ty, id } = &thing else { continue };
                let object = Object::new(ty.as_str(), id);
                for permission in PERMISSIONS {
                    let found = reaching::reached(&probes, &subject, ask(permission), &object);
                    let expected = expected.contains(&(permission, thing.clone()));
                    reached += usize::from(expected);
                    assert_eq!(
                        found.is_some(),
                        expected,
                        "seed {seed}: {who:?} {permission} {ty} {id}, by {found:?}\n{:#?}\n{export:#}",
                        subject.reach()
                    );
                }
            }
        }
    }
    assert!(asked > 500 && reached > 1_000, "{asked} subjects reach {reached} things");
}
