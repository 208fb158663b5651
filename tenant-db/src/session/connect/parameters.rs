//! The parameters of a URL or a key-value string, apart from what goes before them.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::{Error, Result};

/// What tokio-postgres understands. `host` and `options` among them.
const OF_THE_DRIVER: &[&str] = &[
    "user",
    "password",
    "dbname",
    "options",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// A URL (`postgresql://…`) or a key-value string (`host=… user=…`), read as far as its parameters.
pub(super) struct ConnectionString<'a> {
    /// The URL as far as its question mark; none for a key-value string.
    url: Option<&'a str>,
    parameters: Vec<(String, String)>,
}

impl<'a> ConnectionString<'a> {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`], without a word of the text: it could be a piece of the password (I10).
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        let read = match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) => {
                // What is before the first slash or question mark may hold one `@`, and what follows none: a password
                // that was not encoded would otherwise go on as a host, a database or a parameter, and be shown.
                let (address, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                if address.matches('@').count() > 1 || rest.contains('@') {
                    return Err(Error::invalid_configuration(
                        "the database URL has a `@` too many: write one inside of a password, name or parameter as %40",
                    ));
                }
                let (url, query) = text.split_once('?').unwrap_or((text, ""));
                of_query(query).map(|parameters| Self { url: Some(url), parameters })
            }
            // Only a key-value string could hold `://` elsewhere.
            _ => of_key_values(text).map(|parameters| Self { url: None, parameters }),
        };
        let read = read.ok_or_else(unreadable)?;
        for (at, (name, _)) in read.parameters.iter().enumerate() {
            // Hosts are listed by repetition in tokio-postgres's URLs.
            if name != "host" && read.parameters.iter().take(at).any(|(earlier, _)| earlier == name) {
                return Err(Error::invalid_configuration(format!(
                    "the database URL has {} twice; leave one out",
                    read.called(name)
                )));
            }
        }
        Ok(read)
    }

    /// Takes the parameters that `taker` wants.
    ///
    /// # Errors
    ///
    /// Those of `taker`.
    pub(super) fn take(&mut self, mut taker: impl FnMut(&str, &str) -> Result<bool>) -> Result<()> {
        let mut left = Vec::new();
        for (name, value) in self.parameters.drain(..) {
            if !taker(&name, &value)? {
                left.push((name, value));
            }
        }
        self.parameters = left;
        Ok(())
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.parameters.iter().any(|(present, _)| present == name)
    }

    /// Reads what is left as tokio-postgres does.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for an unknown parameter, and for a value that it does not take.
    pub(super) fn driver_config(&self) -> Result<tokio_postgres::Config> {
        if let Some((name, _)) =
            self.parameters.iter().find(|(name, _)| !OF_THE_DRIVER.contains(&name.as_str()))
        {
            return Err(Error::invalid_configuration(format!(
                "the database URL has {}, which is not known here; see `TenantDbBuilder` for what is",
                self.called(name)
            )));
        }
        if self.url.is_some_and(|url| url.parse::<tokio_postgres::Config>().is_err()) {
            return Err(unreadable());
        }
        // Now it is a parameter's value, and the error names that parameter from a list.
        self.for_the_driver().parse().map_err(|error: tokio_postgres::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            match OF_THE_DRIVER.iter().find(|name| cause == format!("invalid value for option `{name}`")) {
                Some(name) => Error::invalid_configuration(format!(
                    "the database URL's `{name}` has a value that it cannot take"
                )),
                None => unreadable(),
            }
        })
    }

    fn for_the_driver(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        match self.url {
            Some(url) => {
                let parameters = self.parameters.iter().flat_map(|(name, value)| {
                    // libpq's list of hosts, which tokio-postgres's URLs write as several parameters.
                    let values: Vec<&str> =
                        if name == "host" { value.split(',').collect() } else { vec![value.as_str()] };
                    values.into_iter().map(move |value| format!("{name}={}", encoded(value)))
                });
                format!("{url}?{}", parameters.collect::<Vec<_>>().join("&"))
            }
            None => {
                let parameters =
                    self.parameters.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
                parameters.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// What messages may call a parameter. A password among the parameters that was not encoded or quoted could go on as
    /// what looks like a name (I10).
    fn called(&self, name: &str) -> String {
        let is_plain = (1..=32).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if OF_THE_DRIVER.contains(&name) || is_plain && !self.contains("password") {
            format!("the parameter `{name}`")
        } else {
            "a parameter".to_owned()
        }
    }
}

fn unreadable() -> Error {
    Error::invalid_configuration(
        "the database URL cannot be read; its form is postgresql://user:password@host:5432/database, with special \
         characters percent-encoded",
    )
}

/// `name=value&name=value`, percent-encoded.
fn of_query(query: &str) -> Option<Vec<(String, String)>> {
    let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty()).map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        Some((decoded(name)?, decoded(value)?))
    });
    parameters.collect()
}

/// `name = value name = 'value'`, in which a backslash takes the next character as it is.
fn of_key_values(text: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once('=')?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        let tail = tail.trim_start();
        let (is_quoted, tail) = tail.strip_prefix('\'').map_or((false, tail), |tail| (true, tail));
        let mut value = String::new();
        let mut characters = tail.chars();
        let mut is_closed = !is_quoted;
        while let Some(character) = characters.next() {
            match character {
                '\\' => value.push(characters.next()?),
                '\'' if is_quoted => {
                    is_closed = true;
                    break;
                }
                character if !is_quoted && character.is_whitespace() => break,
                character => value.push(character),
            }
        }
        if !is_closed || (!is_quoted && value.is_empty()) {
            return None;
        }
        parameters.push((name.to_owned(), value));
        rest = characters.as_str().trim_start();
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    fn driver_config(text: &str) -> Result<tokio_postgres::Config> {
        ConnectionString::parse(text)?.driver_config()
    }

    #[test]
    fn urls_and_key_values_reach_the_driver_as_they_were() {
        for text in [
            "postgresql://ada:p%40ss%3Aw@h1:1,h2:2/shop?options=-c%20a%3Db%26c&keepalives=0",
            "postgresql:///shop?user=ada&password=p%40ss%3Aw&host=h1,h2&port=1,2&options=-c%20a%3Db%26c&keepalives=0",
            r"host=h1,h2 port = 1,2 user=ada password='p@ss:w' dbname='sh\op' options='-c a=b&c'  keepalives=0 ",
        ] {
            let config = driver_config(text).unwrap();
            assert_eq!(config.get_user(), Some("ada"), "{text}");
            assert_eq!(config.get_password(), Some(&b"p@ss:w"[..]), "{text}");
            assert_eq!(config.get_dbname(), Some("shop"), "{text}");
            assert_eq!(config.get_hosts(), [Host::Tcp("h1".into()), Host::Tcp("h2".into())], "{text}");
            assert_eq!(config.get_ports(), [1, 2], "{text}");
            assert_eq!(config.get_options(), Some("-c a=b&c"), "{text}");
            assert!(!config.get_keepalives(), "{text}");
        }
    }

    #[test]
    fn a_quoted_value_is_handed_on_with_its_quotes_and_backslashes() {
        let config = driver_config(r"host=h password='it\'s a \\ and a space'").unwrap();
        assert_eq!(config.get_password(), Some(&br"it's a \ and a space"[..]));
    }

    #[test]
    fn parameters_are_taken_out_decoded() {
        let mut string = ConnectionString::parse(
            "postgresql://h/d?sslrootcert=%2Fca%20%26%3D.pem&pool_size=3&keepalives=0",
        )
        .unwrap();
        let mut taken = Vec::new();
        string
            .take(|name, value| {
                let ours = name != "keepalives";
                taken.extend(ours.then(|| format!("{name}={value}")));
                Ok(ours)
            })
            .unwrap();
        assert_eq!(taken, ["sslrootcert=/ca &=.pem", "pool_size=3"]);
        assert!(!string.driver_config().unwrap().get_keepalives());
    }

    #[test]
    fn what_cannot_be_read_is_told_without_a_word_of_it() {
        for text in [
            "postgresql://ada:hunter2@x@host/db",
            "postgresql://ada:hunter2/x@host/db",
            "postgresql://ada:hunter2?x=1@host/db",
            "postgresql://ada:x@hunter2/y?z=hunter2@host/db",
            "postgresql://ada:x@h:hunter2/db",
            "postgresql://h/db?hunter2",
            "postgresql://h/db?password=x&hunter=2",
            "postgresql://h/db?password=x&hunter=2&hunter=2",
            "postgresql://h/db?Hunter2=x",
            "postgresql://h/db?x%ffhunter2=x",
            "postgresql://h/db?port=hunter2",
            "postgresql://h/db?target_session_attrs=hunter2",
            "mysql://ada:hunter2@host/db",
            "host=h password=a hunter2",
            "host=h password=a hunter=2",
            "host=h password='hunter2",
            "host=h password=",
            "hunter2",
        ] {
            let message = driver_config(text).unwrap_err().to_string();
            assert!(message.starts_with("invalid configuration: the database URL"), "{text}: {message}");
            assert!(!message.contains("hunter"), "{text}: {message}");
        }
    }

    #[test]
    fn an_unknown_or_repeated_parameter_is_named() {
        for (text, told) in [
            ("postgresql://h/db?pool_sise=3", "`pool_sise`, which is not known"),
            ("host=h sslcert=/x", "`sslcert`, which is not known"),
            ("postgresql://h/db?pool_size=3&pool_size=4", "`pool_size` twice"),
            ("host=h user=a user=b", "`user` twice"),
            ("postgresql://h/db?port=x", "`port` has a value"),
        ] {
            let message = driver_config(text).unwrap_err().to_string();
            assert!(message.contains(told), "{message}");
        }
    }
}
