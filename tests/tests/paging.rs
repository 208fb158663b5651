//! Pages: put together they are the whole, whatever happens between them, and their cursors are good for nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tenant_db::query::PagedQuery;
use tenant_db::{Cursor, CursorFault, Error, Page, Result, danger, prelude::*};
use tenant_db_tests::models::{Booking, NewBooking};
use tenant_db_tests::models::{Customer, Manager, NewCustomer, StudioId, bookings, customers};
use tenant_db_tests::{World, runtime_session};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    use diesel::sql_types::SqlType;

    #[derive(Debug, SqlType)]
    #[diesel(postgres_type(name = "mood"))]
    #[allow(unnameable_types, reason = "this is a program, not a library")]
    pub struct Mood;

    diesel::table! {
        use diesel::sql_types::*;
        use super::Mood;

        entries (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            label -> Text,
            score -> Nullable<Integer>,
            weight -> Double,
            mood -> Mood,
            parent_id -> Nullable<Uuid>,
        }
    }
}

use schema::entries;

const TABLES: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'calm', 'glad');
    CREATE TABLE entries (
        tenant_id uuid NOT NULL, id uuid NOT NULL, label text NOT NULL, score int, weight double precision NOT NULL,
        mood mood NOT NULL DEFAULT 'calm', parent_id uuid,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE INDEX entries_label ON entries (tenant_id, label, id);";

#[derive(Debug, Clone, PartialEq, TenantScoped)]
#[tenant(table = entries, defaults(mood), references(Entry, parent_id))]
struct Entry {
    id: Uuid,
    label: String,
    score: Option<i32>,
    weight: f64,
    parent_id: Option<Uuid>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Entry, table = entries)]
struct NewEntry {
    id: Uuid,
    label: String,
    score: Option<i32>,
    weight: f64,
    parent_id: Option<Uuid>,
}

type Entries<'a> = TenantScoped<'a, Entry, Manager>;

/// A way to read pages, and the list that they are to be together.
struct Way {
    name: &'static str,
    pages: for<'a> fn(&Entries<'a>) -> PagedQuery<'a, Entry, Manager, tenant_db::query::WholeRow>,
    whole: for<'a> fn(&Entries<'a>) -> futures_util::future::BoxFuture<'a, Result<Vec<Entry>>>,
}

macro_rules! ways {
    ($($order:expr => $($whole:expr),+;)+) => {
        [$(Way {
            name: stringify!($order),
            pages: |entries| entries.page_by($order),
            whole: |entries| { let query = entries.query().into_boxed(); ways!(@ query.order($($whole),+)) },
        }),+]
    };
    (@ $query:ident.order($first:expr $(, $more:expr)*)) => {
        $query.order($first)$(.then_order_by($more))*.load()
    };
}

/// Orders in which rows are alike, or NULL, or go in several directions; and each with the primary key behind it.
fn ways() -> Vec<Way> {
    let ways = ways! {
        entries::id.asc() => entries::id.asc();
        entries::id.desc() => entries::id.desc();
        entries::label.asc() => entries::label.asc(), entries::id.asc();
        entries::label.desc() => entries::label.desc(), entries::id.desc();
        (entries::label.asc(), entries::id.desc()) => entries::label.asc(), entries::id.desc();
        (entries::id.asc(), entries::label.asc()) => entries::id.asc();
        entries::score.asc() => entries::score.asc(), entries::id.asc();
        entries::score.desc() => entries::score.desc(), entries::id.desc();
        entries::score.asc().nulls_first() => entries::score.asc().nulls_first(), entries::id.asc();
        entries::score.desc().nulls_last() => entries::score.desc().nulls_last(), entries::id.desc();
        entries::label.asc().nulls_first() => entries::label.asc(), entries::id.asc();
        (entries::score.desc(), entries::label.asc()) => entries::score.desc(), entries::label.asc(), entries::id.asc();
        (entries::label.desc(), entries::score.asc()) => entries::label.desc(), entries::score.asc(), entries::id.asc();
        (entries::weight.desc(), entries::score.asc().nulls_first(), entries::label.desc())
            => entries::weight.desc(), entries::score.asc().nulls_first(), entries::label.desc(), entries::id.desc();
        entries::mood.desc() => entries::mood.desc(), entries::id.desc();
        sql::<Text>("upper(label || 'x')").desc() => sql::<Text>("upper(label || 'x')").desc(), entries::id.desc();
        entries::score.is_null().asc() => entries::score.is_null().asc(), entries::id.asc();
    };
    ways.into()
}

fn ids(rows: &[Entry]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

fn fault<T>(outcome: Result<T>) -> CursorFault {
    match outcome {
        Err(Error::InvalidCursor { reason, .. }) => reason,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("the cursor was accepted"),
    }
}

/// A row that is like many others.
fn entry() -> impl Strategy<Value = NewEntry> {
    let weight = prop_oneof![Just(0.0), Just(-0.0), Just(1.5), Just(f64::INFINITY), Just(f64::NAN)];
    (any::<u128>(), "[aB]|ä", proptest::option::of(0..3), weight).prop_map(|(id, label, score, weight)| {
        NewEntry { id: Uuid::from_u128(id), label, score, weight, parent_id: None }
    })
}

fn check<S: Strategy>(cases: u32, strategy: &S, test: impl AsyncFn(S::Value) -> Result<()>)
where
    S::Value: std::fmt::Debug,
{
    let runtime = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner
        .run(strategy, |value| {
            runtime
                .block_on(test(value))
                .map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))
        })
        .unwrap();
}

/// A database for many cases, each for a tenant of its own.
async fn world() -> (World, TenantDb) {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    (world, db)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_in_any_order_are_the_whole_there_and_back() {
    let (world, db) = world().await;
    let rows = proptest::collection::vec(entry(), 0..24);
    let strategy = (rows, 1..9_i64, 0..ways().len());
    tokio::task::block_in_place(|| {
        check(192, &strategy, async |(rows, size, way)| {
            let own = world.manager();
            let entries = db.scoped::<Entry>(&own);
            entries.insert_many(rows).await?;
            // Every mood, and not in the order of anything else.
            db.transaction(&own, async |tx| {
                let moods =
                    "UPDATE entries SET mood = (enum_range(NULL::mood))[1 + abs(hashtext(id::text)) % 3]";
                danger::sql(tx, "a test", moods).execute().await
            })
            .await?;
            let Way { name, pages, whole } = &ways()[way];
            let whole = ids(&whole(&entries).await?);
            let (mut there, mut cursor, mut last) = (Vec::new(), None, None);
            loop {
                let page = pages(&entries).page(cursor.as_ref(), size).await?;
                assert_eq!(page.previous.is_some(), cursor.is_some(), "{name}");
                assert!(page.next.is_none() || page.items.len() == size as usize, "{name}");
                there.extend(ids(&page.items));
                last = page.previous.or(last.filter(|_| cursor.is_none()));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(there, whole, "{name}, there");
            let on_the_last =
                if last.is_some() { (whole.len() - 1) % size as usize + 1 } else { whole.len() };
            let mut back = whole[whole.len() - on_the_last..].to_vec();
            while let Some(cursor) = last {
                let page = pages(&entries).page(Some(&cursor), size).await?;
                assert!(page.next.is_some(), "{name}");
                back.splice(0..0, ids(&page.items));
                last = page.previous;
            }
            assert_eq!(back, whole, "{name}, back");
            Ok(())
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_between_pages_neither_repeats_nor_hides_a_row_that_stays() {
    let (world, db) = world().await;
    let rows = || proptest::collection::vec(entry(), 1..16);
    let events = proptest::collection::vec((any::<prop::sample::Index>(), entry()), 0..12);
    let strategy = (rows(), events, 1..5_i64, 0..ways().len());
    tokio::task::block_in_place(|| {
        check(128, &strategy, async |(rows, events, size, way)| {
            let own = world.manager();
            let entries = db.scoped::<Entry>(&own);
            let mut staying: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
            entries.insert_many(rows).await?;
            let Way { name, pages, .. } = &ways()[way];
            let (mut seen, mut cursor, mut events) = (Vec::new(), None, events.into_iter());
            loop {
                let page = pages(&entries).page(cursor.as_ref(), size).await?;
                seen.extend(ids(&page.items));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                for (which, new) in events.by_ref().take(2) {
                    // The row that the cursor points at may be the one that goes.
                    let gone = which.get(&staying.iter().copied().collect::<Vec<_>>()).to_owned();
                    if staying.len() > 1 {
                        staying.remove(&gone);
                        entries.delete(gone).await?;
                    }
                    entries.insert(new).await?;
                }
            }
            let unique: BTreeSet<Uuid> = seen.iter().copied().collect();
            assert_eq!(unique.len(), seen.len(), "{name}: a row came twice");
            assert!(staying.is_subset(&unique), "{name}: a row that stayed was left out");
            Ok(())
        });
    });
}

fn named(name: impl Into<String>) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// A tenant with `count` customers, `0`, `1` and so on.
async fn customers_of(world: &World, db: &TenantDb, count: usize) -> TenantContext<Manager> {
    let own = world.manager();
    let rows = (0..count).map(|number| named(number.to_string()));
    db.scoped::<Customer>(&own).insert_many(rows).await.unwrap();
    own
}

fn names<M>(page: &Page<Customer, M>) -> String {
    page.items.iter().map(|customer| customer.name.as_str()).collect()
}

#[tokio::test]
async fn a_page_turns_round_at_either_end_although_nothing_is_there_any_more() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = customers_of(&world, &db, 4).await;
    let customers = db.scoped::<Customer>(&own);
    let page = async |cursor: Option<&Cursor<Customer>>| {
        customers.page_by(customers::name.asc()).page(cursor, 2).await.unwrap()
    };
    let first = page(None).await;
    let second = page(first.next.as_ref()).await;
    assert_eq!((names(&first), names(&second), second.next.is_none()), ("01".into(), "23".into(), true));
    customers.filter(customers::name.lt("2")).delete().await.unwrap();
    let before = page(second.previous.as_ref()).await;
    assert!(before.items.is_empty() && before.previous.is_none());
    let again = page(before.next.as_ref()).await;
    assert_eq!(names(&again), "23", "from there on comes what came before");

    let own = customers_of(&world, &db, 4).await;
    let customers = db.scoped::<Customer>(&own);
    let page = async |cursor: Option<&Cursor<Customer>>| {
        customers.page_by(customers::name.asc()).page(cursor, 2).await.unwrap()
    };
    let first = page(None).await;
    customers.filter(customers::name.gt("1")).delete().await.unwrap();
    let behind = page(first.next.as_ref()).await;
    assert!(behind.items.is_empty() && behind.next.is_none());
    let back = page(behind.previous.as_ref()).await;
    assert_eq!(names(&back), "01", "the row at the end is not left out");
}

#[tokio::test]
async fn pages_are_read_of_filters_selections_transactions_and_other_kinds_of_keys() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = customers_of(&world, &db, 9).await;
    let customers = db.scoped::<Customer>(&own);
    let wanted = || customers::name.ge("3").and(customers::name.lt("5"));
    let filtered = || customers.filter(wanted()).or_filter(customers::name.eq("8"));
    let first = filtered().page_by(customers::name.desc()).page(None, 2).await.unwrap();
    assert_eq!(names(&first), "84");
    let second = filtered().page_by(customers::name.desc()).page(first.next.as_ref(), 2).await.unwrap();
    assert_eq!((names(&second), second.next.is_none()), ("3".into(), true));

    let selected =
        || customers.select((customers::name, customers::credit_limit)).page_by(customers::name.asc());
    let first: Page<(String, i64), _> = selected().page(None, 8).await.unwrap();
    let second: Page<(String, i64), _> = selected().page(first.next.as_ref(), 8).await.unwrap();
    assert_eq!((first.items.len(), second.items.as_slice()), (8, &[("8".to_owned(), 1)][..]));
    assert_eq!(first.map(|(name, _)| name).items.concat(), "01234567");

    db.transaction(&own, async |tx| {
        let customers = tx.scoped::<Customer>();
        let first = customers.page_by(customers::name.asc()).page(None, 8).await?;
        customers.insert(named("9")).await?;
        let second = customers.page_by(customers::name.asc()).page(first.next.as_ref(), 8).await?;
        assert_eq!(names(&second), "89");
        Ok(())
    })
    .await
    .unwrap();

    let own = world.plain_context(StudioId::from("studio".to_owned()));
    let studio = db.scoped::<Booking>(&own);
    let new =
        (0..7).map(|number| NewBooking { room: ["A", "B"][number % 2], slot: number as i32, artist: "Ada" });
    studio.insert_many(new).await.unwrap();
    let (mut slots, mut cursor) = (Vec::new(), None);
    loop {
        let page = studio.page_by(bookings::artist.asc()).page(cursor.as_ref(), 3).await.unwrap();
        slots.extend(page.items.iter().map(|booking| booking.slot));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(slots, [0, 2, 4, 6, 1, 3, 5], "both columns of the key decide what the order leaves open");
}

#[tokio::test]
async fn joins_are_read_in_pages_with_the_keys_of_all_their_tables() {
    let (world, db) = world().await;
    let own = world.manager();
    let entries = db.scoped::<Entry>(&own);
    let row = |id: u128, parent: Option<u128>| NewEntry {
        id: Uuid::from_u128(id),
        label: "x".into(),
        score: None,
        weight: 0.0,
        parent_id: parent.map(Uuid::from_u128),
    };
    entries.insert_many((1..=3).map(|id| row(id, None))).await.unwrap();
    entries.insert_many((4..=9).map(|id| row(id, Some(id % 2 + 1)))).await.unwrap();
    // For each entry its children, or nothing.
    let children = diesel::alias!(entries as children);
    let query = || {
        let on = children.field(entries::parent_id).eq(entries::id.nullable());
        entries.query().left_join_as::<Entry, _>(children, on)
    };
    let whole = query()
        .order(entries::label.asc())
        .then_order_by(entries::id.asc())
        .then_order_by(children.field(entries::id).asc())
        .load()
        .await
        .unwrap();
    assert_eq!(whole.len(), 6 + 7, "a row for each child, and one for each entry without");
    // What the join does not find is NULL, whatever the type of its column says.
    let by_child = query()
        .order(children.field(entries::id).asc())
        .then_order_by(entries::id.asc())
        .load()
        .await
        .unwrap();
    assert!(by_child[0].1.is_some() && by_child[12].1.is_none());
    for (size, joined_first) in [1, 2, 5, 13].into_iter().flat_map(|size| [(size, false), (size, true)]) {
        let (mut rows, mut cursor) = (Vec::new(), None);
        loop {
            let pages = match joined_first {
                false => query().page_by(entries::label.asc()),
                true => query().page_by(children.field(entries::id).asc()),
            };
            let page = pages.page(cursor.as_ref(), size).await.unwrap();
            rows.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(&rows, if joined_first { &by_child } else { &whole }, "{size} at a time");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_tenant_and_its_query_only() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let (own, other) = (customers_of(&world, &db, 5).await, customers_of(&world, &db, 5).await);
    let customers = db.scoped::<Customer>(&own);
    let by_name = || customers.filter(customers::credit_limit.ge(0)).page_by(customers::name.asc());
    let cursor = by_name().page(None, 2).await.unwrap().next.unwrap();
    assert_eq!(names(&by_name().page(Some(&cursor), 9).await.unwrap()), "234", "of any size");
    let least = customers.filter(customers::credit_limit.ge(1)).page_by(customers::name.asc());
    assert_eq!(names(&least.page(Some(&cursor), 2).await.unwrap()), "23", "with any value in a filter");

    let theirs = db.scoped::<Customer>(&other).filter(customers::credit_limit.ge(0));
    let theirs = fault(theirs.page_by(customers::name.asc()).page(Some(&cursor), 2).await);
    let mut forged = cursor.to_string().into_bytes();
    forged[50] = if forged[50] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap().parse().unwrap();
    let forged = fault(by_name().page(Some(&forged), 2).await);
    assert_eq!(
        (theirs, forged),
        (CursorFault::Unrecognised, CursorFault::Unrecognised),
        "which, is not told"
    );

    let queries = [
        customers.page_by(customers::name.asc()),
        customers.filter(customers::credit_limit.ge(0)).page_by(customers::name.desc()),
        customers.filter(customers::credit_limit.ge(0)).page_by(customers::id.asc()),
        customers.filter(customers::credit_limit.gt(0)).page_by(customers::name.asc()),
        customers.filter(customers::credit_limit.ge(0)).with_deleted().page_by(customers::note.asc()),
    ];
    for query in queries {
        assert_eq!(fault(query.page(Some(&cursor), 2).await), CursorFault::OtherQuery);
    }
    let selected = customers.filter(customers::credit_limit.ge(0)).select(customers::name);
    let selected = selected.page_by(customers::name.asc()).page::<String>(Some(&cursor), 2).await;
    assert_eq!(fault(selected), CursorFault::OtherQuery);
}

#[tokio::test]
async fn no_character_of_a_cursor_can_be_changed() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = customers_of(&world, &db, 3).await;
    let customers = db.scoped::<Customer>(&own);
    let by_name = || customers.page_by(customers::name.asc());
    let cursor = by_name().page(None, 1).await.unwrap().next.unwrap();
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for at in 0..cursor.as_str().len() {
        // Six bits each: among these is every change of one bit.
        for bit in 0..6 {
            let mut changed = cursor.as_str().as_bytes().to_vec();
            let index = ALPHABET.iter().position(|known| *known == changed[at]).unwrap() ^ (1 << bit);
            changed[at] = ALPHABET[index];
            let changed = String::from_utf8(changed).unwrap().parse::<Cursor<Customer>>();
            let outcome = match changed {
                Ok(changed) => by_name().page(Some(&changed), 1).await.map(drop),
                Err(error) => Err(error),
            };
            let message = outcome.as_ref().unwrap_err().to_string();
            assert!(["it is malformed", "it is not recognised"].iter().any(|end| message.ends_with(end)));
            fault(outcome);
        }
    }
}

#[tokio::test]
async fn a_cursor_ends_with_its_key_and_its_time() {
    let world = World::with(TABLES).await;
    let with_key = async |key: u8| world.builder().cursor_key(vec![key; 32]).connect().await.unwrap();
    let (one, same, another) = (with_key(1).await, with_key(1).await, with_key(2).await);
    let own = customers_of(&world, &one, 3).await;
    let page = async |db: &TenantDb, cursor: Option<&Cursor<Customer>>| {
        db.scoped::<Customer>(&own).page_by(customers::name.asc()).page(cursor, 1).await
    };
    let cursor = page(&one, None).await.unwrap().next.unwrap();
    assert_eq!(names(&page(&same, Some(&cursor)).await.unwrap()), "1");
    assert_eq!(fault(page(&another, Some(&cursor)).await), CursorFault::Unrecognised);
    let (random, other) = (world.connect().await, world.connect().await);
    let cursor = page(&random, None).await.unwrap().next.unwrap();
    assert_eq!(names(&page(&random.clone(), Some(&cursor)).await.unwrap()), "1");
    assert_eq!(fault(page(&other, Some(&cursor)).await), CursorFault::Unrecognised);

    let short = world.builder().cursor_lifetime(Duration::from_secs(1)).connect().await.unwrap();
    let cursor = page(&short, None).await.unwrap().next.unwrap();
    assert_eq!(names(&page(&short, Some(&cursor)).await.unwrap()), "1");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(fault(page(&short, Some(&cursor)).await), CursorFault::Expired);
}

#[tokio::test]
async fn a_cursor_shows_nothing_and_travels_as_text() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = world.manager();
    let secret = "a-name-that-nobody-else-is-to-see";
    let customers = db.scoped::<Customer>(&own);
    customers.insert_many([named(secret), named("z")]).await.unwrap();
    let page = customers.page_by(customers::name.asc()).page(None, 1).await.unwrap();
    let cursor = page.next.clone().unwrap();
    let url: String = cursor.to_string();
    assert!(url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{url}");
    let shown = format!("{cursor} {cursor:?}");
    assert!(!shown.contains(secret) && !shown.contains("YS1uYW1l"), "{shown}");
    let again = customers.page_by(customers::name.asc()).page(None, 1).await.unwrap();
    assert_ne!(again.next, page.next, "it does not tell that two are of the same place");

    let json = serde_json::to_value(page.map(|customer| customer.name)).unwrap();
    assert_eq!(json["items"], serde_json::json!([secret]));
    assert_eq!(json["previous"], serde_json::Value::Null);
    let back: Cursor<Customer> = serde_json::from_value(json["next"].clone()).unwrap();
    assert_eq!(back, url.parse().unwrap());
    let next = customers.page_by(customers::name.asc()).page(Some(&back), 1).await.unwrap();
    assert_eq!(names(&next), "z");
    let refused = serde_json::from_str::<Cursor<Customer>>("\"hunter2\"").unwrap_err().to_string();
    assert!(refused.contains("malformed") && !refused.contains("hunter2"), "{refused}");
}

#[tokio::test]
async fn what_cannot_be_a_page_is_a_typed_error() {
    let world = World::with(TABLES).await;
    let db = world.builder().max_page_size(10).connect().await.unwrap();
    let own = customers_of(&world, &db, 11).await;
    let customers = db.scoped::<Customer>(&own);
    for size in [0, -1, 11, i64::MAX, i64::MIN] {
        let page = customers.page_by(customers::name.asc()).page(None, size).await;
        assert!(matches!(page, Err(Error::InvalidPageSize { max: 10, .. })), "{size}: {page:?}");
    }
    assert_eq!(customers.page_by(customers::name.asc()).page(None, 10).await.unwrap().items.len(), 10);
    let aggregates = customers.select(diesel::dsl::count_star()).page_by(customers::name.asc());
    let aggregates = aggregates.page::<i64>(None, 1).await;
    assert!(matches!(aggregates, Err(Error::InvalidQuery { .. })), "{aggregates:?}");
    let valued = customers.page_by((customers::credit_limit + 1).asc()).page(None, 1).await;
    assert!(matches!(valued, Err(Error::InvalidQuery { .. })), "{valued:?}");
    let raw = customers.page_by(sql::<Bool>("true) OR (true").asc()).page(None, 1).await;
    assert!(matches!(raw, Err(Error::InvalidQuery { .. })), "{raw:?}");
    let long = "x".repeat(2_500);
    customers.insert_many([named(format!("{long}1")), named(format!("{long}2"))]).await.unwrap();
    let query = || customers.filter(customers::name.ge("x")).page_by(customers::name.asc());
    let first = query().page(None, 1).await.unwrap();
    assert!(names(&query().page(first.next.as_ref(), 1).await.unwrap()).ends_with('2'));
    customers.insert_many([named("y".repeat(9_000)), named("z")]).await.unwrap();
    let longer = customers.filter(customers::name.ge("y")).page_by(customers::name.asc());
    let longer = longer.page(None, 1).await;
    assert!(matches!(longer, Err(Error::InvalidQuery { .. })), "{longer:?}");
    for builder in [world.builder().max_page_size(0), world.builder().cursor_key(vec![0; 31])] {
        let refused = builder.connect().await;
        assert!(matches!(refused, Err(Error::InvalidConfiguration { .. })), "{refused:?}");
    }
}

#[derive(Debug, QueryableByName)]
struct Prepared {
    #[diesel(sql_type = Text)]
    statement: String,
}

#[tokio::test]
async fn a_page_is_read_from_its_place_in_the_index() {
    let world = World::with(TABLES).await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let own = world.manager();
    let tenant = *own.tenant();
    world
        .execute(&format!(
            "INSERT INTO entries (tenant_id, id, label, weight)
             SELECT CASE n % 2 WHEN 0 THEN '{tenant}'::uuid ELSE gen_random_uuid() END, gen_random_uuid(), n, 0
             FROM generate_series(1, 20000) AS n;
             ANALYZE entries"
        ))
        .await;
    let entries = db.scoped::<Entry>(&own);
    let first = entries.page_by(entries::label.asc()).page(None, 20).await.unwrap();
    entries.page_by(entries::label.asc()).page(first.next.as_ref(), 20).await.unwrap();
    let mixed = || entries.page_by((entries::label.asc(), entries::score.desc(), entries::id.asc()));
    let first = mixed().page(None, 20).await.unwrap();
    mixed().page(first.next.as_ref(), 20).await.unwrap();

    let tx = db.begin(&own).await.unwrap();
    let ours = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT _entries%' ORDER BY prepare_time";
    let prepared: Vec<Prepared> = danger::sql(&tx, "a test", ours).load().await.unwrap();
    let [_, rows, _, spelt_out] = prepared.as_slice() else { panic!("{prepared:?}") };
    assert!(
        rows.statement.contains(r#"(("entries"."label", "entries"."id") > ($2, $3))"#),
        "{}",
        rows.statement
    );
    let plain = runtime_session(&world).await;
    plain.batch_execute(&format!("BEGIN; SET LOCAL app.current_tenant = '{tenant}'")).await.unwrap();
    for (name, statement, parameters, bound) in [
        ("rows", &rows.statement, format!("'{tenant}', '5000', '{tenant}', 21"), "ROW(label, id) >"),
        (
            "spelt_out",
            &spelt_out.statement,
            format!("'{tenant}', '5000', '5000', '{tenant}', 21"),
            "label >=",
        ),
    ] {
        plain.batch_execute(&format!("PREPARE {name} AS {statement}")).await.unwrap();
        let explain = format!("EXPLAIN (COSTS OFF) EXECUTE {name}({parameters})");
        let answer = plain.simple_query(&explain).await.unwrap();
        let lines = answer.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let plan = lines.collect::<Vec<_>>().join("\n");
        let condition = plan.lines().find(|line| line.contains("Index Cond")).unwrap_or_default();
        assert!(plan.contains("Index Scan using entries_label"), "{plan}");
        assert!(condition.contains("tenant_id =") && condition.contains(bound), "{plan}");
    }
    tx.rollback().await;
}

#[tokio::test]
async fn pages_by_number_tell_the_total_also_behind_the_last_one() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = customers_of(&world, &db, 7).await;
    let _other = customers_of(&world, &db, 3).await;
    let customers = db.scoped::<Customer>(&own);
    for (page, names, total, pages) in
        [(1, "012", 7, 3), (2, "345", 7, 3), (3, "6", 7, 3), (4, "", 7, 3), (i64::MAX, "", 7, 3)]
    {
        let found = customers.order(customers::name.asc()).paginate(page, 3).await.unwrap();
        let shown: String = found.items.iter().map(|customer| customer.name.as_str()).collect();
        assert_eq!((shown.as_str(), found.total, found.pages), (names, total, pages), "page {page}");
        assert_eq!((found.page, found.per_page), (page, 3));
    }
    // What the order leaves open is decided by the key.
    let mut ids = Vec::new();
    for page in 1..=4 {
        let page = customers.order(customers::credit_limit.desc()).paginate(page, 2).await.unwrap();
        ids.extend(page.items.into_iter().map(|customer| customer.id));
    }
    assert!(ids.is_sorted() && ids.len() == 7, "{ids:?}");

    let none = customers.filter(customers::name.eq("none")).paginate(1, 3).await.unwrap();
    assert_eq!((none.items.len(), none.total, none.pages), (0, 0, 0));
    let selected =
        customers.filter(customers::name.gt("4")).select((customers::name, customers::credit_limit));
    let selected = selected.order(customers::name.desc()).paginate::<(String, i64)>(1, 1).await.unwrap();
    assert_eq!((selected.items, selected.total, selected.pages), (vec![("6".to_owned(), 1)], 2, 2));
    let distinct = customers.select(customers::credit_limit).distinct().paginate::<i64>(1, 5).await.unwrap();
    assert_eq!((distinct.items, distinct.total), (vec![1], 1), "what is alike is counted once");
    let groups = customers.group_by(customers::name).select((customers::name, diesel::dsl::count_star()));
    let groups = groups.order(customers::name.asc()).paginate::<(String, i64)>(2, 6).await.unwrap();
    assert_eq!(
        (groups.map(|(name, _)| name).items.concat(), customers.count().await.unwrap()),
        ("6".into(), 7)
    );
    let alias = diesel::alias!(customers as others);
    let on = alias.field(customers::name).gt(customers::name);
    let pairs = customers.query().left_join_as::<Customer, _>(alias, on).paginate(5, 5).await.unwrap();
    assert_eq!((pairs.items.len(), pairs.total), (2, 22), "the last one has no greater one");
    let nothing = diesel::dsl::sql::<Bool>("true");
    let raw = customers.filter(nothing).order(customers::name.asc()).paginate(2, 5).await.unwrap();
    assert_eq!((raw.items.len(), raw.total), (2, 7));

    for page in [0, -1, i64::MIN] {
        let page = customers.paginate(page, 3).await;
        assert!(matches!(page, Err(Error::InvalidQuery { .. })), "{page:?}");
    }
    for size in [0, -1, 1_001] {
        let page = customers.paginate(1, size).await;
        assert!(matches!(page, Err(Error::InvalidPageSize { max: 1_000, .. })), "{page:?}");
    }
    let limited = customers.limit(3).paginate(1, 3).await;
    assert!(matches!(limited, Err(Error::InvalidQuery { .. })), "{limited:?}");
}

#[tokio::test]
async fn pages_and_totals_are_the_tenants_by_the_query_builder_alone() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = customers_of(&world, &db, 5).await;
    let _other = customers_of(&world, &db, 7).await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    let db = world.connect_unverified().await;
    let customers = db.scoped::<Customer>(&own);
    let wide = || customers.filter(customers::name.eq("0")).or_filter(customers::name.ne("0"));
    for order in 0..2 {
        let pages = || match order {
            0 => wide().page_by(customers::name.asc()),
            // Spelt out, because there may be NULLs.
            _ => wide().page_by((customers::note.asc(), customers::name.asc())),
        };
        let first = pages().page(None, 3).await.unwrap();
        let second = pages().page(first.next.as_ref(), 3).await.unwrap();
        assert_eq!(names(&first) + &names(&second), "01234");
        assert_eq!(names(&pages().page(second.previous.as_ref(), 9).await.unwrap()), "012");
    }
    let numbered = wide().order(customers::name.asc()).paginate(2, 3).await.unwrap();
    assert_eq!((numbered.items.len(), numbered.total), (2, 5));
}
