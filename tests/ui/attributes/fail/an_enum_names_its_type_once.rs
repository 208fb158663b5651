//! An enum's type in the database has a name and a schema, or is one of diesel's that says both.

use tenant_db::prelude::*;

mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "colour"))]
    pub struct Colour;
}

#[derive(Debug, DbEnum)]
#[db_enum(nam = "status", rename = "state", rename_all = "snakecase")]
enum Misspelt {
    New,
}

#[derive(Debug, DbEnum)]
#[db_enum(sql_type = sql_types::Colour, schema = "public")]
enum Both {
    Red,
}

#[derive(Debug, DbEnum)]
#[db_enum(sql_type = sql_types::Color)]
enum Nowhere {
    Red,
}

#[derive(Debug, DbEnum)]
#[db_enum(name = "a", name = "b")]
enum Twice {
    One,
}

fn main() {}
