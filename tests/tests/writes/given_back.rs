//! What a write gives back.

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::dsl::excluded;
use tenant_db::prelude::*;
use uuid::Uuid;

use crate::world::*;

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
