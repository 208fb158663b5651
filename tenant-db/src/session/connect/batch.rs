//! [`Batched`]: lets the server answer a transaction's beginning, its statement and its end in one go.
//!
//! tokio-postgres closes each request with a *Sync*, and at each Sync the server flushes its answer. For `BEGIN; SET LOCAL`,
//! a statement and COMMIT that is three writes and three wake-ups of the client where one would do: on a local connection
//! they cost as much as the statement. So between the driver and the socket
//!
//! - the message with `BEGIN; SET LOCAL …` becomes two commands of the extended protocol, prepared and without a Sync,
//! - the Sync between a statement and a COMMIT that was written together with it is left out,
//! - and the driver is told *ReadyForQuery* where it expects one.
//!
//! Without a Sync the server skips what follows an error, up to the next one. Inside of a transaction that makes no
//! difference: the commands would fail, and they are reported with the error that they would have had (25P02). COMMIT is
//! skipped too, where it would have been a ROLLBACK, so the transaction is still open, and its owner rolls it back.
//!
//! The protocol's messages: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::commands::Commands;

/// How much is read at a time.
const CHUNK: usize = 16 * 1024;

/// How much may wait to be written before the driver has to wait as well.
const MAX_WAITING: usize = 256 * 1024;

/// A stream of protocol messages in which some Syncs are left out. No `Debug`: its buffers hold values (I10).
pub(super) struct Batched<S> {
    stream: S,
    switch: Switch,
    outbox: Outbox,
    inbox: Inbox,
    requests: Requests,
    chunk: Box<[u8]>,
}

/// Turns batching on, and tells when a batch is whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<State>);

#[derive(Debug, Default)]
struct State {
    on: AtomicBool,
    held: AtomicBool,
    forgets: AtomicBool,
    /// The driver's, where it wanted to send meanwhile.
    waiting: Mutex<Option<Waker>>,
}

impl Switch {
    /// To be called when no request is on its way. Until then every byte passes as it is.
    pub(crate) fn turn_on(&self) {
        self.0.on.store(true, Ordering::Release);
    }

    /// Nothing is sent as long as this lives, however quick the driver is, which may run on another thread: what is
    /// written meanwhile leaves together.
    pub(crate) fn hold(&self) -> Hold<'_> {
        self.0.held.store(true, Ordering::SeqCst);
        Hold(&self.0)
    }

    /// Closes what is prepared for tenants before anything that is sent from now on is carried out.
    pub(crate) fn forget_tenants(&self) {
        self.0.forgets.store(true, Ordering::Release);
    }

    fn is_on(&self) -> bool {
        self.0.on.load(Ordering::Acquire)
    }

    /// Whether the driver has to wait; it is woken when that is over.
    fn is_held(&self, context: &Context<'_>) -> bool {
        if !self.0.held.load(Ordering::SeqCst) {
            return false;
        }
        *self.0.waiting() = Some(context.waker().clone());
        // It may have ended before the waker was there.
        self.0.held.load(Ordering::SeqCst)
    }
}

impl State {
    /// A panic while the lock was held cannot have left half a waker.
    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a batch together while it is written.
#[derive(Debug)]
#[must_use = "dropped, it lets everything go"]
pub(crate) struct Hold<'s>(&'s State);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.held.store(false, Ordering::SeqCst);
        if let Some(driver) = self.0.waiting().take() {
            driver.wake();
        }
    }
}

impl<S> Batched<S> {
    pub(super) fn new(stream: S) -> Self {
        let (outbox, inbox, requests) = (Outbox::default(), Inbox::default(), Requests::default());
        let chunk = vec![0; CHUNK].into_boxed_slice();
        Self { stream, switch: Switch::default(), outbox, inbox, requests, chunk }
    }

    pub(super) fn switch(&self) -> Switch {
        self.switch.clone()
    }
}

/// Requests whose answer is not complete, in the order in which they were sent.
#[derive(Debug, Default)]
struct Requests {
    waiting: VecDeque<Request>,
    /// The server has reported an error and skips everything up to the next Sync.
    skips: bool,
    /// It was in a command of ours, of which nobody knows now whether it is prepared.
    uncertain: bool,
}

/// What the driver takes for one request, with one ReadyForQuery at the end of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Request {
    /// It ends with a Sync, so the server itself says ReadyForQuery.
    synced: bool,
    /// Commands to be completed: the end of the answer where there is no Sync.
    commands: u8,
    /// It was a simple query, whose answer has no ParseComplete and no BindComplete.
    simple: bool,
    /// So many statements of ours are closed before it, of which the driver knows nothing.
    closes: usize,
}

/// Frontend messages on their way out.
#[derive(Default)]
struct Outbox {
    /// The beginning of a message whose end the driver has not written yet.
    partial: BytesMut,
    out: BytesMut,
    /// The name under which COMMIT is prepared.
    commit: Vec<u8>,
    commands: Commands,
    current: Current,
    /// What was closed before the current request.
    closes: usize,
    owed: Option<Owed>,
}

/// What the request that is being written consists of so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Current {
    #[default]
    Nothing,
    /// A prepared statement's Bind, right behind a BEGIN.
    StatementAfterBegin,
    Anything,
}

/// The last request was written without its Sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// Any request of the extended protocol brings one.
    AfterBegin,
    /// Only COMMIT brings one.
    AfterStatement,
}

impl Outbox {
    /// Takes what the driver writes.
    fn write(&mut self, bytes: &[u8], requests: &mut Requests) {
        self.partial.extend_from_slice(bytes);
        while let Some(length) = message_length(&self.partial) {
            let message = self.partial.split_to(length);
            self.pass(&message, requests);
        }
    }

    fn pass(&mut self, message: &[u8], requests: &mut Requests) {
        let (kind, body) = (message[0], &message[5..]);
        match kind {
            b'Q' => {
                self.pay(requests);
                self.pass_simple(message, body, requests);
                return;
            }
            b'S' if std::mem::take(&mut self.current) == Current::StatementAfterBegin => {
                requests.waiting.push_back(Request { commands: 1, synced: false, ..self.request() });
                self.owed = Some(Owed::AfterStatement);
                return;
            }
            b'S' => requests.waiting.push_back(self.request()),
            b'X' => self.pay(requests),
            _ => self.begin_or_go_on(kind, body, requests),
        }
        self.out.extend_from_slice(message);
    }

    fn pass_simple(&mut self, message: &[u8], body: &[u8], requests: &mut Requests) {
        if let Some(commands) = split_begin(body) {
            if std::mem::take(&mut requests.uncertain) {
                self.commands.forget();
            }
            self.commands.make_room(commands.iter().copied());
            self.closes = self.commands.close_stale(&mut self.out);
            for command in &commands {
                self.commands.put(&mut self.out, command);
            }
            requests.waiting.push_back(Request {
                commands: commands.len() as u8,
                synced: false,
                simple: true,
                ..self.request()
            });
            self.owed = Some(Owed::AfterBegin);
        } else {
            self.out.extend_from_slice(message);
            requests.waiting.push_back(self.request());
        }
    }

    /// The current request, as it is where nothing is left out.
    fn request(&mut self) -> Request {
        Request { synced: true, commands: 0, simple: false, closes: std::mem::take(&mut self.closes) }
    }

    /// Closes the commands of all tenants. What comes next may look at `pg_prepared_statements`.
    fn forget_commands(&mut self) {
        self.commands.forget();
    }

    /// A message of the extended protocol, the first of its request or a later one.
    fn begin_or_go_on(&mut self, kind: u8, body: &[u8], requests: &mut Requests) {
        if kind == b'P' {
            self.notice_commit(body);
        }
        if self.current != Current::Nothing {
            if kind != b'E' {
                self.current = Current::Anything;
            }
            return;
        }
        self.current = Current::Anything;
        match self.owed {
            Some(Owed::AfterBegin) => {
                self.owed = None;
                if kind == b'B' {
                    self.current = Current::StatementAfterBegin;
                }
            }
            Some(Owed::AfterStatement) if kind == b'B' && self.is_commit(body) => self.owed = None,
            _ => self.pay(requests),
        }
        self.closes = self.commands.close_stale(&mut self.out);
    }

    /// Writes the Sync that was left out.
    fn pay(&mut self, requests: &mut Requests) {
        if self.owed.take().is_some() {
            self.out.extend_from_slice(SYNC);
            if let Some(request) = requests.waiting.back_mut() {
                request.synced = true;
            }
        }
    }

    /// Remembers under which name COMMIT is prepared.
    fn notice_commit(&mut self, body: &[u8]) {
        let mut fields = body.splitn(3, |byte| *byte == 0);
        if let (Some(name), Some(b"COMMIT")) = (fields.next(), fields.next()) {
            self.commit = name.to_vec();
        }
    }

    /// Whether a Bind is for COMMIT: the statement's name comes after the portal's.
    fn is_commit(&self, body: &[u8]) -> bool {
        !self.commit.is_empty() && body.splitn(3, |byte| *byte == 0).nth(1) == Some(&self.commit[..])
    }
}

/// Backend messages on their way in.
#[derive(Default)]
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
    fn read(&mut self, mut bytes: &[u8], requests: &mut Requests) {
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
                self.begin(kind, requests);
            }
            let taken = bytes.len().min(self.left);
            if !self.dropped {
                self.ready.extend_from_slice(&bytes[..taken]);
            }
            self.left -= taken;
            bytes.advance(taken);
            if self.left == 0 {
                self.have = 0;
                self.end(self.header[0], requests);
            }
        }
    }

    fn begin(&mut self, kind: u8, requests: &mut Requests) {
        self.dropped = match (kind, requests.waiting.front_mut()) {
            // CloseComplete of what the driver did not close.
            (b'3', Some(request)) if request.closes > 0 => {
                request.closes -= 1;
                true
            }
            // ParseComplete and BindComplete.
            (b'1' | b'2', Some(request)) => request.simple,
            _ => false,
        };
        if kind == b'Z' && requests.skips {
            self.put_skipped_requests(requests);
            self.put_skipped();
        }
        if !self.dropped {
            self.ready.extend_from_slice(&self.header);
        }
    }

    fn end(&mut self, kind: u8, requests: &mut Requests) {
        let Some(first) = requests.waiting.front_mut() else { return };
        requests.uncertain |= kind == b'E' && first.simple;
        match kind {
            b'Z' => {
                requests.waiting.pop_front();
                requests.skips = false;
            }
            // CommandComplete, EmptyQueryResponse.
            b'C' | b'I' if !first.synced => {
                first.commands = first.commands.saturating_sub(1);
                if first.commands == 0 {
                    requests.waiting.pop_front();
                    self.ready.extend_from_slice(READY_IN_TRANSACTION);
                }
            }
            b'E' if !first.synced => {
                requests.waiting.pop_front();
                self.ready.extend_from_slice(READY_AFTER_ERROR);
                requests.skips = true;
                self.put_skipped_requests(requests);
            }
            _ => {}
        }
    }

    /// Answers the requests of which the server says nothing any more.
    fn put_skipped_requests(&mut self, requests: &mut Requests) {
        while requests.waiting.front().is_some_and(|request| !request.synced) {
            requests.waiting.pop_front();
            self.put_skipped();
            self.ready.extend_from_slice(READY_AFTER_ERROR);
        }
    }

    /// What a command is told that comes after an error in its transaction.
    fn put_skipped(&mut self) {
        const FIELDS: &[u8] = b"SERROR\0VERROR\0C25P02\0\
            Mcurrent transaction is aborted, commands ignored until end of transaction block\0\0";
        self.ready.put_u8(b'E');
        self.ready.put_u32(4 + FIELDS.len() as u32);
        self.ready.extend_from_slice(FIELDS);
    }
}

const SYNC: &[u8] = b"S\0\0\0\x04";
const READY_IN_TRANSACTION: &[u8] = b"Z\0\0\0\x05T";
const READY_AFTER_ERROR: &[u8] = b"Z\0\0\0\x05E";

/// The length of the first message, where all of it is there.
fn message_length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(1..5)?.try_into().map(u32::from_be_bytes).ok()?;
    let length = 1 + (length as usize).max(4);
    (bytes.len() >= length).then_some(length)
}

/// How many commands begin a transaction at most: BEGIN, the tenant, the principal. What has more passes as it is.
const MAX_COMMANDS: usize = 3;

/// `BEGIN …; SET LOCAL …; …`, one by one: what begins like that is written by the session engine alone.
fn split_begin(body: &[u8]) -> Option<Vec<&[u8]>> {
    let text = body.strip_suffix(b"\0")?;
    let commands: Vec<&[u8]> = split_commands(text).collect();
    let (begin, settings) = commands.split_first()?;
    let is_ours = begin.starts_with(b"BEGIN")
        && !settings.is_empty()
        && commands.len() <= MAX_COMMANDS
        && settings.iter().all(|setting| setting.starts_with(b"SET LOCAL "));
    is_ours.then_some(commands)
}

/// Splits at each `; ` that is not inside of a literal. Literals are those of [`TenantValue`](crate::TenantValue): a quote
/// in one is doubled and a backslash as well, so whether one is open is a matter of counting quotes.
fn split_commands(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let end = text.windows(2).position(|pair| {
            quoted ^= pair[0] == b'\'';
            !quoted && pair == b"; "
        });
        rest = end.map(|end| &text[end + 2..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

impl<S: AsyncRead + Unpin> AsyncRead for Batched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.switch.is_on() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        while this.inbox.ready.is_empty() {
            let mut chunk = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.inbox.read(chunk.filled(), &mut this.requests);
        }
        let taken = this.inbox.ready.len().min(buffer.remaining());
        buffer.put_slice(&this.inbox.ready[..taken]);
        this.inbox.ready.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Batched<S> {
    /// Writes what is waiting.
    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbox.out.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.outbox.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outbox.out.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Batched<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.switch.is_on() {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        }
        if this.outbox.out.len() > MAX_WAITING {
            this.outbox.pay(&mut this.requests);
            ready!(this.poll_out(context))?;
        }
        if this.switch.0.forgets.swap(false, Ordering::AcqRel) {
            this.outbox.forget_commands();
        }
        // Nothing is sent before the driver flushes: a Sync may still be left out.
        this.outbox.write(bytes, &mut this.requests);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.switch.is_held(context) {
            return Poll::Ready(Ok(()));
        }
        this.outbox.pay(&mut this.requests);
        ready!(this.poll_out(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_out(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Batched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

#[cfg(test)]
mod tests;
