//! A small organisation with everything that a snapshot holds, and checksums reckoned anew.

use xxhash_rust::xxh64::xxh64;

/// Copies, rows that do not count, rows with something wrong, cycles, unknown types, text ids and
/// UUIDs, an object with many ACLs, pages.
pub const DATA: &str = r#"{
    "organization": {"id": "o", "name": "O"}, "plan": "pro", "acl": [], "missing": [{"list": "prompt_sessions", "status": 403}, {"list": "x"}],
    "users": [{"id": "ada", "given_name": "Ada", "email": "ada@example.com"}, {"id": "bo"}, {"id": "ada", "deleted_at": "x"}],
    "service_accounts": [{"id": "sa", "name": "Robot"}],
    "service_tokens": [{"id": "t", "service_account_id": "sb", "service_account_name": "B", "expires_at": "2026-01-01T00:00:00Z"}],
    "groups": {"objects": [
        {"id": "g", "org_id": "o", "name": "Owners", "member_users": ["bo", "", "ada"], "member_groups": ["h", "i"]},
        {"id": "h", "name": "H", "member_groups": ["g"]}, {"id": "h", "name": "copy", "deleted_at": "x"},
        {"name": "no id"}]},
    "roles": [[{"id": "r", "org_id": "o", "name": "R", "member_roles": ["s", "u"], "member_permissions": [
                  {"permission": "update", "restrict_object_type": "dataset"}, {"permission": "read"},
                  {"permission": "fly"}]}],
              [{"id": "s", "name": "owner", "member_roles": ["r"], "member_permissions": [{"permission": "delete"}]}]],
    "acls": [{"id": "a", "object_type": "project", "object_id": "p", "group_id": "g", "role_id": "r"},
             {"id": "b", "object_type": "comet", "object_id": "c", "user_id": "ada",
              "permission": "read", "restrict_object_type": "dataset"},
             {"id": "dup", "object_type": "experiment", "object_id": "e1", "user_id": "sa", "permission": "read"},
             {"id": "dup", "object_type": "experiment", "object_id": "e1", "user_id": "sa", "permission": "delete", "deleted_at": "x"},
             {"id": "bad", "object_type": "project", "object_id": "p"},
             {"id": "elsewhere", "object_type": "project", "object_id": "p", "user_id": "u", "permission": "read", "_object_org_id": "z"},
             {"id": "11111111-2222-4333-8444-555555555555", "object_type": "dataset",
              "object_id": "66666666-2222-4333-8444-555555555555", "user_id": "bo", "permission": "read"},
             {"id": "many-1", "object_type": "project", "object_id": "q", "user_id": "1", "permission": "read"},
             {"id": "many-2", "object_type": "project", "object_id": "q", "user_id": "2", "permission": "read"},
             {"id": "many-3", "object_type": "project", "object_id": "q", "user_id": "3", "permission": "read"},
             {"id": "many-4", "object_type": "project", "object_id": "q", "user_id": "3", "permission": "update"},
             {"id": "many-5", "object_type": "project", "object_id": "q", "user_id": "5", "permission": "read"},
             {"id": "many-6", "object_type": "project", "object_id": "q", "user_id": "6", "permission": "read"},
             {"id": "many-7", "object_type": "project", "object_id": "q", "user_id": "7", "permission": "read"},
             {"id": "many-8", "object_type": "project", "object_id": "q", "user_id": "8", "permission": "read"},
             {"id": "many-9", "object_type": "project", "object_id": "q", "user_id": "9", "permission": "read"},
             {"id": "many-10", "object_type": "project", "object_id": "q", "user_id": "10", "permission": "read"},
             {"id": "many-11", "object_type": "project", "object_id": "q", "user_id": "3", "permission": "delete"},
             {"id": "many-12", "object_type": "project", "object_id": "q", "user_id": "12", "permission": "read"},
             {"id": "many-13", "object_type": "project", "object_id": "q", "user_id": "13", "permission": "read"},
             {"id": "many-14", "object_type": "project", "object_id": "q", "user_id": "14", "permission": "read"},
             {"id": "many-15", "object_type": "project", "object_id": "q", "user_id": "15", "permission": "read"},
             {"id": "many-16", "object_type": "project", "object_id": "q", "user_id": "16", "permission": "read"},
             {"id": "many-17", "object_type": "project", "object_id": "q", "user_id": "17", "permission": "read"},
             {"id": "many-18", "object_type": "project", "object_id": "q", "user_id": "3", "permission": "create"}],
    "projects": [{"id": "p", "name": "P"}, {"id": "q", "deleted_at": "then"}],
    "project_groups": [{"id": "pg", "member_projects": ["p", "", "q", "lost"]}],
    "experiments": [{"id": "e1", "project_id": "p"}, {"id": "e2", "project_id": "p", "public": true},
                    {"id": "e3", "project_id": "p", "deleted_at": "then"}, {"id": "e4", "name": "Loose"},
                    {"id": "e1", "project_id": "lost"}],
    "datasets": [{"id": "66666666-2222-4333-8444-555555555555", "project_id": "p", "name": "D"}],
    "prompts": [{"id": "f", "project_id": "p", "name": "P"}],
    "functions": [{"id": "f", "project_id": "p", "name": "F"}, {"id": "f2", "project_id": "p"}]
}"#;

/// The same bytes with the checksums that they should have; none when their lengths do not add up.
pub fn resealed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = bytes.get(..9)?.to_vec();
    let mut sum = xxh64(&sealed, 0);
    let mut rest = &bytes[9..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest.get(1..5)?.try_into().ok()?) as usize;
        let content = rest.get(..length.checked_add(5)?)?;
        sum = xxh64(content, sum);
        sealed.extend_from_slice(content);
        sealed.extend_from_slice(&sum.to_le_bytes());
        rest = rest.get(content.len() + 8..)?;
    }
    Some(sealed)
}
