//! What the organisation's plan includes (the model's section 5, Plans).

use super::checks::{Checks, grantee};
use super::rules::BUILT_IN;
use crate::change::edits::Edit;
use crate::decide::fixes::AclItem;
use crate::load::list::List;
use crate::model::finding::{Code, Finding, Severity};

/// The plans that include less than everything, with the groups that they have.
const PLANS: [(&str, &[&str]); 2] = [("starter", &["Owners"]), ("pro", &BUILT_IN)];

/// The types on which a grant to a group is in every plan.
const FOR_GROUPS: [&str; 3] = ["organization", "org_project", "org_member"];

impl Checks<'_> {
    pub fn plan(&mut self) {
        let Some((plan, groups)) = PLANS.into_iter().find(|(plan, _)| self.org.plan() == Some(*plan)) else {
            return;
        };
        for edit in self.edits {
            match edit {
                Edit::Create { list: List::Groups, name, .. } => self.new_group(plan, groups, name),
                Edit::AddAcl { item, at } => self.acl_in_plan(plan, item, at),
                _ => {}
            }
        }
    }

    fn new_group(&mut self, plan: &'static str, groups: &[&str], name: &str) {
        let exists = self.org.live_by_name(List::Groups, name).is_some();
        if exists || groups.contains(&name) || name.trim().is_empty() || !self.is_sound("/name") {
            return;
        }
        self.tell_plan(plan, String::new(), "permission groups of your own");
    }

    /// At most one for an ACL, in this order.
    fn acl_in_plan(&mut self, plan: &'static str, item: &AclItem, at: &str) {
        let account = item.user_id.as_deref().and_then(|id| self.org.find_user(id));
        if item.object_type == "group" {
            self.tell_plan(plan, format!("{at}/object_type"), "managing access to a permission group");
        } else if item.group_id.is_some() && !FOR_GROUPS.contains(&&*item.object_type) {
            let what = "granting to a permission group below the organization";
            self.tell_plan(plan, format!("{at}/group_id"), what);
        } else if item.object_type == "org_audit_logs" {
            self.tell_plan(plan, format!("{at}/object_type"), "audit logs");
        } else if account.is_some_and(|account| self.org.is_service_account(account)) {
            let who = grantee(self.org, item);
            let message = format!(
                "a grant to the service account {who} itself is not in the plan `{plan}`; put it into a permission group, or change the plan"
            );
            let mut finding = Finding::new(Code::PlanRequired, format!("{at}/user_id"), message);
            finding.severity = Severity::Warning;
            let finding = finding.with("plan", plan).with("what", "service accounts");
            self.tell(finding.subject(item.user_id.as_deref().unwrap_or_default()));
        }
    }

    fn tell_plan(&mut self, plan: &'static str, at: String, what: &'static str) {
        let message =
            format!("{what}: not in the plan `{plan}`, only in `enterprise`; change the plan first");
        self.tell(Finding::new(Code::PlanRequired, at, message).with("plan", plan).with("what", what));
    }
}
