//! The server's address, and a connection to it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::{Config, Host};

/// Parameters of a URL that would lead past the proxy.
const ADDRESS_PARAMETERS: [&str; 3] = ["host", "hostaddr", "port"];

/// How long a server that does not answer at all is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The URL names no server, or more than one.
    #[error("the server's URL must look like postgresql://user:password@host:port/database: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The system has no port or no thread left.
    #[error("the proxy cannot listen on 127.0.0.1: {source}")]
    Listen {
        /// What the operating system said.
        source: io::Error,
    },
}

/// Where the server is.
#[derive(Debug)]
pub(super) enum ServerAddress {
    Name(String, u16),
    Ip(SocketAddr),
    #[cfg(unix)]
    Socket(PathBuf),
}

impl ServerAddress {
    pub(super) fn parse(url: &str) -> Result<Self, ProxyError> {
        let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            invalid(source.unwrap_or_else(|| error.to_string()))
        })?;
        let (addresses, hosts) = (config.get_hostaddrs(), config.get_hosts());
        if addresses.len() > 1 || hosts.len() > 1 {
            return Err(invalid("it names more than one host"));
        }
        let port = match config.get_ports() {
            [] => 5432,
            [port] => *port,
            _ => return Err(invalid("it names more than one port")),
        };
        match (addresses, hosts) {
            ([address], _) => Ok(Self::Ip(SocketAddr::new(*address, port))),
            ([], [Host::Tcp(name)]) => Ok(match name.parse::<IpAddr>() {
                Ok(address) => Self::Ip(SocketAddr::new(address, port)),
                Err(_) => Self::Name(name.clone(), port),
            }),
            #[cfg(unix)]
            ([], [Host::Unix(folder)]) => Ok(Self::Socket(folder.join(format!(".s.PGSQL.{port}")))),
            _ => Err(invalid("it names no host")),
        }
    }

    pub(super) fn connect(&self) -> io::Result<ServerStream> {
        let addresses: Vec<SocketAddr> = match self {
            Self::Name(name, port) => (name.as_str(), *port).to_socket_addrs()?.collect(),
            Self::Ip(address) => vec![*address],
            #[cfg(unix)]
            Self::Socket(path) => return Ok(ServerStream::Unix(UnixStream::connect(path)?)),
        };
        let mut outcome = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
        for address in addresses {
            outcome = TcpStream::connect_timeout(&address, PATIENCE);
            if outcome.is_ok() {
                break;
            }
        }
        let stream = outcome?;
        stream.set_nodelay(true)?;
        Ok(ServerStream::Tcp(stream))
    }
}

/// `url` with another address in it.
///
/// Cut up as [`Config`] reads it, but not rebuilt from what [`Config`] has read, which is only what it knows.
pub(super) fn with_address(url: &str, address: SocketAddr) -> Result<String, ProxyError> {
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| invalid("it does not start with postgresql://"))?;
    let (account, rest) = match rest.split_once('@') {
        Some((account, rest)) => (format!("{account}@"), rest),
        None => (String::new(), rest),
    };
    let path = &rest[rest.find(['/', '?']).unwrap_or(rest.len())..];
    let (database, parameters) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = parameters
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .filter(|parameter| !ADDRESS_PARAMETERS.contains(&parameter.split('=').next().unwrap_or_default()))
        .collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    Ok(format!("{scheme}://{account}{address}{database}{mark}{}", kept.join("&")))
}

fn invalid(reason: impl Into<String>) -> ProxyError {
    ProxyError::InvalidUrl { reason: reason.into() }
}

/// A connection to the server, readable and writable at the same time.
#[derive(Debug)]
pub(super) enum ServerStream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl ServerStream {
    pub(super) fn shutdown(&self, how: Shutdown) {
        // It fails if the other side was quicker.
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(how),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(how),
        };
    }
}

impl Read for &ServerStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            ServerStream::Tcp(stream) => (&mut &*stream).read(buffer),
            #[cfg(unix)]
            ServerStream::Unix(stream) => (&mut &*stream).read(buffer),
        }
    }
}

impl Write for &ServerStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            ServerStream::Tcp(stream) => (&mut &*stream).write(bytes),
            #[cfg(unix)]
            ServerStream::Unix(stream) => (&mut &*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerAddress, with_address};

    fn through(url: &str) -> String {
        ServerAddress::parse(url).unwrap();
        with_address(url, "127.0.0.1:7".parse().unwrap()).unwrap()
    }

    #[test]
    fn only_the_address_of_a_url_changes() {
        for (url, expected) in [
            ("postgresql://ada:p%40w@db.example:5433/shop", "postgresql://ada:p%40w@127.0.0.1:7/shop"),
            ("postgres://ada@%2Frun%2Ftdb-1:5432/a%2Fb", "postgres://ada@127.0.0.1:7/a%2Fb"),
            ("postgresql://ada@[::1]:5433/", "postgresql://ada@127.0.0.1:7/"),
            ("postgresql://ada@h?application_name=x", "postgresql://ada@127.0.0.1:7?application_name=x"),
            (
                "postgresql:///shop?user=ada&host=%2Frun&port=1&sslmode=disable",
                "postgresql://127.0.0.1:7/shop?user=ada&sslmode=disable",
            ),
            ("postgresql://h/shop?hostaddr=10.0.0.1", "postgresql://127.0.0.1:7/shop"),
        ] {
            assert_eq!(through(url), expected);
        }
    }

    #[test]
    fn a_url_names_one_server() {
        for (url, reason) in [
            ("postgresql:///shop", "no host"),
            ("postgresql://ada@one,two/shop", "more than one host"),
            ("postgresql://ada@one/shop?port=1,2", "more than one port"),
            ("postgresql://ada@one/shop?color=red", "color"),
        ] {
            let message = ServerAddress::parse(url).unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
