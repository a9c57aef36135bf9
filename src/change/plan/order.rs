//! In which order the parts of a plan are sent: each works and is permitted when its turn comes.

use super::part::{Part, Rank, objects, pieces};
use super::simulation::Simulation;
use crate::change::edits::Edit;
use crate::change::request::Request;
use crate::change::validate::Made;
use crate::org::Map;

/// Places the parts: at each turn the first one that works and is permitted, and that leaves as many
/// of the others permitted as are now. Returns whether each was permitted.
pub(super) fn in_order(simulation: Simulation<'_>, mut parts: Vec<Part>) -> (Vec<Request>, bool) {
    // What is sent as it is written stays in its order.
    let mut latest = Rank::CreateObject;
    for part in parts.iter_mut().filter(|part| part.as_is) {
        latest = latest.max(part.rank);
        part.rank = latest;
    }
    parts.sort_by_key(|part| part.rank);
    let mut queue = Queue::new(simulation, parts);
    let mut plan = Vec::new();
    while !queue.parts.is_empty() {
        let part = queue.next();
        plan.push(part.request);
    }
    (plan, queue.is_permitted)
}

/// What is still to be sent, and the server so far.
struct Queue<'a> {
    simulation: Simulation<'a>,
    /// Placeholders whose things exist by now.
    made: Made,
    parts: Vec<Part>,
    /// How many of the parts name an id in their bodies, but for those that delete.
    named: Map<String, usize>,
    /// Every part so far was permitted.
    is_permitted: bool,
}

impl<'a> Queue<'a> {
    fn new(simulation: Simulation<'a>, parts: Vec<Part>) -> Queue<'a> {
        let mut queue =
            Queue { simulation, made: Made::default(), parts, named: Map::default(), is_permitted: true };
        for part in queue.parts.iter().filter(|part| !part.deletes()) {
            for id in &part.ids {
                *queue.named.entry(id.clone()).or_default() += 1;
            }
        }
        queue
    }

    /// Takes out the part whose turn it is, and sends it.
    fn next(&mut self) -> Part {
        loop {
            if let Some((at, after)) = self.permitted() {
                return self.send(at, after);
            }
            if self.is_permitted && self.split() {
                continue;
            }
            // Somebody else may: what works comes first all the same.
            self.is_permitted = false;
            let works = |at: &usize| self.is_due(*at) && self.simulation.works(&self.parts[*at], &self.made);
            let at = (0..self.parts.len()).find(works).unwrap_or(0);
            let after = self.after(at);
            return self.send(at, after);
        }
    }

    /// The server after a part.
    fn after(&self, at: usize) -> Simulation<'a> {
        let mut after = self.simulation.clone();
        after.send(&self.parts[at]);
        after
    }

    fn send(&mut self, at: usize, after: Simulation<'a>) -> Part {
        let part = self.take(at);
        self.simulation = after;
        self.made.extend(part.request.creates.iter().map(|id| (id.clone(), ())));
        part
    }

    fn take(&mut self, at: usize) -> Part {
        let part = self.parts.remove(at);
        for id in part.ids.iter().filter(|_| !part.deletes()) {
            if let Some(count) = self.named.get_mut(id) {
                *count -= 1;
            }
        }
        part
    }

    /// Whether a part's turn may come: what is sent as it is written in its order, what deletes
    /// after all that names it, and what is reckoned from invitations after these.
    fn is_due(&self, at: usize) -> bool {
        let part = &self.parts[at];
        if part.as_is {
            return self.parts.iter().position(|other| other.as_is) == Some(at);
        }
        match part.rank {
            Rank::Delete => !part.edits.iter().any(|edit| match edit {
                Edit::Delete { id, .. } => self.named.get(id).is_some_and(|count| *count > 0),
                _ => false,
            }),
            Rank::Patch => !self.parts.iter().any(|other| other.as_is && other.invites),
            _ => true,
        }
    }

    /// A part that is permitted now, one after which the others still are if there is one; with the
    /// server after it. None once somebody else has to send a part.
    fn permitted(&self) -> Option<(usize, Simulation<'a>)> {
        let mut first = None;
        if !self.is_permitted {
            return None;
        }
        for at in 0..self.parts.len() {
            if !self.is_due(at) || !self.simulation.permits(&self.parts[at], &self.made) {
                continue;
            }
            let after = self.after(at);
            if self.keeps(at, &after) {
                return Some((at, after));
            }
            first.get_or_insert((at, after));
        }
        first
    }

    /// Whether the other parts that are permitted now are so after a part. What takes nothing from
    /// the actor leaves every permission (MODEL 3); but an invitation may need more when a group is
    /// granted more, and who acts as somebody else depends on that person.
    fn keeps(&self, at: usize, after: &Simulation<'a>) -> bool {
        let all = self.simulation.may_take_from_the_actor(&self.parts[at]);
        let depends = |part: &Part| all || part.invites || !part.request.headers.is_empty();
        let others: Vec<usize> =
            (0..self.parts.len()).filter(|other| *other != at && depends(&self.parts[*other])).collect();
        if others.is_empty() {
            return true;
        }
        let mut then = self.made.clone();
        then.extend(self.parts[at].request.creates.iter().map(|id| (id.clone(), ())));
        let is_lost = |other: usize| {
            let part = &self.parts[other];
            self.is_due(other) && self.simulation.permits(part, &self.made) && !after.permits(part, &then)
        };
        !others.into_iter().any(is_lost)
    }

    /// Takes a batch apart of which a piece can be sent, though not the whole: additions and
    /// removals, then object by object.
    fn split(&mut self) -> bool {
        let helps = |part: &Part| {
            part.rank == Rank::Grants
                && pieces(&part.request).len() > 1
                && objects(&part.request).iter().any(|piece| self.simulation.permits(piece, &self.made))
        };
        let Some(at) = self.parts.iter().position(helps) else { return false };
        let part = self.take(at);
        let pieces = pieces(&part.request);
        for id in pieces.iter().flat_map(|piece| &piece.ids) {
            *self.named.entry(id.clone()).or_default() += 1;
        }
        self.parts.splice(at..at, pieces);
        true
    }
}
