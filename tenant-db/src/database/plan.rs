//! Which migrations the models of a program need, in the order in which they can be applied.

use super::config::DatabaseConfig;
use super::constraints::{Rule, constraints, is_same_table};
use super::isolation;
use super::statement::Migration;
use super::views::{self, ROLES};
use super::{constrain, global, through};
use crate::error::{Error, Result};
use crate::meta::{ModelMeta, Tenancy, registered_models};
use crate::public_view::registered_views;

/// More tables between a row and its tenant are a circle.
const MAX_DISTANCE: usize = 16;

/// The migration that protects the table of `model`: owner, row-level security, policies, grants.
///
/// The table must exist, and [`base_migration`](super::base_migration) must have been applied. No row is changed. The
/// way back puts back what was there: owner, primary key, nullability, privileges, flags.
///
/// Rows that cannot stay as they are (without a tenant, with a key that others have) make it fail before anything has
/// changed, and the message says what to do about them.
///
/// A table with a tenant column gets it into its primary key, and a trigger that guards it. Foreign keys between two
/// tables that are isolated carry the tenant from then on; a row that refers to a row of another tenant makes it fail.
/// Foreign keys of tables that are not isolated (yet) keep their target: its columns stay unique under another
/// constraint, and a WARNING names them. Other unique keys without the tenant are left alone and named by a WARNING.
/// Permissive policies that were there are set aside: they are for the owner of the table only, until the way back.
/// Constraints of the model have migrations of their own: see [`migrations`].
///
/// A table whose rows belong to the tenant of a parent row gets policies that look for that row. Global tables can be
/// read by everybody and written by nobody but the owner.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep whole, and for a parent that leads to no tenant.
pub fn model_migration(model: &ModelMeta, config: &DatabaseConfig) -> Result<Migration> {
    match model.tenancy {
        Tenancy::Column(column) => isolation::migration(model, column, config),
        Tenancy::Through { parent, foreign_key } => {
            through::migration(model, parent(), foreign_key, distance(model)?, config)
        }
        Tenancy::Global => global::migration(model, config),
    }
}

/// The base migration, and those for the tables of the program's models but the ones that
/// [`DatabaseConfig::with_pending`] leaves for later: one that protects each table, and one for each constraint. All keys
/// come before all foreign keys, and parents before the tables that are reached through them.
///
/// A foreign key to a table that is left for later is left for later as well.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] where two models of one table disagree about its tenant or its key, a name cannot be
/// kept, or a constraint cannot keep tenants apart.
pub fn migrations(config: &DatabaseConfig) -> Result<Vec<Migration>> {
    let mut models = registered_models();
    models.retain(|model| !config.is_pending(model));
    let mut all = migrations_of(&models, config)?;
    let mut views = registered_views();
    views.retain(|view| !config.is_pending((view.of)()));
    views.dedup_by(|one, other| is_same_table(one.view, other.view));
    if !views.is_empty() {
        // By its name it comes after the keys; it needs nothing but the base.
        let at = all.iter().position(|migration| migration.name.as_str() > ROLES).unwrap_or(all.len());
        all.insert(at, views::roles(config));
    }
    for view in views {
        all.push(views::migration(view, config)?);
    }
    Ok(all)
}

pub(crate) fn migrations_of(models: &[&ModelMeta], config: &DatabaseConfig) -> Result<Vec<Migration>> {
    let (mut tables, mut keys, mut references) = (Vec::new(), Vec::new(), Vec::new());
    for (at, model) in models.iter().enumerate() {
        if let Some(earlier) = models[..at].iter().find(|earlier| is_same_table(earlier, model)) {
            agree(earlier, model)?;
            continue;
        }
        no_pending_parent(model, config)?;
        tables.push((rank(model)?, model_migration(model, config)?));
        let same: Vec<&ModelMeta> =
            models.iter().copied().filter(|other| is_same_table(other, model)).collect();
        keys.extend(constrain::version(&same, config));
        for constraint in constraints(&same)? {
            match &constraint.rule {
                Rule::Reference(reference)
                    if config.is_table_pending(reference.parent_schema, reference.parent_table) => {}
                Rule::Reference(_) => references.push(constrain::migration(model, &constraint, config)?),
                _ => keys.push(constrain::migration(model, &constraint, config)?),
            }
        }
    }
    tables.sort_by_key(|(rank, _)| *rank);
    let first_child = tables.iter().position(|(rank, _)| *rank > 1).unwrap_or(tables.len());
    let children = tables.split_off(first_child);
    let mut all = vec![super::base_migration(config)];
    all.extend(tables.into_iter().map(|(_, migration)| migration));
    all.extend(keys);
    all.extend(references);
    all.extend(children.into_iter().map(|(_, migration)| migration));
    Ok(all)
}

/// Global tables, tables with a tenant column, their children, and so on.
fn rank(model: &ModelMeta) -> Result<usize> {
    match model.tenancy {
        Tenancy::Global => Ok(0),
        Tenancy::Column(_) => Ok(1),
        Tenancy::Through { .. } => Ok(1 + distance(model)?),
    }
}

/// How many tables there are up to the one with the tenant column.
fn distance(model: &ModelMeta) -> Result<usize> {
    let mut distance = 0;
    let mut tenancy = model.tenancy;
    loop {
        match tenancy {
            Tenancy::Column(_) => return Ok(distance),
            Tenancy::Global => {
                return Err(Error::invalid_configuration(format!(
                    "{}::{} is reached through a global table, whose rows belong to no tenant",
                    model.module, model.name
                )));
            }
            Tenancy::Through { .. } if distance > MAX_DISTANCE => {
                return Err(Error::invalid_configuration(format!(
                    "the parents of {}::{} lead in a circle: none of them has a tenant column",
                    model.module, model.name
                )));
            }
            Tenancy::Through { parent, .. } => tenancy = parent().tenancy,
        }
        distance += 1;
    }
}

/// Its policies look at the parent's rows, which have to be the parent's tenant's already.
fn no_pending_parent(model: &ModelMeta, config: &DatabaseConfig) -> Result<()> {
    match model.tenancy {
        Tenancy::Through { parent, .. } if config.is_pending(parent()) => {
            Err(Error::invalid_configuration(format!(
                "{}::{} is reached through {}, which is not adopted yet: adopt the parent first, or leave both for later",
                model.module,
                model.name,
                parent().name
            )))
        }
        _ => Ok(()),
    }
}

fn agree(one: &ModelMeta, other: &ModelMeta) -> Result<()> {
    let difference = if let Some(difference) = tenancies_differ(one, other) {
        difference
    } else if one.key != other.key {
        "the type of the tenant key"
    } else if one.primary_key != other.primary_key {
        "the primary key"
    } else {
        return Ok(());
    };
    Err(Error::invalid_configuration(format!(
        "{}::{} and {}::{} are both kept in {} and disagree about {difference}; make them say the same",
        one.module,
        one.name,
        other.module,
        other.name,
        one.qualified_table()
    )))
}

fn tenancies_differ(one: &ModelMeta, other: &ModelMeta) -> Option<&'static str> {
    match (one.tenancy, other.tenancy) {
        (Tenancy::Column(one), Tenancy::Column(other)) => (one != other).then_some("the tenant column"),
        (
            Tenancy::Through { parent: one, foreign_key: mine },
            Tenancy::Through { parent: other, foreign_key: theirs },
        ) => (!is_same_table(one(), other()) || mine != theirs).then_some("the parent"),
        (Tenancy::Global, Tenancy::Global) => None,
        _ => Some("how rows belong to tenants"),
    }
}
