//! The account that a server runs under. PostgreSQL refuses root, and containers often have nobody else.

use std::fs;
use std::process::Command;

use super::error::LaunchError;

/// An unprivileged account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Account {
    /// The account to change to: none if this process is unprivileged itself.
    ///
    /// # Errors
    ///
    /// [`LaunchError::NoAccount`] if it is root and knows no other account.
    pub(crate) fn to_change_to() -> Result<Option<Self>, LaunchError> {
        if !running_as_root() {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self::unprivileged(&accounts).map(Some).ok_or(LaunchError::NoAccount)
    }

    /// PostgreSQL's own account if its package made one, else the one that owns nothing.
    fn unprivileged(passwd: &str) -> Option<Self> {
        ["postgres", "nobody"].into_iter().find_map(|name| {
            let fields: Vec<&str> = passwd
                .lines()
                .map(|line| line.split(':').collect::<Vec<_>>())
                .find(|fields| fields.first() == Some(&name))?;
            let user = fields.get(2)?.parse().ok().filter(|user| *user != 0)?;
            Some(Self { user, group: fields.get(3)?.parse().ok()? })
        })
    }
}

/// Asked of `id`, because the standard library cannot tell without unsafe code.
pub(crate) fn running_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn the_servers_own_account_is_preferred() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(Account::unprivileged(passwd), Some(Account { user: 101, group: 104 }));
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
        assert_eq!(Account::unprivileged(passwd), Some(Account { user: 65534, group: 65533 }));
    }

    #[test]
    fn an_account_that_is_root_under_another_name_is_not_taken() {
        assert_eq!(Account::unprivileged("postgres:x:0:0::/:/bin/sh\n"), None);
    }
}
