//! What is read of a row beside the row: the keys that it is ordered by.

use std::sync::Arc;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::row::{Field, Row};

use super::order::Key;
use super::position::{Value, Values};
use crate::error::Result;
use crate::query::fragments::Piece;
use crate::session::ReadRow;

/// A selection, and the keys behind it.
pub(super) struct WithKeys<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) keys: Arc<[Key]>,
}

impl QueryFragment<Pg> for WithKeys<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.piece.walk_ast(out.reborrow())?;
        for key in &*self.keys {
            out.push_sql(", ");
            out.push_sql(&key.sql);
        }
        Ok(())
    }
}

/// The keys, each with its direction.
pub(super) struct OrderBy {
    pub(super) keys: Arc<[Key]>,
    pub(super) backward: bool,
}

impl QueryFragment<Pg> for OrderBy {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (at, key) in self.keys.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { ", " });
            key.push_order(self.backward, &mut out);
        }
        Ok(())
    }
}

/// A row and its keys.
pub(super) type KeyedRow<T> = (T, Values);

/// Reads a row and its keys.
#[derive(Clone)]
pub(super) struct Keyed<D> {
    pub(super) reader: D,
    pub(super) keys: usize,
}

impl<D: ReadRow> ReadRow for Keyed<D> {
    type Out = KeyedRow<D::Out>;

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<Self::Out> {
        let count = row.field_count();
        let first = count.saturating_sub(self.keys);
        let item = self.reader.read(&row.partial_row(0..first))?;
        let values = (first..count).map(|at| {
            let field = row.get(at)?;
            field.value().map(|value| Value(value.as_bytes().to_vec()))
        });
        Ok((item, values.collect()))
    }
}
