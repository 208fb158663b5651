//! Upserts, what comes back of a write, assignments, versions, marks of deletion, rows in bulk: what they do, and to whose rows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

mod assignments;
mod attacks;
mod bulk;
mod children;
mod deletion;
mod given_back;
mod upserts;
mod versions;
mod world;
