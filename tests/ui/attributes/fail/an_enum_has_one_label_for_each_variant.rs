//! A variant of an enum is a label of the database: it has no fields, and no other variant has the same.

use tenant_db::prelude::*;

#[derive(Debug, DbEnum)]
enum Status {
    InTransit,
    #[db_enum(rename = "in_transit")]
    Moving,
    Delivered(u8),
    #[db_enum(rename = "")]
    Nameless,
    #[db_enum(rename)]
    Unnamed,
    #[db_enum(name = "lost")]
    Lost,
}

#[derive(Debug, DbEnum)]
enum Empty {}

#[derive(Debug, DbEnum)]
enum Generic<T> {
    One,
    Other(T),
}

#[derive(Debug, DbEnum)]
struct NoEnum;

fn main() {}
