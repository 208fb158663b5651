//! Which layers are on, and which are broken.

use clap::ValueEnum;

use crate::schema::TABLES;

/// Which layers isolate while programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Layer {
    /// The query builder and row-level security.
    Both,
    /// The query builder alone: row-level security is off.
    BuilderAlone,
    /// Row-level security alone: all SQL is written by hand, and names no tenant.
    PoliciesAlone,
}

impl Layer {
    /// What makes it so.
    pub(crate) fn sql(self) -> String {
        match self {
            Self::Both | Self::PoliciesAlone => String::new(),
            Self::BuilderAlone => {
                TABLES.map(|table| format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;")).concat()
            }
        }
    }
}

/// A mistake in the database, to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// A unique key that forgets the tenant: its conflicts tell what others have.
    UniqueWithoutTenant,
    /// A foreign key of one column: a child may point at somebody else's row.
    ReferenceWithoutTenant,
    /// A policy that somebody added, together with the floor's end, so that every customer can be seen.
    PermissivePolicy,
    /// Row-level security switched off for one table.
    PoliciesOff,
    /// A trigger that runs as somebody whom no policy binds, and looks at every tenant.
    PryingTrigger,
    /// A trigger that tidies up after others as well.
    RecklessTrigger,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::UniqueWithoutTenant,
        Self::ReferenceWithoutTenant,
        Self::PermissivePolicy,
        Self::PoliciesOff,
        Self::PryingTrigger,
        Self::RecklessTrigger,
    ];

    /// What makes it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::UniqueWithoutTenant => {
                "ALTER TABLE customers DROP CONSTRAINT customers_name_key,
                     ADD CONSTRAINT customers_name_key UNIQUE (name)"
            }
            Self::ReferenceWithoutTenant => {
                "ALTER TABLE documents DROP CONSTRAINT documents_customer_fkey;
                 CREATE TABLE everybody (id uuid PRIMARY KEY);
                 CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                     BEGIN
                         INSERT INTO everybody VALUES (NEW.id) ON CONFLICT DO NOTHING;
                         RETURN NEW;
                     END $$;
                 CREATE TRIGGER remember AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION remember();
                 ALTER TABLE documents ADD CONSTRAINT documents_customer_fkey
                     FOREIGN KEY (customer_id) REFERENCES everybody (id)"
            }
            Self::PermissivePolicy => {
                "DO $$
                 DECLARE floor name;
                 BEGIN
                     FOR floor IN SELECT polname FROM pg_policy
                         WHERE polrelid = 'customers'::regclass AND NOT polpermissive
                     LOOP
                         EXECUTE format('DROP POLICY %I ON customers', floor);
                     END LOOP;
                 END $$;
                 CREATE POLICY helpful ON customers USING (true) WITH CHECK (true)"
            }
            Self::PoliciesOff => "ALTER TABLE invoices DISABLE ROW LEVEL SECURITY",
            Self::PryingTrigger => {
                "CREATE FUNCTION pry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                     BEGIN
                         NEW.credit := NEW.credit + (SELECT count(*) FROM customers);
                         RETURN NEW;
                     END $$;
                 CREATE TRIGGER pry BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION pry()"
            }
            Self::RecklessTrigger => {
                "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                     BEGIN
                         DELETE FROM documents WHERE shelf = OLD.shelf AND slot = OLD.slot;
                         RETURN OLD;
                     END $$;
                 CREATE TRIGGER tidy AFTER DELETE ON documents FOR EACH ROW EXECUTE FUNCTION tidy()"
            }
        }
    }
}
