//! Lists the twins of the compile-time rules, so that one build compiles them all: a program each would take minutes to
//! link.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut modules = String::new();
    for guarantee in sorted(&folder)? {
        let twins = guarantee.join("pass");
        if !twins.is_dir() {
            continue;
        }
        for twin in sorted(&twins)? {
            let name = format!("{}_{}", stem(&guarantee), stem(&twin));
            modules += &format!("#[path = {:?}]\nmod {name};\n", twin.display().to_string());
        }
    }
    let list = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("twins.rs");
    fs::write(list, modules)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_")
}
