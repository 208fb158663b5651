//! The tables of the queries: parents, their orders, and what is said about parents, twice.

use diesel::prelude::*;
use tenant_db::{TenantInsert, TenantScoped};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        buyers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            region -> Integer,
        }
    }

    diesel::table! {
        purchases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            buyer_id -> Uuid,
            placed -> BigInt,
            state -> Integer,
            amount -> Integer,
            note -> Text,
        }
    }

    diesel::table! {
        remarks (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            buyer_id -> Uuid,
            words -> Text,
        }
    }

    diesel::table! {
        bare_remarks (id) {
            id -> Uuid,
            buyer_id -> Uuid,
            words -> Text,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(buyers, purchases, remarks, bare_remarks);
}

pub use schema::{bare_remarks, buyers, purchases, remarks};

/// The tables, with the indexes that such queries ask for.
pub const SCHEMA: &str = "
    CREATE TABLE buyers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        region integer NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE purchases (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        buyer_id uuid NOT NULL,
        placed bigint NOT NULL,
        state integer NOT NULL,
        amount integer NOT NULL,
        note text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE INDEX purchases_in_order ON purchases (tenant_id, placed, id);
    CREATE INDEX purchases_of_a_buyer ON purchases (tenant_id, buyer_id);
    CREATE TABLE remarks (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        buyer_id uuid NOT NULL,
        words text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE INDEX remarks_of_a_buyer ON remarks (tenant_id, buyer_id);
    CREATE TABLE bare_remarks (
        id uuid PRIMARY KEY,
        buyer_id uuid NOT NULL,
        words text NOT NULL
    );
    CREATE INDEX bare_remarks_of_a_buyer ON bare_remarks (buyer_id);";

/// Somebody who buys.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = buyers, check_for_backend(diesel::pg::Pg))]
#[tenant(table = buyers)]
pub struct Buyer {
    /// Half of the key.
    pub id: Uuid,
    /// Some text.
    pub name: String,
    /// One of ten.
    pub region: i32,
}

/// What somebody bought.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = purchases, check_for_backend(diesel::pg::Pg))]
#[tenant(table = purchases, references(Buyer, buyer_id))]
pub struct Purchase {
    /// Half of the key.
    pub id: Uuid,
    /// Who.
    pub buyer_id: Uuid,
    /// When. Two of a tenant's have the same time.
    pub placed: i64,
    /// One of five.
    pub state: i32,
    /// In cents.
    pub amount: i32,
    /// Some text.
    pub note: String,
}

/// What is said about a buyer, in a table with a tenant column.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = remarks, check_for_backend(diesel::pg::Pg))]
#[tenant(table = remarks, references(Buyer, buyer_id))]
pub struct Remark {
    /// Half of the key.
    pub id: Uuid,
    /// About whom.
    pub buyer_id: Uuid,
    /// Some text.
    pub words: String,
}

/// The same in a table without: its rows are the tenant's to whom the buyer belongs.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = bare_remarks, check_for_backend(diesel::pg::Pg))]
#[tenant(table = bare_remarks, through(parent = Buyer, foreign_key = buyer_id))]
pub struct BareRemark {
    /// The key.
    pub id: Uuid,
    /// About whom.
    pub buyer_id: Uuid,
    /// Some text.
    pub words: String,
}

/// A remark to be; its key is made by whoever inserts it.
#[derive(Debug, Clone, PartialEq, Eq, TenantInsert)]
#[tenant(model = Remark)]
pub struct NewRemark {
    /// About whom.
    pub buyer_id: Uuid,
    /// Some text.
    pub words: String,
}

/// The same for the table without a tenant column.
#[derive(Debug, Clone, PartialEq, Eq, TenantInsert)]
#[tenant(model = BareRemark)]
pub struct NewBareRemark {
    /// About whom.
    pub buyer_id: Uuid,
    /// Some text.
    pub words: String,
}
