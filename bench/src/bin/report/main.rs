//! Turns what was measured into a page of tables and a plot for each group.

mod machine;
mod measured;
mod page;
mod plot;
mod queries;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::Result;
use bench::query::Plan;
use clap::Parser;

use machine::Machine;
use measured::{Fairness, Group, RoundTrips};

/// Writes the results of the benchmarks as tables and plots.
#[derive(Debug, Parser)]
struct Cli {
    /// The folder with criterion's measurements.
    #[arg(long)]
    criterion: PathBuf,
    /// What `roundtrips --json` printed.
    #[arg(long)]
    roundtrips: PathBuf,
    /// What `fairness --json` printed.
    #[arg(long)]
    fairness: PathBuf,
    /// What the benchmark of queries wrote to `BENCH_PLANS`.
    #[arg(long)]
    plans: PathBuf,
    /// How the benchmarks were run, in words.
    #[arg(long)]
    settings: String,
    /// The folder to write to.
    #[arg(long)]
    output: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match report(&Cli::parse()).await {
        Ok(page) => {
            println!("{page}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn report(cli: &Cli) -> Result<String> {
    let groups = Group::read_all(&cli.criterion)?;
    if groups.is_empty() {
        return Err(format!("no measurements in {}", cli.criterion.display()).into());
    }
    let (queries, groups): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(queries::is_of_queries);
    let round_trips: Vec<RoundTrips> = measured::json(&cli.roundtrips)?;
    let fairness: Vec<Fairness> = measured::json(&cli.fairness)?;
    let plans: Vec<Plan> = measured::json(&cli.plans)?;
    let machine = Machine::look().await?;
    fs::create_dir_all(&cli.output)?;
    for stale in fs::read_dir(&cli.output)?.flatten() {
        if stale.path().extension().is_some_and(|extension| extension == "svg") {
            fs::remove_file(stale.path())?;
        }
    }
    for group in &groups {
        fs::write(cli.output.join(format!("{}.svg", group.name)), plot::bars(group))?;
    }
    let queries = queries::section(&queries, &plans);
    let page = page::page(&machine, &cli.settings, &groups, &queries, &round_trips, &fairness);
    fs::write(cli.output.join("README.md"), &page)?;
    Ok(page)
}
