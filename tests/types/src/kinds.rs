//! Two tables with a column of every type: `kinds`, where each has a value, and `maybes`, where each may be NULL.

use std::ops::Bound;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::data_types::{PgInterval, PgMoney};
use diesel::pg::data_types::PgLsn;
use ipnet::IpNet;
use ipnetwork::IpNetwork;
use serde_json::Value;
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::enums::{Colour, Mood, OrderStatus};
use crate::prices::Price;

/// A range with its ends.
pub type Ends<T> = (Bound<T>, Bound<T>);

/// The two tables.
#[must_use]
pub fn sql() -> String {
    let columns = |null: &str| -> String {
        COLUMNS.iter().map(|(name, ty)| format!("{name} {ty} {null},\n")).collect()
    };
    let (kinds, maybes) = (columns("NOT NULL"), columns("NULL"));
    format!(
        "CREATE TABLE kinds (tenant_id uuid NOT NULL, id uuid NOT NULL, {kinds} PRIMARY KEY (tenant_id, id));
        CREATE TABLE maybes (tenant_id uuid NOT NULL, id uuid NOT NULL, notes json, {maybes} PRIMARY KEY (tenant_id, id));"
    )
}

/// `column: [type in Rust] as [type of diesel's] in "type of PostgreSQL"` for each column becomes `$make!` of that.
#[macro_export]
macro_rules! columns {
    ($make:ident) => {
        $make! {
            small: [i16] as [SmallInt] in "smallint",
            whole: [i32] as [Integer] in "integer",
            large: [i64] as [BigInt] in "bigint",
            single: [f32] as [Float] in "real",
            double: [f64] as [Double] in "double precision",
            exact: [BigDecimal] as [Numeric] in "numeric",
            flag: [bool] as [Bool] in "boolean",
            words: [String] as [Text] in "text",
            varying: [String] as [Varchar] in "varchar(300)",
            fixed: [String] as [Bpchar] in "char(4)",
            byte: [u8] as [CChar] in "\"char\"",
            folded: [String] as [Citext] in "citext",
            day: [NaiveDate] as [Date] in "date",
            hour: [NaiveTime] as [Time] in "time",
            moment: [NaiveDateTime] as [Timestamp] in "timestamp",
            instant: [DateTime<Utc>] as [Timestamptz] in "timestamptz",
            day_too: [time::Date] as [Date] in "date",
            hour_too: [time::Time] as [Time] in "time",
            moment_too: [time::PrimitiveDateTime] as [Timestamp] in "timestamp",
            instant_too: [time::OffsetDateTime] as [Timestamptz] in "timestamptz",
            span: [PgInterval] as [Interval] in "interval",
            document: [Value] as [Jsonb] in "jsonb",
            bytes: [Vec<u8>] as [Binary] in "bytea",
            reference: [Uuid] as [Uuid] in "uuid",
            host: [IpNet] as [Inet] in "inet",
            network: [IpNetwork] as [Cidr] in "cidr",
            card: [[u8; 6]] as [MacAddr] in "macaddr",
            card_too: [[u8; 8]] as [MacAddr8] in "macaddr8",
            cash: [PgMoney] as [Money] in "money",
            place: [PgLsn] as [PgLsn] in "pg_lsn",
            object: [u32] as [Oid] in "oid",
            status: [OrderStatus] as [OrderStatusSql] in "sales.order_status",
            colour: [Colour] as [$crate::enums::sql_types::Colour] in "colour",
            mood: [Mood] as [MoodMapping] in "\"Mood of Day\"",
            price: [Price] as [PriceSql] in "sales.price",
            percentage: [i32] as [Integer] in "sales.percentage",
            email: [String] as [Citext] in "email",
            wholes: [Vec<i32>] as [Array<Integer>] in "integer[]",
            gaps: [Vec<Option<String>>] as [Array<Nullable<Text>>] in "text[]",
            statuses: [Vec<OrderStatus>] as [Array<OrderStatusSql>] in "sales.order_status[]",
            colours: [Vec<Option<Colour>>] as [Array<Nullable<$crate::enums::sql_types::Colour>>] in "colour[]",
            exacts: [Vec<BigDecimal>] as [Array<Numeric>] in "numeric[]",
            wholes_between: [Ends<i32>] as [Int4range] in "int4range",
            larges_between: [Ends<i64>] as [Int8range] in "int8range",
            exacts_between: [Ends<BigDecimal>] as [Numrange] in "numrange",
            days_between: [Ends<NaiveDate>] as [Daterange] in "daterange",
            moments_between: [Ends<NaiveDateTime>] as [Tsrange] in "tsrange",
            instants_between: [Ends<DateTime<Utc>>] as [Tstzrange] in "tstzrange",
        }
    };
}

macro_rules! make {
    ($($column:ident: [$($rust:tt)+] as [$($sql:tt)+] in $postgres:literal,)+) => {
        #[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
        mod schema {
            diesel::table! {
                use diesel::sql_types::*;
                use crate::enums::{MoodMapping, OrderStatusSql};
                use crate::prices::PriceSql;

                kinds (tenant_id, id) {
                    tenant_id -> Uuid,
                    id -> Uuid,
                    $($column -> $($sql)+,)+
                }
            }

            diesel::table! {
                use diesel::sql_types::*;
                use crate::enums::{MoodMapping, OrderStatusSql};
                use crate::prices::PriceSql;

                maybes (tenant_id, id) {
                    tenant_id -> Uuid,
                    id -> Uuid,
                    notes -> Nullable<Json>,
                    $($column -> Nullable<$($sql)+>,)+
                }
            }
        }

        pub use schema::{kinds, maybes};

        /// The columns' names, and their types in PostgreSQL.
        pub const COLUMNS: &[(&str, &str)] = &[$((stringify!($column), $postgres),)+];

        /// A row of values.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[derive(Debug, Clone, PartialEq, TenantScoped)]
        #[tenant(table = kinds)]
        pub struct Kind {
            pub id: Uuid,
            $(pub $column: $($rust)+,)+
        }

        /// A row to be.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[derive(Debug, Clone, PartialEq, TenantInsert)]
        #[tenant(model = Kind)]
        pub struct NewKind {
            $(pub $column: $($rust)+,)+
        }

        /// Changes of a row.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[derive(Debug, Clone, Default, TenantUpdate)]
        #[tenant(model = Kind)]
        pub struct KindChanges {
            $(pub $column: Option<$($rust)+>,)+
        }

        impl Kind {
            /// What was inserted.
            #[must_use]
            pub fn values(self) -> NewKind {
                NewKind { $($column: self.$column,)+ }
            }
        }

        impl NewKind {
            /// As changes of every column.
            #[must_use]
            pub fn changes(self) -> KindChanges {
                KindChanges { $($column: Some(self.$column),)+ }
            }

            /// The same as a row of the other table.
            #[must_use]
            pub fn maybe(self) -> NewMaybe {
                NewMaybe { notes: None, $($column: Some(self.$column),)+ }
            }
        }

        /// A row of which anything may be missing.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[derive(Debug, Clone, PartialEq, TenantScoped)]
        #[tenant(table = maybes)]
        pub struct Maybe {
            pub id: Uuid,
            pub notes: Option<Value>,
            $(pub $column: Option<$($rust)+>,)+
        }

        /// Such a row to be: what is `None` is left out.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[derive(Debug, Clone, Default, PartialEq, TenantInsert)]
        #[tenant(model = Maybe)]
        pub struct NewMaybe {
            pub notes: Option<Value>,
            $(pub $column: Option<$($rust)+>,)+
        }

        /// Changes of such a row.
        #[allow(missing_docs, reason = "the columns are described by their types")]
        #[allow(clippy::option_option, reason = "it is how an update sets NULL")]
        #[derive(Debug, Clone, Default, TenantUpdate)]
        #[tenant(model = Maybe)]
        pub struct MaybeChanges {
            pub notes: Option<Option<Value>>,
            $(pub $column: Option<Option<$($rust)+>>,)+
        }

        impl Maybe {
            /// What was inserted.
            #[must_use]
            pub fn values(self) -> NewMaybe {
                NewMaybe { notes: self.notes, $($column: self.$column,)+ }
            }
        }

        impl MaybeChanges {
            /// Every column to NULL.
            #[must_use]
            pub fn nothing() -> Self {
                Self { notes: Some(None), $($column: Some(None),)+ }
            }
        }
    };
}

columns!(make);
