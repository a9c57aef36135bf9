use super::edits::Edit;
use super::request::{Actor, Request};
use crate::model::finding::Finding;
use crate::org::Org;
pub(crate) fn problems(_: &Org, _: &Request, _: &[Edit], _: &[String]) -> Vec<Finding> { Vec::new() }
pub(crate) fn refused(_: &Org, _: &Request, _: &Actor) -> Vec<Finding> { Vec::new() }
pub(crate) fn regrets(_: &Org, _: &Org, _: &Request, _: &[Edit], _: &Actor) -> Vec<Finding> { Vec::new() }
pub(crate) fn stops(f: &Finding) -> bool { f.severity == crate::Severity::Error }
pub(crate) fn arrange(_: &mut Vec<Finding>) {}
