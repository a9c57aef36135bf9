//! The audit of a whole organisation (the model's section 6): what is there that somebody should look at.

use crate::decide::list::ListOptions;
use crate::decide::reach::Known;
use crate::load::list::List;
use crate::model::finding::{Code, Finding};
use crate::model::object::{Object, number};
use crate::model::permission::Permission;
use crate::org::{Closure, GrantKind, Map, Org, Pointers, Who, keys::NONE, sort};

mod escalation;

/// How long before its end a token is said to expire soon: 30 days (docs/CHOICES.md).
const SOON: i64 = 30 * 86_400_000;

struct Audit<'o> {
    org: &'o Org,
    known: Known<'o>,
    /// By list.
    pointers: Vec<Pointers<'o>>,
    findings: Vec<Finding>,
}

impl Org {
    /// Everything that somebody who answers for the organisation should look at: what loading found
    /// ([`Org::findings`]), and what is unused, redundant, expiring or dangerous. Ordered by severity,
    /// code, path, subject and object. Of tokens that expire it speaks when
    /// [`LoadOptions::now`](crate::LoadOptions) was given.
    #[must_use]
    pub fn audit(&self) -> Vec<Finding> {
        let pointers = List::ALL.into_iter().map(|list| self.pointers(list)).collect();
        let mut audit = Audit { org: self, known: Known::new(self), pointers, findings: self.findings() };
        for check in Audit::CHECKS {
            check(&mut audit);
        }
        let mut findings = audit.findings;
        sort::by_rank_and_id(&mut findings, |finding| {
            let subject = finding.subject.as_deref().unwrap_or_default();
            let (ty, id) = finding
                .object
                .as_ref()
                .map_or(("", ""), |node| (node.object_type.as_str(), node.id.as_str()));
            let rest = format!("{}\0{}\0{subject}\0{ty}\0{id}", finding.code, finding.path);
            (finding.severity as u64, rest)
        });
        findings
    }
}

impl<'o> Audit<'o> {
    /// What is looked at, one after the other.
    const CHECKS: [fn(&mut Audit<'o>); 10] = [
        Audit::unused_groups,
        Audit::unused_roles,
        Audit::people_without_access,
        Audit::redundant_acls,
        Audit::creator_grants,
        Audit::tokens,
        Audit::owners,
        Audit::settings_holders,
        Audit::public_experiments,
        Audit::escalations,
    ];

    fn pointer(&self, list: List, slot: u32) -> String {
        self.pointers[list as usize].of(slot)
    }

    fn person_path(&self, person: u32) -> String {
        self.org.person_row(person).map_or(String::new(), |(list, slot)| self.pointer(list, slot))
    }

    /// A finding about somebody.
    fn about(&self, code: Code, person: u32, message: String) -> Finding {
        Finding::new(code, self.person_path(person), message)
            .with("name", self.org.principal_label(person))
            .subject(self.org.principal_id(person))
    }

    /// CHOICES: no users, or neither grants nor a group above it.
    fn unused_groups(&mut self) {
        let org = self.org;
        let mut inhabited: Map<u32, ()> = Map::default();
        let has_users =
            |group: &u32| org.group_row(*group).is_some_and(|row| row.users.iter().any(|u| *u != NONE));
        let mut queue: Vec<u32> = self.known.groups().iter().copied().filter(has_users).collect();
        let above =
            |group: u32| org.principal(group).member_of.iter().copied().filter(|g| org.is_live_group(*g));
        while let Some(group) = queue.pop() {
            if inhabited.insert(group, ()).is_none() {
                queue.extend(above(group));
            }
        }
        for group in self.known.groups() {
            let name = org.principal_label(*group);
            let message = if !inhabited.contains_key(group) {
                format!("the group `{name}` has no users; delete it, or add some")
            } else if org.acls_of(*group).next().is_none() && above(*group).next().is_none() {
                format!(
                    "the group `{name}` holds nothing and is in no group; delete it, or grant it something"
                )
            } else {
                continue;
            };
            let path = self.pointer(List::Groups, org.principal(*group).row);
            let finding = Finding::new(Code::UnusedGroup, path, message);
            self.findings.push(finding.with("name", name).object("group", &org.principal_id(*group)));
        }
    }

    /// CHOICES: no live ACL and no role above it; not system roles.
    fn unused_roles(&mut self) {
        let (org, roles) = (self.org, self.org.roles());
        let mut granted: Map<u32, ()> = Map::default();
        for slot in 0..org.acls().slot_count() {
            if let Some(acl) = org.acls().get(slot)
                && org.acls().is_live(slot, acl)
                && let GrantKind::Role(role) = acl.grant.kind()
            {
                granted.insert(role, ());
            }
        }
        for role in self.known.own_roles() {
            if granted.contains_key(role) || !self.known.containers(*role).is_empty() {
                continue;
            }
            let name = org.role_label(*role);
            let message =
                format!("no ACL grants the role `{name}` and no role contains it; delete it, or grant it");
            let path = self.pointer(List::Roles, roles.first(*role));
            let finding = Finding::new(Code::UnusedRole, path, message);
            self.findings.push(finding.with("name", name).object("role", &roles.id(*role)));
        }
    }

    /// A person of the directory who holds nothing.
    fn people_without_access(&mut self) {
        let org = self.org;
        let mut gives: Map<u32, bool> = Map::default();
        for person in org.people() {
            if !org.is_person(person) {
                continue;
            }
            let holds = org.closure(Who::User(person)).principals().any(|principal| {
                *gives.entry(principal).or_insert_with(|| {
                    org.acls_of(principal).any(|(_, acl)| {
                        !org.target_of(acl.node).deleted && !self.known.tuples(acl.grant.kind()).is_empty()
                    })
                })
            });
            if !holds {
                let name = org.principal_label(person);
                let message = format!("`{name}` holds nothing; put them into a group, or remove them");
                let finding = self.about(Code::PersonWithoutAccess, person, message);
                self.findings.push(finding);
            }
        }
    }

    /// CHOICES: as `redundant_grant`, against the other ACLs; of two that make each other redundant
    /// the one with the greater id. Equal ACLs are one, and a finding of loading.
    fn redundant_acls(&mut self) {
        let org = self.org;
        let mut found: Map<u32, Vec<u32>> = Map::default();
        for principal in org.principals().filter(|principal| org.principal(*principal).acls > 0) {
            let closure = self.closure_of(principal);
            let standing = org.standing(org.acls_of(principal));
            for (slot, acl) in org.acls_of(principal) {
                if closure.len() > 0
                    && standing.of(slot, acl, true) == slot
                    && let Some(by) = self.redundant_by(slot, &closure, &|_| false)
                {
                    found.insert(slot, by);
                }
            }
        }
        let mut slots: Vec<u32> = found.keys().copied().collect();
        sort::by_id(&mut slots, |slot| org.acls().id(*slot));
        let mut removed: Map<u32, ()> = Map::default();
        for slot in slots.into_iter().rev() {
            let (Some(acl), Some(mut by)) = (org.acls().get(slot), found.get(&slot).cloned()) else {
                continue;
            };
            // Only what is on the same node can be redundant by this one in turn.
            let is_here = |other: &u32| org.acls().get(*other).is_some_and(|other| other.node == acl.node);
            if by.iter().any(|other| removed.contains_key(other) && is_here(other)) {
                let closure = self.closure_of(acl.principal);
                match self.redundant_by(slot, &closure, &|other| removed.contains_key(&other)) {
                    Some(others) => by = others,
                    None => continue,
                }
            }
            removed.insert(slot, ());
            let ids: Vec<String> = by.into_iter().map(|slot| org.acls().id(slot)).collect();
            let names = ids.iter().take(3).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            let more = if ids.len() > 3 { " and others" } else { "" };
            let message = format!(
                "what this ACL grants to `{}` on {} is granted by {names}{more} already; remove it",
                org.principal_label(acl.principal),
                org.node_label(acl.node)
            );
            let node = org.node_ref(acl.node);
            let finding = Finding::new(Code::RedundantAcl, self.pointer(List::Acls, slot), message)
                .with("by", ids)
                .subject(org.principal_id(acl.principal))
                .object(&node.object_type, &node.id)
                .acl(org.acls().id(slot));
            self.findings.push(finding);
        }
    }

    fn closure_of(&self, principal: u32) -> Closure {
        let who = if self.org.is_group(principal) { Who::MemberOf(principal) } else { Who::User(principal) };
        self.org.closure(who)
    }

    fn redundant_by(&self, slot: u32, closure: &Closure, ignoring: &dyn Fn(u32) -> bool) -> Option<Vec<u32>> {
        let org = self.org;
        let acl = org.acls().get(slot)?;
        let target = org.target_of(acl.node);
        if target.deleted {
            return None;
        }
        let equal = |other: u32| {
            org.acls().get(other).is_some_and(|other| {
                other.node == acl.node && other.principal == acl.principal && other.grant == acl.grant
            })
        };
        let tuples = self.known.tuples(acl.grant.kind());
        org.redundant_by(&target, closure, &tuples, &|other| equal(other) || ignoring(other))
    }

    /// CHOICES: one for each person who holds the role `owner` directly on objects.
    fn creator_grants(&mut self) {
        let org = self.org;
        let is_owner_role = |grant: GrantKind| match grant {
            GrantKind::Role(role) => {
                let row = org.roles().row(role).filter(|_| org.roles().is_live(role));
                row.is_some_and(|row| row.system && row.name.as_deref() == Some("owner"))
            }
            GrantKind::Permission { .. } => false,
        };
        for person in org.people() {
            let mut objects: Map<u32, u32> = Map::default();
            for (slot, acl) in org.acls_of(person) {
                if !number::is_singleton(org.node_type(acl.node)) && is_owner_role(acl.grant.kind()) {
                    objects.insert(acl.node, slot);
                }
            }
            if let Some(first) = org.first_row(List::Acls, objects.values().copied()) {
                let (name, count) = (org.principal_label(person), objects.len());
                let of = if count == 1 { "one object".to_owned() } else { format!("{count} objects") };
                let message = format!(
                    "`{name}` holds the role `owner` directly on {of}, as creators do; remove that, if what their groups grant is enough"
                );
                let finding = Finding::new(Code::CreatorGrants, self.pointer(List::Acls, first), message);
                let finding = finding.with("name", name).with("count", count);
                self.findings.push(finding.subject(org.principal_id(person)));
            }
        }
    }

    fn tokens(&mut self) {
        let org = self.org;
        let Some(now) = org.options().now.and_then(|now| i64::try_from(now).ok()) else { return };
        for (slot, token) in org.live_tokens() {
            let Some(left) = token.expires.map(|expires| expires - now).filter(|left| *left <= SOON) else {
                continue;
            };
            let account = (token.account != NONE).then(|| org.principal_label(token.account));
            let of = account.as_ref().map_or(String::new(), |name| format!(" of `{name}`"));
            let (code, message) = if left <= 0 {
                (Code::TokenExpired, format!("this service token{of} has expired; delete it"))
            } else {
                let days = left / 86_400_000;
                let when = match days {
                    0 => "in less than a day".to_owned(),
                    1 => "in a day".to_owned(),
                    days => format!("in {days} days"),
                };
                (
                    Code::TokenExpiring,
                    format!("this service token{of} expires {when}; make another one in time"),
                )
            };
            let path = format!("{}/expires_at", self.pointer(List::ServiceTokens, slot));
            let mut finding = Finding::new(code, path, message).with("token", org.token_id(token.token));
            if let Some(name) = account {
                finding = finding.with("name", name).subject(org.principal_id(token.account));
            }
            self.findings.push(finding);
        }
    }

    /// Service accounts that are owners: whoever has the token is one.
    fn owners(&mut self) {
        let org = self.org;
        for account in org
            .people()
            .into_iter()
            .filter(|person| org.in_directory(*person) && org.is_service_account(*person))
        {
            if org.subject(&org.principal_id(account)).is_owner() {
                let name = org.principal_label(account);
                let message = format!(
                    "the service account `{name}` is an organization owner, and so is whoever has its token; grant it only what it needs"
                );
                let finding = self.about(Code::OwnerServiceAccount, account, message);
                self.findings.push(finding);
            }
        }
    }

    /// CHOICES: unrestricted or organization-restricted `update` on the organization.
    fn settings_holders(&mut self) {
        let org = self.org;
        let holders = org.who(Permission::Update, &Object::organization(), ListOptions::default());
        for holder in holders.subjects {
            let Some(person) = org.find_user(&holder.subject) else { continue };
            let name = org.principal_label(person);
            let message = format!(
                "`{name}` may change the organization's settings, the API URL among them: where data go; grant that to few"
            );
            let path =
                org.acls().find(&holder.acl).map_or(String::new(), |slot| self.pointer(List::Acls, slot));
            let finding = Finding::new(Code::SettingsHolder, path, message).with("name", name);
            let finding = finding.subject(holder.subject).object("organization", org.id()).acl(holder.acl);
            self.findings.push(finding);
        }
    }

    fn public_experiments(&mut self) {
        let org = self.org;
        for node in org.nodes() {
            let info = org.node(node);
            if info.public
                && info.known
                && org.node_type(node) == number::EXPERIMENT
                && !org.target_of(node).deleted
            {
                let message = format!(
                    "anybody may read {}, without signing in; make it private, unless that is meant",
                    org.node_label(node)
                );
                let path = format!("{}/public", self.pointer(List::Experiments, info.row));
                let finding = Finding::new(Code::PublicExperiment, path, message);
                self.findings.push(finding.object("experiment", &org.node_id(node)));
            }
        }
    }
}
