//! TD1xx: the runtime role, every role that it can become, and what its sessions start with.

use super::check::Check;
use super::snapshot::{Role, Setting};
use crate::database::quote_ident;

/// Predefined roles that reach the server's files and programs, or all data including what has no policies.
pub(super) const AROUND_TABLES: [&str; 6] = [
    "pg_execute_server_program",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_maintain",
];

type Attribute = (&'static str, &'static str, fn(&Role) -> bool, &'static str);

const ATTRIBUTES: [Attribute; 4] = [
    (
        "TD101",
        "SUPERUSER",
        |role| role.superuser,
        "Policies are not applied to superusers, so every tenant's rows are open.",
    ),
    (
        "TD102",
        "BYPASSRLS",
        |role| role.bypass_rls,
        "Policies are not applied to such roles, so every tenant's rows are open.",
    ),
    (
        "TD103",
        "CREATEROLE",
        |role| role.create_role,
        "It can make itself a member of other roles, up to the owner of the tables.",
    ),
    (
        "TD104",
        "REPLICATION",
        |role| role.replication,
        "It can read every change of every tenant from the replication stream.",
    ),
];

pub(super) fn check(check: &mut Check<'_>) {
    if check.misdirection.is_none() {
        attributes(check);
        owners(check);
        predefined(check);
        public_views(check);
    }
    settings(check);
    if !check.is_elevated() {
        rights(check);
    }
}

fn attributes(check: &mut Check<'_>) {
    for (code, word, has, consequence) in ATTRIBUTES {
        for role in check.snapshot.roles.iter().filter(|role| has(role)) {
            if role.name == check.snapshot.session_user {
                check.error(
                    code,
                    format!("role {}", role.name),
                    format!("The role that the program logs in as has {word}. {consequence}"),
                    format!("ALTER ROLE {} NO{word};", check.runtime),
                );
            } else {
                let remedy = leave(check, &role.name);
                check.error(
                    code,
                    format!("role {}", check.snapshot.session_user),
                    format!(
                        "The role that the program logs in as can become {}, which has {word}. {consequence}",
                        role.name
                    ),
                    remedy,
                );
            }
        }
    }
}

/// Ends the membership that leads to `role`, which may be several steps away.
fn leave(check: &Check<'_>, role: &str) -> String {
    let found = check.snapshot.roles.iter().find(|reachable| reachable.name == role);
    let step = found.and_then(|reachable| reachable.step.as_deref()).unwrap_or(role);
    format!("REVOKE {} FROM {};", quote_ident(step), check.runtime)
}

fn owners(check: &mut Check<'_>) {
    if check.snapshot.roles.iter().any(|role| role.superuser) {
        return;
    }
    let mut owners: Vec<&str> = check
        .snapshot
        .tables
        .iter()
        .filter(|table| table.owner_reachable)
        .map(|table| table.owner.as_str())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    for owner in owners {
        let tables: Vec<&super::snapshot::Table> =
            check.snapshot.tables.iter().filter(|table| table.owner == owner).collect();
        if owner == check.snapshot.session_user {
            let remedy = tables
                .iter()
                .map(|table| {
                    format!(
                        "ALTER TABLE {0} OWNER TO {1};
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {0} TO {2};",
                        table.name,
                        quote_ident(check.config.owner_role()),
                        check.runtime
                    )
                })
                .collect::<Vec<_>>()
                .join("\n");
            check.error(
                "TD105",
                format!("role {owner}"),
                format!(
                    "The role that the program logs in as owns {}. An owner can switch row-level security off, drop \
                     policies and empty the table.",
                    names(&tables)
                ),
                remedy,
            );
        } else {
            let remedy = leave(check, owner);
            check.error(
                "TD105",
                format!("role {}", check.snapshot.session_user),
                format!(
                    "The role that the program logs in as can become {owner}, which owns {}. An owner can switch \
                     row-level security off, drop policies and empty the table.",
                    names(&tables)
                ),
                remedy,
            );
        }
    }
}

/// Policies of tenants leave the reader of public views out; who acts for tenants must not be it.
fn public_views(check: &mut Check<'_>) {
    if check.snapshot.roles.iter().any(|role| role.superuser) {
        return;
    }
    let roles = [check.config.public_role(), check.config.views_role()];
    for role in roles.into_iter().filter(|name| check.snapshot.roles.iter().any(|role| role.name == *name)) {
        let remedy = leave(check, role);
        check.error(
            "TD113",
            format!("role {}", check.snapshot.session_user),
            format!("The role that the program logs in as is or can become {role}, which is for public views alone."),
            remedy,
        );
    }
}

fn names(tables: &[&super::snapshot::Table]) -> String {
    tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn predefined(check: &mut Check<'_>) {
    let roles = check.snapshot.roles.iter().filter(|role| role.predefined);
    for role in roles.filter(|role| AROUND_TABLES.contains(&role.name.as_str())) {
        let remedy = leave(check, &role.name);
        check.error(
            "TD106",
            format!("role {}", check.snapshot.session_user),
            format!(
                "The role that the program logs in as is a member of {}, which reaches data that no policy is on.",
                role.name
            ),
            remedy,
        );
    }
}

fn settings(check: &mut Check<'_>) {
    let tenant = check.config.setting().to_ascii_lowercase();
    let mut is_explained = false;
    for setting in &check.snapshot.settings {
        // What another role's sessions start with says nothing about the program's.
        if check.misdirection.is_some() && setting.role.is_some() {
            is_explained |= setting.name == tenant;
            continue;
        }
        let remedy = format!("{} RESET {};", alter(setting), setting.name);
        if setting.name == tenant {
            is_explained = true;
            check.error(
                "TD108",
                format!("setting {}", setting.name),
                "Sessions start with a tenant. A transaction that forgot to set one would act for that tenant instead \
                 of failing.",
                remedy,
            );
        } else if matches!(setting.name.as_str(), "search_path" | "row_security") {
            check.warning(
                "TD109",
                format!("setting {}", setting.name),
                "Sessions start with a value of their own. With another search_path names may stand for other tables; \
                 with row_security off every statement on tenant data fails.",
                remedy,
            );
        }
    }
    if check.snapshot.tenant_is_preset && !is_explained {
        check.error(
            "TD108",
            format!("setting {}", check.config.setting()),
            "The session starts with a tenant, from the server's configuration or from the options of the connection. A \
             transaction that forgot to set one would act for that tenant instead of failing.",
            format!("-- Take {} out of postgresql.conf, ALTER SYSTEM, and the connection's options.", check.config.setting()),
        );
    }
}

fn alter(setting: &Setting) -> String {
    match (&setting.role, &setting.database) {
        (Some(role), Some(database)) => {
            format!("ALTER ROLE {} IN DATABASE {}", quote_ident(role), quote_ident(database))
        }
        (Some(role), None) => format!("ALTER ROLE {}", quote_ident(role)),
        (None, Some(database)) => format!("ALTER DATABASE {}", quote_ident(database)),
        (None, None) => "ALTER ROLE ALL".to_owned(),
    }
}

fn rights(check: &mut Check<'_>) {
    let database = quote_ident(&check.snapshot.database);
    let role = format!("role {}", check.snapshot.session_user);
    if check.snapshot.may_set_config {
        let (owner, migrator) =
            (quote_ident(check.config.owner_role()), quote_ident(check.config.migrator_role()));
        check.warning(
            "TD107",
            role.clone(),
            "The role that the program logs in as may call set_config. An SQL injection, even inside a plain SELECT, \
             could switch to another tenant with it.",
            format!(
                "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC, {};\n\
                 GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {owner}, {migrator};",
                check.runtime
            ),
        );
    }
    if check.snapshot.may_create_temporary {
        check.warning(
            "TD110",
            role.clone(),
            "The role that the program logs in as may create temporary tables. One of a table's name stands before the \
             real one, without policies.",
            format!("REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {};", check.runtime),
        );
    }
    if check.snapshot.may_create_in_database {
        check.error(
            "TD111",
            format!("database {}", check.snapshot.database),
            "The role that the program logs in as may create schemas, with tables and functions that no policy is on.",
            format!("REVOKE CREATE ON DATABASE {database} FROM PUBLIC, {};", check.runtime),
        );
    }
}
