//! Every future is `Send`: each verb, inside an async closure, under `tokio::spawn`.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{Error, danger};
use tenant_db_tests::models::*;
use uuid::Uuid;

fn new() -> NewCustomer {
    NewCustomer { name: "Ada".into(), credit_limit: 1 }
}

fn changes() -> CustomerChanges {
    CustomerChanges { credit_limit: Some(2), ..Default::default() }
}

fn alone(db: TenantDb, context: TenantContext<Manager>, id: Uuid) {
    tokio::spawn(async move {
        let repository = db.scoped::<Customer>(&context);
        repository.find(id).await?;
        repository.find_optional(id).await?;
        repository.find_many([id]).await?;
        repository.first().await?;
        repository.load().await?;
        repository.count().await?;
        repository.exists().await?;
        let name = || customers::name.eq("Ada");
        repository.filter(name()).or_filter(name()).load().await?;
        repository.order(customers::name.asc()).then_order_by(customers::id.desc()).first().await?;
        repository.limit(1).offset(1).distinct().load().await?;
        repository.offset(1).load().await?;
        repository.distinct().load().await?;
        repository.select((customers::id, customers::name)).load::<(Uuid, String)>().await?;
        repository.select(customers::name).first::<String>().await?;
        repository.into_boxed().filter(name()).count().await?;
        repository.for_update().load().await?;
        repository.for_update().skip_locked().exists().await?;
        let page = repository.page_by(customers::name.asc()).page(None, 20).await?;
        repository.filter(name()).page_by(customers::name.asc()).page(page.next.as_ref(), 20).await?;
        repository.select(customers::name).page_by(customers::id.desc()).page::<String>(None, 20).await?;
        repository.order(customers::name.asc()).paginate(1, 20).await?;
        repository.select(customers::name).paginate::<String>(1, 20).await?;
        let mut rows = repository.filter(name()).stream();
        while let Some(row) = rows.next().await {
            row?;
        }
        repository.select(customers::name).stream::<String>().next().await.transpose()?;
        repository.insert(new()).await?;
        repository.insert_many([new()]).await?;
        repository.update(id, changes()).await?;
        repository.filter(name()).update(changes()).await?;
        repository.delete(id).await?;
        repository.filter(name()).delete().await?;
        let raise = || customers::credit_limit.eq(customers::credit_limit + 10);
        repository.update(id, raise()).await?;
        repository.filter(name()).update((changes(), raise())).returning::<i64, _>(customers::credit_limit).await?;
        repository.insert(new()).returning::<Uuid, _>(customers::id).await?;
        repository.insert_many([new()]).returning::<(Uuid, String), _>((customers::id, customers::name)).await?;
        repository.delete(id).returning::<String, _>(customers::name).await?;
        repository.filter(name()).delete().returning::<String, _>(customers::name).await?;
        repository.bulk_insert((0..3).map(|_| new())).progress(|_| ()).await?;
        repository.upsert(new()).on_conflict(customers::id).do_nothing().await?;
        repository.upsert(new()).on_conflict(customers::id).do_update(raise()).await?;
        repository.upsert(new()).on_conflict(customers::id).do_update_excluded(customers::credit_limit).await?;
        repository.upsert_many([new()]).on_conflict(customers::id).do_update(changes()).await?;
        Ok::<_, Error>(())
    });
}

fn in_a_closure(db: TenantDb, context: TenantContext<Manager>, id: Uuid) {
    tokio::spawn(async move {
        db.transaction(&context, async |tx| {
            let repository = tx.scoped::<Customer>();
            repository.find(id).await?;
            repository.find_optional(id).await?;
            repository.find_many([id]).await?;
            repository.first().await?;
            repository.load().await?;
            repository.count().await?;
            repository.exists().await?;
            let name = || customers::name.eq("Ada");
            repository.filter(name()).or_filter(name()).load().await?;
            repository.order(customers::name.asc()).then_order_by(customers::id.desc()).first().await?;
            repository.limit(1).offset(1).distinct().load().await?;
            repository.select(customers::name).load::<String>().await?;
            repository.into_boxed().filter(name()).count().await?;
            repository.for_update().skip_locked().load().await?;
            let page = repository.page_by((customers::name.asc(), customers::id.desc())).page(None, 20).await?;
            repository.page_by(customers::name.asc()).page(page.previous.as_ref(), 20).await?;
            repository.paginate(1, 20).await?;
            let mut rows = repository.order(customers::name.asc()).stream_in_batches(10);
            while let Some(row) = rows.next().await {
                repository.update(row?.id, changes()).await?;
            }
            drop(rows);
            repository.insert(new()).await?;
            repository.insert_many([new()]).await?;
            repository.update(id, changes()).await?;
            repository.filter(name()).update(changes()).await?;
            repository.delete(id).await?;
            repository.filter(name()).delete().await?;
            let raise = || customers::credit_limit.eq(customers::credit_limit + 10);
            repository.update(id, raise()).await?;
            repository.filter(name()).update((changes(), raise())).returning::<i64, _>(customers::credit_limit).await?;
            repository.insert(new()).returning::<Uuid, _>(customers::id).await?;
            repository.insert_many([new()]).returning::<(Uuid, String), _>((customers::id, customers::name)).await?;
            repository.delete(id).returning::<String, _>(customers::name).await?;
            repository.filter(name()).delete().returning::<String, _>(customers::name).await?;
            repository.bulk_insert((0..3).map(|_| new())).progress(|_| ()).await?;
            repository.upsert(new()).on_conflict(customers::id).do_nothing().await?;
            repository.upsert(new()).on_conflict(customers::id).do_update(raise()).await?;
            repository.upsert(new()).on_conflict(customers::id).do_update_excluded(customers::credit_limit).await?;
            repository.upsert_many([new()]).on_conflict(customers::id).do_update(changes()).await?;
            danger::sql(tx, "a test", "SELECT 1").execute().await?;
            tokio::try_join!(tx.scoped::<Customer>().count(), tx.scoped::<Customer>().load())?;
            tx.savepoint(async |tx| {
                tx.scoped::<Customer>().find(id).await?;
                tx.savepoint(async |tx| tx.scoped::<Customer>().count().await).await
            })
            .await?;
            Ok(())
        })
        .await
    });
}

fn again_and_again(db: TenantDb, context: TenantContext<Manager>, id: Uuid) {
    tokio::spawn(async move {
        let options = TransactionOptions::new().serializable().retries(3);
        db.transaction_with(&context, options, async |tx| tx.scoped::<Customer>().update(id, changes()).await)
            .await
    });
}

enum OwnError {
    Refused,
    Database(Error),
}

impl From<Error> for OwnError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

fn with_errors_of_ones_own(db: TenantDb, context: TenantContext<Manager>, id: Uuid) {
    tokio::spawn(async move {
        db.try_transaction(&context, async |tx| {
            let customer = tx.scoped::<Customer>().find(id).await?;
            if customer.credit_limit > 0 { Ok(customer) } else { Err(OwnError::Refused) }
        })
        .await
    });
}

fn as_a_guard(db: TenantDb, context: TenantContext<Manager>, id: Uuid) {
    tokio::spawn(async move {
        let mut tx = db.begin(&context).await?;
        tx.scoped::<Customer>().find(id).await?;
        tx.savepoint(async |tx| tx.scoped::<Customer>().delete(id).await).await?;
        tx.commit().await?;
        db.begin_with(&context, TransactionOptions::new().read_only()).await?.rollback().await;
        Ok::<_, Error>(())
    });
}

fn main() {}
