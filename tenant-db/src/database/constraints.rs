//! [`Constraint`]: what a table's models ask the database to keep true, with names and the tenant filled in.

use super::identifier::{check_identifier, derived_name, qualified, quote_ident};
use super::isolation::KEPT_KEY_SUFFIX;
use crate::error::{Error, Result};
use crate::meta::{ExclusionMeta, ExclusionOperand, ModelMeta, OnDelete, ReferenceMeta, Tenancy};

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Constraint {
    /// Its name, or the one that it gets where there is none like it.
    pub(crate) name: String,
    /// What a program calls it by: the columns of the model, without the tenant's.
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rule: Rule,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `UNIQUE (tenant_id, number)`.
    Unique(Vec<&'static str>),
    /// `CHECK (…)`, `EXCLUDE …`.
    Condition { definition: String, needs_btree_gist: bool },
    /// `FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)`.
    Reference(Reference),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) parent_schema: &'static str,
    pub(crate) parent_table: &'static str,
    /// Columns of the table, each with the one that it refers to.
    pub(crate) pairs: Vec<(&'static str, &'static str)>,
    /// The same without the tenant.
    pub(crate) plain: Vec<(&'static str, &'static str)>,
    /// `None` where any will do: a table that is reached through its parent has a foreign key, whatever that does.
    pub(crate) on_delete: Option<OnDelete>,
}

impl Constraint {
    /// What stands after `ADD CONSTRAINT name`.
    pub(crate) fn definition(&self) -> String {
        match &self.rule {
            Rule::Unique(columns) => format!("UNIQUE ({})", list(columns)),
            Rule::Condition { definition, .. } => definition.clone(),
            Rule::Reference(reference) => reference.definition(),
        }
    }
}

impl Reference {
    fn definition(&self) -> String {
        let (mine, theirs): (Vec<_>, Vec<_>) = self.pairs.iter().copied().unzip();
        let mut sql = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            list(&mine),
            qualified(self.parent_schema, self.parent_table),
            list(&theirs)
        );
        match self.on_delete {
            Some(OnDelete::Cascade) => sql.push_str(" ON DELETE CASCADE"),
            Some(OnDelete::Restrict) => sql.push_str(" ON DELETE RESTRICT"),
            // Of two columns only the reference becomes NULL: the tenant stays.
            Some(OnDelete::SetNull) => {
                let mine: Vec<_> = self.plain.iter().map(|(mine, _)| *mine).collect();
                sql.push_str(&format!(" ON DELETE SET NULL ({})", list(&mine)));
            }
            Some(OnDelete::NoAction) | None => {}
        }
        sql
    }

    /// The name of the key that the parent gets where it has none of these columns.
    pub(crate) fn parent_key(&self) -> String {
        if self.pairs == self.plain {
            return derived_name("", self.parent_table, KEPT_KEY_SUFFIX);
        }
        let theirs: Vec<&str> = self.pairs.iter().map(|(_, theirs)| *theirs).collect();
        derived_name("", &format!("{}_{}", self.parent_table, theirs.join("_")), "_key")
    }
}

/// The constraints of the table that `models` share: keys and conditions first, then references.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] for what cannot keep tenants apart, and for two constraints of one name.
pub(crate) fn constraints(models: &[&ModelMeta]) -> Result<Vec<Constraint>> {
    let mut all: Vec<Constraint> = Vec::new();
    for model in models {
        let own = keys(model).chain(conditions(model)).map(Ok).chain(references(model));
        for constraint in own {
            let constraint = constraint?;
            check_identifier("a constraint", &constraint.name)?;
            match all.iter().find(|earlier| earlier.name == constraint.name) {
                None => all.push(constraint),
                Some(earlier) if earlier.rule == constraint.rule => {}
                Some(_) => {
                    return Err(Error::invalid_configuration(format!(
                        "two constraints of {} are called {:?}: name one of them by `name = …`",
                        model.qualified_table(),
                        constraint.name
                    )));
                }
            }
        }
    }
    all.sort_by_key(|constraint| matches!(constraint.rule, Rule::Reference(_)));
    Ok(all)
}

/// The columns that a program knows a constraint of `table` by: empty where no model says.
pub(crate) fn columns_of(models: &[&ModelMeta], table: &str, name: &str) -> Vec<&'static str> {
    let models = models.iter().filter(|model| model.table == table);
    for model in models {
        if derived_name("", model.table, "_pkey") == name {
            return model.primary_key.to_vec();
        }
        let mut own = keys(model).chain(conditions(model)).chain(references(model).filter_map(Result::ok));
        if let Some(constraint) = own.find(|constraint| constraint.name == name) {
            return constraint.columns;
        }
    }
    Vec::new()
}

fn keys(model: &ModelMeta) -> impl Iterator<Item = Constraint> {
    let (table, tenant) = (model.table, model.tenant_column());
    model.unique.iter().map(move |unique| {
        let columns: Vec<&'static str> = tenant.into_iter().chain(unique.columns.iter().copied()).collect();
        let name = match unique.name {
            Some(name) => name.to_owned(),
            // As PostgreSQL would call it, so that a table that has the key already has it under this name.
            None => derived_name("", &format!("{table}_{}", columns.join("_")), "_key"),
        };
        Constraint { name, columns: unique.columns.to_vec(), rule: Rule::Unique(columns) }
    })
}

fn conditions(model: &ModelMeta) -> impl Iterator<Item = Constraint> {
    let tenant = model.tenant_column();
    let checks = model.checks.iter().map(|check| Constraint {
        name: check.name.to_owned(),
        columns: Vec::new(),
        // On a line of its own, a comment at the end of the condition does not swallow the bracket.
        rule: Rule::Condition { definition: format!("CHECK (\n{}\n)", check.sql), needs_btree_gist: false },
    });
    let exclusions = model.exclusions.iter().map(move |exclusion| Constraint {
        name: exclusion.name.to_owned(),
        columns: exclusion
            .elements
            .iter()
            .filter_map(|element| match element.operand {
                ExclusionOperand::Column(column) => Some(column),
                ExclusionOperand::Sql(_) => None,
            })
            .collect(),
        rule: Rule::Condition {
            definition: exclusion_definition(exclusion, tenant),
            needs_btree_gist: exclusion.using.eq_ignore_ascii_case("gist"),
        },
    });
    checks.chain(exclusions)
}

fn exclusion_definition(exclusion: &ExclusionMeta, tenant: Option<&str>) -> String {
    let tenant = tenant.map(|column| format!("{} WITH =", quote_ident(column)));
    let elements = exclusion.elements.iter().map(|element| {
        let operand = match element.operand {
            ExclusionOperand::Column(column) => quote_ident(column),
            ExclusionOperand::Sql(sql) => format!("(\n{sql}\n)"),
        };
        format!("{operand} WITH {}", element.operator)
    });
    let elements: Vec<String> = tenant.into_iter().chain(elements).collect();
    let mut sql = format!("EXCLUDE USING {} ({})", quote_ident(exclusion.using), elements.join(", "));
    if let Some(condition) = exclusion.condition {
        sql.push_str(&format!(" WHERE (\n{condition}\n)"));
    }
    sql
}

fn references(model: &ModelMeta) -> impl Iterator<Item = Result<Constraint>> {
    let declared = model
        .references
        .iter()
        .map(move |reference| foreign_key(model, reference, Some(reference.on_delete)));
    // A table that is reached through its parent refers to it, whether the model says so once more or not.
    let implied = match model.tenancy {
        Tenancy::Through { parent, foreign_key: columns }
            if !model.references.iter().any(|reference| reference.columns == columns) =>
        {
            let on_delete = OnDelete::NoAction;
            Some(foreign_key(model, &ReferenceMeta { name: None, parent, columns, on_delete }, None))
        }
        _ => None,
    };
    declared.chain(implied).collect::<Vec<_>>().into_iter()
}

fn foreign_key(
    model: &ModelMeta,
    reference: &ReferenceMeta,
    on_delete: Option<OnDelete>,
) -> Result<Constraint> {
    let parent = (reference.parent)();
    let refuse = |reason: String| {
        Err(Error::invalid_configuration(format!(
            "{}::{} refers to {}: {reason}",
            model.module, model.name, parent.name
        )))
    };
    if reference.columns.len() != parent.primary_key.len() {
        return refuse(format!(
            "its primary key has {} columns beside the tenant, and the reference names {}",
            parent.primary_key.len(),
            reference.columns.len()
        ));
    }
    let plain: Vec<(&'static str, &'static str)> =
        reference.columns.iter().copied().zip(parent.primary_key.iter().copied()).collect();
    let tenant = match (model.tenancy, parent.tenancy) {
        // Nobody's rows, so nothing to keep apart.
        (_, Tenancy::Global) => None,
        (Tenancy::Column(mine), Tenancy::Column(theirs)) => Some((mine, theirs)),
        // To the parent of the row, which is the one that says whose the row is.
        (Tenancy::Through { parent: own, foreign_key }, _)
            if is_same_table(own(), parent) && reference.columns == foreign_key =>
        {
            None
        }
        (Tenancy::Global, _) => {
            return refuse("rows without a tenant cannot refer to rows of one".to_owned());
        }
        (Tenancy::Through { .. }, _) => {
            return refuse(
                "a table without a tenant column can refer to its parent and to global tables only, as the database \
                 cannot check that other rows belong to the same tenant; give the table a tenant column"
                    .to_owned(),
            );
        }
        (Tenancy::Column(_), Tenancy::Through { .. }) => {
            return refuse(
                "it has no tenant column, so the database cannot check that the row belongs to the same tenant; give it one"
                    .to_owned(),
            );
        }
    };
    let pairs: Vec<_> = tenant.into_iter().chain(plain.iter().copied()).collect();
    let name = match reference.name {
        Some(name) => name.to_owned(),
        None => {
            let mine: Vec<&str> = pairs.iter().map(|(mine, _)| *mine).collect();
            derived_name("", &format!("{}_{}", model.table, mine.join("_")), "_fkey")
        }
    };
    Ok(Constraint {
        name,
        columns: reference.columns.to_vec(),
        rule: Rule::Reference(Reference {
            parent_schema: parent.schema_name(),
            parent_table: parent.table,
            pairs,
            plain,
            on_delete,
        }),
    })
}

pub(crate) fn is_same_table(one: &ModelMeta, other: &ModelMeta) -> bool {
    one.schema_name() == other.schema_name() && one.table == other.table
}

/// `"a", "b"`.
pub(super) fn list(columns: &[&str]) -> String {
    columns.iter().map(|column| quote_ident(column)).collect::<Vec<_>>().join(", ")
}
