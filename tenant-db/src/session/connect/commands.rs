//! [`Commands`]: BEGIN and `SET LOCAL …`, prepared where they come again.

use bytes::{BufMut, BytesMut};
use uuid::Uuid;

/// The commands that are prepared on a connection.
///
/// To parse `SET LOCAL app.current_tenant = '…'` costs the server several times what it costs to carry it out. It takes no
/// parameters, so each tenant has one of its own, of which the last ones are kept.
#[derive(Debug, Clone)]
pub(super) struct Commands {
    /// What the names begin with. No two connections share it: behind a pooler that nobody has told us of they may share a
    /// session, and of two tenants with one name the second would act as the first.
    prefix: String,
    /// The text and the number of each; what was used last comes last.
    prepared: Vec<(Vec<u8>, u32)>,
    next: u32,
    /// Numbers of what is not needed any more, but may still be there.
    stale: Vec<u32>,
}

impl Default for Commands {
    fn default() -> Self {
        let prefix = format!("tenant_db_{}", Uuid::now_v7().simple());
        Self { prefix, prepared: Vec::new(), next: 0, stale: Vec::new() }
    }
}

/// How many are kept. Each costs the server about two kilobytes.
const MAX_PREPARED: usize = 64;

impl Commands {
    /// Has all of them closed before anything else is carried out.
    pub(super) fn forget(&mut self) {
        self.stale.extend(self.prepared.drain(..).map(|(_, number)| number));
    }

    /// Closes what is not needed any more, and says how many answers to that will come.
    pub(super) fn close_stale(&mut self, out: &mut BytesMut) -> usize {
        for number in &self.stale {
            let name = self.name(*number);
            out.put_u8(b'C');
            out.put_u32((4 + 1 + name.len() + 1) as u32);
            out.put_u8(b'S');
            put_text(out, name.as_bytes());
        }
        std::mem::take(&mut self.stale).len()
    }

    /// Makes room for the commands among these that are not prepared yet, without losing the others.
    pub(super) fn make_room<'sql>(&mut self, commands: impl IntoIterator<Item = &'sql [u8]>) {
        let mut new = 0;
        for sql in commands {
            match self.prepared.iter().rposition(|(text, _)| text == sql) {
                Some(place) => self.prepared[place..].rotate_left(1),
                None => new += 1,
            }
        }
        let surplus = (self.prepared.len() + new).saturating_sub(MAX_PREPARED);
        self.stale.extend(self.prepared.drain(..surplus).map(|(_, number)| number));
    }

    /// Writes Parse where that is needed, Bind and Execute of a command without parameters and rows.
    pub(super) fn put(&mut self, out: &mut BytesMut, sql: &[u8]) {
        let known =
            self.prepared.iter().rposition(|(text, _)| text == sql).map(|place| self.prepared.remove(place));
        let (text, number) = known.unwrap_or_else(|| {
            self.next = self.next.wrapping_add(1);
            let name = self.name(self.next);
            out.put_u8(b'P');
            out.put_u32((4 + name.len() + 1 + sql.len() + 1 + 2) as u32);
            put_text(out, name.as_bytes());
            put_text(out, sql);
            out.put_u16(0);
            (sql.to_vec(), self.next)
        });
        // The unnamed portal; no formats, no parameters, no formats.
        let name = self.name(number);
        out.put_u8(b'B');
        out.put_u32((4 + 1 + name.len() + 1 + 6) as u32);
        out.put_u8(0);
        put_text(out, name.as_bytes());
        out.put_bytes(0, 6);
        // The unnamed portal, all rows.
        out.extend_from_slice(b"E\0\0\0\x09\0\0\0\0\0");
        self.prepared.push((text, number));
    }

    fn name(&self, number: u32) -> String {
        format!("{}_{number}", self.prefix)
    }
}

fn put_text(out: &mut BytesMut, text: &[u8]) {
    out.extend_from_slice(text);
    out.put_u8(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(commands: &mut Commands, sql: &str) -> (String, usize) {
        let mut out = BytesMut::new();
        commands.make_room([sql.as_bytes()]);
        let closed = commands.close_stale(&mut out);
        commands.put(&mut out, sql.as_bytes());
        let mut kinds = String::new();
        while !out.is_empty() {
            let length = 1 + u32::from_be_bytes([out[1], out[2], out[3], out[4]]) as usize;
            kinds.push(out.split_to(length)[0] as char);
        }
        (kinds, closed)
    }

    #[test]
    fn a_command_is_parsed_once() {
        let mut commands = Commands::default();
        assert_eq!(put(&mut commands, "BEGIN").0, "PBE");
        assert_eq!(put(&mut commands, "BEGIN").0, "BE");
        assert_eq!(put(&mut commands, "BEGIN READ ONLY").0, "PBE");
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let mut commands = Commands::default();
        for tenant in 0..MAX_PREPARED {
            assert_eq!(put(&mut commands, &tenant.to_string()), ("PBE".to_owned(), 0));
        }
        assert_eq!(put(&mut commands, "0").0, "BE", "still there, and now the last one");
        assert_eq!(put(&mut commands, "new"), ("CPBE".to_owned(), 1));
        assert_eq!(put(&mut commands, "0").0, "BE");
        assert_eq!(put(&mut commands, "1"), ("CPBE".to_owned(), 1), "it had to go");
    }

    #[test]
    fn no_two_connections_choose_the_same_name() {
        let names = [(); 2].map(|()| Commands::default().name(1));
        assert_ne!(names[0], names[1]);
        // PostgreSQL cuts longer ones off.
        assert!(Commands::default().name(u32::MAX).len() < 64, "{names:?}");
    }

    #[test]
    fn what_is_forgotten_is_closed_first() {
        let mut commands = Commands::default();
        put(&mut commands, "a");
        put(&mut commands, "b");
        commands.forget();
        assert_eq!(put(&mut commands, "a"), ("CCPBE".to_owned(), 2));
        assert_eq!(put(&mut commands, "a"), ("BE".to_owned(), 0));
    }
}
