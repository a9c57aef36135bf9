// The Rust example of README.md, the same text from here on; run by ../documentation.rs.

use aclarity::{Object, Org, Permission};

fn main() -> Result<(), aclarity::Error> {
    let mut org = Org::from_json(
        br#"{
            "organization": {"id": "acme", "name": "Acme"},
            "users": [{"id": "ada", "given_name": "Ada"}],
            "projects": [{"id": "search", "name": "Search"}],
            "datasets": [{"id": "golden", "name": "Golden questions", "project_id": "search"}],
            "acls": [{"id": "acl-1", "object_type": "project", "object_id": "search",
                      "user_id": "ada", "permission": "read"}]
        }"#,
    )?;
    let golden = Object::dataset("golden");

    let ada = org.subject("ada");
    assert!(ada.can(Permission::Read, &golden));
    assert_eq!(
        ada.explain(Permission::Update, &golden).text,
        "`Ada` may not update the dataset `Golden questions`: no grant gives that"
    );

    org.apply(br#"{"acls": {"remove": ["acl-1"]}}"#)?;
    assert!(!org.subject("ada").can(Permission::Read, &golden));
    Ok(())
}
