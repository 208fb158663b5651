//! [`Statement`]: a query of diesel, written down once, and what the engine has to know of it before it is sent.

use std::cell::RefCell;
use std::mem;

use diesel::pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::connection::Session;

/// A type that PostgreSQL has no fixed number for (an enum, a domain, an extension's type): schema and name.
pub(super) type TypeName = (Option<String>, String);

/// A query as text and parameters.
///
/// diesel-async asks a query for these four times in a row; here it is walked once, and the answers are handed out.
///
/// It has no query id, so prepared statements are remembered by their text and the types of their parameters. That makes
/// it right to remember them even where diesel says that their number has no bound (batches of any size, columns left to
/// their defaults): the session bounds it.
pub(super) struct Statement<'q, Q> {
    query: &'q Q,
    sql: Option<String>,
    parameters: RefCell<Option<RawBytesBindCollector<Pg>>>,
    types: Vec<TypeName>,
    remembered: bool,
}

impl<'q, Q: QueryFragment<Pg>> Statement<'q, Q> {
    /// Writes `query` down for `session`. What goes wrong goes wrong again when it is sent, and is reported there.
    pub(super) fn new(query: &'q Q, session: &Session) -> Self {
        let mut text = PgQueryBuilder::default();
        let sql = query.to_sql(&mut text, &Pg).ok().map(|()| text.finish());
        let mut parameters = RawBytesBindCollector::<Pg>::new();
        let mut names = TypeNames(Vec::new());
        let collected = query.collect_binds(&mut parameters, &mut names, &Pg);
        // Where there are such types, diesel-async has to look up their numbers and does its own collecting.
        let parameters = (collected.is_ok() && names.0.is_empty()).then_some(parameters);
        let bounded = query.is_safe_to_cache_prepared(&Pg).unwrap_or(false);
        let remembered = session.remembers(sql.as_deref(), bounded);
        Self { query, sql, parameters: RefCell::new(parameters), types: names.0, remembered }
    }

    /// The types whose numbers have to be looked up before the statement can be sent, the first time on a connection.
    pub(super) fn types(&mut self) -> Vec<TypeName> {
        mem::take(&mut self.types)
    }
}

impl<Q> QueryId for Statement<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Statement<'_, Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Statement<'_, Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut PgQueryBuilder, backend: &Pg) -> QueryResult<()> {
        match &self.sql {
            Some(sql) => {
                out.push_sql(sql);
                Ok(())
            }
            None => self.query.to_sql(out, backend),
        }
    }

    fn collect_binds<'b>(
        &'b self,
        out: &mut RawBytesBindCollector<Pg>,
        lookup: &mut (dyn PgMetadataLookup + 'static),
        backend: &'b Pg,
    ) -> QueryResult<()> {
        match self.parameters.take() {
            Some(parameters) => {
                out.metadata.extend(parameters.metadata);
                out.binds.extend(parameters.binds);
                Ok(())
            }
            None => self.query.collect_binds(out, lookup, backend),
        }
    }

    fn is_safe_to_cache_prepared(&self, _backend: &Pg) -> QueryResult<bool> {
        Ok(self.remembered)
    }
}

/// The parameters of `query`, where none of their types has to be looked up.
pub(crate) fn known_parameters(
    query: &impl QueryFragment<Pg>,
) -> QueryResult<Option<RawBytesBindCollector<Pg>>> {
    let (mut parameters, mut names) = (RawBytesBindCollector::<Pg>::new(), TypeNames(Vec::new()));
    query.collect_binds(&mut parameters, &mut names, &Pg)?;
    Ok(names.0.is_empty().then_some(parameters))
}

/// Notes which types would have to be looked up.
struct TypeNames(Vec<TypeName>);

impl PgMetadataLookup for TypeNames {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> PgTypeMetadata {
        self.0.push((schema.map(str::to_owned), name.to_owned()));
        PgTypeMetadata::new(0, 0)
    }
}
