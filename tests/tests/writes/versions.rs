//! Changes that say which version of a row they were made from.

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::prelude::*;
use uuid::Uuid;

use crate::world::*;

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
