//! The database's side of the promise: roles, policies and functions, as migrations.
//!
//! The types keep a program from *asking* for another tenant's rows; what this module generates keeps PostgreSQL from
//! *answering*. It is made from the models of the program, so the two cannot drift apart, and compared with the real
//! database at connect by [`doctor`](crate::doctor).
//!
//! | to | use |
//! |---|---|
//! | write diesel migrations for the models | [`write_migrations`] |
//! | apply migrations, in a program or a test | [`Migrator`] |
//! | look at the SQL | [`migrations`], [`base_migration`], [`model_migration`] |
//! | choose names of roles and of the setting | [`DatabaseConfig`] |
//!
//! # What a table gets
//!
//! An owner that nobody logs in as; a tenant column that is `NOT NULL`; a primary key that leads with it; row-level
//! security that is enabled and forced; a policy for each command with `USING` and `WITH CHECK`, and a restrictive floor
//! under them; a trigger that fills the tenant and refuses to change it; and for the runtime role the right to read and
//! write rows, nothing else. The functions that policies call raise SQLSTATE 42501 where no tenant is set (I4).
//!
//! # What everybody loses
//!
//! The base migration takes from `PUBLIC` the rights to create temporary tables and schemas in the database, and to call
//! `pg_catalog.set_config`: a statement that can be injected into a query could switch the tenant with it. Other roles
//! of this database that need them (a monitoring role, a `pg_dump` that is not run by a superuser) need a `GRANT`.

mod base;
mod config;
mod connect;
mod constrain;
mod constraints;
mod folder;
mod functions;
mod generated;
mod global;
mod harness;
mod identifier;
mod isolation;
mod migration_name;
mod migrator;
mod plan;
mod policies;
mod predicate;
mod principal;
mod privileges;
mod statement;
mod template;
mod through;
mod version;
mod views;

pub use base::base_migration;
#[cfg(feature = "testing")]
pub(crate) use base::database_privileges;
pub use config::DatabaseConfig;
pub use folder::{write_migrations, write_migrations_with};
pub use migrator::Migrator;
pub use plan::{migrations, model_migration};
pub use statement::{Migration, Statement};

// What verification compares the database with.
pub(crate) use connect::connect;
pub(crate) use constrain::catalog_code;
pub(crate) use constraints::{Constraint, Reference, Rule, columns_of, constraints, is_same_table};
pub(crate) use functions::{
    KEY_KINDS, SEARCH_PATH, guard_body, guard_function, guard_function_ident, tenant_function,
    tenant_function_body,
};
pub(crate) use identifier::{qualified, quote_ident, quote_literal};
pub(crate) use isolation::{KEPT_KEY_SUFFIX, guard_name, guard_trigger, is_accepted_type};
pub(crate) use policies::{Command, Policy, policies};
pub(crate) use predicate::{normalized, own_rows};
pub(crate) use views::{fingerprint as view_fingerprint, policy_name as view_policy_name};
