//! The policies of a table: one permissive policy for each command, and a restrictive floor under them.

use super::identifier::{derived_name, qualified, quote_ident};
use super::predicate::own_rows;
use super::statement::Statement;
use crate::meta::{ModelMeta, Tenancy};

/// A policy that a table must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) command: Command,
    pub(crate) permissive: bool,
}

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Select,
    Insert,
    Update,
    Delete,
    All,
}

impl Command {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::All => "ALL",
        }
    }

    /// As `pg_policy.polcmd` keeps it.
    pub(crate) fn catalog_code(self) -> &'static str {
        match self {
            Self::Select => "r",
            Self::Insert => "a",
            Self::Update => "w",
            Self::Delete => "d",
            Self::All => "*",
        }
    }

    /// Whether the policy looks at rows that are there.
    pub(crate) fn has_using(self) -> bool {
        !matches!(self, Self::Insert)
    }

    /// Whether the policy looks at rows that are written.
    pub(crate) fn has_check(self) -> bool {
        matches!(self, Self::Insert | Self::Update | Self::All)
    }
}

/// The policies that the table of `model` must have, and no other permissive one.
///
/// Permissive policies are OR-ed, so one added later would widen them; the restrictive floor is AND-ed with every
/// policy, so it cannot be widened.
pub(crate) fn policies(model: &ModelMeta) -> Vec<Policy> {
    let policy = |suffix: &str, command, permissive| Policy {
        name: derived_name("", model.table, suffix),
        command,
        permissive,
    };
    if matches!(model.tenancy, Tenancy::Global) {
        return Vec::new();
    }
    vec![
        policy("_tenant_select", Command::Select, true),
        policy("_tenant_insert", Command::Insert, true),
        policy("_tenant_update", Command::Update, true),
        policy("_tenant_delete", Command::Delete, true),
        policy("_tenant_isolation", Command::All, false),
    ]
}

/// The policy for those that read.
pub(super) fn select_name(model: &ModelMeta) -> String {
    derived_name("", model.table, "_tenant_select")
}

/// The floor.
pub(super) fn floor_name(model: &ModelMeta) -> String {
    derived_name("", model.table, "_tenant_isolation")
}

impl Policy {
    pub(crate) fn create(&self, model: &ModelMeta) -> Statement {
        // A global table has no policies, and nothing is nobody's.
        let own = own_rows(model).unwrap_or_else(|| "false".to_owned());
        let mut sql = format!(
            "CREATE POLICY {} ON {}\nAS {} FOR {} TO PUBLIC",
            quote_ident(&self.name),
            qualified(model.schema_name(), model.table),
            if self.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
            self.command.keyword(),
        );
        if self.command.has_using() {
            sql.push_str(&format!("\nUSING ({own})"));
        }
        if self.command.has_check() {
            sql.push_str(&format!("\nWITH CHECK ({own})"));
        }
        let description = if self.permissive {
            format!("{}: rows of the current tenant", self.command.keyword())
        } else {
            "The floor: whatever other policies say, only rows of the current tenant".to_owned()
        };
        Statement::new(description, sql)
    }

    pub(crate) fn drop(&self, model: &ModelMeta) -> Statement {
        Statement::new(
            format!("Drops the policy for {}", self.command.keyword()),
            format!(
                "DROP POLICY IF EXISTS {} ON {}",
                quote_ident(&self.name),
                qualified(model.schema_name(), model.table)
            ),
        )
    }
}
