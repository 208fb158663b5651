//! A table of 64 columns, the most that diesel's feature `64-column-tables` knows.

use std::fmt::Write as _;

use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

macro_rules! wide {
    ($($column:ident)+) => {
        #[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
        mod schema {
            diesel::table! {
                wides (tenant_id, id) {
                    tenant_id -> Uuid,
                    id -> Uuid,
                    $($column -> Integer,)+
                }
            }
        }

        pub use schema::wides;

        const COLUMNS: &[&str] = &[$(stringify!($column)),+];

        /// A row.
        #[allow(missing_docs, reason = "the columns are numbers")]
        #[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
        #[tenant(table = wides)]
        pub struct Wide {
            pub id: Uuid,
            $(pub $column: i32,)+
        }

        /// A row to be.
        #[allow(missing_docs, reason = "the columns are numbers")]
        #[derive(Debug, Clone, PartialEq, Eq, TenantInsert)]
        #[tenant(model = Wide)]
        pub struct NewWide {
            $(pub $column: i32,)+
        }

        /// Changes.
        #[allow(missing_docs, reason = "the columns are numbers")]
        #[derive(Debug, Clone, Default, PartialEq, Eq, TenantUpdate)]
        #[tenant(model = Wide)]
        pub struct WideChanges {
            $(pub $column: Option<i32>,)+
        }

        impl NewWide {
            /// `first`, and one more for each column.
            #[must_use]
            pub fn counting_from(first: i32) -> Self {
                let mut next = first..;
                Self { $($column: next.next().unwrap_or_default(),)+ }
            }

            /// As changes of every column.
            #[must_use]
            pub fn changes(self) -> WideChanges {
                WideChanges { $($column: Some(self.$column),)+ }
            }
        }

        impl Wide {
            /// What was inserted.
            #[must_use]
            pub fn values(self) -> NewWide {
                NewWide { $($column: self.$column,)+ }
            }
        }
    };
}

wide! {
    c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24 c25 c26 c27 c28 c29
    c30 c31 c32 c33 c34 c35 c36 c37 c38 c39 c40 c41 c42 c43 c44 c45 c46 c47 c48 c49 c50 c51 c52 c53 c54 c55 c56 c57 c58
    c59 c60 c61 c62
}

/// The table.
#[must_use]
pub fn sql() -> String {
    let mut columns = String::new();
    for name in COLUMNS {
        let _ = write!(columns, "{name} integer NOT NULL, ");
    }
    format!(
        "CREATE TABLE wides (tenant_id uuid NOT NULL, id uuid NOT NULL, {columns} PRIMARY KEY (tenant_id, id));"
    )
}
