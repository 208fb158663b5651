//! `customers`: see the library.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    customers::cli::run().await
}
