//! What a tenant that floods the pool does to the others.
//!
//! Quiet tenants read a row now and then. First they are alone, then one tenant keeps many tasks busy with statements
//! that take their time without using the processor. The others' 99th percentile with the flood, divided by that
//! without, says what they notice of it.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bench::models::{Customer, NewReport, Report};
use bench::{Ground, Result, customer_id, tenant_id};
use clap::Parser;
use serde::Serialize;
use tenant_db::prelude::*;
use tenant_db::{Identity, danger};
use tokio::task::JoinSet;

/// Measures what a tenant that floods the pool does to the others.
#[derive(Debug, Parser)]
struct Cli {
    /// How long each of the four phases takes, in seconds.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Prints JSON and nothing else.
    #[arg(long)]
    json: bool,
}

const POOL: u32 = 8;
/// Tenants that read a row, and wait, and read a row.
const QUIET: u64 = 8;
const PAUSE: Duration = Duration::from_millis(4);
/// Tasks of the tenant that floods the pool.
const FLOOD: usize = 64;
/// How long one of its statements takes.
const SLOW: f64 = 0.02;

#[derive(Debug, Serialize)]
struct Outcome {
    permits: &'static str,
    alone: Latency,
    flooded: Latency,
    /// How many times as long the 99th percentile is.
    ratio: f64,
    /// Statements of the flood, per second.
    flood: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Latency {
    reads: usize,
    median_us: f64,
    p99_us: f64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Cli::parse()).await {
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

async fn run(Cli { seconds, json }: &Cli) -> Result<String> {
    let phase = Duration::try_from_secs_f64(*seconds)?;
    let ground = Ground::new().await?;
    let mut outcomes = Vec::new();
    let builder = || TenantDb::builder(ground.target().url).database(ground.target().config).pool_size(POOL);
    // As many permits as connections are no limit; tenants still take turns.
    for (permits, builder) in [("default", builder()), ("off", builder().permits_per_tenant(POOL))] {
        let db = builder.connect().await?;
        let (alone, _) = quiet_tenants(&db, phase, false).await?;
        let (flooded, flood) = quiet_tenants(&db, phase, true).await?;
        outcomes.push(Outcome { permits, alone, flooded, ratio: flooded.p99_us / alone.p99_us, flood });
        ground.tidy().await?;
    }
    if *json {
        return Ok(serde_json::to_string_pretty(&outcomes)?);
    }
    let mut text = format!(
        "{QUIET} tenants read a row every {} ms; one floods a pool of {POOL} with {FLOOD} tasks of {} ms statements\n\n\
         permits   p99 alone   p99 flooded   ratio   flood\n",
        PAUSE.as_millis(),
        SLOW * 1e3
    );
    for Outcome { permits, alone, flooded, ratio, flood } in &outcomes {
        text += &format!(
            "{permits:8}  {:>6.2} ms   {:>8.2} ms   {ratio:>5.1}   {flood:.0}/s\n",
            alone.p99_us / 1e3,
            flooded.p99_us / 1e3
        );
    }
    Ok(text)
}

/// Reads for as long as a phase takes, with or without the flood, whose statements per second are counted.
async fn quiet_tenants(db: &TenantDb, phase: Duration, with_flood: bool) -> Result<(Latency, f64)> {
    let over = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let mut flood = JoinSet::new();
    for _ in 0..if with_flood { FLOOD } else { 0 } {
        let (db, over, written) = (db.clone(), Arc::clone(&over), Arc::clone(&written));
        flood.spawn(async move {
            let context = context(QUIET)?;
            while !over.load(Ordering::Relaxed) {
                db.scoped::<Report>(&context).insert(NewReport { seconds: SLOW }).await?;
                written.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), bench::Error>(())
        });
    }
    // What the first statements of each connection cost is not the question.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begin = Instant::now();
    let before = written.load(Ordering::Relaxed);
    let mut readers = JoinSet::new();
    for n in 0..QUIET {
        let (db, over) = (db.clone(), Arc::clone(&over));
        readers.spawn(async move { read_now_and_then(&db, n, &over).await });
    }
    tokio::time::sleep(phase).await;
    let rate = (written.load(Ordering::Relaxed) - before) as f64 / begin.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    while let Some(reader) = readers.join_next().await {
        latencies.extend(reader??);
    }
    while let Some(task) = flood.join_next().await {
        task??;
    }
    Ok((Latency::of(latencies), rate))
}

async fn read_now_and_then(db: &TenantDb, n: u64, over: &AtomicBool) -> Result<Vec<Duration>> {
    let (id, context) = (tenant_id(n), context(n)?);
    let mut latencies = Vec::new();
    // Not in step with the others.
    tokio::time::sleep(PAUSE * u32::try_from(n)? / u32::try_from(QUIET)?).await;
    while !over.load(Ordering::Relaxed) {
        let begin = Instant::now();
        db.scoped::<Customer>(&context).find(customer_id(id, latencies.len() as u64)).await?;
        latencies.push(begin.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(latencies)
}

fn context(n: u64) -> Result<TenantContext> {
    Ok(danger::context("a benchmark has no users", Identity::new(tenant_id(n), "bench"))?)
}

impl Latency {
    fn of(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        let at = |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or_default();
        let micros = |latency: Duration| latency.as_secs_f64() * 1e6;
        Self { reads: latencies.len(), median_us: micros(at(50)), p99_us: micros(at(99)) }
    }
}
