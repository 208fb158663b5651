//! The tables: with a tenant column, reached through a parent, and through that one's parent.

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod tables {
    diesel::table! {
        customers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            credit -> Integer,
            note -> Nullable<Text>,
        }
    }

    diesel::table! {
        invoices (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            customer_id -> Uuid,
            before_id -> Nullable<Uuid>,
            number -> Integer,
            amount -> Integer,
        }
    }

    diesel::table! {
        documents (tenant_id, shelf, slot) {
            tenant_id -> Uuid,
            shelf -> Text,
            slot -> Integer,
            customer_id -> Nullable<Uuid>,
            title -> Text,
            version -> Integer,
            deleted_at -> Nullable<Timestamptz>,
        }
    }

    diesel::table! {
        accounts (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            login -> Text,
            level -> Integer,
            country -> Nullable<Text>,
        }
    }

    diesel::table! {
        countries (code) {
            code -> Text,
            name -> Text,
        }
    }

    diesel::table! {
        credentials (id) {
            id -> Uuid,
            account_id -> Uuid,
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
        customers,
        invoices,
        documents,
        countries,
        accounts,
        credentials,
        challenges
    );
    diesel::allow_columns_to_appear_in_same_group_by_clause!(
        customers::id,
        customers::name,
        invoices::number
    );
}

pub(crate) use tables::{accounts, challenges, countries, credentials, customers, documents, invoices};

/// The tables, as a user's own migration makes them. Each has one constraint at most that refuses a change of several
/// rows: which of two is named would depend on the order in which the rows are found.
pub(crate) const SQL: &str = "
    CREATE TABLE customers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        credit integer NOT NULL,
        note text,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT customers_name_key UNIQUE (tenant_id, name),
        CONSTRAINT customers_credit_check CHECK (credit >= 0)
    );
    CREATE TABLE invoices (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        customer_id uuid NOT NULL,
        before_id uuid,
        number integer NOT NULL,
        amount integer NOT NULL,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT invoices_number_key UNIQUE (tenant_id, customer_id, number),
        CONSTRAINT invoices_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
            ON DELETE CASCADE,
        CONSTRAINT invoices_before_fkey FOREIGN KEY (tenant_id, before_id) REFERENCES invoices (tenant_id, id)
            ON DELETE SET NULL (before_id)
    );
    CREATE TABLE documents (
        tenant_id uuid NOT NULL,
        shelf text NOT NULL,
        slot integer NOT NULL,
        customer_id uuid,
        title text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        deleted_at timestamptz,
        PRIMARY KEY (tenant_id, shelf, slot),
        CONSTRAINT documents_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
            ON DELETE RESTRICT
    );
    CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
    INSERT INTO countries VALUES ('ada', 'Adaland'), ('bob', 'Boberia'), ('cyd', 'Cydonia');
    CREATE TABLE accounts (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL UNIQUE,
        login text NOT NULL,
        level integer NOT NULL,
        country text,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT accounts_country_fkey FOREIGN KEY (country) REFERENCES countries (code),
        CONSTRAINT accounts_login_key UNIQUE (tenant_id, login)
    );
    CREATE TABLE credentials (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        label text NOT NULL,
        CONSTRAINT credentials_account_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
    );
    CREATE TABLE challenges (
        id uuid PRIMARY KEY,
        credential_id uuid NOT NULL,
        answer integer NOT NULL,
        CONSTRAINT challenges_credential_fkey FOREIGN KEY (credential_id) REFERENCES credentials (id) ON DELETE CASCADE
    );";

/// Children before their parents, as they are emptied.
pub(crate) const TABLES: [&str; 6] =
    ["challenges", "credentials", "accounts", "documents", "invoices", "customers"];
