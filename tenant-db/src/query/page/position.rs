//! [`Position`]: the condition that a row lies beyond another one.
//!
//! Where every key goes the same way and none is NULL, that is one comparison of rows, `(a, b) > ($1, $2)`, for which an
//! index on them is entered at the right place. Otherwise it is spelt out, key by key.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, SingleValue, SqlType, is_nullable};

use super::order::Key;

/// The values of a row's keys, in PostgreSQL's binary format.
pub(super) type Values = Vec<Option<Value>>;

/// A value as the server sent it, on its way back.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Value(pub(super) Vec<u8>);

/// Never what it is (I10).
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value")
    }
}

/// The type of what it is compared with: the server finds it out by itself, so a value goes back as what it came from
/// (`citext`, an enum) whatever `table!` calls it.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct Inferred;

impl SqlType for Inferred {
    type IsNull = is_nullable::NotNull;
    const IS_ARRAY: bool = false;
}

impl SingleValue for Inferred {}

impl HasSqlType<Inferred> for Pg {
    fn metadata(_lookup: &mut Self::MetadataLookup) -> PgTypeMetadata
    where
        Self::MetadataLookup: PgMetadataLookup,
    {
        PgTypeMetadata::new(0, 0)
    }
}

impl ToSql<Inferred, Pg> for Value {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        out.write_all(&self.0)?;
        Ok(IsNull::No)
    }
}

/// On which side of a row a page begins, and whether that row is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    After,
    Before,
    /// That row and what comes after it.
    From,
    /// That row and what comes before it.
    UpTo,
}

impl Side {
    pub(super) fn is_backward(self) -> bool {
        matches!(self, Self::Before | Self::UpTo)
    }

    fn is_inclusive(self) -> bool {
        matches!(self, Self::From | Self::UpTo)
    }

    /// What finds the rows on the other side.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::After => Self::UpTo,
            Self::Before => Self::From,
            Self::From => Self::Before,
            Self::UpTo => Self::After,
        }
    }
}

/// `key > value`, for a list of keys.
pub(super) struct Position {
    pub(super) keys: Arc<[Key]>,
    pub(super) values: Values,
    pub(super) side: Side,
}

impl Position {
    fn descends(&self, key: &Key) -> bool {
        key.descending != self.side.is_backward()
    }

    /// The keys and their values, where rows can be compared as a whole.
    fn as_row(&self) -> Option<Vec<(&Key, &Value)>> {
        let first = self.keys.first()?;
        self.keys
            .iter()
            .zip(&self.values)
            .map(|(key, value)| {
                let fits = !key.nullable && key.descending == first.descending;
                value.as_ref().filter(|_| fits).map(|value| (key, value))
            })
            .collect()
    }

    fn push_row<'b>(&'b self, row: &[(&'b Key, &'b Value)], mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (open, close) = if row.len() == 1 { ("", "") } else { ("(", ")") };
        out.push_sql(open);
        for (at, (key, _)) in row.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { ", " });
            out.push_sql(&key.sql);
        }
        out.push_sql(close);
        let descends = row.first().is_some_and(|(key, _)| self.descends(key));
        out.push_sql(if descends { " <" } else { " >" });
        out.push_sql(if self.side.is_inclusive() { "= " } else { " " });
        out.push_sql(open);
        for (at, (_, value)) in row.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { ", " });
            out.push_bind_param::<Inferred, Value>(value)?;
        }
        out.push_sql(close);
        Ok(())
    }

    /// The condition from the key at `at` on, for rows that are alike in those before.
    fn push_from<'b>(&'b self, at: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (Some(key), Some(value)) = (self.keys.get(at), self.values.get(at)) else {
            // Alike in everything: the row itself.
            out.push_sql(if self.side.is_inclusive() { "TRUE" } else { "FALSE" });
            return Ok(());
        };
        let nulls_come = key.nulls_first == self.side.is_backward();
        let sign = if self.descends(key) { " <" } else { " >" };
        match value {
            // `(k IS NULL AND …)`
            None if nulls_come => {
                self.push(key, " IS NULL AND (", out);
                self.push_from(at + 1, out)?;
                out.push_sql(")");
            }
            // `(k IS NOT NULL OR …)`
            None => {
                self.push(key, " IS NOT NULL OR (", out);
                self.push_from(at + 1, out)?;
                out.push_sql(")");
            }
            // `(k > $1 OR k IS NULL OR (k = $2 AND …))`
            Some(value) if key.nullable && nulls_come => {
                self.push(key, sign, out);
                out.push_sql(" ");
                out.push_bind_param::<Inferred, Value>(value)?;
                out.push_sql(" OR ");
                self.push(key, " IS NULL OR (", out);
                self.push(key, " = ", out);
                out.push_bind_param::<Inferred, Value>(value)?;
                out.push_sql(" AND (");
                self.push_from(at + 1, out)?;
                out.push_sql("))");
            }
            // The last one.
            Some(value) if at + 1 == self.keys.len() => {
                self.push(key, sign, out);
                out.push_sql(if self.side.is_inclusive() { "= " } else { " " });
                out.push_bind_param::<Inferred, Value>(value)?;
            }
            // `(k >= $1 AND (k > $2 OR …))`: the first half is what an index is good for.
            Some(value) => {
                self.push(key, sign, out);
                out.push_sql("= ");
                out.push_bind_param::<Inferred, Value>(value)?;
                out.push_sql(" AND (");
                self.push(key, sign, out);
                out.push_sql(" ");
                out.push_bind_param::<Inferred, Value>(value)?;
                out.push_sql(" OR (");
                self.push_from(at + 1, out)?;
                out.push_sql("))");
            }
        }
        Ok(())
    }

    fn push(&self, key: &Key, behind: &str, out: &mut AstPass<'_, '_, Pg>) {
        out.push_sql(&key.sql);
        out.push_sql(behind);
    }
}

impl QueryFragment<Pg> for Position {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self.as_row() {
            Some(row) => self.push_row(&row, out),
            None => self.push_from(0, &mut out),
        }
    }
}
