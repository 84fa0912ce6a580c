//! The browser half: Trunk makes `dist/` from `app/` and `style/`, unless nothing changed since.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::Path,
    process::Command,
    time::UNIX_EPOCH,
};

use crate::command::{Done, must, path_with_tools, root, step, target};

/// What the bundle is made of.
const SOURCES: [&str; 7] =
    ["app", "style", "crates/model", "Trunk.toml", "Cargo.lock", "Cargo.toml", "rust-toolchain.toml"];

/// Bundles the pages into `dist/` if anything they are made of changed.
pub fn bundle(wasm_opt: bool) -> Done {
    let mut hasher = DefaultHasher::new();
    wasm_opt.hash(&mut hasher);
    for source in SOURCES {
        fingerprint(&root().join(source), &mut hasher);
    }
    let mark = format!("{:016x}", hasher.finish());
    let stamp = target().join("bundle.stamp");
    let dist = root().join("dist");
    if dist.join("index.html").exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == mark) {
        return Ok(());
    }
    step("bundle the pages with Trunk (2 to 4 minutes the first time, then seconds)", || {
        let mut trunk = Command::new("trunk");
        trunk.current_dir(root()).env("PATH", path_with_tools()).env_remove("NO_COLOR").args(["build", "--release"]);
        // A build folder of its own: the browser half is of another target and profile, and cargo need not wait for it.
        trunk.env("CARGO_TARGET_DIR", target().join("browser"));
        if !wasm_opt {
            trunk.env("TRUNK_BUILD_NO_WASM_OPT", "true");
        }
        must(&mut trunk, "Read what Trunk says above; `cargo xtask setup` puts its tools in order.")
    })?;
    fs::write(&stamp, mark).map_err(|why| format!("{}: {why}", stamp.display()))
}

/// Takes in every file's path, size and time of change.
fn fingerprint(path: &Path, hasher: &mut DefaultHasher) {
    if path.is_dir() {
        let mut entries: Vec<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            fingerprint(&entry, hasher);
        }
    } else if let Ok(data) = fs::metadata(path) {
        path.hash(hasher);
        data.len().hash(hasher);
        let changed = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        changed.map(|time| time.as_nanos()).hash(hasher);
    }
}
