//! Columns that are set to expressions.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tenant_db::Error;
use tenant_db::dsl::scalar;
use tenant_db::prelude::*;

use crate::world::*;

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
        let refused = stocks.update(chair.id, stocks::pieces.eq(-1)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(two.theirs().await, before);
    }
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
