//! The command line: what there is to say, and what is answered.

mod args;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use crate::adoption::{self, Adoption};
use crate::error::Result;
use crate::{Directory, demo, service};
use args::{Agreement, Cli, Command};
pub(crate) use output::Output;
use progress::Progress;

/// Reads the command line, and does what it says.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match obey(&cli, &output).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well: `false` where there are findings or obstacles.
async fn obey(cli: &Cli, output: &Output) -> Result<bool> {
    let way = |url: &str| -> Result<Adoption> { Ok(Adoption::new(url, adoption::config(&cli.prefix)?)) };
    match &cli.command {
        Command::Demo { rows } => {
            demo::run(*rows, output).await?;
            Ok(true)
        }
        Command::Status { admin } => {
            let status = way(&admin.admin_url)?.status().await?;
            output.status(&status);
            Ok(status.tables.iter().all(|table| table.obstacle.is_none()))
        }
        Command::Check { admin, url } => {
            let report = way(&admin.admin_url)?.verify(url).await?;
            output.report(&report);
            Ok(report.is_ok())
        }
        Command::Rehearse { admin, table } => {
            let migrations = way(&admin.admin_url)?.rehearse(table).await?;
            output.migrations("would apply", &migrations);
            Ok(true)
        }
        Command::Adopt { admin, tables } => {
            let way = way(&admin.admin_url)?;
            let progress = Progress::new(output, tables.len() * 4);
            for table in tables {
                let applied = way.adopt(table, &|step| progress.step(table, step)).await?;
                output.migrations("applied", &applied);
            }
            progress.finish();
            Ok(true)
        }
        Command::Revert { admin, tables, everything } => {
            let way = way(&admin.admin_url)?;
            let mut tables = tables.clone();
            if *everything {
                tables = way.adopted().await?.into_iter().rev().map(str::to_owned).collect();
            }
            let progress = Progress::new(output, tables.len() * 3);
            for table in &tables {
                way.revert(table, &|step| progress.step(table, step)).await?;
                output.migrations("reverted", std::slice::from_ref(table));
            }
            progress.finish();
            if *everything {
                way.leave().await?;
            }
            Ok(true)
        }
        Command::Write { folder, up_to } => {
            let config = adoption::config(&cli.prefix)?;
            let written = Adoption::new("", config).write(up_to, folder)?;
            output.migrations(
                "wrote",
                &written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            );
            Ok(true)
        }
        Command::Agreements { admin, url, directory_url, customer, act } => {
            let config = way(&admin.admin_url)?.config().await?;
            let directory = Directory::connect(directory_url).await?;
            let service = service::Service::connect(url, config, directory).await?;
            let tx = service.begin_transaction_with_customer_context(customer).await?;
            match act {
                Agreement::List => output.agreements(&service::open_agreements(&tx).await?),
                Agreement::Add { title, positions } => {
                    let positions: Vec<(&str, i64)> = positions
                        .iter()
                        .map(|position| (position.description.as_str(), position.cents))
                        .collect();
                    output.agreements(&[service::agree(&tx, title, &positions).await?]);
                }
                Agreement::Settle { id, reference } => {
                    output.payment(&service::settle(&tx, *id, reference).await?);
                }
                Agreement::Withdraw { id } => service::withdraw(&tx, *id).await?,
            }
            tx.commit().await?;
            Ok(true)
        }
    }
}
