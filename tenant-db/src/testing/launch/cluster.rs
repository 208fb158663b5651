//! A server of one's own, in a folder of its own.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use elsewhere::Cluster;
#[cfg(unix)]
pub(crate) use unix::Cluster;

use super::programs::Programs;

/// What server to start, and how.
#[derive(Debug, Clone)]
pub(crate) struct ClusterOptions {
    pub(crate) programs: Programs,
    pub(crate) listen: Listen,
    /// Settings that come after, and so override, the launcher's own.
    pub(crate) settings: Vec<(String, String)>,
}

/// Where a server can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listen {
    /// A socket in the private folder.
    Socket,
    /// The socket, and a free port of this machine.
    SocketAndPort,
}
