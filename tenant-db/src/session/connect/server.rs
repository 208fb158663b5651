//! [`Server`]: one address of the database, which can be reached again.

use std::io;
use std::net::IpAddr;
#[cfg(unix)]
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::{Host as HostName, LoadBalanceHosts};

use super::failure::Failure;
use super::socket::{Address, Socket, TcpOptions};
use super::stream::{Stream, Transport};
use super::tls::Policy;
use crate::error::{Error, Result};

/// A host of the URL: a name that stands for any number of addresses, one address, or a folder with a socket.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// What messages call it.
    label: String,
    place: Place,
    port: u16,
}

#[derive(Debug, Clone)]
enum Place {
    Name(String),
    Address(IpAddr),
    #[cfg(unix)]
    Folder(PathBuf),
}

/// One address of the database, and how to talk to it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) label: String,
    /// What a certificate has to be for.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "certificates come with TLS"))]
    name: String,
    address: Address,
    tcp: TcpOptions,
    policy: Policy,
}

impl Host {
    /// The hosts of the URL, in its order.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where there is none, or hosts, addresses and ports do not go together.
    pub(super) fn all(config: &Config) -> Result<Vec<Self>> {
        let (names, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
        if names.is_empty() && addresses.is_empty() {
            return Err(Error::invalid_configuration(
                "the database URL names no host; its form is postgresql://user:password@host:5432/database",
            ));
        }
        let count = names.len().max(addresses.len());
        let fits = |length: usize| length == 0 || length == count;
        if !fits(names.len()) || !fits(addresses.len()) {
            return Err(Error::invalid_configuration(
                "the database URL has another number of `hostaddr` than of hosts; give one for each host",
            ));
        }
        if !fits(ports.len()) && ports.len() != 1 {
            return Err(Error::invalid_configuration(
                "the database URL has another number of ports than of hosts; give one for all, or one for each",
            ));
        }
        let host = |at: usize| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            let (label, place) = match (names.get(at), addresses.get(at)) {
                (Some(HostName::Tcp(name)), Some(address)) => (name.clone(), Place::Address(*address)),
                (Some(HostName::Tcp(name)), None) => (name.clone(), Place::Name(name.clone())),
                #[cfg(unix)]
                (Some(HostName::Unix(folder)), None) => {
                    (folder.display().to_string(), Place::Folder(folder.clone()))
                }
                (_, Some(address)) => (address.to_string(), Place::Address(*address)),
                (None, None) => return None,
            };
            Some(Self { label, place, port })
        };
        Ok((0..count).filter_map(host).collect())
    }

    /// What messages call it, with its port.
    pub(super) fn label(&self) -> String {
        match self.place {
            #[cfg(unix)]
            Place::Folder(_) => format!("{} (port {})", self.label, self.port),
            _ if self.label.contains(':') => format!("[{}]:{}", self.label, self.port),
            _ => format!("{}:{}", self.label, self.port),
        }
    }

    /// Every address that the host has at this moment.
    ///
    /// # Errors
    ///
    /// The name is not known.
    pub(super) async fn addresses(&self, order: LoadBalanceHosts) -> io::Result<Vec<Address>> {
        match &self.place {
            Place::Address(address) => Ok(vec![Address::Tcp((*address, self.port).into())]),
            Place::Name(name) => {
                let addresses = tokio::net::lookup_host((name.as_str(), self.port)).await?;
                let addresses: Vec<_> = addresses.map(Address::Tcp).collect();
                if addresses.is_empty() {
                    return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
                }
                Ok(in_order(addresses, order))
            }
            #[cfg(unix)]
            Place::Folder(folder) => Ok(vec![Address::Unix(folder.join(format!(".s.PGSQL.{}", self.port)))]),
        }
    }
}

impl Server {
    pub(super) fn new(host: &Host, address: Address, tcp: TcpOptions, policy: Policy) -> Self {
        let label = match &address {
            Address::Tcp(found) if matches!(host.place, Place::Name(_)) => {
                let found = found.ip().to_string();
                if found == host.label { host.label() } else { format!("{} ({found})", host.label()) }
            }
            _ => host.label(),
        };
        Self { label, name: host.label.clone(), address, tcp, policy }
    }

    /// Opens a stream to the server, encrypted as far as the policy wants. Of PostgreSQL nothing has been said yet.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or not in the way that the policy wants.
    pub(super) async fn reach(&self) -> Result<Stream, Failure> {
        let socket = self.address.connect(&self.tcp).await.map_err(Failure::Unreachable)?;
        self.secure(socket).await.map(Stream::new)
    }

    #[cfg(feature = "tls")]
    async fn secure(&self, socket: Socket) -> Result<Transport, Failure> {
        let (Policy::IfOffered(encryption) | Policy::Always(encryption)) = &self.policy else {
            return Ok(Transport::Plain(socket));
        };
        let Address::Tcp(address) = &self.address else { return Ok(Transport::Plain(socket)) };
        match encryption.negotiate(socket, &self.name, &address.ip().to_string()).await? {
            Ok(stream) => Ok(Transport::Encrypted(Box::new(stream))),
            Err(_) if matches!(self.policy, Policy::Always(_)) => Err(Failure::NotEncrypted),
            Err(socket) => Ok(Transport::Plain(socket)),
        }
    }

    #[cfg(not(feature = "tls"))]
    async fn secure(&self, socket: Socket) -> Result<Transport, Failure> {
        let Policy::Plain = self.policy;
        Ok(Transport::Plain(socket))
    }
}

/// As given, or as `load_balance_hosts=random` wants them.
pub(super) fn in_order<T>(mut items: Vec<T>, order: LoadBalanceHosts) -> Vec<T> {
    use std::hash::{BuildHasher as _, RandomState};
    if order == LoadBalanceHosts::Random {
        // The standard library has no random numbers but the keys of its hashes. They spread load well enough.
        items.sort_by_cached_key(|_| RandomState::new().hash_one(()));
    }
    items
}
