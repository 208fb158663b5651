//! `cargo xtask demo`.

use crate::phase::{self, Failure, cargo};
use crate::server::Server;

/// Gets a server and runs the demo on it.
pub(crate) fn run(install: bool) -> Result<(), Failure> {
    // The server first: whoever has none should not wait for a build to learn so.
    with(&Server::obtain(install)?)
}

/// Builds the quickstart with cargo's progress, then runs it with nothing but its own output.
pub(crate) fn with(server: &Server) -> Result<(), Failure> {
    for (name, arguments) in
        [("building the quickstart", &["build"][..]), ("the quickstart", &["run", "--quiet"])]
    {
        let mut command = cargo(arguments);
        command.args(["--package", "quickstart"]);
        match phase::run(server.lend(&mut command))? {
            0 => println!(),
            code => return Err(Failure::Phase { name: name.to_owned(), code }),
        }
    }
    Ok(())
}
