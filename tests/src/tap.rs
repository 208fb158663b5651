//! A wire-tap: reads what client and server say, and asks the server questions of its own on a connection that nobody uses.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tenant_db::testing::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Lies between a program and its server.
///
/// What a session carries outside of any transaction cannot be seen through this library, nor by another session. The
/// tap sees it: it puts its question on the same connection, between two messages of the program.
#[derive(Debug)]
pub struct Tap {
    url: String,
    heard: Arc<Heard>,
    listener: JoinHandle<()>,
    /// Knows how to reach the server, whatever its URL looks like.
    _proxy: Proxy,
}

#[derive(Debug, Default)]
struct Heard {
    links: Mutex<Vec<Arc<Link>>>,
    /// The next BEGIN is to be misspelt.
    spoils: AtomicBool,
    nested: AtomicU64,
}

/// A session.
#[derive(Debug)]
struct Link {
    closed: AtomicBool,
    /// Nothing passes any more, in either direction.
    silent: AtomicBool,
    server: tokio::sync::Mutex<OwnedWriteHalf>,
    /// What the client has said, and nobody has looked at yet.
    said: Mutex<Vec<u8>>,
    question: Mutex<Option<Question>>,
}

#[derive(Debug)]
struct Question {
    answer: Answer,
    asked_by: oneshot::Sender<Answer>,
}

/// What the server said to a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Rows of columns, as text.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether the session is inside of a transaction: `I` for idle, `T` for inside, `E` for failed.
    pub status: char,
}

impl Tap {
    /// Starts one in front of the server that `url` names.
    pub async fn start(url: &str) -> Self {
        let proxy = Proxy::start(url).expect("a proxy");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let config: tokio_postgres::Config = proxy.url().parse().expect("a URL");
        let upstream = format!("127.0.0.1:{}", config.get_ports().first().expect("a port"));
        let url = proxy.url().replacen(&upstream, &address, 1);
        // A request for TLS is answered by one byte, which is no message, and what follows could not be read.
        let url = format!("{url}{}sslmode=disable", if url.contains('?') { '&' } else { '?' });
        let heard = Arc::new(Heard::default());
        let listener = tokio::spawn({
            let heard = Arc::clone(&heard);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(forward(client, upstream.clone(), Arc::clone(&heard)));
                }
            }
        });
        Self { url, heard, listener, _proxy: proxy }
    }

    /// The URL that leads through the tap.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often the server warned that a transaction was begun inside of another one.
    #[must_use]
    pub fn transactions_in_transactions(&self) -> u64 {
        self.heard.nested.load(Ordering::SeqCst)
    }

    /// How many sessions were opened. Requests to cancel are no sessions.
    #[must_use]
    pub fn sessions(&self) -> usize {
        lock(&self.heard.links).len()
    }

    /// Makes the server refuse the next BEGIN, and nothing else: as if it had been cancelled at that moment.
    pub fn spoil_next_begin(&self) {
        self.heard.spoils.store(true, Ordering::SeqCst);
    }

    /// Whether a BEGIN is still to be spoiled.
    #[must_use]
    pub fn has_not_spoiled(&self) -> bool {
        self.heard.spoils.load(Ordering::SeqCst)
    }

    /// Lets nothing pass any more on the connection that was opened last. Nobody is told.
    pub fn silence(&self) {
        if let Some(link) = lock(&self.heard.links).last() {
            link.silent.store(true, Ordering::SeqCst);
        }
    }

    /// The texts of the statements that were sent to be parsed since this was asked last, on all connections.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        lock(&self.heard.links).iter().flat_map(|link| statements(&mut lock(&link.said))).collect()
    }

    /// Asks on the connection that was opened last; none where it is closed. Nobody else may be using it.
    pub async fn ask(&self, sql: &str) -> Option<Answer> {
        let link = Arc::clone(lock(&self.heard.links).last()?);
        if link.closed.load(Ordering::SeqCst) {
            return None;
        }
        let (asked_by, answer) = oneshot::channel();
        *lock(&link.question) = Some(Question { answer: Answer::default(), asked_by });
        let mut message = vec![b'Q'];
        message.extend(u32::try_from(sql.len() + 5).expect("a short question").to_be_bytes());
        message.extend(sql.as_bytes());
        message.push(0);
        link.server.lock().await.write_all(&message).await.ok()?;
        timeout(Duration::from_secs(30), answer).await.expect("an answer").ok()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn forward(client: TcpStream, upstream: String, heard: Arc<Heard>) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let link = Arc::new(Link {
        closed: AtomicBool::new(false),
        silent: AtomicBool::new(false),
        server: tokio::sync::Mutex::new(to_server),
        said: Mutex::default(),
        question: Mutex::default(),
    });
    let answers = tokio::spawn(read_along(from_server, to_client, Arc::clone(&link), Arc::clone(&heard)));
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        if link.silent.load(Ordering::SeqCst) {
            continue;
        }
        lock(&link.said).extend(&buffer[..length]);
        let begin = buffer[..length].windows(5).position(|word| word == b"BEGIN");
        if let Some(begin) = begin
            && heard.spoils.swap(false, Ordering::SeqCst)
        {
            buffer[begin] = b'X';
        }
        if link.server.lock().await.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    let _ = link.server.lock().await.shutdown().await;
    let _ = answers.await;
}

/// Passes on the server's messages, but for answers to the tap's own questions.
async fn read_along(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    link: Arc<Link>,
    heard: Arc<Heard>,
) {
    let mut buffer = Vec::new();
    let mut known = false;
    loop {
        while let Some(length) = message_length(&buffer) {
            let message: Vec<u8> = buffer.drain(..length).collect();
            if !known {
                // A request to cancel gets no message at all.
                known = true;
                lock(&heard.links).push(Arc::clone(&link));
            }
            if message[0] == b'N' && message.windows(7).any(|field| field == b"C25001\0") {
                heard.nested.fetch_add(1, Ordering::SeqCst);
            }
            if link.silent.load(Ordering::SeqCst) {
                continue;
            }
            if !answers_question(&message, &link) && client.write_all(&message).await.is_err() {
                break;
            }
        }
        if !matches!(server.read_buf(&mut buffer).await, Ok(1..)) {
            break;
        }
    }
    // Nobody gets an answer any more.
    link.closed.store(true, Ordering::SeqCst);
    *lock(&link.question) = None;
    let _ = client.shutdown().await;
}

/// The texts in the messages that ask for a statement to be parsed. The messages are taken away.
fn statements(said: &mut Vec<u8>) -> Vec<String> {
    let mut texts = Vec::new();
    // The first message has no type: it begins with its length, which is short.
    if said.first() == Some(&0) {
        let length = said.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length) as usize);
        said.drain(..length.min(said.len()));
    }
    while let Some(length) = message_length(said) {
        let message: Vec<u8> = said.drain(..length).collect();
        if message[0] == b'P' {
            // Name and text, each with a zero at its end.
            let text = message[5..].split(|byte| *byte == 0).nth(1).unwrap_or_default();
            texts.push(String::from_utf8_lossy(text).into_owned());
        }
    }
    texts
}

/// Type and length, as far as they have arrived, with what the length counts.
fn message_length(buffer: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(buffer.get(1..5)?.try_into().ok()?) as usize + 1;
    (buffer.len() >= length).then_some(length)
}

fn answers_question(message: &[u8], link: &Link) -> bool {
    let mut asked = lock(&link.question);
    let Some(question) = asked.as_mut() else { return false };
    match message[0] {
        b'D' => question.answer.rows.push(columns(&message[5..])),
        b'E' => question.answer.rows.push(vec![Some(String::from_utf8_lossy(message).into_owned())]),
        b'Z' => {
            if let Some(mut question) = asked.take() {
                question.answer.status = char::from(message[5]);
                let _ = question.asked_by.send(question.answer);
            }
        }
        _ => {}
    }
    true
}

fn columns(row: &[u8]) -> Vec<Option<String>> {
    let (mut rest, mut columns) = (&row[2..], Vec::new());
    while let Some((length, value)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        columns.push(length.map(|length| String::from_utf8_lossy(&value[..length]).into_owned()));
        rest = &value[length.unwrap_or(0)..];
    }
    columns
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
