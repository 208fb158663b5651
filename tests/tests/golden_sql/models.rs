//! Tables of every kind: with a tenant column, reached through a parent, and of everybody.

use tenant_db::{GlobalTable, TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

mod schema {
    diesel::table! {
        buyers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            credit -> Integer,
            country -> Nullable<Text>,
        }
    }

    diesel::table! {
        invoices (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            buyer_id -> Uuid,
            number -> Integer,
        }
    }

    diesel::table! {
        documents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            title -> Text,
            version -> Integer,
            deleted_at -> Nullable<Timestamptz>,
        }
    }

    diesel::table! {
        countries (code) {
            code -> Text,
            name -> Text,
        }
    }

    diesel::table! {
        users (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            login -> Text,
        }
    }

    diesel::table! {
        credentials (id) {
            id -> Uuid,
            user_id -> Uuid,
            label -> Text,
        }
    }

    diesel::table! {
        challenges (id) {
            id -> Uuid,
            credential_id -> Uuid,
            answer -> Integer,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(
        buyers,
        invoices,
        documents,
        countries,
        users,
        credentials,
        challenges
    );
    diesel::allow_columns_to_appear_in_same_group_by_clause!(buyers::id, buyers::name);
}

pub(crate) use schema::{buyers, challenges, countries, credentials, documents, invoices, users};

pub(crate) const TABLES: &str = "
    CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
    CREATE TABLE buyers (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, credit integer NOT NULL, country text,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE invoices (
        tenant_id uuid NOT NULL, id uuid NOT NULL, buyer_id uuid NOT NULL, number integer NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE documents (
        tenant_id uuid NOT NULL, id uuid NOT NULL, title text NOT NULL, version integer NOT NULL DEFAULT 1,
        deleted_at timestamptz,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE users (
        tenant_id uuid NOT NULL, id uuid NOT NULL UNIQUE, login text NOT NULL, PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE credentials (
        id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE, label text NOT NULL
    );
    CREATE TABLE challenges (
        id uuid PRIMARY KEY, credential_id uuid NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
        answer integer NOT NULL
    );";

#[derive(Debug, GlobalTable)]
#[tenant(table = countries, primary_key = code)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = buyers, unique(name), references(Country, country))]
pub(crate) struct Buyer {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) credit: i32,
    pub(crate) country: Option<String>,
}

#[derive(Debug, TenantInsert)]
#[tenant(model = Buyer)]
pub(crate) struct NewBuyer {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    pub(crate) credit: i32,
}

#[derive(Debug, TenantUpdate)]
#[tenant(model = Buyer)]
pub(crate) struct BuyerChanges {
    pub(crate) name: Option<&'static str>,
    pub(crate) credit: Option<i32>,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = invoices, unique(buyer_id, number), references(Buyer, buyer_id))]
pub(crate) struct Invoice {
    pub(crate) id: Uuid,
    pub(crate) buyer_id: Uuid,
    pub(crate) number: i32,
}

#[derive(Debug, TenantInsert)]
#[tenant(model = Invoice)]
pub(crate) struct NewInvoice {
    pub(crate) id: Uuid,
    pub(crate) buyer_id: Uuid,
    pub(crate) number: i32,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = documents, version = version, soft_delete = deleted_at)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) version: i32,
}

#[derive(Debug, TenantInsert)]
#[tenant(model = Document)]
pub(crate) struct NewDocument {
    pub(crate) id: Uuid,
    pub(crate) title: &'static str,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = users)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) login: String,
}

#[derive(Debug, TenantInsert)]
#[tenant(model = User)]
pub(crate) struct NewUser {
    pub(crate) id: Uuid,
    pub(crate) login: &'static str,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = credentials, through(parent = User, foreign_key = user_id))]
pub(crate) struct Credential {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) label: String,
}

#[derive(Debug, TenantInsert)]
#[tenant(model = Credential)]
pub(crate) struct NewCredential {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) label: &'static str,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = challenges, through(parent = Credential, foreign_key = credential_id))]
pub(crate) struct Challenge {
    pub(crate) id: Uuid,
    pub(crate) credential_id: Uuid,
    pub(crate) answer: i32,
}
