//! What goes out, and what the driver is told, message by message.

use super::*;

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend_from_slice(&(4 + body.len() as u32).to_be_bytes());
    message.extend_from_slice(body);
    message
}

fn kinds(mut bytes: &[u8]) -> String {
    let mut kinds = String::new();
    while let Some(length) = message_length(bytes) {
        kinds.push(bytes[0] as char);
        bytes = &bytes[length..];
    }
    assert!(bytes.is_empty(), "whole messages");
    kinds
}

fn begin() -> Vec<u8> {
    message(b'Q', b"BEGIN; SET LOCAL app.current_tenant = 'a; b'\0")
}

fn execute(name: &str) -> Vec<u8> {
    let bind = message(b'B', format!("\0{name}\0\0\0\0\0\0\0").as_bytes());
    [bind, message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat()
}

fn prepare(name: &str, sql: &str) -> Vec<u8> {
    let parse = message(b'P', format!("{name}\0{sql}\0\0\0").as_bytes());
    [parse, message(b'D', format!("S{name}\0").as_bytes()), message(b'S', b"")].concat()
}

#[derive(Default)]
struct Line {
    outbox: Outbox,
    inbox: Inbox,
    requests: Requests,
}

impl Line {
    /// With COMMIT prepared as `c`, and what begins a transaction.
    fn new() -> Self {
        let mut line = Self::default();
        assert_eq!(line.write(&[prepare("c", "COMMIT")]), "PDS");
        assert_eq!(line.read("1tnZ"), "1tnZ");
        line.write(&[begin()]);
        assert_eq!(line.read("12C12CZ"), "CCZ");
        line
    }

    /// What goes out when the driver writes `messages` and flushes.
    fn write(&mut self, messages: &[Vec<u8>]) -> String {
        self.outbox.write(&messages.concat(), &mut self.requests);
        self.outbox.pay(&mut self.requests);
        kinds(&self.outbox.out.split())
    }

    /// What the driver gets when the server sends messages of these kinds, byte by byte.
    fn read(&mut self, kinds_sent: &str) -> String {
        for kind in kinds_sent.bytes() {
            for byte in message(kind, b"....") {
                self.inbox.read(&[byte], &mut self.requests);
            }
        }
        kinds(&self.inbox.ready.split())
    }
}

#[test]
fn the_beginning_is_split_outside_of_literals() {
    let split = |sql: &str| {
        let body = format!("{sql}\0");
        let commands = split_begin(body.as_bytes())?;
        Some(commands.iter().map(|command| String::from_utf8_lossy(command).into_owned()).collect::<Vec<_>>())
    };
    let (tenant, principal) =
        ("SET LOCAL a.t = 'x; SET LOCAL y'", r"SET LOCAL a.u = E'it''s \\''; SET LOCAL z'");
    assert_eq!(split(&format!("BEGIN; {tenant}")).unwrap(), ["BEGIN", tenant]);
    let three = split(&format!("BEGIN READ ONLY; {tenant}; {principal}")).unwrap();
    assert_eq!(three, ["BEGIN READ ONLY", tenant, principal]);
    for other in
        ["BEGIN", "BEGIN; SELECT 1", "COMMIT; SET LOCAL a.t = 'x'", "BEGIN; SET LOCAL a.t = 'x'; SELECT 1"]
    {
        assert_eq!(split(other), None, "{other}");
    }
    assert_eq!(split(&format!("BEGIN; {tenant}; {tenant}; {tenant}")), None);
}

#[test]
fn three_commands_are_one_request() {
    let mut line = Line::new();
    let begin = message(b'Q', b"BEGIN; SET LOCAL a.t = 'x'; SET LOCAL a.u = 'y'\0");
    assert_eq!(line.write(&[begin.clone(), execute("s")]), "BEPBEPBEBES");
    assert_eq!(line.read("2C12C12C2CZ"), "CCCZ2CZ");
    assert_eq!(line.write(&[begin, execute("s")]), "BEBEBEBES");
    assert_eq!(line.read("2C2C2C2CZ"), "CCCZ2CZ");
}

#[test]
fn what_begins_a_transaction_is_prepared_the_first_time() {
    let mut line = Line::default();
    assert_eq!(line.write(&[begin(), execute("s")]), "PBEPBEBES");
    assert_eq!(line.read("12C12C2CZ"), "CCZ2CZ");
    assert_eq!(line.write(&[begin(), execute("s")]), "BEBEBES");
    assert_eq!(line.read("2C2C2CZ"), "CCZ2CZ");
}

#[test]
fn after_an_error_at_the_beginning_everything_is_prepared_again() {
    let mut line = Line::new();
    line.write(&[begin(), execute("s"), execute("c")]);
    line.read("2C2EZ");
    assert_eq!(line.write(&[begin(), execute("s"), execute("c")]), "CCPBEPBEBEBES");
    assert_eq!(line.read("3312C12C2C2CZ"), "CCZ2CZ2CZ");
    line.write(&[begin(), execute("s"), execute("c")]);
    line.read("2C2C2EZ");
    assert_eq!(line.write(&[begin(), execute("s")]), "BEBEBES", "the statement's own error changes nothing");
}

#[test]
fn what_names_tenants_is_closed_before_anything_that_could_look() {
    let mut line = Line::new();
    line.write(&[begin(), execute("s")]);
    assert_eq!(line.read("2C2C2CZ"), "CCZ2CZ");
    line.outbox.forget_commands();
    assert_eq!(line.write(&[execute("foreign"), execute("t")]), "CCBESBES");
    assert_eq!(line.read("332CZ2CZ"), "2CZ2CZ", "the driver knows nothing of it");
    assert_eq!(line.write(&[begin(), execute("s")]), "PBEPBEBES");
    line.outbox.forget_commands();
    let close = [message(b'C', b"Ss\0"), message(b'S', b"")].concat();
    assert_eq!(line.write(&[close]), "CCCS", "one of them is the driver's own");
    assert_eq!(line.read("12C12C2CZ333Z"), "CCZ2CZ3Z");
}

#[test]
fn a_statement_its_beginning_and_its_end_share_a_sync() {
    let mut line = Line::new();
    assert_eq!(line.write(&[begin(), execute("s"), execute("c")]), "BEBEBEBES");
    assert_eq!(line.read("2C2C2DDC2CZ"), "CCZ2DDCZ2CZ");
    assert!(line.requests.waiting.is_empty() && line.outbox.owed.is_none());
}

#[test]
fn the_tenant_arrives_as_it_was_written() {
    let mut line = Line::default();
    line.outbox.write(&[begin(), execute("s")].concat(), &mut line.requests);
    let sent = line.outbox.out.to_vec();
    let literal = b"\0SET LOCAL app.current_tenant = 'a; b'\0\0\0";
    assert!(sent.windows(literal.len()).any(|window| window == literal));
}

#[test]
fn a_statement_that_is_not_prepared_is_prepared_with_the_beginning() {
    let mut line = Line::new();
    assert_eq!(line.write(&[begin(), prepare("s", "SELECT 1")]), "BEBEPDS");
    assert_eq!(line.read("2C2C1tTZ"), "CCZ1tTZ");
    assert_eq!(line.write(&[execute("s"), execute("c")]), "BESBES", "each with its Sync");
    assert_eq!(line.read("2CZ2CZ"), "2CZ2CZ");
}

#[test]
fn every_request_is_answered_when_one_of_them_fails() {
    let mut line = Line::new();
    line.write(&[begin(), execute("s"), execute("c")]);
    assert_eq!(line.read("2C2EZ"), "CEZEZEZ", "the tenant was refused");
    line.write(&[begin(), execute("s"), execute("c")]);
    assert_eq!(line.read("2C2C2DEZ"), "CCZ2DEZEZ", "the statement failed after a row");
    line.write(&[begin(), execute("s"), execute("c")]);
    assert_eq!(line.read("2C2C2C2EZ"), "CCZ2CZ2EZ", "COMMIT was refused");
    line.write(&[begin(), prepare("t", "SELECT")]);
    assert_eq!(line.read("2C2CEZ"), "CCZEZ", "it could not be prepared");
    line.write(&[begin(), prepare("t", "SELECT")]);
    assert_eq!(line.read("2EZ"), "EZEZ");
    assert!(line.requests.waiting.is_empty());
}

#[test]
fn what_the_server_says_in_between_is_passed_on() {
    let mut line = Line::new();
    line.write(&[begin(), execute("s"), execute("c")]);
    assert_eq!(line.read("N2CS2CN2DAC2NCZ"), "NCSCZN2DACZ2NCZ");
}

#[test]
fn a_statement_after_which_no_commit_comes_keeps_its_sync() {
    let mut line = Line::new();
    assert_eq!(line.write(&[begin(), execute("s"), execute("t")]), "BEBEBESBES", "joined reads");
    assert_eq!(line.read("2C2C2CZ2CZ"), "CCZ2CZ2CZ");
    assert_eq!(line.write(&[begin(), execute("s")]), "BEBEBES");
    assert_eq!(line.read("2C2C2CZ"), "CCZ2CZ");
    assert_eq!(line.write(&[begin()]), "BEBES", "whatever followed was dropped");
    assert_eq!(line.read("2C2CZ"), "CCZ");
}

#[test]
fn a_simple_query_never_follows_without_a_sync() {
    let mut line = Line::new();
    let savepoint = message(b'Q', b"SAVEPOINT a\0");
    assert_eq!(line.write(&[begin(), savepoint.clone()]), "BEBESQ");
    assert_eq!(line.read("2C2CZCZ"), "CCZCZ");
    assert_eq!(line.write(&[begin(), execute("s"), savepoint]), "BEBEBESQ");
    assert_eq!(line.read("2EZEZ"), "EZEZEZ");
    let plain = message(b'Q', b"BEGIN\0");
    assert_eq!(line.write(&[plain, execute("c")]), "QBES", "nothing to split");
    assert_eq!(line.read("CZ2CZ"), "CZ2CZ");
}

#[test]
fn messages_may_be_cut_anywhere() {
    let (mut whole, mut cut) = (Line::new(), Line::new());
    // Each has names of its own.
    cut.outbox.commands = whole.outbox.commands.clone();
    let bytes = [begin(), execute("s"), execute("c")].concat();
    whole.outbox.write(&bytes, &mut whole.requests);
    for byte in &bytes {
        cut.outbox.write(&[*byte], &mut cut.requests);
    }
    assert_eq!(whole.outbox.out, cut.outbox.out);
    assert_eq!(whole.requests.waiting, cut.requests.waiting);
}
