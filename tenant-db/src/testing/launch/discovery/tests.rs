//! The order of the search, on machines made of words.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::embedded::EmbeddedUnavailable;
use super::super::programs::not_found;
use super::{Machine, find};

#[derive(Default)]
struct Fake {
    variables: BTreeMap<&'static str, &'static str>,
    files: BTreeSet<PathBuf>,
    links: BTreeMap<PathBuf, PathBuf>,
    prints: BTreeMap<PathBuf, String>,
    os_release: Option<&'static str>,
}

impl Fake {
    fn with_server(mut self, bin_dir: &str, version: &str) -> Self {
        let bin_dir = Path::new(bin_dir);
        for program in ["initdb", "postgres", "psql"] {
            self.files.insert(bin_dir.join(program));
        }
        self.prints.insert(bin_dir.join("postgres"), format!("postgres (PostgreSQL) {version}"));
        self
    }

    fn with_variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.insert(name, value);
        self
    }

    fn with_link(mut self, from: &str, to: &str) -> Self {
        self.links.insert(from.into(), to.into());
        self
    }

    fn with_os_release(mut self, text: &'static str) -> Self {
        self.os_release = Some(text);
        self
    }

    fn chosen(&self) -> String {
        match find(self) {
            Ok(Some(found)) => found.bin_dir.display().to_string(),
            Ok(None) => not_found(self, EmbeddedUnavailable::NotBuiltIn).to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl Machine for Fake {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).map(OsString::from)
    }

    fn entries(&self, folder: &Path) -> Vec<PathBuf> {
        let inside: BTreeSet<PathBuf> = self
            .files
            .iter()
            .filter_map(|file| Some(folder.join(file.strip_prefix(folder).ok()?.components().next()?)))
            .collect();
        inside.into_iter().collect()
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        let path = self.links.get(path).map_or(path, PathBuf::as_path);
        self.files.iter().any(|file| file.starts_with(path)).then(|| path.to_owned())
    }

    fn output(&self, program: &Path, _argument: &str) -> Option<String> {
        self.prints.get(program).cloned()
    }

    fn text(&self, path: &Path) -> Option<String> {
        self.os_release.filter(|_| path == Path::new("/etc/os-release")).map(str::to_owned)
    }
}

fn two_debian_servers() -> Fake {
    Fake::default()
        .with_server("/usr/lib/postgresql/9.6/bin", "9.6.24")
        .with_server("/usr/lib/postgresql/17/bin", "17.2")
        .with_server("/usr/lib/postgresql/15/bin", "15.18")
}

#[test]
fn the_newest_installed_server_is_taken() {
    assert_eq!(two_debian_servers().chosen(), "/usr/lib/postgresql/17/bin");
}

#[test]
fn newest_counts_across_the_folders_of_all_installers() {
    let machine = two_debian_servers().with_server("/usr/pgsql-18/bin", "18.0");
    assert_eq!(machine.chosen(), "/usr/pgsql-18/bin");
    let machine = machine.with_server("/opt/homebrew/opt/postgresql@19/bin", "19beta1");
    assert_eq!(machine.chosen(), "/opt/homebrew/opt/postgresql@19/bin");
}

#[test]
fn a_server_on_the_path_goes_before_a_newer_one_elsewhere() {
    let machine = two_debian_servers()
        .with_server("/home/ada/pg14/bin", "14.1")
        .with_variable("PATH", "/usr/bin:/home/ada/pg14/bin");
    assert_eq!(machine.chosen(), "/home/ada/pg14/bin");
}

#[test]
fn a_link_on_the_path_leads_to_the_folder_behind_it() {
    let machine = two_debian_servers()
        .with_server("/opt/pg16/bin", "16.4")
        .with_variable("PATH", "/usr/bin")
        .with_link("/usr/bin/psql", "/opt/pg16/bin/psql");
    assert_eq!(machine.chosen(), "/opt/pg16/bin");
}

#[test]
fn pg_config_is_asked_after_the_path() {
    let mut machine =
        two_debian_servers().with_server("/opt/pg16/bin", "16.4").with_variable("PATH", "/usr/bin");
    machine.prints.insert("/usr/bin/pg_config".into(), "/opt/pg16/bin".into());
    assert_eq!(machine.chosen(), "/opt/pg16/bin");
}

#[test]
fn pg_bindir_goes_before_everything() {
    let machine = two_debian_servers()
        .with_variable("PATH", "/usr/lib/postgresql/17/bin")
        .with_variable("PG_BINDIR", "/usr/lib/postgresql/15/bin");
    assert_eq!(machine.chosen(), "/usr/lib/postgresql/15/bin");
}

#[test]
fn a_wrong_pg_bindir_is_an_error_even_if_another_server_is_installed() {
    let chosen = two_debian_servers().with_variable("PG_BINDIR", "/nowhere").chosen();
    assert!(chosen.starts_with("/nowhere is not a usable server folder"), "{chosen}");
}

#[test]
fn a_folder_with_client_programs_only_is_passed_over() {
    let mut machine = Fake::default().with_variable("PATH", "/usr/bin");
    machine.files.insert("/usr/bin/psql".into());
    machine.files.insert("/usr/lib/postgresql/18/bin/psql".into());
    assert!(machine.chosen().starts_with("no PostgreSQL server found"), "{}", machine.chosen());
}

#[test]
fn the_error_names_the_command_of_the_users_system() {
    for (os_release, command) in [
        ("ID=debian\n", "sudo apt-get install -y postgresql"),
        ("NAME=Mint\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "sudo apt-get install -y postgresql"),
        ("ID=fedora\n", "sudo dnf install -y postgresql-server postgresql-contrib"),
        (
            "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n",
            "sudo dnf install -y postgresql-server postgresql-contrib",
        ),
        ("ID=alpine\n", "sudo apk add postgresql postgresql-contrib"),
        ("ID=arch\n", "sudo pacman -S --needed --noconfirm postgresql"),
        (
            "ID=opensuse-tumbleweed\nID_LIKE=\"opensuse suse\"\n",
            "sudo zypper install -y postgresql-server postgresql-contrib",
        ),
    ] {
        let message = Fake::default().with_os_release(os_release).chosen();
        assert!(message.contains(&format!("`{command}`")), "{os_release}: {message}");
    }
}

#[test]
fn on_macos_the_error_names_homebrew() {
    let mut machine = Fake::default();
    machine.files.insert("/System/Library/CoreServices/SystemVersion.plist".into());
    assert!(machine.chosen().contains("`brew install postgresql@18`"), "{}", machine.chosen());
}
