//! The command that installs a server on this system.

use std::path::Path;

use super::discovery::Machine;

/// A package manager and what it calls the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageManager {
    Apt,
    Dnf,
    Apk,
    Pacman,
    Zypper,
    Brew,
    /// None that we know.
    Unknown,
}

/// Distributions by the names that they give themselves and their relatives in `/etc/os-release`.
const FAMILIES: &[(&[&str], PackageManager)] = &[
    (&["debian", "ubuntu"], PackageManager::Apt),
    (&["fedora", "rhel", "centos", "amzn"], PackageManager::Dnf),
    (&["alpine"], PackageManager::Apk),
    (&["arch"], PackageManager::Pacman),
    (&["suse", "opensuse"], PackageManager::Zypper),
];

/// The package manager of `machine`.
pub(crate) fn detect(machine: &impl Machine) -> PackageManager {
    if machine.resolve(Path::new("/System/Library/CoreServices/SystemVersion.plist")).is_some() {
        return PackageManager::Brew;
    }
    let os_release = machine.text(Path::new("/etc/os-release")).unwrap_or_default();
    let names: Vec<&str> = ["ID=", "ID_LIKE="]
        .into_iter()
        .filter_map(|key| os_release.lines().find_map(|line| line.strip_prefix(key)))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace())
        .collect();
    names
        .iter()
        .find_map(|name| FAMILIES.iter().find(|(family, _)| family.contains(name)))
        .map_or(PackageManager::Unknown, |(_, manager)| *manager)
}

impl PackageManager {
    /// Whether it refuses to work for ordinary users.
    pub(crate) fn needs_root(self) -> bool {
        !matches!(self, Self::Brew | Self::Unknown)
    }

    /// The installing command as a user types it.
    pub(crate) fn command_line(self) -> String {
        match self.install() {
            Some(words) if self.needs_root() => format!("sudo {}", words.join(" ")),
            Some(words) => words.join(" "),
            None => "your package manager (the package with PostgreSQL's server)".to_owned(),
        }
    }

    /// The installing command, in words.
    pub(crate) fn install(self) -> Option<Vec<&'static str>> {
        let words = match self {
            Self::Apt => "apt-get install -y postgresql",
            Self::Dnf => "dnf install -y postgresql-server postgresql-contrib",
            Self::Apk => "apk add postgresql postgresql-contrib",
            Self::Pacman => "pacman -S --needed --noconfirm postgresql",
            Self::Zypper => "zypper install -y postgresql-server postgresql-contrib",
            Self::Brew => "brew install postgresql@18",
            Self::Unknown => return None,
        };
        Some(words.split(' ').collect())
    }
}
