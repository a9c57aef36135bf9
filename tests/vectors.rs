//! The conformance vectors (tests/vectors), run by the crate itself.

mod reaching;

use aclarity::{
    AclItem, Actor, BoxChange, BoxName, BoxState, Credential, Draft, Finding, ListOptions, LoadOptions,
    Loader, Members, Node, Object, Org, PermissionSet, Principal, Reason, Request, Subject, UnknownObjects,
};
use serde_json::Value;

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn options(case: &Value) -> LoadOptions {
    let options = &case["options"];
    LoadOptions {
        strict: options["strict"] == Value::Bool(true),
        unknown_objects: match text(options, "unknownObjects") {
            Some("inOrganization") => UnknownObjects::InOrganization,
            _ => UnknownObjects::Deny,
        },
        members: match text(options, "members") {
            Some("known") => Members::Known,
            _ => Members::Any,
        },
        now: Some(now(text(options, "now"))),
    }
}

/// The time that a case says (`2026-06-01T…`, of which the day counts), or the present.
fn now(date: Option<&str>) -> u64 {
    let Some(date) = date else {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        return u64::try_from(now.as_millis()).expect("before the year 292,277,026,596");
    };
    let part = |range: std::ops::Range<usize>| date[range].parse::<u64>().expect("digits");
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    let is_leap = leaps(year) > leaps(year - 1);
    let months = [31, 28 + u64::from(is_leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
        + months[..month as usize - 1].iter().sum::<u64>();
    (days + day - 1) * 86_400_000
}

fn numbered(row: &Value, n: u64) -> Value {
    match row {
        Value::String(text) => Value::String(text.replace('#', &n.to_string())),
        Value::Array(items) => items.iter().map(|item| numbered(item, n)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), numbered(v, n))).collect(),
        other => other.clone(),
    }
}

fn text_of(case: &Value) -> String {
    if let Some(text) = text(case, "text") {
        return text.to_owned();
    }
    let mut export = case["export"].clone();
    for (list, fill) in case["fill"].as_object().into_iter().flatten() {
        let rows = export
            .as_object_mut()
            .expect("an export")
            .entry(list.clone())
            .or_insert(Value::Array(Vec::new()))
            .as_array_mut()
            .expect("rows");
        for n in 0..fill["count"].as_u64().expect("a count") {
            rows.push(numbered(&fill["row"], n));
        }
    }
    export.to_string()
}

fn subject<'o>(org: &'o Org, who: &Value) -> Subject<'o> {
    match who {
        Value::Null => org.anonymous(),
        Value::String(id) => org.subject(id),
        who => org.member_of(text(who, "group").expect("a group")),
    }
}

fn object(question: &Value) -> Object {
    let ty = text(question, "type").expect("a type");
    let object = question.get("id").map_or(Object::of_type(ty), |id| {
        // A lone surrogate in the file reads as an unknown id.
        Object::new(ty, id.as_str().expect("an id"))
    });
    match text(question, "project") {
        Some(project) => object.in_project(project),
        None => object,
    }
}

fn ask(question: &Value, field: &str) -> Option<PermissionSet> {
    text(question, field).map(|name| PermissionSet::from_ask(name).expect("a permission"))
}

fn reason_name(reason: Reason) -> String {
    serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned()
}

fn actor(question: &Value) -> Actor {
    let credential = match text(question, "credential") {
        None | Some("session") => Credential::Session,
        Some("api_key") => Credential::ApiKey,
        Some("service_token") => Credential::ServiceToken,
        Some("unknown") => Credential::Unknown,
        Some(other) => panic!("no credential: {other}"),
    };
    Actor::new(text(question, "by").unwrap_or_default(), credential)
}

fn sorted(list: &Value) -> Value {
    let mut list = list.as_array().cloned().unwrap_or_default();
    list.sort_by_key(ToString::to_string);
    list.into()
}

/// Findings as a question tells them: all (`finds`), some (`has`), and none of some codes (`lacks`).
fn wrong_findings(question: &Value, found: &[Finding]) -> Vec<String> {
    let mut wrong = question.get("finds").map_or_else(Vec::new, |finds| check_findings(finds, found));
    for expected in question["has"].as_array().into_iter().flatten() {
        if !found.iter().any(|finding| fits(expected, finding)) {
            let found: Vec<_> = found.iter().map(|f| (f.code.as_str(), &f.path)).collect();
            wrong.push(format!("not found: {expected} in {found:?}"));
        }
    }
    for code in question["lacks"].as_array().into_iter().flatten() {
        if let Some(finding) = found.iter().find(|finding| Some(finding.code.as_str()) == code.as_str()) {
            wrong.push(format!("not expected: {code} at {}: {}", finding.path, finding.message));
        }
    }
    wrong
}

fn check_authorize(org: &Org, question: &Value) -> Vec<(String, Value, Value)> {
    let request = Request::from_json(question["authorize"].to_string().as_bytes()).expect("a request");
    let found = org.authorize(&request, &actor(question));
    let mut json = serde_json::to_value(&found).expect("JSON");
    for need in json["needs"].as_array_mut().into_iter().flatten() {
        need.as_object_mut().expect("a need").remove("basis");
    }
    let mut checks = vec![("authorize".to_owned(), question["is"].clone(), json["decision"].take())];
    if let Some(needs) = question.get("needs") {
        checks.push(("needs".to_owned(), sorted(needs), sorted(&json["needs"])));
    }
    if let Some(filter) = question.get("filter") {
        checks.push(("filter".to_owned(), filter.clone(), json["filter"].take()));
    }
    let wrong = wrong_findings(question, &found.findings);
    checks.push(("findings".to_owned(), Value::Array(Vec::new()), wrong.into()));
    checks
}

fn principal(value: &Value) -> Principal {
    match (text(value, "user"), text(value, "group")) {
        (Some(user), None) => Principal::User(user.to_owned()),
        (None, Some(group)) => Principal::Group(group.to_owned()),
        _ => panic!("no principal: {value}"),
    }
}

fn check_matrix(org: &Org, question: &Value) -> Vec<(String, Value, Value)> {
    let matrix = serde_json::to_value(org.matrix(&principal(&question["matrix"]))).expect("JSON");
    let mut boxes = matrix["boxes"].as_array().cloned().expect("boxes");
    for found in &mut boxes {
        found.as_object_mut().expect("a box").remove("from");
    }
    let (off, set): (Vec<Value>, Vec<Value>) = boxes.into_iter().partition(|found| found["state"] == "off");
    let mut checks = Vec::new();
    if let Some(expected) = question.get("boxes") {
        checks.push(("boxes".to_owned(), sorted(expected), sorted(&set.into())));
    }
    for expected in question["off"].as_array().into_iter().flatten() {
        let mut expected = expected.clone();
        expected["state"] = "off".into();
        checks.push((format!("off {expected}"), true.into(), off.contains(&expected).into()));
    }
    if let Some(expected) = question.get("other") {
        let ids = matrix["other"].as_array().into_iter().flatten().map(|row| row["acl"].clone());
        checks.push(("other".to_owned(), sorted(expected), sorted(&ids.collect())));
    }
    checks
}

fn check_validate(org: &Org, question: &Value) -> Vec<(String, Value, Value)> {
    let request = Request::from_json(question["validate"].to_string().as_bytes()).expect("a request");
    let wrong = wrong_findings(question, &org.validate(&request, &actor(question)));
    vec![("findings".to_owned(), Value::Array(Vec::new()), wrong.into())]
}

fn item(value: &Value) -> AclItem {
    let own = |field| text(value, field).map(ToOwned::to_owned);
    AclItem {
        object_type: own("object_type").unwrap_or_default(),
        object_id: own("object_id").unwrap_or_default(),
        user_id: own("user_id"),
        group_id: own("group_id"),
        permission: own("permission"),
        role_id: own("role_id"),
        restrict_object_type: own("restrict_object_type"),
    }
}

/// A list of one or several.
fn each(value: &Value) -> Vec<AclItem> {
    value.as_array().map_or_else(|| vec![item(value)], |items| items.iter().map(item).collect())
}

fn take_step(draft: &mut Draft, step: &Value) {
    if let Some(items) = step.get("grant") {
        draft.grant(&each(items));
    } else if let Some(acl) = text(step, "revoke") {
        draft.revoke_acl(acl);
    } else if let Some(items) = step.get("revoke") {
        draft.revoke(&each(items));
    } else if let Some(acl) = text(step, "narrow") {
        let except: Vec<&str> = step["except"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        draft.narrow(acl, &except);
    } else if let Some(whose) = step.get("setMatrix") {
        let boxes: Vec<BoxChange> = step["boxes"].as_array().unwrap().iter().map(box_change).collect();
        draft.set_matrix(&principal(whose), &boxes);
    } else {
        draft.request(Request::from_json(step.to_string().as_bytes()).expect("a request"));
    }
}

fn box_change(value: &Value) -> BoxChange {
    BoxChange {
        on: Node {
            object_type: text(&value["on"], "type").unwrap().to_owned(),
            id: text(&value["on"], "id").unwrap().to_owned(),
        },
        restrict: text(value, "restrict").map(ToOwned::to_owned),
        name: BoxName::from_name(text(value, "box").unwrap()).expect("a box"),
        state: if value["state"] == "on" { BoxState::On } else { BoxState::Off },
    }
}

fn check_draft(org: &Org, question: &Value) -> Vec<(String, Value, Value)> {
    let creator_grants = question["options"]["creatorGrants"] != false;
    let mut draft = org.draft(actor(question), creator_grants);
    for step in question["draft"].as_array().expect("steps") {
        take_step(&mut draft, step);
    }
    let wrong = wrong_findings(question, &draft.findings());
    let mut checks = vec![("findings".to_owned(), Value::Array(Vec::new()), wrong.into())];
    for (i, then) in question["then"].as_array().into_iter().flatten().enumerate() {
        let of_preview = check(draft.preview(), then).into_iter();
        checks
            .extend(of_preview.map(|(what, expected, found)| (format!("then/{i} {what}"), expected, found)));
    }
    if let Some(rows) = question.get("diff") {
        let found = serde_json::to_value(draft.diff()).expect("JSON");
        checks.push(("diff".to_owned(), sorted(rows), sorted(&found)));
    }
    if let Some(requests) = question.get("requests").and_then(Value::as_array) {
        let found = serde_json::to_value(draft.requests()).expect("JSON");
        let given = |(at, found): (usize, &Value)| {
            let mut found = found.clone();
            let fields = found.as_object_mut().expect("a request");
            fields.remove("creates");
            match (requests.get(at).and_then(|request| request.get("body")), fields.get_mut("body")) {
                (Some(Value::Object(expected)), Some(Value::Object(body))) => {
                    body.retain(|field, _| expected.contains_key(field));
                }
                (None, _) => drop(fields.remove("body")),
                _ => {}
            }
            all_sorted(&found)
        };
        let found: Vec<Value> = found.as_array().expect("requests").iter().enumerate().map(given).collect();
        checks.push(("requests".to_owned(), requests.iter().map(all_sorted).collect(), found.into()));
    }
    checks
}

/// The same with every list in it sorted.
fn all_sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => sorted(&items.iter().map(all_sorted).collect()),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), all_sorted(value))).collect()
        }
        other => other.clone(),
    }
}

/// What the organisation answers, in the form of the expected answer; and where that stands.
fn check(org: &Org, question: &Value) -> Vec<(String, Value, Value)> {
    let mut checks = Vec::new();
    let mut expect = |what: &str, expected: &Value, found: Value| {
        checks.push((what.to_owned(), expected.clone(), found));
    };
    if let Some(ask) = ask(question, "who") {
        let holders = org.who(ask, &object(question), ListOptions::default());
        let ids: Vec<&str> = holders.subjects.iter().map(|h| h.subject.as_str()).collect();
        expect("who", &question["is"], ids.into());
        if let Some(public) = question.get("public") {
            expect("public", public, holders.public.into());
        }
        return checks;
    }
    if question.get("authorize").is_some() {
        return check_authorize(org, question);
    }
    if question.get("matrix").is_some() {
        return check_matrix(org, question);
    }
    if question.get("draft").is_some() {
        return check_draft(org, question);
    }
    if question.get("validate").is_some() {
        return check_validate(org, question);
    }
    if question.get("audit").is_some() {
        expect("audit", &Value::Array(Vec::new()), wrong_findings(question, &org.audit()).into());
        return checks;
    }
    let subject = subject(org, &question["as"]);
    if let Some(ask) = ask(question, "can") {
        let object = object(question);
        let why = subject.explain(ask, &object);
        expect("can", &question["is"], subject.can(ask, &object).into());
        expect("explain.allowed", &question["is"], why.allowed.into());
        if let Some(reason) = question.get("reason") {
            expect("reason", reason, reason_name(why.reason).into());
        }
        if let Some(acls) = question.get("acls") {
            let mut ids: Vec<String> = why.grants.iter().map(|g| g.acl.clone()).collect();
            ids.sort();
            expect("acls", acls, ids.into());
        }
    } else if let Some(asked) = question.get("permissions") {
        let held: Vec<&str> =
            subject.permissions(&object(asked)).iter().map(aclarity::Permission::as_str).collect();
        expect("permissions", &question["are"], held.into());
    } else if let Some(ty) = text(question, "canCreate") {
        let project = text(question, "project");
        expect("canCreate", &question["is"], subject.can_create(ty, project).into());
        if let Some(reason) = question.get("reason") {
            expect("reason", reason, reason_name(subject.explain_create(ty, project).reason).into());
        }
    } else if let Some(ask) = ask(question, "list") {
        let options = ListOptions { project: text(question, "project"), ..ListOptions::default() };
        expect("list", &question["is"], subject.list(ask, text(question, "type").unwrap(), options).into());
    } else if let Some(ty) = text(question, "creatable") {
        expect("creatable", &question["is"], subject.creatable(ty).into());
    } else if let Some(asked) = question.get("grantable") {
        let held: Vec<&str> =
            subject.grantable(&object(asked)).iter().map(aclarity::Permission::as_str).collect();
        expect("grantable", &question["is"], held.into());
    } else if let Some(owner) = question.get("isOwner") {
        expect("isOwner", owner, subject.is_owner().into());
    } else if let Some(groups) = question.get("groups") {
        let ids: Vec<String> = subject.groups().into_iter().map(|g| g.id).collect();
        expect("groups", groups, ids.into());
    } else if let Some(asked) = question.get("nearMisses") {
        let why = subject.explain(ask(asked, "can").unwrap(), &object(asked));
        let misses: Vec<Value> = why
            .near_misses
            .iter()
            .map(|miss| serde_json::json!([miss.acl, serde_json::to_value(miss.missing).unwrap()]))
            .collect();
        expect("nearMisses", &question["are"], misses.into());
    } else if let Some(asked) = question["reaches"].as_array() {
        let probes = reaching::probes(org, &subject);
        for asked in asked {
            let rules = reaching::reached(&probes, &subject, ask(asked, "can").unwrap(), &object(asked));
            expect(&format!("reaches {asked}"), &asked["is"], rules.is_some().into());
            if let (Some(expected), Some(rules)) = (asked.get("rules"), rules) {
                expect("rules", expected, rules.into());
            }
        }
    } else {
        panic!("unknown question {question}");
    }
    checks
}

fn fits(expected: &Value, finding: &Finding) -> bool {
    let node = |node: &Value| {
        finding.object.as_ref().is_some_and(|object| {
            text(node, "type") == Some(&object.object_type) && text(node, "id") == Some(&object.id)
        })
    };
    Some(finding.code.as_str()) == text(expected, "code")
        && text(expected, "severity").is_none_or(|severity| severity == finding.severity.as_str())
        && text(expected, "path").is_none_or(|path| path == finding.path)
        && text(expected, "subject").is_none_or(|subject| Some(subject) == finding.subject.as_deref())
        && text(expected, "acl").is_none_or(|acl| Some(acl) == finding.acl.as_deref())
        && expected.get("object").is_none_or(node)
        && expected.get("change").is_none_or(|change| change.as_u64() == finding.change.map(|at| at as u64))
}

fn check_findings(expected: &Value, found: &[Finding]) -> Vec<String> {
    let mut wrong = Vec::new();
    let expected = expected.as_array().expect("findings");
    let mut left: Vec<&Finding> = found.iter().collect();
    for finding in expected {
        match left.iter().position(|found| fits(finding, found)) {
            Some(at) => drop(left.remove(at)),
            None => wrong.push(format!("not found: {finding}")),
        }
    }
    for finding in left {
        if !expected.iter().any(|e| text(e, "code") == Some(finding.code.as_str())) {
            wrong.push(format!("not expected: {} at {}: {}", finding.code, finding.path, finding.message));
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!(
            "found: {:?}",
            found.iter().map(|f| (f.code.as_str(), &f.path)).collect::<Vec<_>>()
        ));
    }
    wrong
}

fn run(case: &Value) -> Vec<String> {
    let text_of_case = text_of(case);
    let loaded = Org::from_json_with(text_of_case.as_bytes(), options(case));
    // The same text in pieces of one byte gives the same.
    let mut loader = Loader::new(options(case));
    let in_pieces = loader
        .push(b"")
        .and_then(|()| text_of_case.as_bytes().chunks(1).try_for_each(|byte| loader.push(byte)))
        .and_then(|()| loader.finish());
    let mut wrong = Vec::new();
    if let Some(expected) = case.get("error") {
        for (how, result) in [("whole", &loaded), ("in pieces", &in_pieces)] {
            match result {
                Ok(_) => wrong.push(format!("{how}: loaded, expected {expected}")),
                Err(error) => {
                    let fits = Some(error.code().as_str()) == text(expected, "code")
                        && text(expected, "path").is_none_or(|path| Some(path) == error.path());
                    if !fits {
                        wrong.push(format!(
                            "{how}: {:?} {:?} {error}, expected {expected}",
                            error.code(),
                            error.path()
                        ));
                    }
                }
            }
        }
        return wrong;
    }
    for (how, result) in [("whole", loaded), ("in pieces", in_pieces)] {
        let org = match result {
            Ok(org) => org,
            Err(error) => {
                wrong.push(format!("{how}: {:?} at {:?}: {error}", error.code(), error.path()));
                continue;
            }
        };
        for question in case["ask"].as_array().into_iter().flatten() {
            for (what, expected, found) in check(&org, question) {
                if expected != found {
                    wrong.push(format!("{how}: {question}: {what} is {found}"));
                }
            }
        }
        if let Some(findings) = case.get("findings") {
            wrong
                .extend(check_findings(findings, &org.findings()).into_iter().map(|w| format!("{how}: {w}")));
        }
    }
    wrong
}

#[test]
fn every_vector_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
        // Lone surrogates in questions are replaced by a character that no id has.
        let json = std::fs::read_to_string(file).unwrap();
        let json = serde_json::from_str::<Value>(&json).unwrap_or_else(|_| lossy(&json));
        for case in json["cases"].as_array().expect("cases") {
            cases += 1;
            let name =
                format!("{}: {} ({})", file.file_name().unwrap().display(), case["name"], case["rule"]);
            wrong.extend(run(case).into_iter().map(|what| format!("{name}\n    {what}")));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 250, "only {cases} cases were found");
}

/// JSON in whose strings escapes of lone surrogates, which no Rust string can hold, are replaced by
/// an id that nothing has.
fn lossy(json: &str) -> Value {
    let surrogate = |text: &str| {
        let code = u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
        (0xd800..0xe000).contains(&code).then_some(code)
    };
    let mut out = String::new();
    let mut rest = json;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if c == '\\' {
            taken = match (surrogate(rest), rest.get(6..).and_then(surrogate)) {
                (Some(0xd800..0xdc00), Some(0xdc00..)) => 12,
                (Some(_), _) => {
                    out.push_str("nobody and nothing");
                    rest = &rest[6..];
                    continue;
                }
                // An escaped backslash, or any other escape.
                (None, _) => 2,
            };
        }
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    serde_json::from_str(&out).expect("JSON")
}
