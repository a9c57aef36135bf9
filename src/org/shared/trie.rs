//! A sparse array: a copy costs nothing, and a change copies one short path.

use std::sync::Arc;

const BITS: u32 = 4;
const WAYS: usize = 1 << BITS;

type Link<T> = Option<Arc<Node<T>>>;

#[derive(Clone, Debug)]
enum Node<T> {
    /// What stands alone below its place, with its number.
    Leaf(u32, Option<T>),
    /// By the next digit of the number, the lowest first: neighbours part at once.
    Branch([Link<T>; WAYS]),
}

/// Things by number.
#[derive(Clone, Debug)]
pub(in crate::org) struct Trie<T>(Link<T>);

impl<T> Default for Trie<T> {
    fn default() -> Trie<T> {
        Trie(None)
    }
}

fn digit(number: u32, level: u32) -> usize {
    (number >> (level * BITS)) as usize % WAYS
}

impl<T: Clone> Trie<T> {
    pub fn get(&self, number: u32) -> Option<&T> {
        let mut link = &self.0;
        let mut level = 0;
        loop {
            match &**link.as_ref()? {
                Node::Leaf(other, value) => return value.as_ref().filter(|_| *other == number),
                Node::Branch(links) => link = &links[digit(number, level)],
            }
            level += 1;
        }
    }

    /// The place of a number, empty when nothing has been put there.
    pub fn place(&mut self, number: u32) -> &mut Option<T> {
        let mut link = &mut self.0;
        let mut level = 0;
        loop {
            // INVARIANT: two numbers differ in some digit, so that this ends.
            if let Some(&Node::Leaf(other, _)) = link.as_deref()
                && other != number
            {
                let mut links = [const { None }; WAYS];
                links[digit(other, level)] = link.take();
                *link = Some(Arc::new(Node::Branch(links)));
            }
            match Arc::make_mut(link.get_or_insert_with(|| Arc::new(Node::Leaf(number, None)))) {
                Node::Leaf(_, value) => return value,
                Node::Branch(links) => link = &mut links[digit(number, level)],
            }
            level += 1;
        }
    }

    /// Everything, in no order.
    pub fn each(&self, each: &mut dyn FnMut(u32, &T)) {
        walk(self.0.as_deref(), each);
    }

    /// Takes everything out, in no order.
    pub fn drain(&mut self, each: &mut dyn FnMut(u32, T)) {
        empty(self.0.take(), each);
    }
}

fn walk<T>(link: Option<&Node<T>>, each: &mut dyn FnMut(u32, &T)) {
    match link {
        Some(Node::Leaf(number, Some(value))) => each(*number, value),
        Some(Node::Branch(links)) => links.iter().for_each(|link| walk(link.as_deref(), each)),
        _ => {}
    }
}

fn empty<T: Clone>(link: Link<T>, each: &mut dyn FnMut(u32, T)) {
    match link.map(Arc::unwrap_or_clone) {
        Some(Node::Leaf(number, Some(value))) => each(number, value),
        Some(Node::Branch(links)) => links.into_iter().for_each(|link| empty(link, each)),
        _ => {}
    }
}
