//! What is wrong with rows by themselves, as it stands in a snapshot.

use super::bytes::{Damage, In, Out};
use crate::load::list::List;
use crate::model::finding::{Code, Finding, Node, Param, Severity};
use crate::org::Org;

/// What the messages of such findings are made of. New names come at the end: a snapshot holds
/// their places.
const PARAMS: [&str; 7] = ["list", "field", "value", "id", "permission", "role", "type"];

const UNKNOWN: Damage = Damage("a finding of it is of no kind");

pub(super) fn write_finding(finding: &Finding, out: &mut Out) {
    out.text(finding.code.as_str());
    out.byte(finding.severity as u8);
    out.text(&finding.path);
    out.text(&finding.message);
    let params: Vec<(usize, &Param)> = finding
        .params
        .iter()
        .filter_map(|(name, value)| Some((PARAMS.iter().position(|known| *known == name)?, value)))
        .collect();
    debug_assert_eq!(params.len(), finding.params.iter().count(), "a parameter has no place: {finding:?}");
    out.number(params.len() as u32);
    for (name, value) in params {
        out.byte(name as u8);
        match value {
            Param::Text(text) => {
                out.byte(0);
                out.text(text);
            }
            Param::Number(number) => {
                out.byte(1);
                out.long(*number);
            }
            Param::List(texts) => {
                out.byte(2);
                out.number(texts.len() as u32);
                for text in texts {
                    out.text(text);
                }
            }
        }
    }
    out.maybe_text(finding.subject.as_deref());
    out.maybe_text(finding.object.as_ref().map(|object| object.object_type.as_str()));
    out.maybe_text(finding.object.as_ref().map(|object| object.id.as_str()));
    out.maybe_text(finding.acl.as_deref());
}

fn read_finding(from: &mut In<'_>) -> Result<Finding, Damage> {
    let name = from.text()?;
    let code = Code::ALL.iter().copied().find(|code| code.as_str() == name).ok_or(UNKNOWN)?;
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let severity = severities.into_iter().nth(usize::from(from.byte()?)).ok_or(UNKNOWN)?;
    let (path, message) = (from.text()?.to_owned(), from.text()?.to_owned());
    let mut finding = Finding::new(code, path, message);
    finding.severity = severity;
    for _ in 0..from.count()? {
        let name = PARAMS.get(usize::from(from.byte()?)).ok_or(UNKNOWN)?;
        let value = match from.byte()? {
            0 => Param::Text(from.text()?.to_owned()),
            1 => Param::Number(from.long()?),
            2 => {
                let texts = (0..from.count()?).map(|_| from.text().map(ToOwned::to_owned));
                Param::List(texts.collect::<Result<_, _>>()?)
            }
            _ => return Err(UNKNOWN),
        };
        finding = finding.with(name, value);
    }
    if let Some(subject) = from.maybe_text()? {
        finding = finding.subject(subject);
    }
    let (object_type, id) = (from.maybe_text()?, from.maybe_text()?);
    finding.object = object_type
        .zip(id)
        .map(|(object_type, id)| Node { object_type: object_type.to_owned(), id: id.to_owned() });
    if let Some(acl) = from.maybe_text()? {
        finding = finding.acl(acl);
    }
    Ok(finding)
}

/// Reads what is wrong with rows of a list.
pub(super) fn read_issues(org: &mut Org, list: List, from: &mut In<'_>) -> Result<(), Damage> {
    for _ in 0..from.count()? {
        let slot = from.below(org.places(list).slots() as usize)?;
        let finding = read_finding(from)?;
        org.places_mut(list).report(slot, finding);
    }
    from.end()
}
