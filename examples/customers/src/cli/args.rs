//! What can be said.

use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

/// Adopts a database with customers table by table, and works on it.
#[derive(Debug, Parser)]
#[command(name = "customers")]
pub(crate) struct Cli {
    /// Answers in JSON, one document a line, for programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The beginning of the names of this application's roles.
    #[arg(long, global = true, default_value = "customers")]
    pub(crate) prefix: String,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole story, on a throw-away server.
    Demo {
        /// Agreements for each customer.
        #[arg(long, default_value_t = 2000)]
        rows: u32,
    },
    /// How far the adoption is, and what is in the way. Exit code 2 where something is.
    Status {
        #[command(flatten)]
        admin: Admin,
    },
    /// Verifies what is adopted, as the service does at start. Exit code 2 for findings that keep it from starting.
    Check {
        #[command(flatten)]
        admin: Admin,
        /// The URL of the runtime role.
        #[arg(long, env = "CUSTOMERS_URL")]
        url: String,
    },
    /// Tries to adopt a table, and rolls everything back.
    Rehearse {
        #[command(flatten)]
        admin: Admin,
        /// The table.
        table: String,
    },
    /// Adopts tables, one after the other.
    Adopt {
        #[command(flatten)]
        admin: Admin,
        /// The tables.
        #[arg(required = true)]
        tables: Vec<String>,
    },
    /// Gives tables back: everything about them is as it was.
    Revert {
        #[command(flatten)]
        admin: Admin,
        /// The tables.
        #[arg(required_unless_present = "everything")]
        tables: Vec<String>,
        /// All of them, and the roles and functions as well.
        #[arg(long, conflicts_with = "tables")]
        everything: bool,
    },
    /// Writes migrations for diesel's command line.
    Write {
        /// The folder, as `diesel migration run` has it.
        folder: String,
        /// The last table that is adopted.
        #[arg(long, default_value = "tbl_tcp_payment")]
        up_to: String,
    },
    /// Works on a customer's agreements.
    Agreements {
        #[command(flatten)]
        admin: Admin,
        /// The URL of the runtime role.
        #[arg(long, env = "CUSTOMERS_URL")]
        url: String,
        /// The URL of the role that looks customers up.
        #[arg(long, env = "CUSTOMERS_DIRECTORY_URL")]
        directory_url: String,
        /// The customer.
        #[arg(long)]
        customer: String,
        /// What to do.
        #[command(subcommand)]
        act: Agreement,
    },
}

/// Who looks at everything.
#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// The URL of an administrator, who sees every row.
    #[arg(long, env = "CUSTOMERS_ADMIN_URL")]
    pub(crate) admin_url: String,
}

/// What to do with agreements.
#[derive(Debug, Subcommand)]
pub(crate) enum Agreement {
    /// Lists those that are open.
    List,
    /// Adds one with its positions.
    Add {
        /// What it is about.
        title: String,
        /// Positions, each as `description=cents`.
        #[arg(required = true)]
        positions: Vec<Position>,
    },
    /// Takes a payment and closes the agreement.
    Settle {
        /// The agreement.
        id: i64,
        /// What the bank calls the payment.
        reference: String,
    },
    /// Deletes one that was not paid.
    Withdraw {
        /// The agreement.
        id: i64,
    },
}

/// A position, as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    /// What it is.
    pub(crate) description: String,
    /// Its price.
    pub(crate) cents: i64,
}

impl FromStr for Position {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (description, cents) = text.rsplit_once('=').ok_or("write it as description=cents")?;
        let cents = cents.parse().map_err(|_| format!("{cents:?} is no number of cents"))?;
        Ok(Self { description: description.to_owned(), cents })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, Position};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_position_has_a_price() {
        let position: Position = "paint = red=250".parse().unwrap();
        assert_eq!(position, Position { description: "paint = red".to_owned(), cents: 250 });
        assert!("paint".parse::<Position>().is_err());
        assert!("paint=much".parse::<Position>().is_err());
    }
}
