//! Installing what is missing: exact versions under `target/tools`, system packages by apt where that is possible.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

mod servers;

use crate::command::{Done, cargo, must, on_path, said, step, tools_dir};

const TRUNK: &str = "0.21.14";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";
/// The npm package that wasm-opt comes in; its major version is the one that `Trunk.toml` names.
const BINARYEN: &str = "132.0.0";
const AXE: &str = "4.14.1";
/// The certified OpenID provider that people sign in by in tests.
const OIDC_PROVIDER: &str = "9.13.3";
/// What it runs on.
const NODE: u32 = 20;
/// What makes up calls of the API, pinned with all it needs.
const SCHEMATHESIS: &str = "tests/src/fuzz/requirements.txt";
/// The servers in Python that probes ask and mail goes to in tests, pinned with all they need.
const PEERS: &str = "tests/src/peers/requirements.txt";
const WASM: &str = "wasm32-unknown-unknown";

/// The tools that bundle the pages: WASM target, Trunk, wasm-bindgen, wasm-opt. Answers whether wasm-opt is there.
pub fn tools() -> Done<bool> {
    compiler()?;
    wasm_target()?;
    cargo_tool("trunk", TRUNK, "Trunk, which bundles the pages (about 4 minutes on two cores, once)", true)?;
    let bindgen = locked_version("wasm-bindgen")?;
    cargo_tool(
        "wasm-bindgen-cli",
        &bindgen,
        "wasm-bindgen, which joins WebAssembly and JavaScript (about 3 minutes, once)",
        false,
    )?;
    wasm_opt()
}

/// What looks at our dependencies.
pub fn cargo_deny() -> Done {
    compiler()?;
    cargo_tool(
        "cargo-deny",
        CARGO_DENY,
        "cargo-deny, which looks at what we depend on (about a minute on two cores, once)",
        true,
    )
}

/// What gives hostile input to our parsers. libFuzzer itself is built with its targets, and is written in C++.
pub fn cargo_fuzz() -> Done {
    compiler()?;
    if !on_path("c++") {
        apt(&["g++"], "the C++ compiler that libFuzzer is built with")?;
    }
    cargo_tool(
        "cargo-fuzz",
        CARGO_FUZZ,
        "cargo-fuzz, which builds for the fuzzer (about a minute on two cores, once)",
        true,
    )
}

/// What the tests need beyond that: a browser and its driver, the servers that are asked in them ([`servers`]), axe-core, an OpenID
/// provider, Schemathesis, and servers in Python.
pub fn for_tests() -> Done {
    let mut missing = servers::missing();
    if !on_path("chromedriver") || !(on_path("chromium") || on_path("chromium-browser") || on_path("google-chrome")) {
        missing.extend(["chromium", "chromium-driver"]);
    }
    if !on_path("npm") {
        missing.push("npm");
    }
    if said(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_none() {
        missing.push("python3-venv");
    }
    if !missing.is_empty() {
        apt(&missing, "the browser, servers and interpreters that the tests use")?;
    }
    node()?;
    npm_tool("axe-core", AXE, "axe-core, which looks for barriers in the pages")?;
    npm_tool("oidc-provider", OIDC_PROVIDER, "oidc-provider, which people sign in by in the tests")?;
    python_tools("python", SCHEMATHESIS, "Schemathesis, which makes up calls of the API")?;
    python_tools("peers", PEERS, "the servers in Python that are asked in the tests")
}

/// Whether Node is new enough.
fn node() -> Done {
    let version = said(Command::new("node").arg("--version")).unwrap_or_default();
    let major: Option<u32> = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(format!(
            "Node {NODE} or newer is needed for the tests; `node --version` says \"{version}\". Install one, for example of Debian 13."
        )),
    }
}

/// Packages in a Python environment of their own, made anew when a pinned version changed.
fn python_tools(folder: &str, list: &str, what: &str) -> Done {
    let folder = tools_dir().join(folder);
    let pinned = fs::read_to_string(crate::command::root().join(list)).map_err(|why| format!("{list}: {why}"))?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
        return Ok(());
    }
    step(&format!("install {what}"), || {
        must(
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder),
            "Install Python 3.11 or newer with its venv: apt-get install python3-venv",
        )?;
        let mut install = Command::new(folder.join("bin/pip"));
        install.current_dir(crate::command::root());
        install.args(["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r", list]);
        must(&mut install, "Check that this machine reaches the Python registry and has Python 3.11, then try again.")?;
        fs::write(&stamp, &pinned).map_err(|why| format!("{}: {why}", stamp.display()))
    })
}

fn compiler() -> Done {
    if on_path("cc") {
        Ok(())
    } else {
        apt(&["gcc", "libc6-dev"], "the C compiler that SQLite and ring are built with")
    }
}

fn wasm_target() -> Done {
    let sysroot = said(Command::new("rustc").args(["--print", "sysroot"]).current_dir(crate::command::root()))
        .ok_or("rustc does not answer. Install Rust by rustup, then try again.")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    step("install the WebAssembly target of the pinned compiler", || {
        must(
            Command::new("rustup").args(["target", "add", WASM]).current_dir(crate::command::root()),
            "Check that this machine reaches rustup's servers, or install that target in another way.",
        )
    })
}

fn cargo_tool(package: &str, version: &str, what: &str, locked: bool) -> Done {
    let program = tools_dir().join("bin").join(package.trim_end_matches("-cli"));
    if said(Command::new(&program).arg("--version")).is_some_and(|line| line.ends_with(version)) {
        return Ok(());
    }
    step(&format!("install {what}, version {version}"), || {
        let mut install = cargo();
        install.args(["install", package, "--version", version, "--debug", "--force", "--root"]).arg(tools_dir());
        // One folder for both, so that what they share is built once. Without the lock file where it cannot be resolved.
        install.arg("--target-dir").arg(tools_dir().join("build"));
        if locked {
            install.arg("--locked");
        }
        must(&mut install, "Check that this machine reaches the crate registry and has a C compiler, then try again.")
    })
}

/// The version that Cargo.lock holds of a package.
fn locked_version(package: &str) -> Done<String> {
    let lock =
        fs::read_to_string(crate::command::root().join("Cargo.lock")).map_err(|why| format!("Cargo.lock: {why}"))?;
    let mut lines = lock.lines();
    let name = format!("name = \"{package}\"");
    lines.find(|line| *line == name).ok_or(format!("{package} is not in Cargo.lock"))?;
    let version =
        lines.next().and_then(|line| line.strip_prefix("version = \"")).map(|rest| rest.trim_end_matches('"'));
    version.map(str::to_owned).ok_or(format!("Cargo.lock has no version of {package}"))
}

fn wasm_opt() -> Done<bool> {
    if !on_path("npm") {
        println!("    npm is not here: the pages' WebAssembly is bundled without wasm-opt, about a third larger");
        return Ok(false);
    }
    npm_tool("binaryen", BINARYEN, "wasm-opt, which makes the pages' WebAssembly smaller")?;
    Ok(true)
}

fn npm_tool(package: &str, version: &str, what: &str) -> Done {
    let folder = tools_dir().join("npm");
    let manifest = folder.join("node_modules").join(package).join("package.json");
    let is_there =
        fs::read_to_string(&manifest).is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")));
    if is_there {
        return Ok(());
    }
    step(&format!("install {what}, version {version}"), || {
        fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let mut install = Command::new("npm");
        install.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix"]).arg(&folder);
        must(
            install.arg(format!("{package}@{version}")),
            "Check that this machine reaches the npm registry, then try again.",
        )
    })
}

fn apt(packages: &[&str], what: &str) -> Done {
    let list = packages.join(" ");
    let root = said(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || !on_path("apt-get") {
        return Err(format!("missing: {what}. Install it first: sudo apt-get install {list}"));
    }
    step(&format!("install {list} by apt: {what}"), || {
        let remedy = format!("Install it by hand: apt-get install {list}");
        must(Command::new("apt-get").args(["update", "-qq"]), &remedy)?;
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        must(install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages), &remedy)
    })
}
