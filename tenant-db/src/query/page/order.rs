//! What pages are ordered by.

use diesel::dsl::{Asc, Desc};
use diesel::expression::{Expression, NonAggregate};
use diesel::helper_types::{NullsFirst, NullsLast};
use diesel::pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;
use diesel::sql_types::is_nullable::{IsNullable, NotNull};

use crate::query::from::Sources;
use crate::query::parts::Parts;
use crate::query::predicate::Named;
use crate::query::raw::{Place, RawSql};
use crate::query::scope::InScope;

/// One expression of a page's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The expression: a column, or anything in parentheses.
    pub(super) sql: String,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    /// Whether there may be NULLs. Where there are none their place is not written down: an index that has them at its
    /// other end does as well.
    pub(super) nullable: bool,
}

impl Key {
    pub(super) fn push_order(&self, backward: bool, out: &mut AstPass<'_, '_, Pg>) {
        out.push_sql(&self.sql);
        out.push_sql(if self.descending == backward { " ASC" } else { " DESC" });
        if self.nullable {
            out.push_sql(if self.nulls_first == backward { " NULLS LAST" } else { " NULLS FIRST" });
        }
    }
}

/// What pages can be ordered by: columns or other expressions, each with its direction; or a tuple of such. NULLs stand
/// where PostgreSQL puts them, behind the rest of an ascending order and before that of a descending one, unless
/// `nulls_first()` or `nulls_last()` says where.
///
/// The primary key of each table comes last where it is not named, so that no two rows are alike.
#[diagnostic::on_unimplemented(
    message = "the pages of a query on `{F}` cannot be ordered by this",
    label = "has no direction, names another table, or holds a sub-query",
    note = "say which way: `column.asc()` or `column.desc()`; several are a tuple",
    note = "a query on `{F}` may be ordered by columns of its tables only"
)]
pub trait PageOrder<F: Sources>: IsPageOrder<F> {}

#[diagnostic::do_not_recommend]
impl<F: Sources, O: IsPageOrder<F>> PageOrder<F> for O {}

/// What [`PageOrder`] asks for.
#[allow(unnameable_types, reason = "sealed: what is in it becomes text of a statement")]
pub trait IsPageOrder<F: Sources> {
    #[doc(hidden)]
    fn keys(self, keys: &mut Keys<'_, '_>);
}

/// The order so far.
#[allow(unnameable_types, reason = "nobody outside of this crate has one")]
pub struct Keys<'k, 'a> {
    keys: Vec<Key>,
    parts: &'k Parts<'a>,
    raw: &'k mut RawSql,
}

/// A type whose values may be NULL, or not.
#[allow(unnameable_types, reason = "a marker in bounds")]
pub trait Nullability {
    const NULLABLE: bool;
}

impl Nullability for IsNullable {
    const NULLABLE: bool = true;
}

impl Nullability for NotNull {
    const NULLABLE: bool = false;
}

macro_rules! directions {
    ($($type:ty { $suffix:literal, descending: $descending:literal, nulls_first: $nulls_first:literal, explicit: $explicit:literal })+) => {
        $(impl<F, E> IsPageOrder<F> for $type
        where
            F: Sources,
            E: Expression + InScope<F> + NonAggregate,
            E::SqlType: SqlType<IsNull: Nullability>,
            Self: QueryFragment<Pg>,
        {
            fn keys(self, keys: &mut Keys<'_, '_>) {
                let nullable = <<E::SqlType as SqlType>::IsNull as Nullability>::NULLABLE;
                keys.add(&self, $suffix, &Key {
                    sql: String::new(),
                    descending: $descending,
                    nulls_first: $nulls_first,
                    nullable: nullable || $explicit,
                });
            }
        })+
    };
}

directions! {
    Asc<E> { " ASC", descending: false, nulls_first: false, explicit: false }
    Desc<E> { " DESC", descending: true, nulls_first: true, explicit: false }
    NullsFirst<Asc<E>> { " ASC NULLS FIRST", descending: false, nulls_first: true, explicit: true }
    NullsLast<Asc<E>> { " ASC NULLS LAST", descending: false, nulls_first: false, explicit: true }
    NullsFirst<Desc<E>> { " DESC NULLS FIRST", descending: true, nulls_first: true, explicit: true }
    NullsLast<Desc<E>> { " DESC NULLS LAST", descending: true, nulls_first: false, explicit: true }
}

macro_rules! tuples {
    ($(($($part:ident)+))+) => {
        $(
            #[allow(non_snake_case, reason = "the parts of a tuple have the names of their types")]
            impl<F: Sources, $($part: PageOrder<F>,)+> IsPageOrder<F> for ($($part,)+) {
                fn keys(self, keys: &mut Keys<'_, '_>) {
                    let ($($part,)+) = self;
                    $($part.keys(keys);)+
                }
            }
        )+
    };
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E G)
    (A B C D E G H)
    (A B C D E G H I)
}

impl Keys<'_, '_> {
    /// Adds an expression, which `ordered` is with a `suffix`.
    fn add(&mut self, ordered: &impl QueryFragment<Pg>, suffix: &str, key: &Key) {
        self.raw.look_at(ordered, Place::List, &self.parts.tenant);
        if has_parameters(ordered) {
            self.raw.refuse("pages are ordered by expressions without values of the program's own");
            return;
        }
        let Some(sql) = text(ordered).as_deref().and_then(|sql| sql.strip_suffix(suffix)).map(str::to_owned)
        else {
            // The reason is known: it was looked at.
            return;
        };
        let sql = if is_column(&sql) { sql } else { format!("({sql})") };
        // What a left join does not find is NULL, whatever the column's type says.
        let nullable = key.nullable || self.parts.tables.iter().any(is_left_joined);
        // What comes again decides nothing.
        if self.keys.iter().all(|other| other.sql != sql) {
            self.keys.push(Key { sql, nullable, ..*key });
        }
    }
}

fn is_left_joined(part: &crate::query::parts::Part<'_>) -> bool {
    part.join.as_ref().is_some_and(|join| join.is_left)
}

/// The whole order of pages: what was asked for, and the primary keys of all tables.
pub(super) fn total_order<F, O>(order: O, parts: &Parts<'_>, raw: &mut RawSql) -> Vec<Key>
where
    F: Sources,
    O: PageOrder<F>,
{
    let mut keys = Keys { keys: Vec::new(), parts, raw };
    order.keys(&mut keys);
    let mut keys = keys.keys;
    // In the direction of what stands before them, so that one comparison of rows will do.
    let descending = keys.last().is_some_and(|key| key.descending);
    for (sql, nullable) in primary_keys(parts) {
        if keys.iter().all(|key| key.sql != sql) {
            keys.push(Key { sql, descending, nulls_first: descending, nullable });
        }
    }
    keys
}

/// The columns of all primary keys, and whether they may be NULL.
pub(super) fn primary_keys(parts: &Parts<'_>) -> Vec<(String, bool)> {
    let columns = parts.tables.iter().flat_map(|part| {
        part.table.meta.primary_key.iter().map(|column| (ColumnOf(part.table, column), is_left_joined(part)))
    });
    columns.filter_map(|(column, nullable)| Some((text(&column)?, nullable))).collect()
}

struct ColumnOf(Named, &'static str);

impl QueryFragment<Pg> for ColumnOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.push_column(self.1, &mut out)
    }
}

pub(super) fn text(fragment: &impl QueryFragment<Pg>) -> Option<String> {
    let mut builder = PgQueryBuilder::default();
    fragment.to_sql(&mut builder, &Pg).ok().map(|()| builder.finish())
}

fn has_parameters(fragment: &impl QueryFragment<Pg>) -> bool {
    let mut parameters = RawBytesBindCollector::<Pg>::new();
    let collected = fragment.collect_binds(&mut parameters, &mut NoTypes, &Pg);
    collected.is_err() || !parameters.binds.is_empty()
}

/// Nobody asks for the numbers of types.
struct NoTypes;

impl PgMetadataLookup for NoTypes {
    fn lookup_type(&mut self, _name: &str, _schema: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(0, 0)
    }
}

/// Whether this is nothing but `"table"."column"`.
fn is_column(sql: &str) -> bool {
    let mut rest = sql;
    loop {
        let Some(name) = rest.strip_prefix('"') else { return false };
        let Some(end) = name.find('"') else { return false };
        rest = &name[end + 1..];
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            // A doubled quote is part of a name.
            None if rest.starts_with('"') => {}
            None => return rest.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_told_from_other_expressions() {
        for sql in [r#""a""#, r#""a"."b""#, r#""s"."a"."b""#, r#""odd""name"."b""#] {
            assert!(is_column(sql), "{sql}");
        }
        for sql in ["", "a", r#"lower("a")"#, r#""a", "b""#, r#""a"."b" || "c""#, r#""a"#, r#""a"."#] {
            assert!(!is_column(sql), "{sql}");
        }
    }
}
