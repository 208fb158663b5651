//! How often each operation waits for the server.
//!
//! A proxy between the program and a throw-away server counts the times that the program sends something after the
//! server had the word, and delays every answer: what a program pays on a network is this number, times the distance.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use bench::contestants::{ByHand, Library};
use bench::models::{Customer, CustomerChanges, NewOrder, Order, Report, customers};
use bench::{Contestant, Ground, Result, Target, customer_id, tenant_id};
use clap::Parser;
use diesel::prelude::*;
use serde::Serialize;
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use uuid::Uuid;

/// Counts the round trips of each operation, at the first use of its statement on a connection and afterwards.
#[derive(Debug, Parser)]
struct Cli {
    /// Prints a JSON list of `{"operation", "first", "cached"}` and nothing else.
    #[arg(long)]
    json: bool,
}

/// Long enough that nothing which belongs to one flight arrives as two.
const ROUND_TRIP: Duration = Duration::from_millis(4);
/// After so long without a flight, none is on its way.
const SILENCE: Duration = Duration::from_millis(25);

#[derive(Debug, Serialize)]
struct Count {
    operation: &'static str,
    first: u64,
    cached: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { json } = Cli::parse();
    let printed = match counts().await {
        Ok(counts) if json => serde_json::to_string_pretty(&counts).map_err(Into::into),
        Ok(counts) => Ok(table(&counts)),
        Err(error) => Err(error),
    };
    match printed {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn table(counts: &[Count]) -> String {
    let width = counts.iter().map(|count| count.operation.len()).max().unwrap_or_default();
    let header = format!("{:width$}  {:>5}  {:>6}\n", "operation", "first", "cached");
    let rows = counts
        .iter()
        .map(|Count { operation, first, cached }| format!("{operation:width$}  {first:>5}  {cached:>6}\n"));
    let legend =
        "Round trips to the server: at the first use of a statement on its connection, and afterwards.";
    std::iter::once(header).chain(rows).collect::<String>() + "\n" + legend
}

async fn counts() -> Result<Vec<Count>> {
    let ground = Ground::shared().await?;
    let proxy = Proxy::start(&ground.target().url)?;
    proxy.set_round_trip(ROUND_TRIP);
    let bench = Bench { target: ground.target().through(&proxy), proxy };
    let mut counts = Vec::new();
    for (operation, run) in OPERATIONS {
        counts.push(bench.library(operation, *run).await.map_err(|error| format!("{operation}: {error}"))?);
    }
    counts.push(bench.by_hand().await.map_err(|error| format!("{BY_HAND}: {error}"))?);
    Ok(counts)
}

type Run =
    for<'a> fn(&'a TenantDb, &'a TenantContext, u64) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// An operation does its `n`th run, on rows of its own.
macro_rules! operations {
    ($($name:literal => |$db:ident, $context:ident, $n:ident| $work:expr;)*) => {
        &[$(($name, |$db, $context, $n| Box::pin(async move { $work.await?; Ok(()) }))),*]
    };
}

const OPERATIONS: &[(&str, Run)] = operations! {
    "find" => |db, context, n| db.scoped::<Customer>(context).find(customer(n));
    "find_optional" => |db, context, n| db.scoped::<Customer>(context).find_optional(customer(n));
    "find_many" => |db, context, n| db.scoped::<Customer>(context).find_many([customer(n), customer(n + 2)]);
    "load" => |db, context, n| db.scoped::<Customer>(context).filter(customers::id.eq(customer(n))).load();
    "first" => |db, context, n| db.scoped::<Customer>(context).filter(customers::id.eq(customer(n))).first();
    "count" => |db, context, _n| db.scoped::<Customer>(context).count();
    "exists" => |db, context, n| db.scoped::<Customer>(context).filter(customers::id.eq(customer(n))).exists();
    "insert" => |db, context, n| db.scoped::<Order>(context).insert(order(n));
    "insert_many" => |db, context, n| db.scoped::<Order>(context).insert_many(vec![order(n); 100]);
    "update" => |db, context, n| db.scoped::<Customer>(context).update(customer(n), CustomerChanges { credit_limit: 1 });
    "delete" => |db, context, n| db.scoped::<Customer>(context).delete(customer(n));
    "transaction of 3 dependent statements" => |db, context, n| db.transaction(context, async |tx| {
        let found = tx.scoped::<Customer>().find(customer(n)).await?;
        let changes = CustomerChanges { credit_limit: found.credit_limit + 1 };
        let raised = tx.scoped::<Customer>().update(found.id, changes).await?;
        let new = NewOrder { customer_id: raised.id, amount: raised.credit_limit, note: String::new() };
        tx.scoped::<Order>().insert(new).await
    });
    "transaction of 2 joined reads" => |db, context, n| db.transaction(context, async |tx| {
        let (customers, orders) = (tx.scoped::<Customer>(), tx.scoped::<Order>());
        tokio::try_join!(customers.find(customer(n)), orders.count())
    });
};

const BY_HAND: &str = "one read in a hand-written diesel-async transaction";

fn customer(n: u64) -> Uuid {
    customer_id(tenant_id(0), n)
}

fn order(n: u64) -> NewOrder {
    NewOrder { customer_id: customer(n), amount: 100, note: String::new() }
}

struct Bench {
    target: Target,
    proxy: Proxy,
}

impl Bench {
    /// On a connection that is open, and has run something else.
    async fn library(&self, operation: &'static str, run: Run) -> Result<Count> {
        let library = Library::connect(&self.target, 1).await?;
        let context = library.tenant(tenant_id(0))?;
        library.db().scoped::<Report>(&context).find_optional(Uuid::nil()).await?;
        // Rows that no other operation has deleted.
        let own = OPERATIONS.iter().position(|(name, _)| *name == operation).unwrap_or_default() as u64 * 10;
        let first = self.flights(run(library.db(), &context, own)).await?;
        let cached = self.flights(run(library.db(), &context, own + 1)).await?;
        Ok(Count { operation, first, cached })
    }

    async fn by_hand(&self) -> Result<Count> {
        let by_hand = ByHand::connect(&self.target, 1).await?;
        let tenant = by_hand.tenant(tenant_id(0))?;
        // Prepares `set_config`, which is not what is to be read.
        by_hand.visible(&tenant).await?;
        let first = self.flights(by_hand.find(&tenant, customer(500))).await?;
        let cached = self.flights(by_hand.find(&tenant, customer(501))).await?;
        Ok(Count { operation: BY_HAND, first, cached })
    }

    async fn flights<T>(&self, work: impl Future<Output = Result<T>>) -> Result<u64> {
        let before = self.silence().await;
        work.await?;
        Ok(self.silence().await - before)
    }

    /// Waits until nothing is sent any more, and counts what was.
    async fn silence(&self) -> u64 {
        let mut flights = self.proxy.flights();
        loop {
            tokio::time::sleep(SILENCE).await;
            let now = self.proxy.flights();
            if now == flights {
                return flights;
            }
            flights = now;
        }
    }
}
