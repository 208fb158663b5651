//! Writes to rows that belong to the tenant of a parent.

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::dsl::excluded;
use tenant_db::prelude::*;
use uuid::Uuid;

use crate::world::*;

fn place(shelf_id: Uuid, article: &str, pieces: i64) -> NewPlace {
    NewPlace { shelf_id, article: article.into(), pieces }
}

/// A shelf of each tenant, and what is in the other one's.
async fn shelves(two: &Two) -> (Uuid, Uuid) {
    let new = || NewShelf { name: "top".into() };
    let own = two.db.scoped::<Shelf>(&two.own).insert(new()).await.unwrap();
    let theirs = two.db.scoped::<Shelf>(&two.other).insert(new()).await.unwrap();
    two.db.scoped::<Place>(&two.other).insert(place(theirs.id, "lamp", 1)).await.unwrap();
    (own.id, theirs.id)
}

async fn all_places(two: &Two) -> Vec<Vec<Option<String>>> {
    two.world.truth("SELECT p::text FROM places AS p ORDER BY id").await
}

#[tokio::test]
async fn children_are_upserted_by_a_key_that_holds_their_parent() {
    let two = Two::new().await;
    let (own, _) = shelves(&two).await;
    let places = two.db.scoped::<Place>(&two.own);
    let on_shelf =
        |pieces| places.upsert(place(own, "lamp", pieces)).on_conflict((places::shelf_id, places::article));
    assert_eq!(on_shelf(3).do_nothing().await.unwrap().unwrap().pieces, 3);
    assert_eq!(on_shelf(3).do_nothing().await.unwrap(), None);
    let more = on_shelf(4).do_update(places::pieces.eq(places::pieces + excluded(places::pieces))).await;
    assert_eq!(more.unwrap().pieces, 7);
    let (id, pieces): (Uuid, i64) = places
        .query()
        .update(places::pieces.eq(places::pieces + 1))
        .returning((places::id, places::pieces))
        .await
        .unwrap()[0];
    assert_eq!(pieces, 8);
    let gone: String = places.delete(id).returning(places::article).await.unwrap();
    assert_eq!(gone, "lamp");
}

#[tokio::test]
async fn nothing_is_written_below_somebody_elses_parent() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let (own, theirs) = shelves(&two).await;
        let before = all_places(&two).await;
        let places = two.db.scoped::<Place>(&two.own);
        let upsert =
            || places.upsert(place(theirs, "lamp", 9)).on_conflict((places::shelf_id, places::article));
        for changed in [
            upsert().do_update_excluded(places::pieces).await,
            upsert().do_update(places::pieces.eq(0)).await,
        ] {
            assert!(matches!(changed, Err(Error::NotFound { .. })), "{changed:?}");
        }
        let shown = upsert().do_update(places::pieces.eq(0)).returning::<i64, _>(places::pieces).await;
        assert!(matches!(shown, Err(Error::NotFound { .. })), "{shown:?}");
        let new = places.upsert(place(theirs, "new", 9)).on_conflict((places::shelf_id, places::article));
        assert!(matches!(new.do_nothing().await, Err(Error::NotFound { .. })));
        let loaded = places.bulk_insert([place(own, "chair", 1), place(theirs, "chair", 1)]).await;
        assert!(matches!(loaded, Err(Error::NotFound { .. })), "{loaded:?}");
        let shown = places.insert(place(theirs, "chair", 1)).returning::<i64, _>(places::pieces).await;
        assert!(matches!(shown, Err(Error::NotFound { .. })), "{shown:?}");
        assert_eq!(places.query().update(places::pieces.eq(0)).await.unwrap(), 0);
        assert_eq!(places.query().delete().await.unwrap(), 0);
        assert_eq!(all_places(&two).await, before, "with row-level security: {rls}");
        let many = (0..20_000).map(|number| place(own, &number.to_string(), number));
        assert_eq!(places.bulk_insert(many).await.unwrap(), 20_000);
    }
}
