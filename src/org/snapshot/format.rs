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
}
