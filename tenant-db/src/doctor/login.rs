//! TD112: whether the role that logged in is one that a program should log in as.

use super::check::Check;
use super::roles::AROUND_TABLES;
use super::snapshot::{Role, Snapshot};
use crate::database::DatabaseConfig;

/// Why the role that logged in should not have, in words that follow its name.
#[derive(Debug)]
pub(super) struct Misdirection(String);

/// `None` for the runtime role, and for a role of another name that is fit or merely has a stray attribute: their
/// findings come with the SQL that mends them. That SQL, run for an administrator, would lock the administrator out.
pub(super) fn misdirection(snapshot: &Snapshot, config: &DatabaseConfig) -> Option<Misdirection> {
    let login = snapshot.roles.iter().find(|role| role.name == snapshot.session_user)?;
    let why = if login.name == config.runtime_role() {
        login.bootstrap.then(|| "is the superuser that the server was set up with".to_owned())
    } else {
        own_power(login, snapshot, config).or_else(|| reachable_power(login, snapshot, config))
    };
    why.map(Misdirection)
}

fn own_power(login: &Role, snapshot: &Snapshot, config: &DatabaseConfig) -> Option<String> {
    let why = if login.superuser {
        "is a superuser, and policies are not applied to superusers"
    } else if login.name == config.migrator_role() {
        "is the role that runs migrations, and can become the owner of the tables"
    } else if login.name == config.owner_role() {
        "is the owner of the tables, who can switch row-level security off"
    } else if snapshot.tables.iter().any(|table| table.owner == login.name) {
        "owns tables of models, and an owner can switch row-level security off"
    } else if login.create_role {
        "has CREATEROLE, and can make itself a member of other roles"
    } else if login.bypass_rls && login.administers {
        "has BYPASSRLS, and policies are not applied to such roles"
    } else if login.replication && login.administers {
        "has REPLICATION, and can read every change of every tenant"
    } else {
        return None;
    };
    Some(why.to_owned())
}

fn reachable_power(login: &Role, snapshot: &Snapshot, config: &DatabaseConfig) -> Option<String> {
    let others = snapshot.roles.iter().filter(|role| role.name != login.name);
    others
        .filter_map(|role| {
            let why = if role.superuser {
                "which is a superuser"
            } else if role.name == config.owner_role()
                || snapshot.tables.iter().any(|table| table.owner == role.name)
            {
                "which owns the tables and can switch row-level security off"
            } else if role.name == config.migrator_role() {
                "which runs migrations"
            } else if role.bypass_rls {
                "which has BYPASSRLS"
            } else if role.create_role {
                "which has CREATEROLE"
            } else if role.replication {
                "which has REPLICATION"
            } else if role.predefined && AROUND_TABLES.contains(&role.name.as_str()) {
                "which reaches data that no policy is on"
            } else {
                return None;
            };
            Some(format!("can become {}, {why}", role.name))
        })
        .next()
}

pub(super) fn check(check: &mut Check<'_>) {
    let Some(Misdirection(why)) = &check.misdirection else { return };
    let login = &check.snapshot.session_user;
    let runtime = check.config.runtime_role();
    let problem = format!("The program logs in as {login}, which can bypass isolation: it {why}.");
    let remedy = if login == runtime {
        format!(
            "-- Leave {login} as it is. Name a role that is the program's alone (DatabaseConfig::with_runtime_role), \
             apply the migrations with it, and connect as that role."
        )
    } else {
        format!(
            "-- Leave {login} as it is, and connect as the runtime role instead: postgresql://{runtime}:…@…/{}\n\
             -- If it has no password yet, psql sets one: \\password {runtime}",
            check.snapshot.database
        )
    };
    check.error("TD112", format!("role {login}"), problem, remedy);
}
