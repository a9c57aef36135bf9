//! Prints the vocabulary as JSON: what the npm package's tables are generated from.

use aclarity::{Code, MODEL_VERSION, NOUNS, OBJECT_TYPES, Permission, matrix_table, requests_table};
use serde_json::json;

fn main() {
    let findings: Vec<_> = Code::ALL
        .iter()
        .map(|code| json!({"code": code.as_str(), "severity": code.severity(), "summary": code.summary()}))
        .collect();
    let nouns: serde_json::Map<String, serde_json::Value> =
        NOUNS.iter().map(|(noun, wire)| ((*noun).to_owned(), json!(wire))).collect();
    let tables = json!({
        "permissions": Permission::ALL.map(Permission::as_str),
        "objectTypes": OBJECT_TYPES,
        "nouns": nouns,
        "findings": findings,
        "matrix": matrix_table(),
        "requests": requests_table(),
        "modelVersion": MODEL_VERSION,
    });
    println!("{tables:#}");
}
