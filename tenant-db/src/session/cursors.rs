//! [`Cursors`]: the server's cursors that are open in a transaction.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

/// The names of the cursors of a transaction.
///
/// A name says which query it is: what is prepared to fetch from a cursor is prepared for the columns that it has. So the
/// same query gets the same name each time, and another one where it is read twice at a time.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    open: Mutex<HashSet<String>>,
}

impl Cursors {
    /// A name that no other cursor has.
    pub(super) fn open(&self, query: &str) -> String {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut name = format!("tenant_db_{query}");
        let mut number = 1;
        while !open.insert(name.clone()) {
            number += 1;
            name = format!("tenant_db_{query}_{number}");
        }
        name
    }

    /// The name may be used again by whatever is sent from now on.
    pub(super) fn close(&self, name: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// `DECLARE cursor … FOR query`.
pub(super) struct Declare<Q> {
    pub(super) name: String,
    pub(super) query: Q,
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Declare<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("DECLARE ");
        out.push_identifier(&self.name)?;
        out.push_sql(" NO SCROLL CURSOR WITHOUT HOLD FOR ");
        self.query.walk_ast(out)
    }
}

/// More than that PostgreSQL does not take for a number of rows.
const MOST: u32 = i32::MAX as u32;

/// `FETCH rows FROM cursor`.
#[derive(Debug, Clone)]
pub(super) struct Fetch {
    name: String,
    rows: u32,
    /// Whether there are only so many queries of the kind that is read.
    bounded: bool,
}

impl Fetch {
    pub(super) fn new(name: String, rows: u32, bounded: bool) -> Self {
        Self { name, rows: rows.min(MOST), bounded }
    }

    pub(super) fn cursor(&self) -> &str {
        &self.name
    }

    /// Whether so many rows are the last ones.
    pub(super) fn ends_with(&self, rows: usize) -> bool {
        rows < self.rows as usize
    }
}

impl QueryFragment<Pg> for Fetch {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.bounded {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("FETCH ");
        out.push_sql(&self.rows.to_string());
        out.push_sql(" FROM ");
        out.push_identifier(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_used_once_at_a_time() {
        let cursors = Cursors::default();
        assert_eq!(cursors.open("a"), "tenant_db_a");
        assert_eq!(cursors.open("a"), "tenant_db_a_2");
        assert_eq!(cursors.open("b"), "tenant_db_b");
        cursors.close("tenant_db_a");
        assert_eq!(cursors.open("a"), "tenant_db_a");
        assert_eq!(cursors.open("a"), "tenant_db_a_3");
    }
}
