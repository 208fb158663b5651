//! [`Unnamed`]: prepared statements whose names only this process knows.
//!
//! The driver prepares every statement under a name, `s1`, `s2` and so on. Behind a pooler in transaction mode such a name
//! lives on a server connection that is somebody else's a moment later: the statement is not where its name is looked for,
//! or another process has chosen the same name for something else. So between the driver and the socket
//!
//! - a statement is parsed without a name,
//! - and it is parsed again, in the same breath, each time that it is used.
//!
//! The server forgets a statement without a name when the next one comes, so nothing is left on its connection, whatever
//! becomes of the client.
//!
//! The protocol's messages: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

/// How much is read at a time.
const CHUNK: usize = 16 * 1024;

/// How much may wait to be written before the driver has to wait as well.
const MAX_WAITING: usize = 256 * 1024;

/// A stream of protocol messages without names of statements, or with them.
#[derive(Debug)]
pub(super) struct Unnamed<S> {
    stream: S,
    /// None where every byte passes as it is.
    names: Option<Box<Names>>,
}

#[derive(Debug)]
struct Names {
    outbox: Outbox,
    inbox: Inbox,
    /// Requests whose answer is not complete, in the order in which they were sent.
    requests: VecDeque<Request>,
    chunk: Box<[u8]>,
}

/// Everything up to a Sync: for each Parse in it whether the driver knows nothing of it.
type Request = Vec<bool>;

impl<S> Unnamed<S> {
    /// `named` says that the server keeps names for us.
    pub(super) fn new(stream: S, named: bool) -> Self {
        let names = || Names {
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            requests: VecDeque::new(),
            chunk: vec![0; CHUNK].into_boxed_slice(),
        };
        Self { stream, names: (!named).then(|| Box::new(names())) }
    }
}

/// Frontend messages on their way out.
#[derive(Debug, Default)]
struct Outbox {
    /// The start-up message has passed, which alone has no type.
    started: bool,
    /// The beginning of a message whose end the driver has not written yet.
    partial: BytesMut,
    out: BytesMut,
    /// What follows a name in its Parse: the text, and the types of the parameters.
    statements: HashMap<Vec<u8>, Vec<u8>>,
    /// Whose statement the unnamed one is, since the last Sync.
    current: Option<Vec<u8>>,
    request: Request,
}

impl Outbox {
    /// Takes what the driver writes.
    fn write(&mut self, bytes: &[u8], requests: &mut VecDeque<Request>) {
        self.partial.extend_from_slice(bytes);
        while let Some(length) = self.message_length() {
            let message = self.partial.split_to(length);
            if self.started {
                self.pass(&message, requests);
            } else {
                self.started = true;
                self.out.extend_from_slice(&message);
            }
        }
    }

    /// The length of the first message, where all of it is there.
    fn message_length(&self) -> Option<usize> {
        let kind = usize::from(self.started);
        let length = self.partial.get(kind..kind + 4)?.try_into().map(u32::from_be_bytes).ok()?;
        let length = kind + (length as usize).max(4);
        (self.partial.len() >= length).then_some(length)
    }

    fn pass(&mut self, message: &[u8], requests: &mut VecDeque<Request>) {
        let (kind, body) = (message[0], &message[5..]);
        match kind {
            b'P' => {
                let (name, rest) = split_name(body);
                self.statements.insert(name.to_vec(), rest.to_vec());
                self.parse(name, false);
                return;
            }
            // The portal comes first, which never has a name.
            b'B' if body.first() == Some(&0) => {
                let (name, rest) = split_name(&body[1..]);
                if self.parse_again(name) {
                    put(&mut self.out, b'B', &[b"\0\0", rest]);
                    return;
                }
            }
            b'D' if body.first() == Some(&b'S') => {
                let (name, _) = split_name(&body[1..]);
                if self.parse_again(name) {
                    put(&mut self.out, b'D', &[b"S\0"]);
                    return;
                }
            }
            b'C' if body.first() == Some(&b'S') => {
                let (name, _) = split_name(&body[1..]);
                self.statements.remove(name);
                self.current = None;
                put(&mut self.out, b'C', &[b"S\0"]);
                return;
            }
            b'S' | b'Q' => {
                // The server connection may be another one afterwards.
                self.current = None;
                requests.push_back(std::mem::take(&mut self.request));
            }
            _ => {}
        }
        self.out.extend_from_slice(message);
    }

    /// Makes the unnamed statement the one of this name; false where nobody has prepared it.
    fn parse_again(&mut self, name: &[u8]) -> bool {
        self.current.as_deref() == Some(name) || self.parse(name, true)
    }

    fn parse(&mut self, name: &[u8], again: bool) -> bool {
        let Some(rest) = self.statements.get(name) else { return false };
        put(&mut self.out, b'P', &[b"\0", rest]);
        self.request.push(again);
        self.current = Some(name.to_vec());
        true
    }
}

/// A name and what follows it.
fn split_name(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

fn put(out: &mut BytesMut, kind: u8, parts: &[&[u8]]) {
    out.put_u8(kind);
    out.put_u32(4 + parts.iter().map(|part| part.len()).sum::<usize>() as u32);
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Backend messages on their way in.
#[derive(Debug, Default)]
struct Inbox {
    header: [u8; 5],
    have: usize,
    /// Bytes of the current message that are still to come.
    left: usize,
    dropped: bool,
    ready: BytesMut,
}

impl Inbox {
    /// Takes what the server sends.
    fn read(&mut self, mut bytes: &[u8], requests: &mut VecDeque<Request>) {
        while !bytes.is_empty() {
            if self.have < self.header.len() {
                let taken = bytes.len().min(self.header.len() - self.have);
                self.header[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
                self.have += taken;
                bytes.advance(taken);
                if self.have < self.header.len() {
                    return;
                }
                let [kind, length @ ..] = self.header;
                self.left = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                self.dropped = is_unexpected(kind, requests);
                if !self.dropped {
                    self.ready.extend_from_slice(&self.header);
                }
            }
            let taken = bytes.len().min(self.left);
            if !self.dropped {
                self.ready.extend_from_slice(&bytes[..taken]);
            }
            self.left -= taken;
            bytes.advance(taken);
            if self.left == 0 {
                self.have = 0;
            }
        }
    }
}

/// Whether the driver does not expect a message of this kind: ParseComplete for what it did not send.
fn is_unexpected(kind: u8, requests: &mut VecDeque<Request>) -> bool {
    match kind {
        b'1' => {
            let first = requests.front_mut().filter(|request| !request.is_empty());
            first.is_some_and(|request| request.remove(0))
        }
        // ReadyForQuery.
        b'Z' => {
            requests.pop_front();
            false
        }
        _ => false,
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unnamed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(names) = &mut this.names else {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        };
        while names.inbox.ready.is_empty() {
            let mut chunk = ReadBuf::new(&mut names.chunk);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            names.inbox.read(chunk.filled(), &mut names.requests);
        }
        let taken = names.inbox.ready.len().min(buffer.remaining());
        buffer.put_slice(&names.inbox.ready[..taken]);
        names.inbox.ready.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Unnamed<S> {
    /// Writes what is waiting.
    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(names) = &mut self.names else { return Poll::Ready(Ok(())) };
        while !names.outbox.out.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &names.outbox.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            names.outbox.out.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unnamed<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.names.as_ref().is_some_and(|names| names.outbox.out.len() > MAX_WAITING) {
            ready!(this.poll_out(context))?;
        }
        let Some(names) = &mut this.names else {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        };
        names.outbox.write(bytes, &mut names.requests);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_out(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_out(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Unnamed<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = BytesMut::new();
        put(&mut message, kind, &[body]);
        message.to_vec()
    }

    fn prepare(name: &str, sql: &str) -> Vec<u8> {
        let parse = message(b'P', format!("{name}\0{sql}\0\0\0").as_bytes());
        [parse, message(b'D', format!("S{name}\0").as_bytes()), message(b'S', b"")].concat()
    }

    fn execute(name: &str) -> Vec<u8> {
        let bind = message(b'B', format!("\0{name}\0\0\0\0\0\0\0").as_bytes());
        [bind, message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat()
    }

    fn close(name: &str) -> Vec<u8> {
        [message(b'C', format!("S{name}\0").as_bytes()), message(b'S', b"")].concat()
    }

    #[derive(Default)]
    struct Line {
        outbox: Outbox,
        inbox: Inbox,
        requests: VecDeque<Request>,
    }

    impl Line {
        fn new() -> Self {
            let mut line = Self::default();
            let start = b"\0\0\0\x09\0\x03\0\0\0";
            assert_eq!(line.write(start), start, "the start-up message has no type, and passes");
            line
        }

        fn write(&mut self, bytes: &[u8]) -> Vec<u8> {
            for byte in bytes {
                self.outbox.write(&[*byte], &mut self.requests);
            }
            self.outbox.out.split().to_vec()
        }

        /// What the driver gets of messages of these kinds, byte by byte.
        fn read(&mut self, kinds: &str) -> String {
            for kind in kinds.bytes() {
                for byte in message(kind, b"....") {
                    self.inbox.read(&[byte], &mut self.requests);
                }
            }
            let ready = self.inbox.ready.split();
            ready.chunks(9).map(|message| char::from(message[0])).collect()
        }
    }

    #[test]
    fn no_name_reaches_the_server() {
        let mut line = Line::new();
        assert_eq!(line.write(&prepare("s1", "SELECT 1")), prepare("", "SELECT 1"));
        assert_eq!(line.read("1tTZ"), "1tTZ");
        let parse = message(b'P', b"\0SELECT 1\0\0\0");
        assert_eq!(line.write(&execute("s1")), [parse, execute("")].concat());
        assert_eq!(line.read("12DCZ"), "2DCZ", "the driver sent no Parse");
        assert_eq!(line.write(&close("s1")), close(""));
        assert_eq!(line.read("3Z"), "3Z");
        assert!(line.outbox.statements.is_empty() && line.requests.is_empty());
    }

    #[test]
    fn statements_that_are_mixed_stay_apart() {
        let mut line = Line::new();
        line.write(&[prepare("s1", "SELECT 1"), prepare("s2", "SELECT 2")].concat());
        let sent = line.write(&[execute("s1"), execute("s2")].concat());
        let parse = |sql: &str| message(b'P', format!("\0{sql}\0\0\0").as_bytes());
        let expected = [parse("SELECT 1"), execute(""), parse("SELECT 2"), execute("")].concat();
        assert_eq!(sent, expected);
        assert_eq!(line.read("1tTZ1tTZ12DCZ12DDCZ"), "1tTZ1tTZ2DCZ2DDCZ");
    }

    #[test]
    fn an_error_ends_its_own_request_and_no_other() {
        let mut line = Line::new();
        line.write(&[prepare("s1", "SELECT 1"), prepare("s2", "SELECT")].concat());
        assert_eq!(line.read("1tTZEZ"), "1tTZEZ");
        line.write(&[execute("s1"), execute("s1"), prepare("s3", "SELECT 3")].concat());
        assert_eq!(line.read("EZ12EZ1tTZ"), "EZ2EZ1tTZ");
    }

    #[test]
    fn everything_else_passes() {
        let mut line = Line::new();
        let query = message(b'Q', b"BEGIN; SET LOCAL app.current_tenant = 's1'\0");
        assert_eq!(line.write(&query), query);
        assert_eq!(line.read("CCZ"), "CCZ");
        let unknown = execute("s9");
        assert_eq!(line.write(&unknown), unknown, "the server says that it does not exist");
        assert_eq!(line.read("EZ"), "EZ");
        let typed = [message(b'P', b"\0SELECT 1\0\0\0"), message(b'B', b"\0\0\0\0\0\0\0\0")].concat();
        assert_eq!(line.write(&typed), typed);
        assert_eq!(line.read("12"), "12");
    }
}
