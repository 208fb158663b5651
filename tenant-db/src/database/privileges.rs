//! Privileges on the way up are saved before they are changed, and put back on the way down.

use super::statement::Statement;
use super::template::Template;

/// Objects with an access list: a query for `(target, column, owner, acl)`, and words for people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects {
    what: &'static str,
    query: &'static str,
    /// Whether others rest on the privileges too; then they stay.
    shared: &'static str,
}

/// The database itself.
pub(super) const DATABASE: Objects = Objects {
    what: "the database",
    shared: "false",
    query: "SELECT format('DATABASE %I', datname), NULL::name, datdba, coalesce(datacl, acldefault('d', datdba)) \
            FROM pg_database WHERE datname = current_database()",
};

/// Schema `public`.
pub(super) const PUBLIC_SCHEMA: Objects = Objects {
    what: "schema public",
    shared: "false",
    query: "SELECT format('SCHEMA %I', nspname), NULL::name, nspowner, coalesce(nspacl, acldefault('n', nspowner)) \
            FROM pg_namespace WHERE nspname = 'public'",
};

/// The function that sets a setting from inside any query.
pub(super) const SET_CONFIG: Objects = Objects {
    what: "set_config",
    shared: "false",
    query: "SELECT 'FUNCTION pg_catalog.set_config(text, text, boolean)', NULL::name, proowner, \
            coalesce(proacl, acldefault('f', proowner)) \
            FROM pg_proc WHERE oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure",
};

/// diesel's record of what has been applied.
pub(super) const APPLIED_MIGRATIONS: Objects = Objects {
    what: "diesel's table of migrations",
    shared: "false",
    query: "SELECT format('TABLE %s', oid::regclass), NULL::name, relowner, coalesce(relacl, acldefault('r', relowner)) \
            FROM pg_class WHERE oid = to_regclass('public.__diesel_schema_migrations')",
};

/// The schema of a model's table.
pub(super) const SCHEMA: Objects = Objects {
    what: "the schema",
    shared: "EXISTS ( \
               SELECT FROM tenant_db.undo t JOIN pg_class c ON c.oid = to_regclass(t.detail ->> 'relation') \
               WHERE t.step = 'table' AND t.migration <> {{migration}} AND c.relnamespace = to_regnamespace({{schema_literal}}))",
    query: "SELECT format('SCHEMA %I', nspname), NULL::name, nspowner, coalesce(nspacl, acldefault('n', nspowner)) \
            FROM pg_namespace WHERE nspname = {{schema_name}}",
};

/// A model's table with its partitions, columns and sequences.
pub(super) const TABLE: Objects = Objects {
    what: "the table",
    shared: "false",
    query: "WITH relation AS ( \
              SELECT c.oid, c.relowner, c.relacl FROM pg_class c WHERE c.oid = to_regclass({{table_name}}) \
              OR c.oid IN (SELECT relid FROM pg_partition_tree(to_regclass({{table_name}})))) \
            SELECT format('TABLE %s', oid::regclass), NULL::name, relowner, coalesce(relacl, acldefault('r', relowner)) \
            FROM relation \
            UNION ALL \
            SELECT format('TABLE %s', r.oid::regclass), a.attname, r.relowner, a.attacl \
            FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped AND a.attacl IS NOT NULL \
            UNION ALL \
            SELECT format('SEQUENCE %s', s.oid::regclass), NULL::name, s.relowner, \
                   coalesce(s.relacl, acldefault('s', s.relowner)) \
            FROM relation r \
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass \
             AND d.refobjid = r.oid AND d.deptype = 'a' \
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'",
};

impl Objects {
    /// Notes who may do what now.
    pub(super) fn save(self, template: &Template) -> Statement {
        Statement::new(
            format!("Notes the privileges of {}, for the way back", self.what),
            self.template(template).fill(include_str!("sql/save_privileges.sql")),
        )
    }

    /// Puts back what was noted.
    pub(super) fn restore(self, template: &Template) -> Statement {
        Statement::block(
            format!("Puts back the privileges of {}", self.what),
            &self
                .template(template)
                .with("shared", template.fill(self.shared))
                .fill(include_str!("sql/restore_privileges.sql")),
        )
    }

    fn template(self, template: &Template) -> Template {
        template
            .clone()
            .with("objects", template.fill(self.query))
            .with("step", format!("'privileges of {}'", self.what.replace('\'', "''")))
            .with("what", self.what.replace('\'', "''"))
    }
}
