//! `oracle --programs 10000 --seed 7`: looks for a program that tells tenants apart.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tenant_db_oracle::{Hunt, Layer, Trouble};

/// Runs random programs of a tenant, alone and among others, and compares what it observes.
#[derive(Debug, Parser)]
struct Options {
    /// How many programs.
    #[arg(long, default_value_t = 1000)]
    programs: u64,
    /// The seed that they follow from; a new one unless given.
    #[arg(long)]
    seed: Option<u64>,
    /// The number of the first program, to see one again: with `--programs 1`.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Which layers are on.
    #[arg(long, value_enum, default_value_t = Layer::Both)]
    layer: Layer,
    /// How many run at a time, each in databases of its own.
    #[arg(long, default_value_t = 3)]
    lanes: usize,
    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match hunt(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("error: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was found.
fn hunt(options: &Options) -> Result<bool, Trouble> {
    let seed = options
        .seed
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()));
    let bar = ProgressBar::new(options.programs);
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} programs, {per_sec}, {elapsed} gone, {eta} left",
    )?);
    let report = Hunt::new(options.programs, seed)
        .starting_at(options.first)
        .layer(options.layer)
        .lanes(options.lanes)
        .run(&|done| bar.set_position(done))?;
    bar.finish_and_clear();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(report.finding.is_none())
}
