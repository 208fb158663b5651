//! Connection URLs for the users and databases of one server.

use std::path::Path;

use super::error::LaunchError;

/// A server's address with the administrator's name; makes URLs for everybody else.
#[derive(Clone)]
pub(crate) struct ServerUrl {
    user: String,
    password: Option<String>,
    /// Host and port, encoded.
    address: String,
    database: String,
    /// What follows the database, question mark included.
    parameters: String,
}

impl ServerUrl {
    /// The address of a socket in `folder`.
    pub(crate) fn of_socket(folder: &Path, port: u16, user: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: None,
            address: format!("{}:{port}", encode(&folder.to_string_lossy())),
            database: "postgres".to_owned(),
            parameters: String::new(),
        }
    }

    /// The address of a port on this machine. Unlike a private socket, it lets nobody in without a password.
    pub(crate) fn of_port(port: u16, user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: Some(password.to_owned()),
            address: format!("127.0.0.1:{port}"),
            database: "postgres".to_owned(),
            parameters: String::new(),
        }
    }

    /// Reads a URL that the user wrote.
    ///
    /// # Errors
    ///
    /// [`LaunchError::InvalidUrl`] if the scheme, the user or the host is missing.
    pub(crate) fn parse(url: &str) -> Result<Self, LaunchError> {
        let invalid = |reason| LaunchError::InvalidUrl { reason };
        let rest = url
            .strip_prefix("postgresql://")
            .or_else(|| url.strip_prefix("postgres://"))
            .ok_or(invalid("it does not start with postgresql://"))?;
        let (rest, parameters) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (account, address) = authority.rsplit_once('@').ok_or(invalid("the user is missing"))?;
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (account, None),
        };
        if user.is_empty() || address.is_empty() {
            return Err(invalid("the user or the host is missing"));
        }
        Ok(Self {
            user: decode(user),
            password: password.map(decode),
            address: address.to_owned(),
            database: if database.is_empty() { "postgres".to_owned() } else { decode(database) },
            parameters: parameters.to_owned(),
        })
    }

    /// The administrator's URL, for the database that it names or `postgres`.
    pub(crate) fn admin(&self) -> String {
        self.admin_of(&self.database)
    }

    /// The administrator's URL for `database`.
    pub(crate) fn admin_of(&self, database: &str) -> String {
        self.of(&self.user, None, database)
    }

    /// Anybody's URL. The administrator's password goes to nobody but the administrator.
    pub(crate) fn of(&self, user: &str, password: Option<&str>, database: &str) -> String {
        let own = self.password.as_deref().filter(|_| user == self.user);
        let password = password.or(own).map(|password| format!(":{}", encode(password))).unwrap_or_default();
        let Self { address, parameters, .. } = self;
        format!("postgresql://{}{password}@{address}/{}{parameters}", encode(user), encode(database))
    }
}

/// Without the password (I10).
impl std::fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerUrl")
            .field("user", &self.user)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        let value = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(value.unwrap_or(first));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ServerUrl;

    #[test]
    fn the_folder_of_a_socket_is_encoded() {
        let url = ServerUrl::of_socket(Path::new("/run/tdb-1"), 5432, "postgres");
        assert_eq!(url.admin(), "postgresql://postgres@%2Frun%2Ftdb-1:5432/postgres");
        assert_eq!(
            url.of("ada lovelace", None, "a/b"),
            "postgresql://ada%20lovelace@%2Frun%2Ftdb-1:5432/a%2Fb"
        );
    }

    #[test]
    fn a_url_from_the_environment_lends_its_host_and_parameters() {
        let url = ServerUrl::parse("postgres://ad%40min:p:%2Fw@db.example:6543/?sslmode=disable").unwrap();
        assert_eq!(url.admin(), "postgresql://ad%40min:p%3A%2Fw@db.example:6543/postgres?sslmode=disable");
        assert_eq!(url.of("app", None, "shop"), "postgresql://app@db.example:6543/shop?sslmode=disable");
    }

    #[test]
    fn the_administrators_password_is_not_lent_and_not_shown() {
        let url = ServerUrl::parse("postgresql://admin:secret@h/db").unwrap();
        assert!(!url.of("app", None, "db").contains("secret"));
        assert!(!format!("{url:?}").contains("secret"));
    }

    #[test]
    fn what_is_missing_from_a_url_is_named() {
        for (url, reason) in
            [("localhost:5432", "start with"), ("postgresql://localhost/db", "user is missing")]
        {
            let message = ServerUrl::parse(url).unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
