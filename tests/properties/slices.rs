//! A slice never says yes where the whole organisation says no, whatever project is named; with
//! every object, it says the same about what is in its projects.

use aclarity::{ListOptions, Object, Org, SliceObjects, SliceOptions, UnknownObjects};
use serde_json::Value;

use crate::naive::generate::{self, Asker, Rng};
use crate::naive::{TYPES, rows};
use crate::{ask, load, object, options, rng, size};

const CHILDREN: [(&str, &str); 5] = [
    ("experiments", "experiment"),
    ("datasets", "dataset"),
    ("prompts", "prompt"),
    ("functions", "prompt"),
    ("prompt_sessions", "prompt_session"),
];

fn slice(org: &Org, subject: &str, projects: Option<&[&str]>, objects: SliceObjects) -> Org {
    let bytes = org.slice(subject, SliceOptions { projects, objects }).expect("a whole organisation");
    let slice = Org::from_snapshot(&bytes).expect("a slice is a snapshot");
    assert_eq!(slice.slice_of(), Some(subject));
    assert_eq!(slice.to_bytes(), bytes, "a slice read and written is the same");
    slice
}

fn ids(export: &Value, list: &str) -> Vec<String> {
    rows(export, list).iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

fn no_more(whole: &Org, part: &Org, subject: &str, object: &Object, context: &str) {
    let (more, held) =
        (part.subject(subject).permissions(object), whole.subject(subject).permissions(object));
    assert!(held.contains_all(more), "{context}: {subject} has {more:?}, not {held:?}, on {object:?}");
}

/// Questions with lies, about everything; lists and creation too.
fn never_more(whole: &Org, part: &Org, subject: &str, export: &Value, rng: &mut Rng, context: &str) {
    let asker = Asker::new(export);
    let mut projects = ids(export, "projects");
    projects.extend(["p-nowhere".to_owned(), String::new()]);
    for _ in 0..30 {
        let q = asker.question(rng);
        no_more(whole, part, subject, &object(&q.ty, q.id.as_deref(), q.project.as_deref()), context);
        let lie = rng.pick(&projects).clone();
        no_more(whole, part, subject, &object(&q.ty, q.id.as_deref(), Some(&lie)), context);
        let create = |org: &Org| org.subject(subject).can_create(q.ty.as_str(), Some(&lie));
        assert!(!create(part) || create(whole), "{context}: {subject} creates {} in {lie}", q.ty);
    }
    for (list, ty) in CHILDREN {
        for id in ids(export, list) {
            let lie = rng.pick(&projects).clone();
            no_more(whole, part, subject, &object(ty, Some(&id), Some(&lie)), context);
        }
    }
    for ty in TYPES {
        let name = *rng.pick(&["read", "update", "create", "manage_access"]);
        let list = |org: &Org| org.subject(subject).list(ask(name), ty, ListOptions::default());
        let all = list(whole);
        assert!(list(part).iter().all(|id| all.contains(id)), "{context}: {subject} {name} {ty}");
        let creatable = |org: &Org| org.subject(subject).creatable(ty);
        let all = creatable(whole);
        assert!(creatable(part).iter().all(|id| all.contains(id)), "{context}: {subject} {ty}");
    }
}

/// Whether the subject has any grant on a project.
fn has_grant(org: &Org, subject: &str, project: &str) -> bool {
    let me = org.subject(subject);
    let known = org.find(None, None, Some("project")).iter().any(|known| known.id == project);
    if !known && org.options().unknown_objects == UnknownObjects::InOrganization {
        return false;
    }
    let inside = ["experiment", "dataset", "prompt", "prompt_session", "comet"];
    !me.permissions(&Object::project(project)).is_empty()
        || !me.permissions(&Object::project_log(project)).is_empty()
        || inside.iter().any(|ty| !me.permissions(&object(ty, Some("new-thing"), Some(project))).is_empty())
}

/// With every object: the same for the projects in which the subject has a grant, and in them.
fn as_much(whole: &Org, part: &Org, subject: &str, export: &Value, context: &str) {
    let (all, some) = (whole.subject(subject), part.subject(subject));
    assert_eq!(all.is_owner(), some.is_owner(), "{context}: {subject}");
    assert_eq!(all.groups(), some.groups(), "{context}: {subject}");
    let same = |object: &Object| {
        for name in ["read", "update", "manage_access"] {
            let (mut why, mut part_why) = (all.explain(ask(name), object), some.explain(ask(name), object));
            assert_eq!(
                (why.allowed, why.reason, why.basis),
                (part_why.allowed, part_why.reason, part_why.basis),
                "{context}: {subject} {name} {object:?}"
            );
            why.grants.retain(|_| why.allowed);
            part_why.grants.retain(|_| part_why.allowed);
            assert_eq!(why.grants, part_why.grants, "{context}: {subject} {name} {object:?}");
        }
        assert_eq!(all.permissions(object), some.permissions(object), "{context}: {subject} {object:?}");
    };
    for ty in ["organization", "org_project", "org_member", "org_audit_logs"] {
        same(&Object::of_type(ty));
    }
    // Of two rows with one id the first says where the object is.
    let once = |ty: &str, id: &str| {
        let lists = CHILDREN.iter().filter(|(_, child)| *child == ty);
        lists.map(|(list, _)| ids(export, list).iter().filter(|other| *other == id).count()).sum::<usize>()
            == 1
    };
    for project in ids(export, "projects").iter().filter(|project| has_grant(whole, subject, project)) {
        same(&Object::project(project));
        same(&Object::project_log(project));
        for (list, ty) in CHILDREN {
            for row in rows(export, list) {
                let (Some(id), Some(of)) = (row["id"].as_str(), row["project_id"].as_str()) else { continue };
                if of == project && once(ty, id) {
                    same(&Object::new(ty, id));
                    same(&Object::new(ty, id).in_project("p-nowhere"));
                }
            }
            let options = ListOptions { project: Some(project), ..ListOptions::default() };
            assert_eq!(
                all.list(ask("read"), ty, options),
                some.list(ask("read"), ty, options),
                "{context}: {subject}"
            );
        }
        for ty in ["dataset", "comet", "project_log"] {
            assert_eq!(
                all.can_create(ty, Some(project)),
                some.can_create(ty, Some(project)),
                "{context}: {subject} {ty} {project}"
            );
        }
    }
}

#[test]
fn a_slice_never_says_yes_where_the_whole_says_no() {
    for seed in 95_000..95_400 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let whole = load(&export, &ours);
        let mut subjects = ids(&export, "users");
        subjects.extend(
            rows(&export, "acls").iter().filter_map(|row| row["user_id"].as_str().map(str::to_owned)),
        );
        subjects.extend(["sa1".to_owned(), "stranger".to_owned()]);
        subjects.retain(|id| !id.is_empty());
        for _ in 0..3 {
            let subject = rng.pick(&subjects).clone();
            let context = format!("seed {seed}\n{export:#}");
            let all = slice(&whole, &subject, None, SliceObjects::All);
            never_more(&whole, &all, &subject, &export, &mut rng, &format!("all, {context}"));
            as_much(&whole, &all, &subject, &export, &format!("all, {context}"));
            let none = slice(&whole, &subject, None, SliceObjects::None);
            never_more(&whole, &none, &subject, &export, &mut rng, &format!("none, {context}"));
            let projects = ids(&export, "projects");
            let some: Vec<&str> = projects.iter().filter(|_| rng.percent(40)).map(String::as_str).collect();
            for objects in [SliceObjects::All, SliceObjects::None] {
                let part = slice(&whole, &subject, Some(&some), objects);
                never_more(&whole, &part, &subject, &export, &mut rng, &format!("{some:?}, {context}"));
            }
            // Others are not in it: they are anybody.
            let other = rng.pick(&subjects);
            if *other != subject {
                let nobody = all.subject(other);
                assert!(nobody.groups().is_empty() && !nobody.is_owner(), "{context}");
            }
        }
    }
}

/// The bytes hold nobody else's id and no other group's, and are as short as promised.
#[test]
fn a_slice_is_short_and_holds_nobody_else() {
    let mut rng = rng(96_000);
    let export = generate::large(&mut rng, 2_000, 150, 600, 12_000, 30_000);
    let (ours, _) = options(0);
    let whole = load(&export, &ours);
    let packed = |id: &str| -> Vec<u8> {
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).collect();
        (0..16).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("a UUID")).collect()
    };
    let holds = |bytes: &[u8], id: &str| {
        let packed = packed(id);
        bytes.windows(16).any(|window| window == packed) || bytes.windows(36).any(|w| w == id.as_bytes())
    };
    let (users, groups) = (ids(&export, "users"), ids(&export, "groups"));
    let owner = export["groups"][0]["member_users"][0].as_str().expect("an owner").to_owned();
    for subject in [rng.pick(&users).clone(), rng.pick(&users).clone(), owner] {
        for objects in [SliceObjects::All, SliceObjects::None] {
            let bytes = whole
                .slice(&subject, SliceOptions { objects, ..SliceOptions::default() })
                .expect("a whole one");
            assert!(holds(&bytes, &subject));
            for user in users.iter().step_by(7).filter(|user| **user != subject) {
                assert!(!holds(&bytes, user), "{subject}'s slice holds {user}");
            }
            let mine: Vec<String> =
                whole.subject(&subject).groups().into_iter().map(|group| group.id).collect();
            // An ACL on a group names it.
            let is_object = |group: &String| {
                let on = |row: &&Value| row["object_type"] == "group" && row["object_id"] == **group;
                rows(&export, "acls").iter().any(on)
            };
            for group in groups.iter().filter(|group| !mine.contains(group) && !is_object(group)) {
                assert!(!holds(&bytes, group), "{subject}'s slice holds the group {group}");
            }
            let part = Org::from_snapshot(&bytes).expect("a slice");
            let stats = part.stats();
            let projects = part.find(None, None, Some("project")).len();
            let objects_carried = stats.objects - projects;
            let most = 32 * stats.acls + 64 * (projects + 1) + 24 * objects_carried + 1500;
            println!(
                "{objects:?}: {} bytes for {} ACLs, {projects} projects, {objects_carried} objects; {most} allowed",
                bytes.len(),
                stats.acls
            );
            assert!(bytes.len() <= most, "{} bytes, {most} allowed", bytes.len());
        }
    }
}

/// Small slices trust a project that is named, but not for what they know to be elsewhere.
#[test]
fn lies_about_projects_are_found() {
    let export = serde_json::json!({
        "organization": {"id": "o"},
        "projects": [{"id": "mine"}, {"id": "theirs"}, {"id": "gone", "deleted_at": "then"}],
        "datasets": [{"id": "a", "project_id": "mine"}, {"id": "b", "project_id": "theirs"}, {"id": "c", "project_id": "gone"},
                     {"id": "d", "project_id": "mine", "deleted_at": "then"}, {"id": "e", "project_id": "lost"}],
        "acls": [{"id": "2", "object_type": "comet", "object_id": "f", "user_id": "ada", "permission": "read"},
                 {"id": "1", "object_type": "project", "object_id": "mine", "user_id": "ada", "permission": "read"}],
    });
    let whole = load(&export, &aclarity::LoadOptions::default());
    let none = slice(&whole, "ada", None, SliceObjects::None);
    let may = |id: &str, project: &str| {
        none.subject("ada").can(ask("read"), &Object::dataset(id).in_project(project))
    };
    assert!(may("a", "mine") && may("new", "mine"));
    // Whoever says that something is in a deleted project says that it is deleted.
    for (org, project) in [(&whole, "gone"), (&none, "gone"), (&whole, "mine"), (&none, "mine")] {
        let held = org.subject("ada").can(ask("read"), &Object::new("comet", "f").in_project(project));
        assert_eq!(held, project == "mine");
    }
    assert!(!may("a", "theirs"));
    for id in ["b", "c", "d", "e"] {
        assert!(!may(id, "mine"), "{id}");
    }
    assert_eq!(whole.slice("", SliceOptions::default()).expect_err("nobody").code().as_str(), "bad_argument");
    assert_eq!(none.slice("ada", SliceOptions::default()).expect_err("a slice").code().as_str(), "slice");
    let mut none = none;
    assert_eq!(none.apply(b"{}").expect_err("a slice").code().as_str(), "slice");
}
