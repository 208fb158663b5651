//! Every operation that this library has, each as something that can be run and stopped anywhere.

#![allow(clippy::semicolon_if_nothing_returned, reason = "a case ends with its answer, whatever that is")]

use std::pin::Pin;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use tenant_db::dsl::excluded;
use tenant_db::prelude::*;
use tenant_db::{Error, Result, danger};
use uuid::Uuid;

use crate::models::*;

/// An operation that has been started.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// An operation, under the name of the method or methods that it tries.
#[derive(Debug)]
pub struct Case {
    /// The name.
    pub name: &'static str,
    /// Starts it. What it finds are [`ADA`] and [`BOB`].
    pub run: for<'a> fn(&'a TenantDb, &'a TenantContext<Manager>) -> Running<'a>,
}

/// Cases from expressions.
#[macro_export]
macro_rules! cases {
    ($($name:literal => |$db:ident, $own:ident| $work:expr;)+) => {
        [$($crate::operations::Case { name: $name, run: |$db, $own| Box::pin(async move { $work; Ok(()) }) }),+]
    };
}

/// A customer with a limit of 1 and the name `ada`.
pub const ADA: Uuid = Uuid::from_u128(1);
/// A customer with a limit of 2 and the name `bob`.
pub const BOB: Uuid = Uuid::from_u128(2);

/// A customer to be.
#[must_use]
pub fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// Another limit.
#[must_use]
pub fn limit(credit_limit: i64) -> CustomerChanges {
    CustomerChanges { credit_limit: Some(credit_limit), ..Default::default() }
}

#[derive(Debug)]
struct Mine(Error);

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Mine> for Error {
    fn from(Mine(error): Mine) -> Self {
        error
    }
}

#[derive(Debug, QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn refused_by_a_constraint<T>(outcome: Result<T>) -> Result<()> {
    match outcome {
        Ok(_) => Err(Error::NoChanges),
        Err(Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn undone_on_purpose(outcome: Result<(), Mine>) -> Result<()> {
    match outcome {
        Err(Mine(Error::NoChanges)) => Ok(()),
        outcome => outcome.map_err(Error::from),
    }
}

/// Operations of one statement, in a transaction of their own.
#[must_use]
pub fn single_statements() -> Vec<Case> {
    let cases = cases! {
        "find" => |db, own| db.scoped::<Customer>(own).find(ADA).await?;
        "find_optional" => |db, own| db.scoped::<Customer>(own).find_optional(ADA).await?;
        "find_many" => |db, own| db.scoped::<Customer>(own).find_many([ADA, BOB]).await?;
        "first" => |db, own| db.scoped::<Customer>(own).first().await?;
        "load" => |db, own| db.scoped::<Customer>(own).load().await?;
        "count" => |db, own| db.scoped::<Customer>(own).count().await?;
        "exists" => |db, own| db.scoped::<Customer>(own).exists().await?;
        "filter, or_filter, order, limit, offset" => |db, own| {
            let customers = db.scoped::<Customer>(own);
            let either = customers.filter(customers::name.eq("ada")).or_filter(customers::name.eq("bob"));
            either.order(customers::name.asc()).then_order_by(customers::id.asc()).limit(1).offset(1).load().await?
        };
        "select, load" => |db, own| {
            db.scoped::<Customer>(own).select(customers::name).distinct().load::<String>().await?
        };
        "select, first" => |db, own| {
            db.scoped::<Customer>(own).order(customers::name.asc()).select(customers::name).first::<String>().await?
        };
        "into_boxed" => |db, own| {
            db.scoped::<Customer>(own).into_boxed().filter(customers::name.eq("ada")).count().await?
        };
        "for_update" => |db, own| db.scoped::<Customer>(own).for_update().load().await?;
        "skip_locked" => |db, own| db.scoped::<Customer>(own).for_update().skip_locked().load().await?;
        "page_by, page" => |db, own| {
            let page = db.scoped::<Customer>(own).page_by(customers::name.desc()).page(None, 1).await?;
            assert!(page.next.is_some())
        };
        "paginate" => |db, own| db.scoped::<Customer>(own).order(customers::name.asc()).paginate(2, 1).await?;
        "insert" => |db, own| db.scoped::<Customer>(own).insert(named("new")).await?;
        "insert_many" => |db, own| {
            db.scoped::<Customer>(own).insert_many([named("x"), named("y"), named("z")]).await?
        };
        "update" => |db, own| db.scoped::<Customer>(own).update(ADA, limit(7)).await?;
        "filter, update" => |db, own| {
            db.scoped::<Customer>(own).filter(customers::credit_limit.gt(0)).update(limit(7)).await?
        };
        "delete" => |db, own| db.scoped::<Customer>(own).delete(ADA).await?;
        "filter, delete" => |db, own| {
            db.scoped::<Customer>(own).filter(customers::credit_limit.gt(0)).delete().await?
        };
        "insert, returning" => |db, own| {
            db.scoped::<Customer>(own).insert(named("new")).returning::<Uuid, _>(customers::id).await?
        };
        "insert_many, returning" => |db, own| {
            let names = db.scoped::<Customer>(own).insert_many([named("x"), named("y"), named("z")]);
            names.returning::<String, _>(customers::name).await?
        };
        "update to an expression" => |db, own| {
            db.scoped::<Customer>(own).update(ADA, customers::credit_limit.eq(customers::credit_limit + 8)).await?
        };
        "filter, update, returning" => |db, own| {
            let rich = db.scoped::<Customer>(own).filter(customers::credit_limit.gt(0));
            let raised = rich.update(customers::credit_limit.eq(customers::credit_limit + 8));
            raised.returning::<i64, _>(customers::credit_limit).await?
        };
        "delete, returning" => |db, own| {
            db.scoped::<Customer>(own).delete(ADA).returning::<String, _>(customers::name).await?
        };
        "filter, delete, returning" => |db, own| {
            let all = db.scoped::<Customer>(own).filter(customers::credit_limit.gt(0)).delete();
            all.returning::<Uuid, _>(customers::id).await?
        };
        "upsert, do_nothing" => |db, own| {
            db.scoped::<Customer>(own).upsert(named("new")).on_conflict(customers::id).do_nothing().await?
        };
        "upsert, do_update" => |db, own| {
            let ada = NewCustomerWithId { id: ADA, name: "ada".into(), credit_limit: 5, note: None };
            let upsert = db.scoped::<Customer>(own).upsert(ada).on_conflict(customers::id);
            upsert.do_update(customers::credit_limit.eq(excluded(customers::credit_limit) + 2)).await?
        };
        "upsert_many, do_update_excluded" => |db, own| {
            let with_id = |id, name: &str| NewCustomerWithId { id, name: name.into(), credit_limit: 7, note: None };
            let both = [with_id(ADA, "ada"), with_id(Uuid::from_u128(3), "new")];
            let upsert = db.scoped::<Customer>(own).upsert_many(both).on_conflict(customers::id);
            upsert.do_update_excluded(customers::credit_limit).await?
        };
        "a raw fragment, load" => |db, own| {
            db.scoped::<Customer>(own).filter(sql::<Bool>("pg_advisory_lock(7) IS NOT NULL")).load().await?
        };
        "a raw fragment, update" => |db, own| {
            let raw = sql::<Bool>("pg_advisory_lock(7) IS NOT NULL");
            db.scoped::<Customer>(own).filter(raw).update(limit(7)).await?
        };
        "a raw fragment assigned" => |db, own| {
            let raw = sql::<BigInt>("credit_limit + 1 + length(pg_advisory_lock(7)::text)");
            db.scoped::<Customer>(own).update(ADA, customers::credit_limit.eq(raw)).await?
        };
        "a raw fragment, delete" => |db, own| {
            let raw = sql::<Bool>("pg_advisory_lock(7) IS NOT NULL");
            db.scoped::<Customer>(own).filter(raw).delete().await?
        };
    };
    cases.into()
}

/// Transactions by closure and by guard.
#[must_use]
pub fn transactions() -> Vec<Case> {
    let cases = cases! {
        "transaction" => |db, own| {
            db.transaction(own, async |tx| {
                let ada = tx.scoped::<Customer>().find(ADA).await?;
                tx.scoped::<Customer>().insert(named("new")).await?;
                tx.scoped::<Customer>().update(BOB, limit(ada.credit_limit + 8)).await
            })
            .await?
        };
        "bulk_insert" => |db, own| {
            db.scoped::<Customer>(own).bulk_insert([named("x"), named("y"), named("z")]).await?
        };
        "transaction, refused" => |db, own| {
            let refused = db.transaction(own, async |tx| {
                tx.scoped::<Customer>().insert(named("new")).await?;
                tx.scoped::<Customer>().insert(named("ada")).await
            });
            refused_by_a_constraint(refused.await)?
        };
        "try_transaction" => |db, own| {
            let undone: Result<(), Mine> = db.try_transaction(own, async |tx| {
                tx.scoped::<Customer>().insert(named("new")).await?;
                Err(Mine(Error::NoChanges))
            })
            .await;
            undone_on_purpose(undone)?;
        };
        "transaction_with" => |db, own| {
            let options = TransactionOptions::new().serializable().retries(2);
            db.transaction_with(own, options, async |tx| {
                let ada = tx.scoped::<Customer>().find(ADA).await?;
                tx.scoped::<Customer>().update(ADA, limit(ada.credit_limit + 1)).await?;
                tx.scoped::<Customer>().delete(BOB).await
            })
            .await?
        };
        "try_transaction_with" => |db, own| {
            let options = TransactionOptions::new().repeatable_read().retries(2);
            let done: Result<(), Mine> = db.try_transaction_with(own, options, async |tx| {
                tx.scoped::<Customer>().insert_many([named("x"), named("y")]).await?;
                tx.scoped::<Customer>().delete(BOB).await?;
                Ok(())
            })
            .await;
            done?
        };
        "begin, commit" => |db, own| {
            let tx = db.begin(own).await?;
            tx.scoped::<Customer>().insert(named("x")).await?;
            tx.scoped::<Customer>().filter(customers::name.eq("ada")).delete().await?;
            tx.commit().await?
        };
        "begin, rollback" => |db, own| {
            let tx = db.begin(own).await?;
            tx.scoped::<Customer>().insert(named("x")).await?;
            tx.scoped::<Customer>().for_update().load().await?;
            tx.rollback().await
        };
        "begin_with, dropped" => |db, own| {
            let tx = db.begin_with(own, TransactionOptions::new().serializable().read_only()).await?;
            tx.scoped::<Customer>().load().await?;
            drop(tx)
        };
        "begin, commit, nothing between" => |db, own| db.begin(own).await?.commit().await?;
        "savepoint" => |db, own| {
            db.transaction(own, async |tx| {
                tx.scoped::<Customer>().insert(named("outer")).await?;
                tx.savepoint(async |tx| {
                    tx.scoped::<Customer>().insert(named("inner")).await?;
                    tx.savepoint(async |tx| tx.scoped::<Customer>().delete(ADA).await).await
                })
                .await
            })
            .await?
        };
        "savepoint, refused" => |db, own| {
            db.transaction(own, async |tx| {
                let refused = tx
                    .savepoint(async |tx| {
                        tx.scoped::<Customer>().insert(named("inner")).await?;
                        tx.scoped::<Customer>().insert(named("ada")).await
                    })
                    .await;
                refused_by_a_constraint(refused)?;
                tx.scoped::<Customer>().insert(named("outer")).await
            })
            .await?
        };
        "try_savepoint" => |db, own| {
            let mut tx = db.begin(own).await?;
            let undone: Result<(), Mine> = tx
                .try_savepoint(async |tx| {
                    tx.scoped::<Customer>().insert(named("inner")).await?;
                    Err(Mine(Error::NoChanges))
                })
                .await;
            undone_on_purpose(undone)?;
            tx.scoped::<Customer>().insert(named("outer")).await?;
            tx.commit().await?
        };
        "danger::sql, load" => |db, own| {
            let tx = db.begin(own).await?;
            let left_behind = "SELECT name, pg_advisory_lock(7) FROM customers";
            let names: Vec<Name> = danger::sql(&tx, "a test", left_behind).load().await?;
            assert!(names.iter().all(|row| row.name.len() == 3));
            tx.commit().await?
        };
        "danger::sql, execute" => |db, own| {
            db.transaction(own, async |tx| {
                danger::sql(tx, "a test", "SELECT pg_advisory_lock(7)").execute().await?;
                danger::sql(tx, "a test", "DELETE FROM customers WHERE name = $1")
                    .bind::<Text, _>("ada")
                    .execute()
                    .await?;
                danger::sql(tx, "a test", "UPDATE customers SET credit_limit = 9").execute().await
            })
            .await?
        };
        "stream, on its own" => |db, own| {
            let mut rows = db.scoped::<Customer>(own).stream();
            while let Some(row) = rows.next().await {
                row?;
            }
        };
        "stream, statements between" => |db, own| {
            db.transaction(own, async |tx| {
                let mut rows = tx.scoped::<Customer>().order(customers::name.asc()).stream_in_batches(1);
                while let Some(row) = rows.next().await {
                    let row = row?;
                    tx.scoped::<Customer>().update(row.id, limit(row.credit_limit + 8)).await?;
                }
                Ok(())
            })
            .await?
        };
        "stream, dropped" => |db, own| {
            let tx = db.begin(own).await?;
            let first = tx.scoped::<Customer>().query().stream_in_batches(1).next().await.transpose()?;
            assert!(first.is_some());
            tx.scoped::<Customer>().delete(BOB).await?;
            tx.commit().await?
        };
        "pages, one after the other" => |db, own| {
            db.transaction(own, async |tx| {
                let by_name = || tx.scoped::<Customer>().page_by(customers::name.asc());
                let first = by_name().page(None, 1).await?;
                let second = by_name().page(first.next.as_ref(), 1).await?;
                tx.scoped::<Customer>().delete(second.items[0].id).await
            })
            .await?
        };
        "reads that are joined" => |db, own| {
            db.transaction(own, async |tx| {
                tokio::try_join!(
                    tx.scoped::<Customer>().count(),
                    tx.scoped::<Customer>().load(),
                    tx.scoped::<Customer>().find(ADA),
                    tx.scoped::<Customer>().exists(),
                )?;
                tx.scoped::<Customer>().delete(BOB).await
            })
            .await?
        };
    };
    cases.into()
}
