//! One connection through the proxy.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::controls::{Controls, Direction, Passage};
use super::lane::{Content, Lane};
use super::server::{ServerAddress, ServerStream};

/// How often a thread that writes to a client who does not read looks whether the connection is to be broken. Nothing
/// else ends such a write without a word to the client, which would spoil the reset.
const WRITE_PATIENCE: Duration = Duration::from_millis(50);

const BUFFER: usize = 64 * 1024;

/// A client's connection and the server's.
#[derive(Debug)]
pub(super) struct Link {
    client: TcpStream,
    /// Once it is connected.
    server: OnceLock<ServerStream>,
    to_server: Lane,
    to_client: Lane,
    broken: AtomicBool,
    /// The last bytes that may pass are being written; nothing passes any more, not the answer to them either.
    cut: AtomicBool,
    /// Whether bytes of the server were handed to the client after its last ones.
    answered: AtomicBool,
    controls: Arc<Controls>,
    /// Last, so that the connection is counted as open until the sockets above are closed.
    _counted: Counted,
}

#[derive(Debug)]
struct Counted(Arc<Controls>);

impl Link {
    pub(super) fn new(client: TcpStream, controls: Arc<Controls>) -> io::Result<Self> {
        client.set_nodelay(true)?;
        client.set_write_timeout(Some(WRITE_PATIENCE))?;
        Ok(Self {
            client,
            server: OnceLock::new(),
            to_server: Lane::default(),
            to_client: Lane::default(),
            broken: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            answered: AtomicBool::new(true),
            _counted: Counted::new(&controls),
            controls,
        })
    }

    /// Forwards until both sides have ended or the link is broken.
    pub(super) fn run(&self, address: &ServerAddress, name: &str) {
        if self.controls.delay(|| self.is_over()).is_none() {
            return;
        }
        let Ok(server) = address.connect() else {
            return self.break_off();
        };
        let server = self.server.get_or_init(|| server);
        // Broken in the meantime, by somebody who saw no server yet.
        if self.is_broken() {
            return;
        }
        let start = |part: &str| thread::Builder::new().name(format!("{name} {part}"));
        thread::scope(|scope| {
            let threads = [
                start("to server").spawn_scoped(scope, || self.deliver_all(Direction::ToServer, server)),
                start("to client").spawn_scoped(scope, || self.deliver_all(Direction::ToClient, server)),
                start("of server").spawn_scoped(scope, || self.collect_all(Direction::ToClient, server)),
            ];
            if threads.iter().any(Result::is_err) {
                self.break_off();
            }
            self.collect_all(Direction::ToServer, server);
        });
    }

    /// Ends both connections as soon as the last thread lets go of them: the client's with a reset, because it
    /// lingers for no time and nothing was said to the client before.
    pub(super) fn break_off(&self) {
        self.broken.store(true, Ordering::SeqCst);
        let _ = SockRef::from(&self.client).set_linger(Some(Duration::ZERO));
        // This wakes the thread that reads from the client, and is not told to the other side.
        let _ = self.client.shutdown(Shutdown::Read);
        if let Some(server) = self.server.get() {
            server.shutdown(Shutdown::Both);
        }
        self.to_server.close();
        self.to_client.close();
        self.controls.wake();
    }

    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.cut.load(Ordering::SeqCst) || self.is_broken()
    }

    fn lane(&self, direction: Direction) -> &Lane {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Reads what goes in one direction, and sends it on its way.
    fn collect_all(&self, direction: Direction, server: &ServerStream) {
        let lane = self.lane(direction);
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = match direction {
                Direction::ToServer => (&self.client).read(&mut buffer),
                Direction::ToClient => (&mut &*server).read(&mut buffer),
            };
            let length = match read {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => 0,
            };
            let Some(delay) = self.controls.delay(|| self.is_over()) else {
                return;
            };
            let due = Instant::now() + delay;
            if length == 0 {
                return lane.push(due, Content::End);
            }
            if direction == Direction::ToServer && self.answered.swap(false, Ordering::SeqCst) {
                self.controls.begin_flight();
            }
            let bytes = &buffer[..length];
            // Another thread would have to be woken up for it.
            if delay.is_zero() && lane.is_idle() {
                if self.deliver(direction, server, bytes).is_err() {
                    return self.give_up(direction);
                }
            } else {
                lane.push(due, Content::Bytes(bytes.to_vec()));
            }
        }
    }

    /// Hands over what has been on its way in one direction.
    fn deliver_all(&self, direction: Direction, server: &ServerStream) {
        while let Some(content) = self.lane(direction).next() {
            match content {
                Content::Bytes(bytes) => {
                    if self.deliver(direction, server, &bytes).is_err() {
                        return self.give_up(direction);
                    }
                }
                Content::End => {
                    if self.controls.delay(|| self.is_over()).is_some() {
                        self.end(direction, server);
                    }
                    return self.lane(direction).close();
                }
            }
        }
    }

    fn deliver(&self, direction: Direction, server: &ServerStream, bytes: &[u8]) -> io::Result<()> {
        let passage = self.controls.pass(direction, bytes.len(), || self.is_over());
        let allowed = match passage {
            None => return Err(ErrorKind::ConnectionReset.into()),
            Some(Passage::Whole) => bytes,
            Some(Passage::Cut(length)) => {
                self.cut.store(true, Ordering::SeqCst);
                &bytes[..length]
            }
        };
        let outcome = match direction {
            Direction::ToServer => write_all(&mut &*server, allowed, || self.is_broken()),
            Direction::ToClient => {
                // Before they are written: the client may answer before the next line is reached.
                self.answered.fetch_or(!allowed.is_empty(), Ordering::SeqCst);
                write_all(&mut &self.client, allowed, || self.is_broken())
            }
        };
        if matches!(passage, Some(Passage::Cut(_))) {
            self.break_off();
        }
        outcome
    }

    fn end(&self, direction: Direction, server: &ServerStream) {
        match direction {
            Direction::ToServer => server.shutdown(Shutdown::Write),
            Direction::ToClient => {
                let _ = self.client.shutdown(Shutdown::Write);
            }
        }
    }

    /// Reads no more of what cannot be delivered. The other direction goes on: it may hold the server's last words.
    fn give_up(&self, direction: Direction) {
        self.lane(direction).close();
        match direction {
            Direction::ToServer => {
                let _ = self.client.shutdown(Shutdown::Read);
            }
            Direction::ToClient => {
                if let Some(server) = self.server.get() {
                    server.shutdown(Shutdown::Read);
                }
            }
        }
    }
}

impl Counted {
    fn new(controls: &Arc<Controls>) -> Self {
        controls.opened();
        Self(Arc::clone(controls))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.closed();
    }
}

/// As [`Write::write_all`], and looks up when the stream's patience ends.
fn write_all(stream: &mut impl Write, mut bytes: &[u8], given_up: impl Fn() -> bool) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) => match error.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut if !given_up() => {}
                _ => return Err(error),
            },
        }
    }
    Ok(())
}
