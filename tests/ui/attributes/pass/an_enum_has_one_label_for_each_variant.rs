//! A variant of an enum is a label of the database: it has no fields, and no other variant has the same.

use tenant_db::prelude::*;

#[derive(Debug, DbEnum)]
enum Status {
    InTransit,
    #[db_enum(rename = "moving")]
    Moving,
    Delivered,
}

fn main() {
    assert_eq!(Status::LABELS, ["in_transit", "moving", "delivered"]);
    assert_eq!(Status::Moving.label(), "moving");
    let known = [Status::InTransit, Status::Delivered].map(|status| Status::from_label(status.label()).is_some());
    assert_eq!(known, [true, true]);
}
