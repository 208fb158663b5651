//! Rows that are marked as deleted.

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::prelude::*;

use crate::world::*;

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
