//! The binary in a process of its own: what its commands print, and a server that can be killed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::wait::LONGEST;

/// What the server prints once it can be asked.
const READY: &str = "Bridgewatch is at ";

/// Where the binary lies.
#[derive(Debug, Clone, Copy)]
pub struct Binary(&'static str);

/// How a command went.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub printed: String,
    /// What it complained of.
    pub complained: String,
}

impl Binary {
    /// At the path that cargo told.
    pub const fn at(path: &'static str) -> Self {
        Self(path)
    }

    /// Runs a command to its end, in a folder.
    pub async fn run(self, folder: &Path, args: &[&str]) -> Ran {
        self.run_with(folder, args, &[]).await
    }

    /// The same with more in its environment.
    ///
    /// # Panics
    /// If it does not end within [`LONGEST`].
    pub async fn run_with(self, folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Ran {
        let ended = self.command(folder, args).envs(environment.iter().copied()).stdin(Stdio::null()).output();
        let ended = timeout(LONGEST, ended).await.unwrap_or_else(|_| panic!("{args:?} did not end"));
        let ended = ended.expect("the binary can be started");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: ended.status.code(), printed: text(&ended.stdout), complained: text(&ended.stderr) }
    }

    /// Starts a server on a free port, in a folder; returns when it can be asked.
    ///
    /// # Panics
    /// If it ends before, or takes longer than [`LONGEST`]; with what it complained of.
    pub async fn serve(self, folder: &Path, args: &[&str]) -> Serving {
        let complaints = folder.join("serve.log");
        let mut command = self.command(folder, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(File::create(&complaints).expect("a file for what it complains of"));
        let mut child = command.spawn().expect("the binary can be started");
        let mut printed = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        let told = timeout(LONGEST, async {
            loop {
                let line = printed.next_line().await.expect("standard output can be read")?;
                if let Some(url) = line.strip_prefix(READY) {
                    return Some(url.to_owned());
                }
            }
        });
        let Ok(Some(url)) = told.await else {
            panic!("the server did not start: {}", fs::read_to_string(&complaints).unwrap_or_default());
        };
        Serving { child, url, complaints, _printed: printed }
    }

    /// In an environment that says nothing to Bridgewatch; what is started ends with the test.
    fn command(self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(self.0);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BRIDGEWATCH_") {
                command.env_remove(name);
            }
        }
        command.args(args).current_dir(folder).kill_on_drop(true);
        command
    }
}

/// A server in a process of its own. Dropped, it is killed.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    url: String,
    complaints: PathBuf,
    /// Held open, so that the server may go on to print.
    _printed: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    /// Its address with this path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Ends it at once, as `kill -9` does; returns when it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server runs");
    }

    /// Asks it to end, as a service manager does.
    pub async fn ask_to_end(&self) {
        let id = self.child.id().expect("the server runs").to_string();
        let asked = Command::new("/bin/sh").args(["-c", "kill -TERM \"$1\"", "sh", &id]).status().await;
        assert!(asked.expect("a shell can be started").success(), "{id} cannot be asked to end");
    }

    /// Waits for its end; answers its exit status.
    ///
    /// # Panics
    /// If that takes longer than `limit`; with what it complained of.
    pub async fn ended(mut self, limit: Duration) -> Option<i32> {
        let Ok(status) = timeout(limit, self.child.wait()).await else {
            panic!("not ended within {limit:?}: {}", fs::read_to_string(&self.complaints).unwrap_or_default());
        };
        status.expect("a process can be waited for").code()
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.ask_to_end().await;
        let complaints = self.complaints.clone();
        let code = self.ended(LONGEST).await;
        assert_eq!(code, Some(0), "{}", fs::read_to_string(complaints).unwrap_or_default());
    }
}
