//! An enum's type in the database has a name and a schema, or is one of diesel's that says both.

use tenant_db::prelude::*;

mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "colour"))]
    #[allow(unnameable_types, reason = "as the command line of diesel writes it")]
    pub struct Colour;
}

#[derive(Debug, DbEnum)]
#[db_enum(name = "status", schema = "sales", rename_all = "kebab-case")]
enum Spelt {
    InTransit,
}

#[derive(Debug, DbEnum)]
#[db_enum(sql_type = sql_types::Colour)]
enum Given {
    Red,
}

#[derive(Debug, DbEnum)]
enum Unsaid {
    One,
}

fn main() {
    assert_eq!(Spelt::InTransit.label(), "in-transit");
    assert_eq!((Given::Red.label(), Unsaid::One.label()), ("red", "one"));
    let _ = (SpeltSql, UnsaidSql);
}
