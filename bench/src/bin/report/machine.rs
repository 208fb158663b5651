//! Where the measuring was done.

use std::fs;
use std::process::Command;
use std::thread;

use bench::{Ground, Result};

/// What somebody has to know who compares figures of two machines.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory: String,
    pub(crate) kernel: String,
    pub(crate) postgresql: String,
    pub(crate) rustc: String,
    pub(crate) date: String,
    pub(crate) commit: String,
}

impl Machine {
    pub(crate) async fn look() -> Result<Self> {
        let ground = Ground::shared().await?;
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory: memory(),
            kernel: output("uname", &["-sr"]),
            postgresql: ground.text("SHOW server_version").await?,
            rustc: output("rustc", &["--version"]),
            date: ground.text("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')").await?,
            commit: output("git", &["describe", "--always", "--dirty", "--exclude=*"]),
        })
    }
}

fn memory() -> String {
    let kibibytes = field("/proc/meminfo", "MemTotal");
    let number = kibibytes.split_whitespace().next().and_then(|number| number.parse::<f64>().ok());
    number.map_or(kibibytes, |number| format!("{:.0} GiB", number / 1024.0 / 1024.0))
}

/// A field of a file that Linux has; other systems are described by what they have in common with it.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.ok().filter(|output| output.status.success()).map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
