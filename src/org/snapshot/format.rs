//! What snapshots are made of, for those who write and read them. A file of its own, which the small module of
//! `aclarity/lite` has too.

/// How a snapshot begins. No text begins so, and what takes line ends or the eighth bit away is
/// noticed.
pub const MARK: [u8; 8] = *b"\x89ACL\r\n\x1a\n";
pub const VERSION: u8 = 1;
/// The mark and the version.
pub const HEAD: usize = MARK.len() + 1;
/// Kind and length of a block; its checksum.
pub const BLOCK_HEAD: usize = 5;
pub const BLOCK_SUM: usize = 8;

/// Kinds of blocks.
pub mod kind {
    pub const ABOUT: u8 = 1;
    /// Of each space its own, two apart.
    pub const IDS: u8 = 16;
    pub const TABLE: u8 = 17;
    pub const GRANTS: u8 = 32;
    /// Of each list its own.
    pub const ROWS: u8 = 40;
    pub const COPIES: u8 = 64;
    pub const PAGES: u8 = 65;
    pub const SKIPPED: u8 = 66;
    pub const ISSUES: u8 = 67;
    pub const END: u8 = 255;

    /// Whether there is one block of a kind at most.
    pub const fn is_single(kind: u8) -> bool {
        matches!(kind, ABOUT | GRANTS | END)
    }
}

/// Marks of a row; a row without the first does not count. What 4 says depends on the list.
pub mod row {
    pub const PRESENT: u8 = 1;
    pub const DELETED: u8 = 2;
    pub const PUBLIC: u8 = 4;
    pub const SYSTEM: u8 = 4;
    pub const EXPIRES: u8 = 4;
    pub const NAMED: u8 = 8;
}

/// How a column of numbers is written, if not each in so many bytes above the smallest: as runs of equal ones, or of such
/// as are one more than that before.
pub mod column {
    pub const RUNS: u8 = 8;
    pub const CLIMBS: u8 = 9;
}

/// The lists by their places.
pub mod list {
    pub const USERS: u8 = 0;
    pub const SERVICE_ACCOUNTS: u8 = 1;
    pub const SERVICE_TOKENS: u8 = 2;
    pub const GROUPS: u8 = 3;
    pub const ROLES: u8 = 4;
    pub const ACLS: u8 = 5;
    pub const PROJECTS: u8 = 6;
    pub const PROJECT_GROUPS: u8 = 7;
    pub const EXPERIMENTS: u8 = 8;
    pub const DATASETS: u8 = 9;
    pub const PROMPTS: u8 = 10;
    pub const FUNCTIONS: u8 = 11;
    pub const PROMPT_SESSIONS: u8 = 12;
}
