//! [`Arrays`]: one INSERT whose columns are arrays.

use std::fmt;

use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

/// `INSERT INTO t (tenant_id, a, b) SELECT $1, rows.* FROM unnest($2, $3) AS rows`.
pub(super) struct Arrays {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter as it is sent.
#[derive(Clone)]
pub(super) struct Parameter {
    /// The number of its type, and of arrays of that.
    pub(super) types: (u32, u32),
    pub(super) bytes: Option<Vec<u8>>,
}

impl QueryId for Arrays {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Rows are taken apart by [`ReadRow`](crate::session::ReadRow), which knows their types.
impl Query for Arrays {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Arrays {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.sql);
        Ok(())
    }

    fn collect_binds<'b>(
        &'b self,
        out: &mut RawBytesBindCollector<Pg>,
        _: &mut (dyn PgMetadataLookup + 'static),
        _: &'b Pg,
    ) -> QueryResult<()> {
        for Parameter { types: (oid, array_oid), bytes } in &self.parameters {
            out.metadata.push(PgTypeMetadata::new(*oid, *array_oid));
            out.binds.push(bytes.clone());
        }
        Ok(())
    }
}

/// Values hold data (I10).
impl fmt::Debug for Arrays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrays").field("sql", &self.sql).finish_non_exhaustive()
    }
}

/// An array that grows, in PostgreSQL's binary format.
pub(super) struct Column {
    /// The number of the elements' type, and of arrays of that.
    types: (u32, u32),
    length: u32,
    has_null: bool,
    elements: Vec<u8>,
}

impl Column {
    pub(super) fn new(types: (u32, u32)) -> Self {
        Self { types, length: 0, has_null: false, elements: Vec::new() }
    }

    pub(super) fn push(&mut self, element: Option<&[u8]>) {
        self.length += 1;
        match element {
            Some(bytes) => {
                self.elements.extend((bytes.len() as u32).to_be_bytes());
                self.elements.extend(bytes);
            }
            None => {
                self.has_null = true;
                self.elements.extend((-1_i32).to_be_bytes());
            }
        }
    }

    pub(super) fn finish(self) -> Parameter {
        // Dimensions, whether there is a NULL, the elements' type, then length and lower bound of the one dimension.
        let header = [1, u32::from(self.has_null), self.types.0, self.length, 1];
        let mut bytes: Vec<u8> = header.iter().flat_map(|number| number.to_be_bytes()).collect();
        bytes.extend(self.elements);
        Parameter { types: (self.types.1, 0), bytes: Some(bytes) }
    }
}
