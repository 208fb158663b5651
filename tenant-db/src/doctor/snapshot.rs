//! What the catalog says, read in two queries as whatever role the connection has.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Oid, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::Deserialize;

use crate::meta::ModelMeta;

/// The catalog, as far as the checks look at it.
#[derive(Debug, Deserialize)]
pub(super) struct Snapshot {
    pub(super) session_user: String,
    pub(super) database: String,
    /// The session's role, and every role that it can become.
    pub(super) roles: Vec<Role>,
    pub(super) may_create_in_database: bool,
    pub(super) may_create_temporary: bool,
    pub(super) may_set_config: bool,
    pub(super) tenant_is_preset: bool,
    pub(super) settings: Vec<Setting>,
    pub(super) tenant_schema: Option<TenantSchema>,
    pub(super) functions: Vec<Function>,
    pub(super) tables: Vec<Table>,
    /// For each model, what its name in diesel's statements stands for in this session.
    #[serde(skip)]
    pub(super) resolved: Vec<Option<u32>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) superuser: bool,
    pub(super) bypass_rls: bool,
    pub(super) create_role: bool,
    pub(super) replication: bool,
    pub(super) predefined: bool,
    /// The superuser that the server was set up with. It cannot be made anything less.
    pub(super) bootstrap: bool,
    /// It may create databases, or owns this one: somebody's role, not a program's.
    pub(super) administers: bool,
    /// The role to leave in order not to become this one; `None` for the session's own.
    pub(super) step: Option<String>,
}

/// A setting that sessions start with. Its value may be a tenant, so it is not read.
#[derive(Debug, Deserialize)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) database: Option<String>,
    pub(super) role: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TenantSchema {
    pub(super) usable: bool,
    /// Whether the notes of the base migration are in it.
    pub(super) made_by_migration: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) returns: String,
    pub(super) set: bool,
    pub(super) arguments: i32,
    pub(super) language: String,
    pub(super) volatility: String,
    pub(super) leakproof: bool,
    pub(super) definer: bool,
    pub(super) configuration: Vec<String>,
    pub(super) source: String,
    pub(super) owner: String,
    pub(super) owner_reachable: bool,
    pub(super) executable: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Table {
    /// The position of the model, from 1.
    pub(super) index: usize,
    pub(super) oid: u32,
    /// Schema and name, quoted where they have to be.
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) owner: String,
    pub(super) owner_reachable: bool,
    pub(super) enabled: bool,
    pub(super) forced: bool,
    pub(super) tenant: Option<TenantColumn>,
    pub(super) primary_key_name: Option<String>,
    pub(super) primary_key: Vec<String>,
    /// Unique keys and exclusion constraints without the tenant, but for the primary key.
    pub(super) keys: Vec<Key>,
    /// Foreign keys to tables of models that do not carry the tenant.
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// Checks, foreign keys and exclusion constraints.
    pub(super) constraints: Vec<Constraint>,
    /// The columns of each unique key that holds for every row, in alphabetical order.
    pub(super) unique_keys: Vec<Vec<String>>,
    pub(super) columns: Vec<Column>,
    pub(super) policies: Vec<Policy>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) grants: Vec<Grant>,
    pub(super) missing: Vec<String>,
    pub(super) schema_usable: bool,
    pub(super) schema_creators: Vec<String>,
    pub(super) open_children: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TenantColumn {
    /// The name as PostgreSQL writes it into expressions: quoted where it has to be.
    pub(super) quoted: String,
    #[serde(rename = "type")]
    pub(super) sql_type: String,
    pub(super) not_null: bool,
    /// Whether only equal texts compare as equal.
    pub(super) deterministic: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Key {
    pub(super) oid: u32,
    pub(super) name: String,
    /// The name as PostgreSQL writes it into the definition: quoted where it has to be.
    pub(super) quoted: String,
    /// The index with its schema.
    pub(super) index: String,
    /// The table that it is on: that of the model, or a partition or child of it.
    pub(super) table: String,
    /// Columns and expressions.
    pub(super) columns: Vec<String>,
    /// Whether its values are UUIDs, which nobody guesses.
    pub(super) is_uuids: bool,
    pub(super) exclusion: bool,
    /// The constraint, where there is one.
    pub(super) constraint: Option<String>,
    pub(super) definition: String,
    /// Whether another unique key has the same columns and the tenant.
    pub(super) covered: bool,
    /// The foreign keys that rest on it.
    pub(super) dependents: Vec<Dependent>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dependent {
    pub(super) oid: u32,
    pub(super) name: String,
    pub(super) table: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ForeignKey {
    pub(super) oid: u32,
    /// The index of the unique key that it refers to.
    pub(super) index: u32,
    pub(super) name: String,
    /// The table, or the partition of it, that has the foreign key.
    pub(super) table: String,
    pub(super) target: String,
    /// `None` where its rows belong to the tenant of a parent.
    pub(super) target_tenant: Option<String>,
    /// Columns of the table, each with the one that it refers to.
    pub(super) columns: Vec<(String, String)>,
    pub(super) on_update: String,
    pub(super) on_delete: String,
    pub(super) deferrable: bool,
    pub(super) deferred: bool,
    /// Whether the target has a unique key of the same columns and the tenant.
    pub(super) has_key: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) valid: bool,
    pub(super) target_schema: Option<String>,
    pub(super) target_table: Option<String>,
    /// Columns of the table, each with the one that it refers to.
    pub(super) pairs: Option<Vec<(String, Option<String>)>>,
    pub(super) on_delete: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) not_null: bool,
    /// Whether the database fills it.
    pub(super) filled: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) command: String,
    pub(super) permissive: bool,
    pub(super) to_public: bool,
    /// For the table's owner and nobody else: so the isolating migration sets policies aside.
    pub(super) to_owner: bool,
    /// The names of the roles, but for `PUBLIC`.
    pub(super) roles: Vec<String>,
    pub(super) using: Option<String>,
    pub(super) check: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) enabled: String,
    #[serde(rename = "type")]
    pub(super) kind: i32,
    pub(super) conditional: bool,
    pub(super) function_schema: String,
    pub(super) function: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Grant {
    /// `None` is `PUBLIC`.
    pub(super) grantee: Option<String>,
    pub(super) privilege: String,
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Text)]
    document: String,
}

#[derive(QueryableByName)]
struct Resolved {
    #[diesel(sql_type = Nullable<Oid>)]
    oid: Option<u32>,
}

impl Snapshot {
    pub(super) async fn read(
        connection: &mut AsyncPgConnection,
        models: &[&ModelMeta],
        setting: &str,
    ) -> Result<Self, diesel::result::Error> {
        let names: Vec<String> = models.iter().map(|model| (model.table_sql)()).collect();
        let schemas: Vec<&str> = models.iter().map(|model| model.schema_name()).collect();
        let tables: Vec<&str> = models.iter().map(|model| model.table).collect();
        let tenants: Vec<Option<&str>> = models.iter().map(|model| model.tenant_column()).collect();
        let anchors: Vec<String> =
            models.iter().map(|model| serde_json::Value::from(model.anchors()).to_string()).collect();
        connection
            .transaction(async |connection| {
                let resolved: Vec<Resolved> = catalog_query(include_str!("sql/resolve.sql"))
                    .bind::<Array<Text>, _>(&names)
                    .load(connection)
                    .await?;
                // PostgreSQL leaves the schema out of what the path finds: with this path, it leaves out none.
                connection.batch_execute("SET LOCAL search_path = pg_catalog, pg_temp").await?;
                let Document { document } = catalog_query(include_str!("sql/snapshot.sql"))
                    .bind::<Array<Text>, _>(&schemas)
                    .bind::<Array<Text>, _>(&tables)
                    .bind::<Array<Nullable<Text>>, _>(&tenants)
                    .bind::<Text, _>(setting)
                    .bind::<Array<Text>, _>(&anchors)
                    .get_result(connection)
                    .await?;
                let mut snapshot: Self = serde_json::from_str(&document)
                    .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
                snapshot.resolved = resolved.into_iter().map(|row| row.oid).collect();
                Ok(snapshot)
            })
            .await
    }

    /// The table of the model at `position` in the list that was asked for.
    pub(super) fn table(&self, position: usize) -> Option<&Table> {
        self.tables.iter().find(|table| table.index == position + 1)
    }

    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name && function.arguments == 0)
    }
}

#[allow(clippy::disallowed_methods, reason = "reads the catalog, in which there is no tenant data (I3)")]
fn catalog_query(sql: &'static str) -> diesel::query_builder::SqlQuery {
    diesel::sql_query(sql)
}
