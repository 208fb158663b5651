//! One operation of tenant-db, or of what it is compared with, in a hot loop: `perf record`, `valgrind --tool=callgrind`.

use std::process::ExitCode;
use std::time::Instant;

use bench::contestants::{ByHand, Library, Raw};
use bench::models::NewOrder;
use bench::{Contestant, Ground, Result, customer_id, tenant_id};
use clap::{Parser, ValueEnum};

/// Runs one operation again and again.
#[derive(Debug, Parser)]
struct Cli {
    /// What to run.
    #[arg(value_enum, default_value_t = Operation::Find)]
    operation: Operation,
    /// By whom.
    #[arg(long, value_enum, default_value_t = Who::Library)]
    by: Who,
    /// How often.
    #[arg(long, default_value_t = 20_000)]
    times: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Operation {
    Find,
    Page,
    Insert,
    InsertMany,
    Update,
    Transaction,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Who {
    Raw,
    ByHand,
    Library,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    // On a worker, as a request is.
    let outcome = tokio::spawn(async {
        let cli = Cli::parse();
        match cli.by {
            Who::Raw => run::<Raw>(&cli).await,
            Who::ByHand => run::<ByHand>(&cli).await,
            Who::Library => run::<Library>(&cli).await,
        }
    });
    match outcome.await.map_err(Into::into).flatten() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run<C: Contestant>(Cli { operation, times, .. }: &Cli) -> Result<()> {
    let ground = Ground::new().await?;
    let contestant = C::connect(&ground.target(), 1).await?;
    let id = tenant_id(0);
    let tenant = contestant.tenant(id)?;
    let order =
        |n| NewOrder { customer_id: customer_id(id, n), amount: 100, note: "of some length".to_owned() };
    let begin = Instant::now();
    for n in 0..*times {
        let customer = customer_id(id, n * 37);
        match operation {
            Operation::Find => drop(contestant.find(&tenant, customer).await?),
            Operation::Page => drop(contestant.page(&tenant, customer_id(id, n * 37 % 900)).await?),
            Operation::Insert => drop(contestant.insert(&tenant, order(n)).await?),
            Operation::InsertMany => {
                let orders = (n..n + 100).map(order).collect();
                drop(contestant.insert_many(&tenant, orders).await?);
            }
            Operation::Update => drop(contestant.update(&tenant, customer, 1).await?),
            Operation::Transaction => drop(contestant.raise(&tenant, customer).await?),
        }
    }
    let each = begin.elapsed().as_secs_f64() * 1e6 / *times as f64;
    println!("{}: {times} times, {each:.1} µs each", C::NAME);
    Ok(())
}
