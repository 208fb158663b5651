//! [`Chunks`]: rows, as statements that are neither too small nor too large.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;

use diesel::pg::{Pg, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment};
use diesel::result::QueryResult;

use super::array::{Arrays, Column, Parameter};
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::meta::Tenancy;
use crate::model::{Model, TenantModel};
use crate::query::fragments::{Piece, Types};
use crate::query::insert::{InsertInto, rows_per_statement};
use crate::query::predicate::{Named, push_tenant_of};
use crate::session::known_parameters;

/// At most so many rows go into one statement.
const ROWS: usize = 10_000;

/// Nor do more, when their values have this size.
const BYTES: usize = 4 * 1024 * 1024;

/// A statement that inserts rows.
pub(super) enum Chunk<'a> {
    /// Each column is an array.
    Arrays(Arrays),
    /// Each value is a parameter: where the number of a type has to be looked up, or there are no arrays of it.
    Rows(Piece<'a>),
}

/// Rows that are put into statements as they are asked for.
pub(super) struct Chunks<'a, M: TenantModel, I, Rows> {
    rows: Rows,
    tenant: &'a M::Key,
    /// Arrays do not do for these rows.
    by_value: bool,
    types: Types<I>,
}

impl<'a, M, I, Rows> Chunks<'a, M, I, Rows>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
    Rows: Iterator<Item = I>,
{
    pub(super) fn new(rows: Rows, tenant: &'a M::Key) -> Self {
        Self { rows, tenant, by_value: false, types: PhantomData }
    }

    /// The next rows; no statement where there are none left. Rows that leave different columns to their defaults take
    /// statements of their own.
    pub(super) fn next(&mut self) -> Result<Vec<Chunk<'a>>> {
        if self.by_value {
            let rows: Vec<I> = self.rows.by_ref().take(rows_per_statement(I::PARAMETERS)).collect();
            return Ok(if rows.is_empty() {
                Vec::new()
            } else {
                vec![Chunk::Rows(I::batch(rows, self.tenant))]
            });
        }
        let mut groups = Groups::default();
        let (mut count, mut bytes) = (0, 0);
        while count < ROWS && bytes < BYTES {
            let Some(row) = self.rows.next() else { break };
            let row = row.one(self.tenant);
            match groups.add::<M>(&row)? {
                Some(size) => bytes += size,
                None => {
                    self.by_value = true;
                    let mut chunks = groups.finish::<M>()?;
                    chunks.push(Chunk::Rows(row));
                    return Ok(chunks);
                }
            }
            count += 1;
        }
        groups.finish::<M>()
    }
}

/// Rows by the text of their INSERT.
#[derive(Default)]
struct Groups(HashMap<String, Group>);

/// Rows that name the same columns.
struct Group {
    shape: Shape,
    /// The place of the tenant among the parameters, and its value, which is the same in all rows.
    tenant: Option<(usize, Parameter)>,
    columns: Vec<Column>,
}

impl Groups {
    /// Adds a row, and says how large it is; `None` where arrays do not do.
    fn add<M: TenantModel>(&mut self, row: &Piece<'_>) -> Result<Option<usize>> {
        let mut text = PgQueryBuilder::default();
        row.to_sql(&mut text, &Pg).map_err(Error::from)?;
        let Some(parameters) = known_parameters(row).map_err(Error::from)? else { return Ok(None) };
        let group = match self.0.entry(text.finish()) {
            Entry::Occupied(group) => group.into_mut(),
            Entry::Vacant(place) => {
                match Group::new::<M>(place.key(), &parameters.metadata, &parameters.binds) {
                    Some(group) => place.insert(group),
                    None => return Ok(None),
                }
            }
        };
        let mut size = 0;
        let tenant = group.tenant.as_ref().map(|(at, _)| *at);
        let values = parameters.binds.iter().enumerate().filter(|(at, _)| Some(*at) != tenant);
        for (column, (_, value)) in group.columns.iter_mut().zip(values) {
            column.push(value.as_deref());
            size += 4 + value.as_ref().map_or(0, Vec::len);
        }
        Ok(Some(size))
    }

    fn finish<'a, M: TenantModel>(self) -> Result<Vec<Chunk<'a>>> {
        let groups = self.0.into_values();
        groups.map(|group| group.finish::<M>().map(Chunk::Arrays).map_err(Error::from)).collect()
    }
}

impl Group {
    fn new<M: TenantModel>(
        sql: &str,
        metadata: &[PgTypeMetadata],
        values: &[Option<Vec<u8>>],
    ) -> Option<Self> {
        let shape = Shape::of(sql)?;
        let types: Vec<(u32, u32)> = metadata.iter().map(numbers).collect::<Option<_>>()?;
        if shape.columns.len() != types.len() {
            return None;
        }
        let tenant_column = <M as Model>::META.tenant_column().map(quoted);
        let tenant = shape.columns.iter().position(|column| Some(column) == tenant_column.as_ref());
        let columns = types.iter().enumerate().filter(|(at, _)| Some(*at) != tenant);
        // An array of arrays has more dimensions, and not the right number of elements.
        let columns: Vec<Column> =
            columns.map(|(_, types)| (types.1 != 0).then(|| Column::new(*types))).collect::<Option<_>>()?;
        if columns.is_empty() {
            return None;
        }
        let tenant = match tenant {
            Some(at) => Some((at, Parameter { types: *types.get(at)?, bytes: values.get(at)?.clone() })),
            None => None,
        };
        Some(Self { shape, tenant, columns })
    }

    /// The tenant comes first, once; then the columns.
    fn finish<M: TenantModel>(self) -> QueryResult<Arrays> {
        let Self { shape: Shape { into, mut columns }, tenant, columns: arrays } = self;
        let mut parameters = Vec::new();
        let (mut names, mut selected) = (Vec::new(), "");
        if let Some((at, tenant)) = tenant {
            names.push(columns.remove(at));
            parameters.push(tenant);
            selected = "$1, ";
        }
        names.extend(columns);
        let first = parameters.len() + 1;
        let places: Vec<String> = (first..first + arrays.len()).map(|at| format!("${at}")).collect();
        parameters.extend(arrays.into_iter().map(Column::finish));
        let (names, places) = (names.join(", "), places.join(", "));
        let check = check::<M>()?;
        let sql =
            format!("{into} ({names}) SELECT {selected}loaded.* FROM unnest({places}) AS loaded{check}");
        Ok(Arrays { sql, parameters })
    }
}

/// The numbers of a type and of arrays of it, where they are known.
fn numbers(metadata: &PgTypeMetadata) -> Option<(u32, u32)> {
    let (oid, array_oid) = (metadata.oid().ok()?, metadata.array_oid().ok()?);
    (oid != 0).then_some((oid, array_oid))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// ` RETURNING …` for a child table: the tenant of each row's parent, and that there is a row.
fn check<M: TenantModel>() -> QueryResult<String> {
    struct Check<M>(Types<M>);

    impl<M: TenantModel> QueryFragment<Pg> for Check<M> {
        fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
            push_check::<M>(&mut out)
        }
    }

    let mut text = PgQueryBuilder::default();
    Check::<M>(PhantomData).to_sql(&mut text, &Pg)?;
    Ok(text.finish())
}

/// See [`check`].
pub(super) fn push_check<M: TenantModel>(out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
    if matches!(M::META.tenancy, Tenancy::Through { .. }) {
        out.push_sql(" RETURNING ");
        push_tenant_of(Named::new(M::META), out)?;
        out.push_sql(", TRUE");
    }
    Ok(())
}
