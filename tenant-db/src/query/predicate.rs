//! The tenant predicate (I5), written from what is known of a model when the program runs.
//!
//! A table with a tenant column gets `table.tenant_id = $1`. A child table without one gets
//! `EXISTS (SELECT 1 FROM parent WHERE parent.id = child.parent_id AND parent.tenant_id = $1)`, and so on to the ancestor
//! that has the column.

use diesel::expression::{Expression, TypedExpressionType};
use diesel::internal::operators_macro::FieldAliasMapper;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_source::{Alias, AliasSource};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, SqlType, Text};
use uuid::Uuid;

use super::fragments::Types;
use crate::meta::{ModelMeta, Tenancy};
use crate::model::TenantModel;
use crate::tenant::{TenantKey, TenantValue};

/// A tenant's key as a parameter, and as the bytes in which PostgreSQL sends it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenant {
    Uuid(Uuid),
    Text(String),
    BigInt(i64),
}

impl Tenant {
    pub(crate) fn new<K: TenantKey>(key: &K) -> Self {
        match key.to_value() {
            TenantValue::Uuid(uuid) => Self::Uuid(uuid),
            TenantValue::Text(text) => Self::Text(text.into_owned()),
            TenantValue::BigInt(number) => Self::BigInt(number),
        }
    }

    /// Whether these are the bytes of this key, in PostgreSQL's binary format.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Uuid(uuid) => uuid.as_bytes() == bytes,
            Self::Text(text) => text.as_bytes() == bytes,
            Self::BigInt(number) => number.to_be_bytes() == bytes,
        }
    }

    pub(crate) fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Uuid(uuid) => out.push_bind_param::<diesel::sql_types::Uuid, _>(uuid),
            Self::Text(text) => out.push_bind_param::<Text, _>(text),
            Self::BigInt(number) => out.push_bind_param::<BigInt, _>(number),
        }
    }
}

/// A table in a statement: what is known of it, and by which name the statement calls it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) meta: &'static ModelMeta,
    /// The alias; without one, the table's own name.
    pub(crate) alias: Option<&'static str>,
}

impl Named {
    pub(crate) fn new(meta: &'static ModelMeta) -> Self {
        Self { meta, alias: None }
    }

    /// `table.column`, quoted.
    pub(crate) fn push_column(self, column: &str, out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
        match self.alias {
            Some(alias) => out.push_identifier(alias)?,
            None => push_table(self.meta, out),
        }
        out.push_sql(".");
        out.push_identifier(column)
    }

    /// Whether the table's rows belong to tenants.
    pub(crate) fn is_scoped(self) -> bool {
        !matches!(self.meta.tenancy, Tenancy::Global)
    }
}

/// The table as diesel writes it.
pub(crate) fn push_table(meta: &ModelMeta, out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql(&(meta.table_sql)());
}

/// `table.tenant_id = $1`, or its likeness for a child table. Nothing but `TRUE` for reference data.
pub(crate) fn push_own<'b>(
    table: Named,
    tenant: &'b Tenant,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    own(table, tenant, 0, out)
}

fn own<'b>(table: Named, tenant: &'b Tenant, depth: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    match table.meta.tenancy {
        Tenancy::Column(column) => {
            table.push_column(column, out)?;
            out.push_sql(" = ");
            tenant.push(out)
        }
        Tenancy::Through { parent, foreign_key } => {
            ensure_not_reserved(table, depth)?;
            let ancestor = Named { meta: parent(), alias: Some(ancestor_name(depth)?) };
            out.push_sql("EXISTS (SELECT 1 FROM ");
            push_link(table, ancestor, foreign_key, out)?;
            out.push_sql(" AND ");
            own(ancestor, tenant, depth + 1, out)?;
            out.push_sql(")");
            Ok(())
        }
        Tenancy::Global => {
            out.push_sql("TRUE");
            Ok(())
        }
    }
}

/// The tenant of a row: the column, or that of its ancestor.
pub(crate) fn push_tenant_of(table: Named, out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
    tenant_of(table, 0, out)
}

fn tenant_of(table: Named, depth: usize, out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
    match table.meta.tenancy {
        Tenancy::Column(column) => table.push_column(column, out),
        Tenancy::Through { parent, foreign_key } => {
            ensure_not_reserved(table, depth)?;
            let ancestor = Named { meta: parent(), alias: Some(ancestor_name(depth)?) };
            out.push_sql("(SELECT ");
            tenant_of(ancestor, depth + 1, out)?;
            out.push_sql(" FROM ");
            push_link(table, ancestor, foreign_key, out)?;
            out.push_sql(")");
            Ok(())
        }
        Tenancy::Global => {
            out.push_sql("NULL");
            Ok(())
        }
    }
}

/// `parent AS ancestor WHERE ancestor.id = child.parent_id`.
fn push_link(
    child: Named,
    ancestor: Named,
    foreign_key: &[&str],
    out: &mut AstPass<'_, '_, Pg>,
) -> QueryResult<()> {
    push_table(ancestor.meta, out);
    if let Some(alias) = ancestor.alias {
        out.push_sql(" AS ");
        out.push_identifier(alias)?;
    }
    out.push_sql(" WHERE ");
    push_pairs(child, foreign_key, ancestor, ancestor.meta.primary_key, out)
}

/// `a.x = b.y AND …`.
pub(crate) fn push_pairs(
    one: Named,
    columns: &[&str],
    other: Named,
    other_columns: &[&str],
    out: &mut AstPass<'_, '_, Pg>,
) -> QueryResult<()> {
    if columns.len() != other_columns.len() || columns.is_empty() {
        return Err(malformed("a foreign key has as many columns as the primary key that it refers to"));
    }
    for (at, (column, other_column)) in columns.iter().zip(other_columns).enumerate() {
        if at > 0 {
            out.push_sql(" AND ");
        }
        other.push_column(other_column, out)?;
        out.push_sql(" = ");
        one.push_column(column, out)?;
    }
    Ok(())
}

/// Names of ancestors, each for its own place in the chain.
const ANCESTORS: [&str; 8] = [
    "tenant_parent_1",
    "tenant_parent_2",
    "tenant_parent_3",
    "tenant_parent_4",
    "tenant_parent_5",
    "tenant_parent_6",
    "tenant_parent_7",
    "tenant_parent_8",
];

/// How their names begin.
pub(crate) const RESERVED: &str = "tenant_parent_";

/// A child that is called like its ancestor would be mistaken for it.
fn ensure_not_reserved(table: Named, depth: usize) -> QueryResult<()> {
    let name = table.alias.unwrap_or(table.meta.table);
    if depth == 0 && name.starts_with(RESERVED) {
        return Err(malformed("a table or an alias begins with `tenant_parent_`, which is reserved"));
    }
    Ok(())
}

fn ancestor_name(depth: usize) -> QueryResult<&'static str> {
    ANCESTORS
        .get(depth)
        .copied()
        .ok_or_else(|| malformed("more than eight tables between a row and its tenant"))
}

fn malformed(reason: &'static str) -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError(reason.into())
}

/// The whole predicate on a table: the tenant's rows, and those that are not deleted.
pub(crate) fn push_scope<'b>(
    table: Named,
    tenant: &'b Tenant,
    with_deleted: bool,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    push_own(table, tenant, out)?;
    if let (Some(deleted), false) = (table.meta.soft_delete, with_deleted) {
        out.push_sql(" AND ");
        table.push_column(deleted, out)?;
        out.push_sql(" IS NULL");
    }
    Ok(())
}

/// The tenant of a child table's row: that of its parent, looked up.
#[derive(Debug)]
pub struct ParentTenant<M> {
    alias: Option<&'static str>,
    model: Types<M>,
}

impl<M> Default for ParentTenant<M> {
    fn default() -> Self {
        Self { alias: None, model: std::marker::PhantomData }
    }
}

impl<M> Expression for ParentTenant<M>
where
    M: TenantModel<TenantSql: SqlType + TypedExpressionType>,
{
    type SqlType = M::TenantSql;
}

impl<M: TenantModel> QueryFragment<Pg> for ParentTenant<M> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_tenant_of(Named { meta: M::META, alias: self.alias }, &mut out)
    }
}

impl<M, S: AliasSource> FieldAliasMapper<S> for ParentTenant<M> {
    type Out = Self;

    fn map(self, _alias: &Alias<S>) -> Self {
        Self { alias: Some(S::NAME), ..self }
    }
}
