//! The differential oracle: a random program of tenant A gives the same results, errors and counts in a database that A
//! shares with others, who use the same keys, names and numbers meanwhile, and in one that A has alone; and whatever
//! others change afterwards, A's reads stay the same.
//!
//! A crate of its own, because every program that links a model has to have its table.
//!
//! - `values`: the few values that there are, and the macro that makes an enum of operations of one arm each.
//! - `schema`, `models`, `seed`: what there is to be done something with.
//! - `conditions`, `reading`, `verbs`: what can be done. A new verb is one arm.
//! - `program`, `play`, `compare`: what is done, where, and whether anybody can tell.
//! - [`Hunt`]: many of them, and the smallest that shows a difference.

mod any;
mod at;
mod compare;
mod conditions;
mod hunt;
mod layer;
#[allow(dead_code, reason = "rows are looked at as a whole, by their `Debug`")]
mod models;
mod outcome;
mod play;
mod program;
mod reading;
mod report;
mod schema;
mod seed;
mod shrink;
mod values;
mod verbs;
mod world;

pub use compare::Difference;
pub use hunt::Hunt;
pub use layer::{Layer, Mistake};
pub use outcome::Outcome;
pub use report::{Finding, Report, Seen, Verbs};
pub use world::Trouble;
