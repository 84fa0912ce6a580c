//! Asking real databases.

mod mariadb;
mod peers;
mod postgres;
mod sqlite;

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
    sync::Arc,
};

use probe::{Clients, Outside};
use rules::assess::{Fact, Observation};
use tempfile::TempDir;

use crate::{harness::Names, pki::Authority};

const PASSWORD: &str = "four unrelated words";

/// A folder for a server that refuses to be root: for root, one of `nobody`.
struct Home {
    folder: TempDir,
    user: Option<(u32, u32)>,
    authority: Authority,
}

impl Home {
    /// With a certificate for `db.example` in it.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let is_root = fs::metadata(folder.path()).expect("the folder").uid() == 0;
        let authority = Authority::new();
        let home = Self { folder, user: is_root.then_some((65_534, 65_534)), authority };
        let (certificate, key) = home.authority.pem(&["db.example"]);
        home.write("certificate.pem", &certificate);
        home.write("key.pem", &key);
        home.give(home.folder.path());
        home
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
        self.give(&path);
    }

    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).expect("given away");
        }
    }

    /// A program as the one who owns the folder.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// Runs a program to its end.
    fn run(&self, program: impl AsRef<Path>, arguments: &[&str], install: &str) {
        let program = program.as_ref();
        let ran = self.command(program).args(arguments).output();
        let ran = ran.unwrap_or_else(|error| panic!("{} cannot be started ({error}): {install}", program.display()));
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{}: {said}", program.display());
    }

    /// Clients that trust the certificate and find its server.
    fn clients(&self) -> Clients {
        self.authority.trusted(outside())
    }
}

fn outside() -> Outside {
    Outside { lookup: Arc::new(Names::of([("db.example", &["127.0.0.1"])])), ..Outside::default() }
}

/// A column of a row.
fn cell<'o>(seen: &'o Observation, row: usize, column: &str) -> &'o Fact {
    let Some(Fact::List(rows)) = seen.facts.get("rows") else { panic!("rows: {:?}", seen.trouble) };
    let Some(Fact::Map(row)) = rows.get(row) else { panic!("a row {row} of {rows:?}") };
    row.get(column).unwrap_or_else(|| panic!("a column {column} of {row:?}"))
}
