//! A real PostgreSQL for tests: one server per test binary, in a temporary folder, with a fresh database per test.
//!
//! A small shell stands guard over the server and stops it, by its pid, as soon as the test binary is gone, however it went: it
//! waits on a pipe whose other end this process holds.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::wait::LONGEST;

/// What to do where there is no PostgreSQL.
const MISSING: &str = "PostgreSQL's `initdb` and `postgres` were found neither in PATH nor under /usr/lib/postgresql: install them \
                       (Debian, Ubuntu: apt-get install postgresql)";

/// What the guard runs: the server, stopped and started as standard input says; when that ends, it is stopped for good and its
/// folder goes.
const GUARD: &str = "trap '' INT; \
                     start() { \"$1\" -D \"$2/data\" -k \"$2\" $3 -c fsync=off \
                     -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 </dev/null & server=$!; }; \
                     stop() { [ -z \"$server\" ] || { kill -INT $server; wait $server; server=; }; }; \
                     start \"$@\"; while read -r order; do $order \"$@\"; done; stop; rm -rf \"$2\"";

/// What is said to a server that is reached by its socket alone.
const BY_SOCKET: &str = "-c listen_addresses=";
/// The port that its socket is named after then.
const USUAL_PORT: u16 = 5432;

/// What the server says once it takes connections.
const READY: &str = "ready to accept connections";
/// What it says last.
const DOWN: &str = "database system is shut down";

/// A running server. Dropped, it is stopped.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    /// Held for its standard input: the guard acts when that ends.
    guard: Child,
    /// What the server says, line by line, as far as nobody has waited for it.
    said: Mutex<mpsc::Receiver<String>>,
    databases: AtomicU32,
}

impl Postgres {
    /// The server that the tests of this binary share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A server of one's own. Blocks until it takes connections.
    ///
    /// # Panics
    /// Where PostgreSQL is missing or does not start, with what it said.
    pub fn start() -> Self {
        Self::start_with(USUAL_PORT, BY_SOCKET, &[])
    }

    /// A server of one's own that is also reached at a port of `localhost`, which is what its addresses lead to without what stands
    /// after `?`. It has TLS there, with this certificate and key (PEM), for who wants it. Blocks until it takes connections.
    ///
    /// # Panics
    /// Likewise.
    pub fn start_with_tls(certificate: &str, key: &str) -> Self {
        // It cannot be told to look for a free port itself.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let options = format!("-c listen_addresses=127.0.0.1 -c port={} -c ssl=on", free.port());
        Self::start_with(free.port(), &options, &[("server.crt", certificate), ("server.key", key)])
    }

    /// With these options, and files in the folder of its data.
    fn start_with(port: u16, options: &str, files: &[(&str, &str)]) -> Self {
        let (initdb, postgres) = binaries().unwrap_or_else(|| panic!("{MISSING}"));
        let folder = tempfile::Builder::new().prefix("bw-pg-").tempdir().expect("a temporary folder").keep();
        let user = unprivileged(&folder);
        let as_user = |program: &Path| {
            let mut command = Command::new(program);
            command.current_dir(&folder).env("LC_ALL", "C");
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let made = as_user(&initdb)
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=bridgewatch", "--no-sync", "-D"])
            .arg(folder.join("data"))
            .output()
            .expect("initdb can be started");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        for (name, text) in files {
            let path = folder.join("data").join(name);
            fs::write(&path, text).expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
                .expect("a key that others may read is refused");
            if let Some((uid, gid)) = user {
                chown(&path, Some(uid), Some(gid)).expect("root may give the file away");
            }
        }
        let mut guard = as_user(Path::new("/bin/sh"))
            .args(["-c", GUARD, "guard"])
            .args([&postgres, &folder])
            .arg(options)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell can be started");
        let lines = BufReader::new(guard.stderr.take().expect("standard error is a pipe")).lines();
        let (tell, said) = mpsc::channel();
        // what it says is read away even if nobody listens, so that it never waits for a reader
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let server = Self { folder, port, guard, said: Mutex::new(said), databases: AtomicU32::new(0) };
        server.wait_for(READY);
        server
    }

    /// Stops the server: connections break, and none are taken. Blocks until it is down.
    pub fn stop(&mut self) {
        self.order("stop");
        self.wait_for(DOWN);
    }

    /// Starts it again on its data. Blocks until it takes connections.
    pub fn start_again(&mut self) {
        self.order("start");
        self.wait_for(READY);
    }

    fn order(&mut self, order: &str) {
        let guard = self.guard.stdin.as_mut().expect("held until it is dropped");
        writeln!(guard, "{order}").expect("the guard listens");
    }

    fn wait_for(&self, words: &str) {
        let said = self.said.lock().expect("nobody panicked while waiting");
        let mut heard = Vec::new();
        while !heard.last().is_some_and(|line: &String| line.contains(words)) {
            match said.recv_timeout(LONGEST) {
                Ok(line) => heard.push(line),
                Err(why) => panic!("postgres did not say \"{words}\" ({why}), but:\n{}", heard.join("\n")),
            }
        }
    }

    /// The URL of a new, empty database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&self.url("postgres")).await.expect("the server takes connections");
        // a collation in which A follows a shows whether keys are kept by bytes; builds without ICU have none at hand
        let spoken = format!("create database {name} template template0 locale_provider icu icu_locale 'en'");
        if sqlx::query(AssertSqlSafe(spoken)).execute(&mut admin).await.is_err() {
            let plain = format!("create database {name} template template0");
            sqlx::query(AssertSqlSafe(plain)).execute(&mut admin).await.expect("a database can be made");
        }
        admin.close().await.expect("the connection can be closed");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://bridgewatch@localhost:{}/{database}?host={}", self.port, self.folder.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// `initdb` and `postgres` of one version: of PATH, else the newest of Debian's folders.
fn binaries() -> Option<(PathBuf, PathBuf)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let debian = versions.into_iter().rev().map(|(_, folder)| folder);
    std::env::split_paths(&path)
        .chain(debian)
        .map(|folder| (folder.join("initdb"), folder.join("postgres")))
        .find(|(initdb, postgres)| initdb.is_file() && postgres.is_file())
}

/// PostgreSQL refuses to run as root: for root, the user it shall run as, who then owns the folder.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).expect("the folder is there").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the list of users");
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == name;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            found.then_some((uid, gid))
        })
    };
    let (uid, gid) =
        find("postgres").or_else(|| find("nobody")).expect("a user `postgres` or `nobody` to run PostgreSQL as");
    chown(folder, Some(uid), Some(gid)).expect("root may give the folder away");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("root may close the folder");
    Some((uid, gid))
}
