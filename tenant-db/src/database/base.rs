//! The base migration: roles, schema `tenant_db`, and what everybody may no longer do.

use super::config::DatabaseConfig;
use super::functions::{KEY_KINDS, tenant_function};
use super::identifier::{quote_ident, quote_literal};
use super::privileges::{APPLIED_MIGRATIONS, DATABASE, PUBLIC_SCHEMA, SET_CONFIG};
use super::statement::{Migration, Statement};
use super::template::Template;

/// The name of the base migration.
pub(crate) const BASE_NAME: &str = "tenant_db_base";

/// The migration that every other one of this crate rests on: roles, functions, and privileges taken from `PUBLIC`.
///
/// Whoever runs it should be a superuser, or own the database and have CREATEROLE. Without the rights of a superuser it
/// cannot revoke `set_config` and says so by a WARNING, as does verification at connect. Roles that exist are checked
/// and left as they are. No role gets a password: that is the operator's.
///
/// The way back drops a role only where this migration created it and nothing in any database depends on it. It has to
/// be run by a role with the same rights as the way up.
///
/// ```
/// use tenant_db::database::{DatabaseConfig, base_migration};
///
/// let base = base_migration(&DatabaseConfig::default());
/// assert!(base.up_sql().contains("CREATE SCHEMA tenant_db"));
/// ```
#[must_use]
pub fn base_migration(config: &DatabaseConfig) -> Migration {
    let names = role_places(config).with("migration", quote_literal(BASE_NAME));
    Migration { name: BASE_NAME.to_owned(), up: up(config, &names), down: down(&names) }
}

/// The places of templates that stand for the roles.
pub(super) fn role_places(config: &DatabaseConfig) -> Template {
    Template::default()
        .with("owner", quote_ident(config.owner_role()))
        .with("owner_name", quote_literal(config.owner_role()))
        .with("migrator", quote_ident(config.migrator_role()))
        .with("migrator_name", quote_literal(config.migrator_role()))
        .with("runtime", quote_ident(config.runtime_role()))
        .with("runtime_name", quote_literal(config.runtime_role()))
        .with("public", quote_ident(config.public_role()))
        .with("public_name", quote_literal(config.public_role()))
        .with("views", quote_ident(config.views_role()))
        .with("views_name", quote_literal(config.views_role()))
}

/// Names are resolved in `pg_catalog` alone while a migration runs: it may be run by a superuser, and a function of
/// somebody else's must not slip in.
pub(super) fn pin_search_path() -> Statement {
    Statement::block("Looks for names in pg_catalog only", include_str!("sql/pin_search_path.sql"))
}

pub(super) fn unpin_search_path() -> Statement {
    Statement::block("Looks for names as before", include_str!("sql/unpin_search_path.sql"))
}

fn up(config: &DatabaseConfig, names: &Template) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &names.fill(text));
    let plain = |description: &str, text: &str| Statement::new(description, names.fill(text));
    let mut statements = vec![
        pin_search_path(),
        Statement::new("The schema of this crate", "CREATE SCHEMA tenant_db"),
        plain("What the ways back need to know", include_str!("sql/base/undo_table.sql")),
        role(names, Part::Owner),
        role(names, Part::Migrator),
        role(names, Part::Runtime),
        block(
            "Who may become the owner, and that the runtime role may not",
            include_str!("sql/base/memberships.sql"),
        ),
        plain("Hands the schema to the owner", "ALTER SCHEMA tenant_db OWNER TO {{owner}}"),
        plain("Hands the notes to the owner", "ALTER TABLE tenant_db.undo OWNER TO {{owner}}"),
        plain(
            "Nobody else reads or writes them",
            "REVOKE ALL ON TABLE tenant_db.undo FROM PUBLIC, {{runtime}}",
        ),
        plain("Only known roles see the schema", "REVOKE ALL ON SCHEMA tenant_db FROM PUBLIC, {{runtime}}"),
        plain("The runtime role calls functions in it", "GRANT USAGE ON SCHEMA tenant_db TO {{runtime}}"),
    ];
    for kind in KEY_KINDS {
        statements.extend(tenant_function(kind, config));
    }
    statements.extend([
        DATABASE.save(names),
        database_privileges_of(names),
        PUBLIC_SCHEMA.save(names),
        block("Nobody creates objects in public but the owner", include_str!("sql/base/public_schema.sql")),
        SET_CONFIG.save(names),
        block(
            "An SQL injection must not switch tenants: set_config is for the owner and the migrator",
            include_str!("sql/base/set_config.sql"),
        ),
        block(
            "Messages in one language, so that errors can be told apart",
            include_str!("sql/base/messages.sql"),
        ),
        APPLIED_MIGRATIONS.save(names),
        block("Lets the migrator go on from here", include_str!("sql/base/applied_migrations.sql")),
        unpin_search_path(),
    ]);
    statements
}

/// The privileges on the database, apart: a copy of a database does not have them.
#[cfg(feature = "testing")]
pub(crate) fn database_privileges(config: &DatabaseConfig) -> Statement {
    database_privileges_of(&role_places(config))
}

fn database_privileges_of(names: &Template) -> Statement {
    Statement::block(
        "Nobody creates schemas or temporary tables, which would shadow names, but the owner",
        &names.fill(include_str!("sql/base/database_privileges.sql")),
    )
}

fn down(names: &Template) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &names.fill(text));
    let mut statements = vec![
        pin_search_path(),
        APPLIED_MIGRATIONS.restore(names),
        block("Messages as before", include_str!("sql/base/restore_messages.sql")),
        SET_CONFIG.restore(names),
        PUBLIC_SCHEMA.restore(names),
        DATABASE.restore(names),
    ];
    statements.extend(KEY_KINDS.iter().rev().map(|kind| {
        Statement::new(
            format!("Drops the function for {kind} keys"),
            format!("DROP FUNCTION IF EXISTS tenant_db.{}()", kind.function()),
        )
    }));
    statements.push(block(
        "Drops the schema, and the roles that were made for it",
        include_str!("sql/base/drop_schema.sql"),
    ));
    statements.push(unpin_search_path());
    statements
}

/// One of the roles.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Owner,
    Migrator,
    Runtime,
    /// Reads public views.
    Public,
    /// Owns them.
    Views,
}

pub(super) fn role(names: &Template, part: Part) -> Statement {
    const PLAIN: &str = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION";
    // The migrator may be an administrator that exists: it never serves requests.
    let (word, role, name, login, checked) = match part {
        Part::Owner => ("owner", "{{owner}}", "{{owner_name}}", false, true),
        Part::Migrator => ("migrator", "{{migrator}}", "{{migrator_name}}", true, false),
        Part::Runtime => ("runtime role", "{{runtime}}", "{{runtime_name}}", true, true),
        Part::Public => ("reader of public views", "{{public}}", "{{public_name}}", true, true),
        Part::Views => ("owner of public views", "{{views}}", "{{views_name}}", false, true),
    };
    let places = names
        .clone()
        .with("part", quote_literal(word))
        .with("role", names.fill(role))
        .with("name", names.fill(name))
        .with("login", login.to_string())
        .with("checked", checked.to_string())
        .with("options", format!("{} {PLAIN}", if login { "LOGIN" } else { "NOLOGIN" }));
    Statement::block(
        format!("The {word}: created, or checked"),
        &places.fill(include_str!("sql/base/role.sql")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_of_a_template_is_left_open() {
        let migration = base_migration(&DatabaseConfig::default());
        assert!(!migration.up_sql().contains("{{"));
        assert!(!migration.down_sql().contains("{{"));
    }
}
