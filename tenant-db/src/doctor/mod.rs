//! Compares the database with the models: the program refuses to start where they differ.
//!
//! [`TenantDb::connect`](crate::TenantDb::connect) does it with the role that the program logs in as, and what that role
//! can become. [`check`] does it anywhere, for instance in the tests of an application:
//!
//! ```no_run
//! # async fn example() -> tenant_db::Result<()> {
//! use tenant_db::{database::DatabaseConfig, doctor};
//!
//! let report = doctor::check("postgresql://shop_runtime@localhost/shop", &DatabaseConfig::default()).await?;
//! assert!(report.is_ok(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! # Codes
//!
//! | code | severity | finding |
//! |---|---|---|
//! | TD101 | error | the runtime role is, or can become, a superuser |
//! | TD102 | error | … a role with BYPASSRLS |
//! | TD103 | error | … a role with CREATEROLE |
//! | TD104 | error | … a role with REPLICATION |
//! | TD105 | error | … the owner of a model's table |
//! | TD106 | error | … a predefined role that reaches around tables: server files, programs, all data |
//! | TD107 | warning | the runtime role may call `set_config`, so an SQL injection could switch tenants |
//! | TD108 | error | sessions start with a tenant |
//! | TD109 | warning | sessions start with a `search_path` or `row_security` of their own |
//! | TD110 | warning | the runtime role may create temporary tables, which shadow names |
//! | TD111 | error | the runtime role may create objects in the database or in a model's schema |
//! | TD112 | error | the program logs in as an administrator, the migrator or the owner, not as the runtime role |
//! | TD113 | error | the runtime role can become the reader or the owner of public views |
//! | TD201 | error | a model's table does not exist |
//! | TD202 | error | it is a view or something else that is not a table |
//! | TD203 | error | its tenant column, or a column that names the parent's row, does not exist |
//! | TD204 | error | … has another type |
//! | TD205 | error | … may be NULL |
//! | TD206 | error | row-level security is not enabled |
//! | TD207 | error | … not forced |
//! | TD208 | error | the primary key does not lead with the tenant |
//! | TD209 | error | diesel's name for the table stands for another one |
//! | TD210 | error | the trigger that guards the tenant column is missing, disabled or another one |
//! | TD211 | error | the runtime role has more than SELECT, INSERT, UPDATE, DELETE; more than SELECT on a global table |
//! | TD212 | warning | the runtime role has less |
//! | TD213 | error | a partition or child table can be reached around the policies |
//! | TD214 | warning | a foreign key between tables of models does not carry the tenant |
//! | TD215 | warning | a unique key or an exclusion constraint does not contain the tenant |
//! | TD216 | error | a foreign key as of TD214 changes or deletes rows of one tenant when another one changes its own |
//! | TD217 | error | the tenant column's collation takes different keys for equal |
//! | TD218 | warning | a constraint of a model is missing |
//! | TD219 | warning | the column that counts the changes of a row has no default |
//! | TD301 | error | a policy is missing |
//! | TD302 | error | a policy is not the one that the models ask for |
//! | TD303 | error | there is a permissive policy that no model asks for, and that is not for the table's owner alone |
//! | TD400 | error | the isolation migrations have not been applied; reported alone |
//! | TD401 | error | a function of schema `tenant_db` is missing |
//! | TD402 | error | … is not the one that this release makes |
//! | TD403 | error | the runtime role may not call it |
//! | TD501 | error | the runtime role can reach a table that is not adopted yet |
//! | TD502 | warning | a table is called not adopted yet, and it is |
//! | TD601 | error | `PublicDb` logs in as another role than the reader of public views |
//! | TD602 | error | the reader is, or can become, something else |
//! | TD603 | error | … can reach a relation that is no public view, or write, or create |
//! | TD604 | error | … may call a function that runs with the rights of its owner |
//! | TD605 | error | the owner of public views can be logged in as, or has more than the columns that views need |
//! | TD606 | error | a public view does not exist |
//! | TD607 | error | … is not what the program says: its owner, columns, rows or policy |
//! | TD608 | error | row-level security of the table behind it is not forced |
//!
//! TD107 is no error, because on managed databases nobody has the right to revoke `set_config`: with the query builder,
//! values never become SQL, so it takes an injection in a statement of one's own to use it. Where there is a superuser,
//! mend it.
//!
//! TD214 and TD215 show no row to anybody. What they give away is whether a value exists with another tenant: PostgreSQL
//! checks keys without asking policies. The key that the isolating migration keeps for foreign keys from elsewhere is
//! left out where it is made of UUIDs, which nobody guesses, and where a table without a tenant column is reached through
//! it.

mod check;
mod constraints;
mod functions;
mod keys;
mod login;
mod pending;
mod policies;
mod public;
mod report;
mod roles;
mod snapshot;
mod tables;

use diesel_async::AsyncPgConnection;

pub(crate) use public::verify_public;
pub use report::{Finding, Report, Severity};

use crate::database::DatabaseConfig;
use crate::error::Result;
use crate::meta::{ModelMeta, registered_models};
use check::Check;
use snapshot::Snapshot;

/// Connects to `url`, with the role that the program uses, and compares the database with the program's models.
///
/// Must be called in a tokio runtime with time and I/O enabled. Changes nothing.
///
/// # Errors
///
/// [`Error::Connect`](crate::Error::Connect) where there is no such database, and whatever keeps the catalog from being
/// read. Findings are no errors: they are in the report.
pub async fn check(url: &str, config: &DatabaseConfig) -> Result<Report> {
    let mut connection = crate::database::connect(url).await?;
    Ok(verify(&mut connection, &registered_models(), config).await?)
}

/// Compares the database behind `connection` with `models`, as whatever role logged in.
pub(crate) async fn verify(
    connection: &mut AsyncPgConnection,
    models: &[&ModelMeta],
    config: &DatabaseConfig,
) -> Result<Report, diesel::result::Error> {
    let (models, pending) = pending::split(connection, models, config).await?;
    let models = models.as_slice();
    let snapshot = Snapshot::read(connection, models, config.setting()).await?;
    let mut check = Check::new(&snapshot, config, models);
    if !models.is_empty() && functions::are_absent(&mut check) {
        return Ok(Report::new(check.into_findings()));
    }
    login::check(&mut check);
    roles::check(&mut check);
    functions::check(&mut check, models);
    pending::check(&mut check, &pending);
    for (position, model) in models.iter().enumerate() {
        let is_repeated = models[..position]
            .iter()
            .any(|earlier| earlier.schema_name() == model.schema_name() && earlier.table == model.table);
        tables::check(&mut check, position, model, is_repeated);
    }
    Ok(Report::new(check.into_findings()))
}
