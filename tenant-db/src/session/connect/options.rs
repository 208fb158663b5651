//! Start-up options of the URL (`options=-c name=value`), read as the server reads them.

use crate::error::{Error, Result};

/// Settings that would undo isolation for a whole session, and what to do instead.
const REFUSED: &[(&str, &str)] = &[
    ("role", "log in as the role itself"),
    ("session_authorization", "log in as the role itself"),
    ("row_security", "it is on, and has to stay so (I4)"),
    ("session_replication_role", "triggers guard the tenant's column"),
    ("standard_conforming_strings", "the tenant's name is quoted as the standard says"),
    ("client_encoding", "it is always UTF8"),
];

/// Start-up options that leave tenant and role alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct StartupOptions {
    names: Vec<String>,
}

impl StartupOptions {
    /// Reads options, and refuses what sets the tenant, changes the role or switches off row security for the whole
    /// session: tenants are set per transaction, and a session that starts with one would hide a transaction that forgot
    /// it (I3, I4).
    ///
    /// `search_path` is not refused: where tables are is the program's own business, and connecting compares those that
    /// are found.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`]. Options in another form than `-c name=value` and `--name=value` are refused as
    /// well: in the server's letters and their bundles (`-ec…`) a setting could hide.
    pub(crate) fn read(options: Option<&str>, tenant_setting: &str) -> Result<Self> {
        let names = names(options.unwrap_or_default()).ok_or_else(|| {
            Error::invalid_configuration(
                "the URL's options hold something other than `-c name=value` and `--name=value`; write them in that form",
            )
        })?;
        for name in &names {
            if *name == folded(tenant_setting) {
                return Err(Error::invalid_configuration(format!(
                    "the URL's options set `{tenant_setting}`; remove that, the tenant comes from the context of each \
                     transaction"
                )));
            }
            if let Some((refused, instead)) = REFUSED.iter().find(|(refused, _)| refused == name) {
                return Err(Error::invalid_configuration(format!(
                    "the URL's options set `{refused}`; remove that: {instead}"
                )));
            }
        }
        Ok(Self { names })
    }

    /// Whether they set `name`.
    pub(crate) fn set(&self, name: &str) -> bool {
        self.names.iter().any(|set| set == name)
    }
}

/// The names that options set, folded; none for other forms than `-c` and `--`.
fn names(options: &str) -> Option<Vec<String>> {
    let mut words = words(options).into_iter();
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        let assignment = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") if word == "-c" => words.next()?,
            Some(assignment) => assignment.to_owned(),
            None => return None,
        };
        let (name, _) = assignment.split_once('=')?;
        // The server refuses other names. Here they are refused first, since they are not understood.
        if name.is_empty()
            || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte))
        {
            return None;
        }
        names.push(folded(name));
    }
    Some(names)
}

/// The server's view of a name: no case, and a dash is an underscore.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

/// Words between white space; a backslash takes the next character as it is (`pg_split_opts`).
fn words(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = options.chars();
    while let Some(character) = characters.next() {
        // C's `isspace`, which has the vertical tab as well.
        let is_space = character.is_ascii_whitespace() || character == '\x0b';
        if is_space {
            words.extend(word.take());
            continue;
        }
        let taken = if character == '\\' { characters.next() } else { Some(character) };
        word.get_or_insert_default().extend(taken);
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &str) -> Result<StartupOptions> {
        StartupOptions::read(Some(options), "app.current_tenant")
    }

    #[test]
    fn settings_that_leave_tenant_and_role_alone_are_accepted() {
        let options =
            read(r"-c work_mem=4MB -csearch_path=shop,\ public --Statement-Timeout=5s -c app.region=eu")
                .unwrap();
        assert_eq!(options.names, ["work_mem", "search_path", "statement_timeout", "app.region"]);
        assert!(options.set("statement_timeout") && !options.set("lock_timeout"));
        assert!(read("  ").unwrap().names.is_empty());
    }

    #[test]
    fn the_tenant_is_not_set_in_any_spelling() {
        for options in [
            "-c app.current_tenant=x",
            "-c\tapp.current_tenant=",
            "-capp.current_tenant=x",
            "--app.current_tenant=x",
            "--app.current-tenant=x",
            "-c App.CURRENT-tenant=x",
            r"-c a\pp.current_tenant=x",
            r"-c app.c\urrent_tenant=x",
            r"\-\c app.current_tenant=x",
            "-c work_mem=4MB -c app.current_tenant=x",
        ] {
            let message = read(options).unwrap_err().to_string();
            assert!(message.contains("set `app.current_tenant`"), "{options}: {message}");
        }
    }

    #[test]
    fn the_tenants_setting_is_the_configured_one() {
        assert!(StartupOptions::read(Some("--shop.tenant=x"), "shop.tenant").is_err());
        assert!(StartupOptions::read(Some("--app.current_tenant=x"), "shop.tenant").is_ok());
    }

    #[test]
    fn role_and_row_security_are_not_set() {
        for (options, name) in [
            ("-c role=postgres", "role"),
            ("--ROLE=none", "role"),
            ("-csession-authorization=postgres", "session_authorization"),
            ("-c row_security=off", "row_security"),
            ("--row-security=0", "row_security"),
            ("-c session_replication_role=replica", "session_replication_role"),
            ("-c standard_conforming_strings=off", "standard_conforming_strings"),
            ("-c client_encoding=SJIS", "client_encoding"),
        ] {
            let message = read(options).unwrap_err().to_string();
            assert!(message.contains(&format!("set `{name}`")), "{options}: {message}");
        }
    }

    #[test]
    fn a_value_or_another_name_that_only_looks_alike_is_accepted() {
        for options in ["-c app.note=role=x", "-c app.roles=1", "-c app.current_tenants=1"] {
            assert!(read(options).is_ok(), "{options}");
        }
    }

    #[test]
    fn forms_in_which_a_setting_could_hide_are_refused() {
        for options in [
            "-ecapp.current_tenant=x",
            "-O",
            "-f s",
            "-c",
            "-c work_mem",
            "--",
            "-- role=x",
            "work_mem=1",
            "-",
            "-c -c",
            "--=x",
            "-c \"role\"=x",
            "-c 'role'=x",
            "-c röle=x",
            "\\",
        ] {
            let message = read(options).unwrap_err().to_string();
            assert!(message.contains("in that form"), "{options}: {message}");
        }
    }
}
