//! What the database refuses by itself, where somebody writes the statements by hand.

use tenant_db::{Error, danger};
use tenant_db_tests::{rejected_with, runtime_session};

use crate::world::*;

#[tokio::test]
async fn row_level_security_alone_keeps_upserts_and_bulk_inserts_to_the_tenant() {
    let two = Two::new().await;
    let before = two.theirs().await;
    let other = two.other.tenant();
    let forged = [
        format!(
            "INSERT INTO stocks (tenant_id, id, article, pieces) VALUES ('{other}', gen_random_uuid(), 'chair', 0)
             ON CONFLICT (tenant_id, article) DO UPDATE SET pieces = 0"
        ),
        format!(
            "INSERT INTO stocks (tenant_id, id, article, pieces) VALUES ('{other}', gen_random_uuid(), 'chair', 0)
             ON CONFLICT (tenant_id, article) DO NOTHING"
        ),
        format!(
            "INSERT INTO stocks (tenant_id, id, article, pieces)
             SELECT '{other}', gen_random_uuid(), loaded, 1 FROM unnest('{{a,b}}'::text[]) AS loaded"
        ),
        format!("UPDATE documents SET tenant_id = '{other}', version = version + 1"),
    ];
    for sql in forged {
        let tx = two.db.begin(&two.own).await.unwrap();
        let refused = danger::sql(&tx, "row-level security is under test", sql.clone()).execute().await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })), "{sql}: {refused:?}");
    }
    for (sql, touched) in [("UPDATE documents SET deleted_at = now()", 1), ("DELETE FROM stocks", 1)] {
        let tx = two.db.begin(&two.own).await.unwrap();
        let by_hand = danger::sql(&tx, "row-level security is under test", sql).execute().await;
        assert_eq!(by_hand.unwrap(), touched, "{sql}");
        tx.commit().await.unwrap();
    }
    assert_eq!(two.theirs().await, before);
}

#[tokio::test]
async fn copy_is_refused_where_there_is_row_level_security() {
    let two = Two::new().await;
    let session = runtime_session(&two.world).await;
    let tenant = two.own.tenant();
    let copy = format!("SET app.current_tenant = '{tenant}'; COPY stocks FROM STDIN");
    assert_eq!(rejected_with(&session, &copy).await, Ok("0A000".to_owned()));
}
