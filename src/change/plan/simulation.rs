//! The server while a plan is carried out, as far as the plan needs it.

use super::part::Part;
use crate::change::edits::Edit;
use crate::change::effect::{Carrying, Effect, Ids, Server, carry_out};
use crate::change::needs::Decision;
use crate::change::request::Actor;
use crate::change::validate::{self, Made};
use crate::load::list::List;
use crate::org::Org;

/// Who sends a draft's requests, and what the draft makes.
#[derive(Clone, Copy)]
pub(super) struct Sender<'a> {
    pub actor: &'a Actor,
    pub creator_grants: bool,
    /// The ids that stand for what the draft makes.
    pub placeholders: &'a Made,
}

/// The state of the server while a plan is carried out.
#[derive(Clone)]
pub(super) struct Simulation<'a> {
    pub org: Org,
    pub sender: Sender<'a>,
    ids: Ids,
}

impl<'a> Simulation<'a> {
    pub fn new(base: &Org, sender: Sender<'a>) -> Simulation<'a> {
        Simulation { org: base.fork(), sender, ids: Ids::simulated() }
    }

    /// Sends a part: what it creates gets the placeholders that it names.
    pub fn send(&mut self, part: &Part) -> Effect {
        let acting = self.org.acting_id(&part.request, self.sender.actor);
        let carrying = Carrying {
            org: &mut self.org,
            actor: acting.as_deref(),
            creator_grants: self.sender.creator_grants,
            server: Server::Real,
            ids: &mut self.ids,
            known: &part.request.creates,
            effect: Effect::default(),
        };
        carry_out(&part.edits, carrying)
    }

    /// Whether the data allow a part. `made`: placeholders whose things exist by now.
    pub fn works(&self, part: &Part, made: &Made) -> bool {
        self.has_all_of(part, made)
            && self.is_free(part)
            && !validate::problems(&self.org, &part.request, &part.edits, made).iter().any(validate::stops)
    }

    /// Whether the actor may send it besides.
    pub fn permits(&self, part: &Part, made: &Made) -> bool {
        self.has_all_of(part, made)
            && self.org.authorize(&part.request, self.sender.actor).decision == Decision::Allow
            && self.works(part, made)
    }

    fn has_all_of(&self, part: &Part, made: &Made) -> bool {
        let is_there = |id: &String| !self.sender.placeholders.contains_key(id) || made.contains_key(id);
        part.ids_in_path.iter().chain(&part.ids).all(is_there)
    }

    /// Whether nothing has the name of what a part creates: the server would return that instead.
    /// It is deleted or called something else later in the plan.
    fn is_free(&self, part: &Part) -> bool {
        part.request.creates.is_empty()
            || part.edits.iter().all(|edit| match edit {
                Edit::Create { list, name, .. } => self.org.live_by_name(*list, name).is_none(),
                Edit::CreateObject { list, name, project, fresh, .. } => {
                    *fresh || self.org.namesake(list.object_type_name(), name, project.as_deref()).is_none()
                }
                _ => true,
            })
    }

    /// Whether a part may take from the actor something that another part needs: then the others
    /// are to be tried after it. What only adds, or takes from others alone, does not.
    pub fn may_take_from_the_actor(&self, part: &Part) -> bool {
        let actor = self.sender.actor.subject(&self.org);
        let is_actors =
            |group: &str| self.org.find_group(group).is_some_and(|group| actor.closure.contains(group));
        let is_actor = |user: &str| actor.id() == Some(user);
        let takes = |edit: &Edit| match edit {
            Edit::AddAcl { .. }
            | Edit::Create { replace: false, .. }
            | Edit::CreateObject { .. }
            | Edit::Invite { .. }
            | Edit::CreateToken { .. }
            | Edit::PatchObject { public: None, .. } => false,
            Edit::RemoveAcl { item, .. } => {
                item.user_id.as_deref().is_some_and(is_actor)
                    || item.group_id.as_deref().is_some_and(is_actors)
            }
            Edit::Patch { name: Some(_), .. } => true,
            Edit::Patch { list: List::Groups, id, remove, .. } => {
                let own = || remove.users.iter().any(|user| is_actor(user));
                is_actors(id) && (own() || remove.groups.iter().any(|group| is_actors(group)))
            }
            Edit::Patch { remove, .. } => !remove.is_empty(),
            Edit::Delete { list: List::Groups, id } => is_actors(id),
            Edit::Expel { ids, emails } => !emails.is_empty() || ids.iter().any(|id| is_actor(id)),
            _ => true,
        };
        part.edits.iter().any(takes)
    }
}
