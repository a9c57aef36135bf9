//! Rows of the lists: what they say is kept, or where they say it.

use alloc::vec::Vec;

use crate::format::list;
use crate::format::row::{
    DELETED as MARKED_DELETED, EXPIRES, NAMED, PRESENT, PUBLIC as MARKED_PUBLIC, SYSTEM as MARKED_SYSTEM,
};
use crate::ids::TEXT;
use crate::input::{In, NONE};
use crate::number;
use crate::small::{
    ACCOUNTS, DELETED, EMAIL, GROUP, Info, KNOWN, LISTED, NODES, PRINCIPALS, PUBLIC, ROLES, SYSTEM, Small,
    TOKENS, UNLISTED, USER,
};

impl Small {
    fn info_mut(&mut self, space: usize, number: u32) -> Option<&mut Info> {
        self.spaces.get_mut(space)?.infos.get_mut(number as usize)
    }

    /// Notes it unless a number is that of something of a kind.
    fn check(&self, space: usize, kind: u16, number: u32, from: &mut In<'_>) {
        let info = self.space(space).get(number as usize);
        from.expect(info.is_some_and(|info| info.kind & !TEXT == kind));
    }

    fn one(&self, space: usize, kind: u16, from: &mut In<'_>) -> u32 {
        let number = from.number();
        self.check(space, kind, number, from);
        number
    }

    /// Numbers of one kind, without those that are none.
    fn numbers(&self, space: usize, kind: u16, from: &mut In<'_>) -> Vec<u32> {
        let mut numbers = Vec::new();
        for _ in 0..from.count() {
            let number = from.maybe();
            if number != NONE {
                self.check(space, kind, number, from);
                numbers.push(number);
            }
        }
        numbers
    }

    /// Reads rows of a list that is not ACLs.
    pub(crate) fn rows(&mut self, list: u8, from: &mut In<'_>) {
        let count = from.count();
        if list == list::PROJECTS || list >= list::EXPERIMENTS {
            return self.objects(list, count, from);
        }
        for _ in 0..count {
            let marks = from.byte();
            if marks & PRESENT == 0 {
                continue;
            }
            match list {
                list::USERS | list::SERVICE_ACCOUNTS => self.person(list, marks, from),
                list::SERVICE_TOKENS => self.token(marks, from),
                list::GROUPS | list::ROLES => self.group_or_role(list, marks, from),
                list::PROJECT_GROUPS => self.region(marks, from),
                _ => from.expect(false),
            }
        }
    }

    fn person(&mut self, list: u8, marks: u8, from: &mut In<'_>) {
        let person = self.one(PRINCIPALS, USER, from);
        let name = from.text_if(marks & NAMED != 0);
        let email = from.maybe_text();
        let Some(info) = self.info_mut(PRINCIPALS, person) else { return };
        let shift = if list == list::USERS { 0 } else { ACCOUNTS };
        if info.flags & (LISTED << shift) == 0 {
            info.flags |= LISTED << shift;
            info.call(name, email);
            if list == list::USERS && email != 0 {
                info.flags |= EMAIL;
            }
        }
        if marks & MARKED_DELETED != 0 {
            info.flags |= UNLISTED << shift;
        }
    }

    fn token(&mut self, marks: u8, from: &mut In<'_>) {
        let (token, account) = (from.number(), from.maybe());
        if account != NONE {
            self.check(PRINCIPALS, USER, account, from);
        }
        let (name, email) = (from.text_if(marks & NAMED != 0), from.maybe_text());
        if marks & EXPIRES != 0 {
            // When it expires.
            from.take(8);
        }
        let Some(info) = self.info_mut(TOKENS, token) else { return from.expect(false) };
        if info.keep(marks) {
            info.link = account;
            if let Some(info) = self.info_mut(PRINCIPALS, account) {
                info.call(name, email);
            }
        }
    }

    fn group_or_role(&mut self, list: u8, marks: u8, from: &mut In<'_>) {
        let is_group = list == list::GROUPS;
        let (space, kind, ty) =
            if is_group { (PRINCIPALS, GROUP, number::GROUP) } else { (ROLES, 0, number::ROLE) };
        let number = self.one(space, kind, from);
        let node = self.one(NODES, ty, from);
        let name = from.text_if(marks & NAMED != 0);
        let at = from.at as u32;
        let mut members = Vec::new();
        if is_group {
            members = self.numbers(PRINCIPALS, USER, from);
        } else {
            for _ in 0..from.count() {
                let bits = from.byte();
                let only = from.maybe();
                from.expect(bits.is_power_of_two() && (only == NONE || self.is_type(only)));
            }
        }
        members.append(&mut self.numbers(space, kind, from));
        let Some(info) = self.info_mut(space, number) else { return };
        let first = info.keep(marks);
        if first {
            (info.node, info.name) = (node, name);
            if !is_group {
                info.link = at;
                info.flags |= if marks & MARKED_SYSTEM == 0 { 0 } else { SYSTEM };
            }
            let links = if is_group { &mut self.member_of } else { &mut self.contained_in };
            for member in members {
                links.add(member, number);
            }
        } else {
            from.expect(info.node == node);
        }
        let Some(info) = self.info_mut(NODES, node) else { return };
        if first {
            info.name = name;
        }
        info.keep(marks);
    }

    fn region(&mut self, marks: u8, from: &mut In<'_>) {
        let node = self.one(NODES, number::PROJECT_GROUP, from);
        let name = from.text_if(marks & NAMED != 0);
        let projects = self.numbers(NODES, number::PROJECT, from);
        let Some(info) = self.info_mut(NODES, node) else { return };
        if info.keep(marks) {
            info.name = name;
            for project in projects {
                self.regions_of.add(project, node);
            }
        }
    }

    /// Objects are many: what they say is in columns.
    fn objects(&mut self, list: u8, count: usize, from: &mut In<'_>) {
        let ty = match list {
            list::PROJECTS => number::PROJECT,
            list::EXPERIMENTS => number::EXPERIMENT,
            list::DATASETS => number::DATASET,
            list::PROMPTS | list::FUNCTIONS => number::PROMPT,
            list::PROMPT_SESSIONS => number::PROMPT_SESSION,
            _ => return from.expect(false),
        };
        let marks = from.take(count);
        let present = || marks.iter().filter(|marks| **marks & PRESENT != 0);
        let count = present().count();
        let (nodes, projects) = (from.column(count), from.column(count));
        for ((marks, node), project) in present().zip(nodes).zip(projects) {
            let mut project = project.wrapping_sub(1);
            if ty == number::PROJECT {
                project = NONE;
            } else if project != NONE {
                self.check(NODES, number::PROJECT, project, from);
            }
            self.check(NODES, ty, node, from);
            let name = from.text_if(marks & NAMED != 0);
            let Some(info) = self.info_mut(NODES, node) else { return };
            if info.name == 0 {
                info.name = name;
            }
            if info.keep(*marks) {
                info.link = project;
                info.flags |= if marks & MARKED_PUBLIC == 0 { 0 } else { PUBLIC };
            }
        }
    }
}

impl Info {
    /// Keeps that there is a row, and whether it is marked deleted; whether it is the first.
    fn keep(&mut self, marks: u8) -> bool {
        let first = self.flags & KNOWN == 0;
        self.flags |= if marks & MARKED_DELETED == 0 { KNOWN } else { KNOWN | DELETED };
        first
    }

    /// Keeps what a principal is called unless something else is known.
    fn call(&mut self, name: u32, email: u32) {
        if self.name == 0 {
            self.name = name;
        }
        if self.link == NONE && email != 0 {
            self.link = email;
        }
    }
}
