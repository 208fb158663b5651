//! Migrations as folders that the diesel command line applies: `<version>_<name>/{up.sql,down.sql}`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::config::DatabaseConfig;
use super::identifier::fnv1a;
use super::plan::migrations;
use super::statement::Migration;
use super::version::{after, timestamp};
use crate::error::{Error, Result};

/// Writes the [`migrations`] of the program's models into diesel's folder, and returns the folders that are new.
///
/// Run it after the migrations that create the tables have been written, for instance in a test or a small binary of
/// the application: new folders get a version after every other one in the folder, so a table is isolated after it was
/// created, whatever the clock says. A folder of the same migration with the same content is left alone.
///
/// ```no_run
/// # fn main() -> tenant_db::Result<()> {
/// for folder in tenant_db::database::write_migrations("migrations")? {
///     println!("wrote {}", folder.display());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] where models contradict one another, where the folder cannot be written, or where it
/// holds a migration of the same name with another content. Nothing has been written then, or whole folders only.
pub fn write_migrations(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    write_migrations_with(folder, &DatabaseConfig::default())
}

/// [`write_migrations`] with names of roles and setting of one's own.
///
/// # Errors
///
/// As [`write_migrations`].
pub fn write_migrations_with(folder: impl AsRef<Path>, config: &DatabaseConfig) -> Result<Vec<PathBuf>> {
    write_all(folder.as_ref(), &migrations(config)?)
}

fn write_all(folder: &Path, migrations: &[Migration]) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).map_err(|error| cannot("create", folder, &error))?;
    let existing = folders_in(folder)?;
    let mut new = Vec::new();
    for migration in migrations {
        match existing.iter().find(|folder| folder.name == migration.name) {
            Some(earlier) => is_unchanged(&earlier.path, migration)?,
            None => new.push(migration),
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    let mut version = existing.iter().map(|folder| folder.version.clone()).max().unwrap_or_default();
    let mut written = Vec::new();
    for migration in new {
        version = next_version(&version, now, folder)?;
        written.push(write(folder, &version, migration)?);
    }
    Ok(written)
}

/// A folder of a migration, as diesel takes its name apart: the version up to the first `_`, without `-`.
struct Folder {
    path: PathBuf,
    version: String,
    name: String,
}

fn folders_in(folder: &Path) -> Result<Vec<Folder>> {
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| cannot("read", folder, &error))?.path();
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if file_name.starts_with('.') || !path.is_dir() {
            continue;
        }
        let (version, name) = file_name.split_once('_').unwrap_or((file_name, ""));
        folders.push(Folder { version: version.replace('-', ""), name: name.to_owned(), path: path.clone() });
    }
    Ok(folders)
}

fn is_unchanged(path: &Path, migration: &Migration) -> Result<()> {
    for (file, sql) in [("up.sql", migration.up_sql()), ("down.sql", migration.down_sql())] {
        let file = path.join(file);
        let found = fs::read_to_string(&file).map_err(|error| cannot("read", &file, &error))?;
        if found.replace("\r\n", "\n") != sql {
            return Err(Error::invalid_configuration(format!(
                "{} is not what the models ask for today, and a migration that has been applied must not change: \
                 if it never was, delete the folder and write it again; if it was, revert it everywhere first, or \
                 restore the model and make the change by a migration of your own",
                file.display()
            )));
        }
    }
    Ok(())
}

fn next_version(last: &str, now: u64, folder: &Path) -> Result<String> {
    after(last, now).ok_or_else(|| {
        Error::invalid_configuration(format!(
            "version {last:?} in {} is neither a timestamp nor before {}, so nothing can be put after it; \
             name migrations as `diesel migration generate` does",
            folder.display(),
            timestamp(now)
        ))
    })
}

/// Written under a hidden name, which diesel passes over, and renamed once it is whole.
fn write(folder: &Path, version: &str, migration: &Migration) -> Result<PathBuf> {
    let target = folder.join(format!("{version}_{}", migration.name));
    let draft = folder.join(format!(".{:016x}-{}", fnv1a(&migration.name), std::process::id()));
    let whole = fs::create_dir_all(&draft)
        .and_then(|()| fs::write(draft.join("up.sql"), migration.up_sql()))
        .and_then(|()| fs::write(draft.join("down.sql"), migration.down_sql()))
        .and_then(|()| fs::rename(&draft, &target));
    if let Err(error) = whole {
        // The first error is the one to report.
        let _ = fs::remove_dir_all(&draft);
        return Err(cannot("write", &target, &error));
    }
    Ok(target)
}

fn cannot(act: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::invalid_configuration(format!("cannot {act} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{Statement, base_migration};

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tenant-db-folder-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn sample(name: &str, sql: &str) -> Migration {
        let statements = vec![Statement::new("A step", sql)];
        Migration { name: name.to_owned(), up: statements.clone(), down: statements }
    }

    #[test]
    fn new_folders_come_after_all_others_and_in_order() {
        let folder = scratch("order");
        fs::create_dir(folder.join("2999-12-31-235959_create_customers")).unwrap();
        let all = [base_migration(&DatabaseConfig::default()), sample("tenant_db_isolate_a", "SELECT 1")];
        assert_eq!(write_all(&folder, &all).unwrap().len(), 2);
        assert_eq!(
            names(&folder),
            [
                "2999-12-31-235959_create_customers",
                "30000101000000_tenant_db_base",
                "30000101000001_tenant_db_isolate_a"
            ]
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn writing_twice_changes_nothing_and_a_changed_migration_is_refused() {
        let folder = scratch("twice");
        let one = [sample("tenant_db_isolate_a", "SELECT 1")];
        write_all(&folder, &one).unwrap();
        let before = names(&folder);
        assert!(write_all(&folder, &one).unwrap().is_empty());
        let changed = [sample("tenant_db_isolate_b", "SELECT 1"), sample("tenant_db_isolate_a", "SELECT 2")];
        let refusal = write_all(&folder, &changed).unwrap_err().to_string();
        assert!(refusal.contains("delete the folder"), "{refusal}");
        assert_eq!(names(&folder), before);
        fs::remove_dir_all(folder).unwrap();
    }
}
