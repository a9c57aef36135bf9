//! Everybody whom a change concerns, and their rows: those in the same groups together.

use std::rc::Rc;

use super::affected::{Affected, Nodes, Two};
use super::gives::EVERYTHING;
use super::rows::{Positions, RowKey, Sheet, rows};
use super::scope::{Entry, Scope};
use crate::org::{Map, Members, Org, sort};

/// Rows with their subjects.
pub(super) type Rows = Map<RowKey, Vec<u32>>;

/// All groups of somebody.
type Closure = Rc<[u32]>;

/// The groups that people are in, by those of which they are members themselves.
struct Groups<'o> {
    org: &'o Org,
    numbers: Map<Vec<u32>, u32>,
    closures: Vec<Closure>,
    /// Groups with those above them.
    above: Map<u32, Closure>,
}

/// Somebody who holds nothing, be it that they are named.
const NOBODY: u32 = 0;

impl<'o> Groups<'o> {
    fn new(org: &'o Org) -> Groups<'o> {
        Groups { org, numbers: Map::default(), closures: vec![Rc::new([])], above: Map::default() }
    }

    /// The number of somebody's groups.
    fn of(&mut self, user: u32) -> u32 {
        let org = self.org;
        let has_departed = || org.options().members == Members::Known && org.has_departed(user);
        if user >= org.principals().end || has_departed() {
            return NOBODY;
        }
        let groups = &org.principal(user).member_of;
        let mut groups: Vec<u32> = groups.iter().copied().filter(|group| org.is_live_group(*group)).collect();
        sort::numbers(&mut groups);
        if let Some(number) = self.numbers.get(&groups) {
            return *number;
        }
        let mut all: Vec<u32> = Vec::new();
        for group in &groups {
            all.extend(&*self.above(*group));
        }
        sort::numbers(&mut all);
        let number = self.closures.len() as u32;
        self.closures.push(all.into());
        self.numbers.insert(groups, number);
        number
    }

    /// A live group, and all that contain it.
    fn above(&mut self, group: u32) -> Closure {
        if let Some(known) = self.above.get(&group) {
            return Rc::clone(known);
        }
        let org = self.org;
        let mut all = vec![group];
        let mut seen: Nodes = Map::default();
        seen.insert(group, ());
        let mut next = 0;
        while let Some(group) = all.get(next).copied() {
            next += 1;
            let above = org.principal(group).member_of.iter().copied();
            all.extend(above.filter(|above| org.is_live_group(*above) && seen.insert(*above, ()).is_none()));
        }
        let all: Closure = all.into();
        self.above.insert(group, Rc::clone(&all));
        all
    }

    fn closure(&self, number: u32) -> Closure {
        Rc::clone(&self.closures[number as usize])
    }
}

/// Somebody, with the numbers of their groups before and after.
#[derive(Clone, Copy)]
struct Person {
    user: u32,
    groups: [u32; 2],
}

/// People with the same groups, before and after.
struct Alike {
    /// Groups they are in before and after, before alone, and after alone.
    groups: [Vec<u32>; 3],
    /// The rows of those whose own grants make no difference.
    rows: Option<Rc<[RowKey]>>,
    people: Vec<u32>,
}

impl Alike {
    fn new(groups: [Closure; 2]) -> Alike {
        let [before, after] = groups;
        let part = |of: &Closure, other: &Closure, in_both: bool| -> Vec<u32> {
            of.iter().copied().filter(|group| other.binary_search(group).is_ok() == in_both).collect()
        };
        let groups =
            [part(&after, &before, true), part(&before, &after, false), part(&after, &before, false)];
        Alike { groups, rows: None, people: Vec::new() }
    }
}

/// Everybody whom a change concerns.
pub(super) struct People<'o> {
    scope: Scope<'o>,
    people: Vec<Person>,
    alike: Map<[u32; 2], Alike>,
    structural: Vec<u32>,
    sheet: Sheet,
    positions: Positions,
    rows: Rows,
}

/// How an entry counts.
type When = fn(Entry) -> Entry;

/// How an entry counts for who is a principal in both states, before alone, and after alone.
const WHEN: [When; 3] =
    [|entry| entry, |entry| Entry { after: 0, ..entry }, |entry| Entry { before: 0, ..entry }];

impl<'o> People<'o> {
    pub fn new(two: Two<'o>, affected: &Affected) -> People<'o> {
        let users = affected.users(two);
        let [mut before, mut after] = two.each().map(Groups::new);
        let mut people: Vec<Person> = Vec::with_capacity(users.len());
        for user in users.into_iter().filter(|user| two.knows(*user)) {
            let now = after.of(user);
            // The numbers of the later state do for both where nobody's groups changed.
            let then = if affected.same_groups { now } else { before.of(user) };
            people.push(Person { user, groups: [then, now] });
        }
        let then = if affected.same_groups { &after } else { &before };
        let mut alike: Map<[u32; 2], Alike> = Map::default();
        let mut moved = Nodes::default();
        for person in &people {
            let [was, is] = person.groups;
            alike.entry(person.groups).or_insert_with(|| {
                let alike = Alike::new([then.closure(was), after.closure(is)]);
                moved.extend(alike.groups[1..].iter().flatten().map(|group| (*group, ())));
                alike
            });
            // Somebody departs, or comes.
            if !affected.same_groups && (was == NOBODY) != (is == NOBODY) {
                moved.insert(person.user, ());
            }
        }
        let scope = Scope::new(two, affected, &moved);
        let nodes = two.after.nodes().len();
        let mut structural: Vec<u32> = affected.structural().collect();
        sort::numbers(&mut structural);
        let (sheet, positions) = (Sheet::new(nodes), Positions::new(nodes));
        People { scope, people, alike, structural, sheet, positions, rows: Rows::default() }
    }

    /// The rows of everybody.
    pub fn rows(mut self) -> Rows {
        for person in std::mem::take(&mut self.people) {
            self.add(person);
        }
        for alike in self.alike.into_values() {
            for row in alike.rows.iter().flat_map(|rows| rows.iter()) {
                self.rows.entry(row.clone()).or_default().extend(&alike.people);
            }
        }
        self.rows
    }

    fn add(&mut self, person: Person) {
        let given = self.scope.given(person.user);
        if !given.changed.is_empty() || !given.other.is_empty() {
            for row in self.rows_of(person) {
                self.rows.entry(row).or_default().push(person.user);
            }
            return;
        }
        if self.alike[&person.groups].rows.is_none() {
            let rows = self.rows_of(person);
            if let Some(alike) = self.alike.get_mut(&person.groups) {
                alike.rows = Some(rows.into());
            }
        }
        if let Some(alike) = self.alike.get_mut(&person.groups) {
            alike.people.push(person.user);
        }
    }

    fn rows_of(&mut self, person: Person) -> Vec<RowKey> {
        let People { scope, alike, structural, sheet, positions, .. } = self;
        let own = [person.user];
        let own_when = match person.groups {
            [NOBODY, NOBODY] => None,
            [_, NOBODY] => Some(WHEN[1]),
            [NOBODY, _] => Some(WHEN[2]),
            _ => Some(WHEN[0]),
        };
        let groups = alike[&person.groups].groups.iter().map(Vec::as_slice).zip(WHEN);
        let principals: Vec<(&[u32], When)> =
            groups.chain(own_when.map(|when| (own.as_slice(), when))).collect();
        let given = || principals.iter().flat_map(|(all, when)| all.iter().map(move |one| (*one, when)));
        sheet.clear();
        for (principal, when) in given() {
            scope.given(principal).changed.iter().for_each(|entry| sheet.add(when(*entry)));
        }
        let delta = if structural.is_empty() { sheet.delta() } else { EVERYTHING };
        // Whom the changed nodes give what they gave before is not concerned.
        if delta == 0 {
            return Vec::new();
        }
        for (principal, when) in given() {
            let other = scope.given(principal).other.iter();
            let matters = other.filter(|entry| (entry.before | entry.after) & delta != 0);
            matters.for_each(|entry| sheet.add(when(*entry)));
        }
        positions.find(scope, sheet, structural);
        rows(scope, sheet, positions)
    }
}
