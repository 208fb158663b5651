//! The port, and the connections that came through it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::controls::{Controls, Door};
use super::lane::sharpen_timers;
use super::link::Link;
use super::server::{ProxyError, ServerAddress};

/// How long to wait when the system has no file descriptor left for another connection.
const SCARCITY: Duration = Duration::from_millis(10);

/// A port of this machine.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// For threads. Linux shows fifteen letters of it.
    name: String,
    server: ServerAddress,
    controls: Arc<Controls>,
    open: Mutex<Vec<OpenLink>>,
}

/// The thread owns the connection, so that it is closed when the thread ends.
#[derive(Debug)]
struct OpenLink {
    link: Weak<Link>,
    thread: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(server: ServerAddress, controls: Arc<Controls>) -> Result<Self, ProxyError> {
        let failed = |source| ProxyError::Listen { source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            name: format!("proxy {}", address.port()),
            server,
            controls,
            open: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name(shared.name.clone())
            .spawn(move || {
                sharpen_timers();
                accepting.accept_all(&listener);
            })
            .map_err(failed)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every open connection, and waits until all are closed.
    pub(super) fn reset(&self) {
        self.shared.reset();
    }

    /// Frees the port, and breaks every open connection.
    pub(super) fn close(&mut self) {
        self.shared.controls.leave();
        // Only a connection ends the wait for one. Without it the thread stays where it is, and does no harm.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
        self.shared.reset();
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Vec<OpenLink>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept_all(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            let accepted = listener.accept();
            match (self.controls.door(), accepted) {
                (Door::Gone, _) => return,
                (Door::Refusing, Ok(_)) => {}
                (Door::Open, Ok((client, _))) => self.serve(client),
                (_, Err(_)) => thread::sleep(SCARCITY),
            }
        }
    }

    /// A connection that the system has no thread for is closed.
    fn serve(self: &Arc<Self>, client: TcpStream) {
        // Held until it is on the list: what is counted as open is there for a reset.
        let mut open = self.open();
        let Ok(link) = Link::new(client, Arc::clone(&self.controls)) else {
            return;
        };
        let link = Arc::new(link);
        let weak = Arc::downgrade(&link);
        let shared = Arc::clone(self);
        let spawned = thread::Builder::new()
            .name(format!("{} of client", self.name))
            .spawn(move || link.run(&shared.server, &shared.name));
        if let Ok(thread) = spawned {
            open.retain(|open| !open.thread.is_finished());
            open.push(OpenLink { link: weak, thread });
        }
    }

    fn reset(&self) {
        let open: Vec<OpenLink> = self.open().drain(..).collect();
        for open in &open {
            if let Some(link) = open.link.upgrade() {
                link.break_off();
            }
        }
        for open in open {
            let _ = open.thread.join();
        }
    }
}
