//! Rows that are inserted, or left, or changed.

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::dsl::excluded;
use tenant_db::prelude::*;

use crate::world::*;

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
