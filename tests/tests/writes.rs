//! Upserts, what comes back of a write, assignments, versions, marks of deletion: what they do, and to whose rows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tenant_db::dsl::{excluded, scalar};
use tenant_db::prelude::*;
use tenant_db::{Error, TenantContext};
use tenant_db_tests::World;
use tenant_db_tests::models::Manager;
use uuid::Uuid;

mod schema {
    diesel::table! {
        stocks (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            article -> Text,
            pieces -> BigInt,
            note -> Nullable<Text>,
        }
    }

    diesel::table! {
        documents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            title -> Text,
            version -> Integer,
            deleted_at -> Nullable<Timestamptz>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(stocks, documents);
}

use schema::{documents, stocks};

const TABLES: &str = "
    CREATE TABLE stocks (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        article text NOT NULL,
        pieces bigint NOT NULL CHECK (pieces >= 0),
        note text,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT stocks_article_key UNIQUE (tenant_id, article)
    );
    CREATE TABLE documents (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        title text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        deleted_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT documents_title_key UNIQUE (tenant_id, title)
    );";

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = stocks, unique(article))]
struct Stock {
    id: Uuid,
    article: String,
    pieces: i64,
    note: Option<String>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Stock)]
struct NewStock {
    article: String,
    pieces: i64,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Stock)]
struct NewStockWithId {
    id: Uuid,
    article: String,
    pieces: i64,
}

#[derive(Debug, Clone, Default, TenantUpdate)]
#[tenant(model = Stock)]
struct StockChanges {
    pieces: Option<i64>,
    note: Option<Option<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = documents, unique(title), version = version, soft_delete = deleted_at)]
struct Document {
    id: Uuid,
    title: String,
    version: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Document)]
struct NewDocument {
    title: String,
}

#[derive(Debug, Clone, Default, TenantUpdate)]
#[tenant(model = Document)]
struct DocumentChanges {
    title: Option<String>,
}

fn stock(article: &str, pieces: i64) -> NewStock {
    NewStock { article: article.into(), pieces }
}

fn document(title: &str) -> NewDocument {
    NewDocument { title: title.into() }
}

fn title(title: &str) -> DocumentChanges {
    DocumentChanges { title: Some(title.into()) }
}

/// A database with two tenants, who both have five chairs and a document called "Plan".
struct Two {
    world: World,
    db: TenantDb,
    own: TenantContext<Manager>,
    other: TenantContext<Manager>,
}

impl Two {
    async fn new() -> Self {
        Self::with_rls(true).await
    }

    /// Without row-level security only the query builder isolates.
    async fn with_rls(on: bool) -> Self {
        let world = World::with(TABLES).await;
        let db = if on {
            world.connect().await
        } else {
            for table in ["stocks", "documents"] {
                world.execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await;
            }
            world.connect_unverified().await
        };
        let (own, other) = (world.manager(), world.manager());
        for context in [&own, &other] {
            db.scoped::<Stock>(context).insert(stock("chair", 5)).await.unwrap();
            db.scoped::<Document>(context).insert(document("Plan")).await.unwrap();
        }
        Self { world, db, own, other }
    }

    /// All that the other tenant has.
    async fn theirs(&self) -> Vec<Vec<Option<String>>> {
        let tenant = self.other.tenant();
        let mut rows = Vec::new();
        for table in ["stocks", "documents"] {
            let sql = format!("SELECT t::text FROM {table} AS t WHERE tenant_id = '{tenant}' ORDER BY id");
            rows.extend(self.world.truth(&sql).await);
        }
        rows
    }
}

#[tokio::test]
async fn an_upsert_inserts_or_leaves_or_changes() {
    let two = Two::new().await;
    let stocks = two.db.scoped::<Stock>(&two.own);
    let chair = stocks.first().await.unwrap();
    let left = stocks.upsert(stock("chair", 9)).on_conflict(stocks::article).do_nothing().await.unwrap();
    assert_eq!(left, None);
    assert_eq!(stocks.find(chair.id).await.unwrap(), chair);
    let table = stocks.upsert(stock("table", 1)).on_conflict(stocks::article).do_nothing().await.unwrap();
    assert_eq!(table.unwrap().pieces, 1);

    let on_chair = |pieces| stocks.upsert(stock("chair", pieces)).on_conflict(stocks::article);
    let noted = StockChanges { note: Some(Some("counted".into())), ..Default::default() };
    let changed = on_chair(9).do_update(noted).await.unwrap();
    assert_eq!(changed, Stock { note: Some("counted".into()), ..chair.clone() });
    let added =
        on_chair(9).do_update(stocks::pieces.eq(stocks::pieces + excluded(stocks::pieces))).await.unwrap();
    assert_eq!((added.id, added.pieces), (chair.id, 14));
    let replaced = on_chair(2).do_update_excluded((stocks::pieces, stocks::note)).await.unwrap();
    assert_eq!(replaced, Stock { pieces: 2, ..chair.clone() });

    let given = NewStockWithId { id: chair.id, article: "stool".into(), pieces: 3 };
    let renamed =
        stocks.upsert(given).on_conflict(stocks::id).do_update_excluded(stocks::article).await.unwrap();
    assert_eq!(renamed, Stock { article: "stool".into(), pieces: 2, ..chair });
    let nothing = on_chair(1).do_update(StockChanges::default()).await;
    assert!(matches!(nothing, Err(Error::NoChanges)), "{nothing:?}");
}

#[tokio::test]
async fn an_upsert_of_any_size_is_made_wholly_or_not_at_all() {
    let two = Two::new().await;
    let stocks = two.db.scoped::<Stock>(&two.own);
    let many = |count: i64| (0..count).map(|number| stock(&format!("article {number}"), number));
    let inserted = stocks.upsert_many(many(10_000)).on_conflict(stocks::article).do_nothing().await.unwrap();
    assert_eq!(inserted.len(), 10_000);
    let raised = stocks::pieces.eq(stocks::pieces + 1);
    let written =
        stocks.upsert_many(many(20_000)).on_conflict(stocks::article).do_update(raised).await.unwrap();
    assert_eq!(written.len(), 20_000);
    assert!(
        written.iter().take(10_000).enumerate().all(|(at, row)| row.pieces == at as i64 + 1),
        "in their order"
    );
    assert!(written.iter().skip(10_000).enumerate().all(|(at, row)| row.pieces == at as i64 + 10_000));
    let refused = many(20_000).chain([stock("a negative number", -1)]);
    let refused =
        stocks.upsert_many(refused).on_conflict(stocks::article).do_update_excluded(stocks::pieces).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{:?}", refused.map(|rows| rows.len()));
    assert_eq!(stocks.filter(stocks::article.eq("article 7")).first().await.unwrap().pieces, 8);
    let twice = stocks.upsert_many([stock("x", 1), stock("x", 2)]).on_conflict(stocks::article);
    let twice = twice.do_update_excluded(stocks::pieces).await;
    assert!(matches!(twice, Err(Error::InvalidQuery { .. })), "{twice:?}");
    let none = stocks.upsert_many(Vec::<NewStock>::new()).on_conflict(stocks::article).do_nothing().await;
    assert!(none.unwrap().is_empty());
}

#[tokio::test]
async fn another_tenants_row_is_never_in_the_way() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let before = two.theirs().await;
        let third = two.world.manager();
        let stocks = two.db.scoped::<Stock>(&third);
        let theirs = two.db.scoped::<Stock>(&two.other).first().await.unwrap();
        let inserted =
            stocks.upsert(stock("chair", 1)).on_conflict(stocks::article).do_nothing().await.unwrap();
        assert!(inserted.is_some(), "their chair is not in the way");
        let same_key = NewStockWithId { id: theirs.id, article: "stolen".into(), pieces: 1 };
        let own = stocks.upsert(same_key).on_conflict(stocks::id).do_update_excluded(stocks::article);
        assert_eq!(own.await.unwrap().id, theirs.id, "keys of two tenants may be equal");
        let all = [stock("chair", 7), stock("lamp", 7)];
        let both = stocks.upsert_many(all).on_conflict(stocks::article).do_update_excluded(stocks::pieces);
        assert_eq!(both.await.unwrap().len(), 2);
        let everything = stocks.query().update(stocks::pieces.eq(0)).returning(stocks::article);
        let changed: Vec<String> = everything.await.unwrap();
        assert_eq!(changed.len(), 3);
        assert_eq!(two.theirs().await, before, "with row-level security: {rls}");
    }
}

#[tokio::test]
async fn a_write_gives_back_any_expression_of_its_rows() {
    let two = Two::new().await;
    let before = two.theirs().await;
    let stocks = two.db.scoped::<Stock>(&two.own);
    let id: Uuid = stocks.insert(stock("lamp", 3)).returning(stocks::id).await.unwrap();
    let doubled: Vec<(String, i64)> = stocks
        .insert_many([stock("a", 1), stock("b", 2)])
        .returning((stocks::article, stocks::pieces * 2))
        .await
        .unwrap();
    assert_eq!(doubled, [("a".into(), 2), ("b".into(), 4)]);
    let note: Option<String> =
        stocks.update(id, stocks::note.eq(Some("bright"))).returning(stocks::note).await.unwrap();
    assert_eq!(note.as_deref(), Some("bright"));
    let mut low: Vec<i64> = stocks
        .filter(stocks::pieces.lt(3))
        .update(StockChanges { pieces: Some(10), ..Default::default() })
        .returning(stocks::pieces)
        .await
        .unwrap();
    low.sort_unstable();
    assert_eq!(low, [10, 10]);
    let kept: Option<Uuid> = stocks
        .upsert(stock("a", 0))
        .on_conflict(stocks::article)
        .do_nothing()
        .returning(stocks::id)
        .await
        .unwrap();
    assert_eq!(kept, None);
    let raised: i64 = stocks
        .upsert(stock("a", 1))
        .on_conflict(stocks::article)
        .do_update(stocks::pieces.eq(stocks::pieces + excluded(stocks::pieces)))
        .returning(stocks::pieces)
        .await
        .unwrap();
    assert_eq!(raised, 11);
    let gone: String = stocks.delete(id).returning(stocks::article).await.unwrap();
    assert_eq!(gone, "lamp");
    let again = stocks.delete(id).returning::<String, _>(stocks::article).await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    let mut rest: Vec<String> = stocks.query().delete().returning(stocks::article).await.unwrap();
    rest.sort_unstable();
    assert_eq!(rest, ["a", "b", "chair"]);
    assert_eq!(two.theirs().await, before);
}

#[tokio::test]
async fn columns_are_set_to_expressions() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let before = two.theirs().await;
        let stocks = two.db.scoped::<Stock>(&two.own);
        let chair = stocks.first().await.unwrap();
        let changed = stocks.update(chair.id, stocks::pieces.eq(stocks::pieces + 10)).await.unwrap();
        assert_eq!(changed.pieces, 15);
        let two_at_once =
            (stocks::pieces.eq(stocks::pieces * 2), stocks::note.eq(stocks::article.nullable()));
        assert_eq!(stocks.filter(stocks::article.eq("chair")).update(two_at_once).await.unwrap(), 1);
        let now = stocks.find(chair.id).await.unwrap();
        assert_eq!((now.pieces, now.note.as_deref()), (30, Some("chair")));
        let with_struct = (
            StockChanges { note: Some(None), ..Default::default() },
            stocks::pieces.eq(stocks::pieces - 1),
            None::<diesel::dsl::Eq<stocks::article, String>>,
        );
        let now = stocks.update(chair.id, with_struct).await.unwrap();
        assert_eq!((now.pieces, now.note), (29, None));
        stocks.insert(stock("most", 77)).await.unwrap();
        let most = scalar(stocks.select(diesel::dsl::max(stocks::pieces)));
        let now = stocks.update(chair.id, stocks::pieces.eq(most.assume_not_null())).await.unwrap();
        assert_eq!(now.pieces, 77, "a scoped sub-query is an expression");
        let refused = stocks.update(chair.id, stocks::pieces.eq(-stocks_negative())).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(two.theirs().await, before);
    }
}

fn stocks_negative() -> i64 {
    1
}

#[tokio::test]
async fn raw_text_cannot_assign_more_than_its_column() {
    let two = Two::new().await;
    let stocks = two.db.scoped::<Stock>(&two.own);
    let chair = stocks.first().await.unwrap();
    let raw = |sql: &str| diesel::dsl::sql::<BigInt>(sql);
    assert_eq!(stocks.update(chair.id, stocks::pieces.eq(raw("pieces + 1"))).await.unwrap().pieces, 6);
    for text in ["1), article = ('x'", "1, article = 'x'", "(SELECT max(pieces) FROM stocks)", "1) --"] {
        let refused = stocks.update(chair.id, stocks::pieces.eq(raw(text))).await;
        assert!(refused.is_err(), "{text}: {refused:?}");
    }
    assert_eq!(stocks.find(chair.id).await.unwrap().article, "chair");
}

#[tokio::test]
async fn a_change_of_a_row_that_has_been_changed_is_stale() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let before = two.theirs().await;
        let documents = two.db.scoped::<Document>(&two.own);
        let read = documents.first().await.unwrap();
        assert_eq!(read.version, 1);
        let changed = documents.update_row(&read, title("Second plan")).await.unwrap();
        assert_eq!((changed.version, changed.title.as_str()), (2, "Second plan"));
        let stale = documents.update_row(&read, title("Lost")).await;
        assert!(matches!(stale, Err(Error::Stale { model: "Document", .. })), "{stale:?}");
        let stale = documents.update_if(read.id, 7, documents::title.eq("Lost")).await.unwrap_err();
        assert_eq!(stale.http_status(), 409);
        let absent = documents.update_if(Uuid::now_v7(), 1, title("Nobody's")).await;
        assert!(matches!(absent, Err(Error::NotFound { .. })), "{absent:?}");
        let theirs = two.db.scoped::<Document>(&two.other).first().await.unwrap();
        for version in [theirs.version, 7] {
            let foreign = documents.update_if(theirs.id, version, title("Stolen")).await;
            assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
        }
        assert_eq!(documents.query().update(title("Third plan")).await.unwrap(), 1);
        assert_eq!(documents.find(read.id).await.unwrap().version, 3, "whoever changes it counts it");
        let upserted = documents.upsert(document("Third plan")).on_conflict(documents::title);
        assert_eq!(upserted.do_update_excluded(documents::title).await.unwrap().version, 4);
        let version: i32 =
            documents.update_if(read.id, 4, title("Last")).returning(documents::version).await.unwrap();
        assert_eq!(version, 5);
        assert_eq!(two.theirs().await, before);
    }
}

#[tokio::test]
async fn of_two_who_change_one_version_one_is_told() {
    let two = Two::new().await;
    let documents = two.db.scoped::<Document>(&two.own);
    let read = documents.first().await.unwrap();
    let (one, another) = tokio::join!(
        documents.update_row(&read, title("One")),
        two.db.transaction(&two.own, async |tx| {
            tx.scoped::<Document>().update_row(&read, title("Another")).await
        }),
    );
    let outcomes = [one, another];
    let stale = outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Stale { .. }))).count();
    assert_eq!(stale, 1, "{outcomes:?}");
    assert_eq!(documents.find(read.id).await.unwrap().version, 2);
}

#[tokio::test]
async fn a_row_that_is_deleted_is_marked_and_can_be_restored() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let before = two.theirs().await;
        let documents = two.db.scoped::<Document>(&two.own);
        let plan = documents.first().await.unwrap();
        documents.delete(plan.id).await.unwrap();
        assert!(documents.find_optional(plan.id).await.unwrap().is_none());
        assert_eq!(documents.count().await.unwrap(), 0);
        let found = [
            documents.delete(plan.id).await.map(|()| plan.clone()),
            documents.update_if(plan.id, 2, title("Late")).await,
            documents.upsert(document("Plan")).on_conflict(documents::title).do_update(title("x")).await,
        ];
        for outcome in found {
            assert!(matches!(outcome, Err(Error::NotFound { .. })), "{outcome:?}");
        }
        assert_eq!(documents.query().update(title("Late")).await.unwrap(), 0);
        let marked =
            documents.with_deleted().filter(documents::deleted_at.is_not_null()).load().await.unwrap();
        assert_eq!(marked, [Document { version: 2, ..plan.clone() }]);
        assert_eq!(documents.with_deleted().delete().await.unwrap(), 0, "it is deleted already");

        assert_eq!(documents.restore(plan.id).await.unwrap(), Document { version: 3, ..plan.clone() });
        let not_marked = documents.restore(plan.id).await;
        assert!(matches!(not_marked, Err(Error::NotFound { .. })), "{not_marked:?}");
        assert_eq!(documents.query().delete().await.unwrap(), 1);
        assert_eq!(documents.query().purge().await.unwrap(), 0, "what is marked is not seen");
        assert_eq!(documents.with_deleted().restore().await.unwrap(), 1);
        documents.delete(plan.id).await.unwrap();
        documents.purge(plan.id).await.unwrap();
        assert!(!documents.with_deleted().exists().await.unwrap());
        let theirs = two.db.scoped::<Document>(&two.other).first().await.unwrap();
        let foreign = [documents.delete(theirs.id).await, documents.purge(theirs.id).await];
        assert!(foreign.iter().all(|outcome| matches!(outcome, Err(Error::NotFound { .. }))), "{foreign:?}");
        assert!(matches!(documents.restore(theirs.id).await, Err(Error::NotFound { .. })));
        assert_eq!(documents.with_deleted().purge().await.unwrap(), 0);
        assert_eq!(two.theirs().await, before);
    }
}
