//! The documents against the code: codes of findings, names of vectors, links, and the README's Rust example.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aclarity::Code;
use serde_json::Value;

mod readme_example {
    include!("documentation/readme.rs");

    pub fn run() -> Result<(), aclarity::Error> {
        main()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of a document's tables, row by row, for tables whose first column is headed so.
fn table(document: &str, first: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else {
            inside &= line.starts_with("|--");
            continue;
        };
        let cells: Vec<String> = cells.split(" | ").map(|cell| cell.trim().to_owned()).collect();
        if cells[0] == first {
            inside = true;
        } else if inside {
            rows.push(cells);
        }
    }
    rows
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn findings_are_those_of_the_code() {
    let documented: Vec<(String, String)> = table(&read("docs/FINDINGS.md"), "code")
        .into_iter()
        .map(|row| {
            assert_eq!(row.len(), 4, "a row of FINDINGS.md has four cells: {row:?}");
            (row[0].trim_matches('`').to_owned(), row[1].clone())
        })
        .collect();
    let of_the_code: Vec<(String, String)> = Code::ALL
        .iter()
        .map(|code| (code.as_str().to_owned(), code.severity().as_str().to_owned()))
        .collect();
    assert_eq!(documented, of_the_code, "docs/FINDINGS.md (left) and `Code::ALL` (right), in one order");
}

#[test]
fn rules_name_every_vector_and_no_other() {
    let rules = read("docs/RULES.md");
    let named: BTreeSet<&str> = quoted(&rules).collect();
    let mut cases = BTreeSet::new();
    let mut missing = Vec::new();
    for (file, of_the_file) in vectors() {
        for case in of_the_file {
            let name = case["name"].as_str().expect("a name").to_owned();
            if !named.contains(file.as_str()) && !named.contains(name.as_str()) {
                missing.push(format!("{file}: {name}"));
            }
            cases.insert(name);
        }
    }
    assert!(missing.is_empty(), "no rule in docs/RULES.md names these vectors: {missing:#?}");
    let is_case_like = |name: &&&str| {
        name.contains('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let gone: Vec<&&str> = named.iter().filter(is_case_like).filter(|name| !cases.contains(**name)).collect();
    assert!(gone.is_empty(), "docs/RULES.md names vectors that do not exist: {gone:?}");
}

/// The cases of each file of vectors.
fn vectors() -> Vec<(String, Vec<Value>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("tests/vectors")).expect("the vectors") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        // No name has surrogates; some cases do, alone, which no Rust string can hold.
        let text = fs::read_to_string(&path).expect("vectors").replace("\\ud", "\\u0");
        let vectors: Value = serde_json::from_str(&text).expect("JSON");
        files.push((file, vectors["cases"].as_array().expect("cases").clone()));
    }
    files
}

/// The codes in a list of findings, or of codes.
fn codes(list: &Value) -> BTreeSet<String> {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| entry["code"].as_str().or(entry.as_str()).map(ToOwned::to_owned)).collect()
}

/// tests/vectors: every code has a case that finds it, and one that nearly does and must not. That
/// is said by `lacks`; by a name (`CODE-…near-miss`); or, of what loading finds, by a list of all that
/// is found, without it, beside a case that finds it.
#[test]
fn every_code_has_a_vector_and_a_near_miss() {
    let (mut found, mut missed) = (BTreeSet::new(), BTreeSet::new());
    for (_, cases) in vectors() {
        let of_loading: BTreeSet<String> = cases.iter().flat_map(|case| codes(&case["findings"])).collect();
        found.extend(of_loading.iter().cloned());
        for case in &cases {
            for question in case["ask"].as_array().into_iter().flatten() {
                found.extend(codes(&question["finds"]).into_iter().chain(codes(&question["has"])));
                missed.extend(codes(&question["lacks"]));
            }
            let name = case["name"].as_str().expect("a name").replace('-', "_");
            let is_near = |code: &&str| name.contains("near_miss") && name.starts_with(code);
            missed.extend(Code::ALL.iter().map(|code| code.as_str()).filter(is_near).map(ToOwned::to_owned));
            if case["findings"].is_array() {
                missed.extend(of_loading.difference(&codes(&case["findings"])).cloned());
            }
        }
    }
    let without = |set: &BTreeSet<String>| -> Vec<&str> {
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !set.contains(*code)).collect()
    };
    assert_eq!(without(&found), Vec::<&str>::new(), "codes that no vector finds");
    assert_eq!(without(&missed), Vec::<&str>::new(), "codes that no near miss says are not found");
}

#[test]
fn the_readme_has_the_rust_example() {
    let example = read("tests/documentation/readme.rs");
    let (_, code) = example.split_once("\n\n").expect("a comment, an empty line, the code");
    assert!(read("README.md").contains(code), "README.md and tests/documentation/readme.rs differ");
    readme_example::run().expect("the example runs");
}

/// The targets of a document's links and pictures that are files of the repository.
fn targets(document: &str) -> Vec<String> {
    document
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.to_owned())
        .filter(|target| !target.contains("://"))
        .collect()
}

/// The heading's name in links, as GitHub makes it.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut documents: Vec<String> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "tests/vectors/README.md", "www-example/README.md"]
            .map(ToOwned::to_owned)
            .into();
    for entry in fs::read_dir(root().join("docs")).expect("docs") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(format!("docs/{}", path.file_name().and_then(|n| n.to_str()).expect("a name")));
        }
    }
    for document in documents {
        let folder = root().join(&document);
        let folder = folder.parent().unwrap_or(Path::new(""));
        for target in targets(&read(&document)) {
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let path = if file.is_empty() { root().join(&document) } else { folder.join(file) };
            assert!(path.exists(), "{document} links to `{target}`, which does not exist");
            if !heading.is_empty() {
                let text = fs::read_to_string(&path).expect("a document");
                let found = text.lines().any(|line| line.starts_with('#') && anchor(line) == heading);
                assert!(found, "{document} links to `{target}`: there is no such heading");
            }
        }
    }
}
