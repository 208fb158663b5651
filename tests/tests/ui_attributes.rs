//! What the derives' attributes must not say, with the message that says why; and that code without mistakes gets no
//! warning on account of the derives, under the strictest lints.
//!
//! One rule a file, under `ui/attributes/fail`; the file of the same name under `pass` keeps the rule. Messages are made
//! by `TRYBUILD=overwrite cargo test -p tenant-db-tests --test ui_attributes`, and read by a person.

#![deny(warnings, clippy::pedantic, clippy::nursery)]

#[test]
fn a_wrong_attribute_is_explained_where_it_is_written() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/attributes/fail/*.rs");
}

/// Fields that are called like columns in scope, raw identifiers, embedded and converted fields, lifetimes, types that are
/// as hidden as their module, and a module whose tables are elsewhere.
#[allow(dead_code, reason = "nothing is read from a database here")]
#[allow(clippy::option_option, reason = "it is how an insert sets NULL")]
mod quiet {
    mod schema {
        diesel::table! {
            lines (company, order, number) {
                company -> Text,
                order -> BigInt,
                number -> Integer,
                r#where -> Text,
                state -> Text,
                #[sql_name = "type"]
                kind -> Text,
                note -> Nullable<Text>,
            }
        }

        diesel::table! {
            readings (tenant_id, id) {
                tenant_id -> Uuid,
                id -> BigInt,
                value -> BigInt,
            }
        }

        diesel::table! {
            use diesel::sql_types::*;
            use super::super::{ShapeSql, sql_types::Colour};

            figures (tenant_id, id) {
                tenant_id -> Uuid,
                id -> BigInt,
                shape -> ShapeSql,
                colours -> Array<Nullable<Colour>>,
            }
        }
    }

    mod sql_types {
        #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "colour"))]
        #[allow(unnameable_types, reason = "as diesel's command line writes it")]
        pub struct Colour;
    }

    #[derive(Debug, DbEnum)]
    enum Shape {
        #[db_enum(rename = "o")]
        Round,
        r#Square,
    }

    #[derive(Debug, DbEnum)]
    #[db_enum(sql_type = sql_types::Colour)]
    enum Colour {
        Red = 7,
    }

    #[derive(TenantScoped)]
    #[tenant(table = schema::figures, defaults(id))]
    struct Figure {
        id: i64,
        shape: Shape,
        colours: Vec<Option<Colour>>,
    }

    #[derive(TenantInsert, TenantUpdate)]
    #[tenant(model = Figure, table = schema::figures)]
    struct FigureValues {
        shape: Shape,
        colours: Vec<Option<Colour>>,
    }

    use diesel::{Queryable, Selectable};
    use schema::lines::dsl::{note, number, order};
    use tenant_db::{
        DbEnum, Model, NoPermission, Permission, Role, TenantInsert, TenantKey, TenantScoped, TenantUpdate,
    };

    #[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
    struct CompanyId(String);

    #[derive(Permission)]
    #[permission("lines:read")]
    struct ReadLines;

    #[derive(Role)]
    #[role("reader", grants(ReadLines))]
    struct Reader;

    #[derive(Queryable, Selectable)]
    #[diesel(table_name = schema::lines)]
    struct Kind {
        kind: String,
        note: Option<String>,
    }

    #[derive(TenantScoped)]
    #[tenant(table = schema::lines, column = company, key = CompanyId, primary_key(order, number))]
    #[tenant(schema = "sales", defaults(kind), read = ReadLines, write = NoPermission)]
    struct Line {
        company: CompanyId,
        order: i64,
        number: i32,
        r#where: String,
        #[diesel(deserialize_as = String)]
        state: Box<str>,
        #[diesel(embed)]
        kind: Kind,
    }

    #[derive(TenantInsert)]
    #[tenant(model = Line, table = schema::lines)]
    struct NewLine<'a> {
        order: i64,
        number: i32,
        r#where: &'a str,
        state: &'a str,
        note: Option<Option<&'a str>>,
    }

    #[derive(TenantUpdate)]
    #[tenant(model = Line, table = schema::lines)]
    struct LineChanges<'a> {
        #[diesel(column_name = "where")]
        place: Option<&'a str>,
        #[diesel(serialize_as = String)]
        state: Box<str>,
    }

    #[derive(TenantInsert, TenantUpdate)]
    #[tenant(model = Reading, table = schema::readings)]
    struct Value {
        value: i64,
    }

    #[derive(TenantScoped)]
    #[tenant(table = schema::readings, defaults(id))]
    struct Reading {
        id: i64,
        value: i64,
    }

    #[test]
    fn the_registry_says_what_the_attributes_say() {
        let meta = Line::META;
        assert_eq!((meta.name, meta.schema, meta.table), ("Line", Some("sales"), "lines"));
        assert_eq!(
            (meta.tenant_column(), meta.primary_key),
            (Some("company"), ["order", "number"].as_slice())
        );
        assert_eq!((meta.defaults, meta.generated_key), (["type"].as_slice(), false));
        assert_eq!(Reader::PERMISSIONS, ["lines:read"]);
        assert_eq!(NewLine::PARAMETERS, 7);
        assert!(!LineChanges { place: None, state: "open".into() }.is_empty());
        let new = NewLine { order: 1, number: 2, r#where: "here", state: "open", note: None };
        let _ = (new.into_record(&CompanyId("acme".to_owned())), order, number, note);
    }
}
