//! The verbs that every model has: by key, and queries with filters, orders, limits and locks.

use std::fmt;

use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;
use tenant_db::prelude::*;
use tenant_db::query::{Arranged, Filtered, ScopedQuery, WholeRow};
use tenant_db::{NoPermission, TenantModel};
use uuid::Uuid;

use diesel::ExpressionMethods as _;

use crate::any::Any;
use crate::at::At;
use crate::conditions::{
    AccountMay, ChallengeMay, Condition, CredentialMay, CustomerMay, DocumentMay, Filters, InvoiceMay, narrow,
};
use crate::models::{Account, Challenge, Credential, Customer, Document, Invoice};
use crate::outcome::{Work, list, rows, value};
use crate::schema::{accounts, challenges, credentials, customers, documents, invoices};
use crate::values::{Global, Key, Name, Number, Rows, Value};

/// A model, as random programs use it.
pub(crate) trait Subject:
    TenantModel<Key = Uuid, Read = NoPermission, Update = NoPermission> + fmt::Debug + Clone + Sync
{
    const NAME: &'static str;
    type Where: Condition;
    type Known: Value;
    fn key(at: At<'_>, key: Self::Known) -> Self::PrimaryKey;
    /// The primary key first, which makes every order a total one.
    fn columns() -> Vec<Any<'static>>;
}

macro_rules! subjects {
    ($($model:ident($where:ident, $known:ty) |$at:ident, $key:ident| $primary:expr, $columns:expr;)+) => {$(
        impl Subject for $model {
            const NAME: &'static str = stringify!($model);
            type Where = $where;
            type Known = $known;

            #[allow(unused_variables, reason = "most keys are the same for everybody")]
            fn key($at: At<'_>, $key: $known) -> Self::PrimaryKey {
                $primary
            }

            fn columns() -> Vec<Any<'static>> {
                $columns
            }
        }
    )+};
}

macro_rules! columns {
    ($($column:path),+) => { vec![$(Any::new($column)),+] };
}

subjects! {
    Customer(CustomerMay, Key) |at, key| key.uuid(), columns![customers::id, customers::name, customers::credit, customers::note];
    Invoice(InvoiceMay, Key) |at, key| key.uuid(), columns![invoices::id, invoices::number, invoices::amount, invoices::customer_id];
    Document(DocumentMay, (Name, Number)) |at, key| (key.0.text().to_owned(), key.1.0), columns![documents::slot, documents::shelf, documents::title];
    Account(AccountMay, Global) |at, key| at.key(key), columns![accounts::id, accounts::login, accounts::level];
    Credential(CredentialMay, Global) |at, key| at.key(key), columns![credentials::id, credentials::label];
    Challenge(ChallengeMay, Global) |at, key| at.key(key), columns![challenges::id, challenges::answer];
}

impl Value for (Name, Number) {
    fn values() -> SBoxedStrategy<Self> {
        // Mostly the shelf on which there is something to begin with.
        let shelf = prop_oneof![4 => Just(Name(0)), 1 => Name::values()];
        (shelf, (1..=5_i32).prop_map(Number)).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        let (shelf, slot) = self;
        let shelves = shelf.smaller().into_iter().map(|shelf| (shelf, *slot));
        shelves.chain(slot.smaller().into_iter().map(|slot| (*shelf, slot))).collect()
    }
}

/// Filters, and how the rows are arranged.
#[derive(Clone)]
pub(crate) struct Asked<M: Subject> {
    filters: Filters<M::Where>,
    arranged: Option<Arrangement>,
    distinct: bool,
    with_deleted: bool,
}

/// An order, which the primary key makes a total one.
#[derive(Debug, Clone)]
struct Arrangement {
    column: u8,
    descending: bool,
    limit: Option<Rows>,
    offset: Option<Rows>,
}

impl<M: Subject> Value for Asked<M> {
    fn values() -> SBoxedStrategy<Self> {
        let arrangement =
            (u8::values(), any::<bool>(), Option::<Rows>::values(), Option::<Rows>::values()).prop_map(
                |(column, descending, limit, offset)| Arrangement { column, descending, limit, offset },
            );
        (
            Filters::<M::Where>::values(),
            prop::option::of(arrangement),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        )
            .prop_map(|(filters, arranged, distinct, with_deleted)| Self {
                filters,
                arranged,
                distinct,
                with_deleted,
            })
            .sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        let simplest = Self { arranged: None, distinct: false, with_deleted: false, ..self.clone() };
        let is_simple = self.arranged.is_none() && !self.distinct && !self.with_deleted;
        let filters = self.filters.smaller().into_iter().map(|filters| Self { filters, ..self.clone() });
        (!is_simple).then_some(simplest).into_iter().chain(filters).collect()
    }
}

impl<M: Subject> fmt::Debug for Asked<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".filter({:?})", self.filters)?;
        if let Some(Arrangement { column, descending, limit, offset }) = &self.arranged {
            write!(f, ".order(column {column} {}, key)", if *descending { "desc" } else { "asc" })?;
            if let Some(limit) = limit {
                write!(f, ".limit({limit:?})")?;
            }
            if let Some(offset) = offset {
                write!(f, ".offset({offset:?})")?;
            }
        }
        f.write_str(if self.distinct { ".distinct()" } else { "" })?;
        f.write_str(if self.with_deleted { ".with_deleted()" } else { "" })
    }
}

impl<M: Subject> Asked<M> {
    fn filtered<'a>(&self, at: At<'a>) -> ScopedQuery<'a, M, AnyRole> {
        let query = at.scoped::<M>().query();
        let query = if self.with_deleted { query.with_deleted() } else { query };
        narrow(query, &self.filters, at)
    }

    fn in_order<'a>(
        &self,
        query: ScopedQuery<'a, M, AnyRole>,
        arrangement: &Arrangement,
    ) -> ScopedQuery<'a, M, AnyRole, WholeRow, Arranged> {
        let mut columns = M::columns();
        let column = columns.swap_remove(usize::from(arrangement.column) % columns.len());
        let mut query =
            if arrangement.descending { query.order(column.desc()) } else { query.order(column.asc()) };
        for column in M::columns() {
            query = query.then_order_by(column);
        }
        if let Some(rows) = arrangement.limit {
            query = query.limit(rows.into());
        }
        if let Some(rows) = arrangement.offset {
            query = query.offset(rows.into());
        }
        if self.distinct { query.distinct() } else { query }
    }

    /// Runs one end or the other: with an order, the rows are in it.
    fn ends<'a>(
        &self,
        at: At<'a>,
        filtered: fn(ScopedQuery<'a, M, AnyRole, WholeRow, Filtered>) -> Work<'a>,
        arranged: fn(ScopedQuery<'a, M, AnyRole, WholeRow, Arranged>) -> Work<'a>,
    ) -> Work<'a> {
        match &self.arranged {
            None => filtered(self.filtered(at)),
            Some(arrangement) => arranged(self.in_order(self.filtered(at), arrangement)),
        }
    }
}

/// What is asked of a model.
#[derive(Clone)]
pub(crate) enum Read<M: Subject> {
    Find(M::Known),
    FindOptional(M::Known),
    FindMany(Vec<M::Known>),
    Load(Asked<M>),
    First(Asked<M>),
    Count(Asked<M>),
    Exists(Asked<M>),
    ForUpdate(Asked<M>),
    SkipLocked(Asked<M>),
}

impl<M: Subject> Value for Read<M> {
    fn values() -> SBoxedStrategy<Self> {
        prop_oneof![
            3 => Asked::<M>::values().prop_map(Self::Load),
            2 => M::Known::values().prop_map(Self::Find),
            1 => M::Known::values().prop_map(Self::FindOptional),
            1 => Vec::<M::Known>::values().prop_map(Self::FindMany),
            1 => Asked::<M>::values().prop_map(Self::First),
            1 => Asked::<M>::values().prop_map(Self::Count),
            1 => Asked::<M>::values().prop_map(Self::Exists),
            1 => Asked::<M>::values().prop_map(Self::ForUpdate),
            1 => Asked::<M>::values().prop_map(Self::SkipLocked),
        ]
        .sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        fn all<V: Value, T>(value: &V, make: fn(V) -> T) -> Vec<T> {
            value.smaller().into_iter().map(make).collect()
        }
        match self {
            Self::Find(key) => all(key, Self::Find),
            Self::FindOptional(key) => all(key, Self::FindOptional),
            Self::FindMany(keys) => all(keys, Self::FindMany),
            Self::Load(asked) => all(asked, Self::Load),
            Self::First(asked) => all(asked, Self::First),
            Self::Count(asked) => all(asked, Self::Count),
            Self::Exists(asked) => all(asked, Self::Exists),
            Self::ForUpdate(asked) => all(asked, Self::ForUpdate),
            Self::SkipLocked(asked) => all(asked, Self::SkipLocked),
        }
    }
}

impl<M: Subject> fmt::Debug for Read<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scoped::<{}>()", M::NAME)?;
        match self {
            Self::Find(key) => write!(f, ".find({key:?})"),
            Self::FindOptional(key) => write!(f, ".find_optional({key:?})"),
            Self::FindMany(keys) => write!(f, ".find_many({keys:?})"),
            Self::Load(asked) => write!(f, "{asked:?}.load()"),
            Self::First(asked) => write!(f, "{asked:?}.first()"),
            Self::Count(asked) => write!(f, "{asked:?}.count()"),
            Self::Exists(asked) => write!(f, "{asked:?}.exists()"),
            Self::ForUpdate(asked) => write!(f, "{asked:?}.for_update().load()"),
            Self::SkipLocked(asked) => write!(f, "{asked:?}.for_update().skip_locked().load()"),
        }
    }
}

impl<M: Subject> Read<M> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Find(_) => "find",
            Self::FindOptional(_) => "find_optional",
            Self::FindMany(_) => "find_many",
            Self::Load(_) => "load",
            Self::First(_) => "first",
            Self::Count(_) => "count",
            Self::Exists(_) => "exists",
            Self::ForUpdate(_) => "for_update",
            Self::SkipLocked(_) => "skip_locked",
        }
    }

    pub(crate) fn make<'a>(&self, at: At<'a>) -> Work<'a> {
        match self.clone() {
            Self::Find(key) => value(at.scoped::<M>().find(M::key(at, key))),
            Self::FindOptional(key) => value(at.scoped::<M>().find_optional(M::key(at, key))),
            Self::FindMany(keys) => {
                rows(at.scoped::<M>().find_many(keys.into_iter().map(|key| M::key(at, key))))
            }
            Self::Load(asked) => asked.ends(at, |query| rows(query.load()), |query| list(query.load())),
            // Of rows in no order, anyone may be the first.
            Self::First(asked) => asked.ends(at, |query| value(query.exists()), |query| value(query.first())),
            Self::Count(asked) => asked.ends(at, |query| value(query.count()), |query| value(query.count())),
            Self::Exists(asked) => {
                asked.ends(at, |query| value(query.exists()), |query| value(query.exists()))
            }
            Self::ForUpdate(Asked { distinct: true, .. }) => value(at.scoped::<M>().count()),
            Self::ForUpdate(asked) => asked.ends(
                at,
                |query| rows(query.for_update().load()),
                |query| list(query.for_update().load()),
            ),
            Self::SkipLocked(Asked { distinct: true, .. }) => value(at.scoped::<M>().exists()),
            Self::SkipLocked(asked) => asked.ends(
                at,
                |query| rows(query.for_update().skip_locked().load()),
                |query| list(query.for_update().skip_locked().load()),
            ),
        }
    }
}
