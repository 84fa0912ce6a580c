//! Real servers in processes of their own. Each ends with its value, however the test goes.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Long enough for any server to start.
const LONGEST: Duration = Duration::from_mins(1);

/// A running server.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Starts a program and waits for a line that holds `ready`, which it gives. `install` says where it comes from.
pub fn start(mut command: Command, ready: &str, install: &str) -> (Running, String) {
    let program = command.get_program().to_owned();
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child =
        started.unwrap_or_else(|error| panic!("{} cannot be started ({error}): {install}", program.display()));
    let (say, said) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("its output")), Box::new(child.stderr.take().expect("its complaints"))];
    for stream in streams {
        let say = say.clone();
        // What it says is read away even if nobody listens, so that it never waits for a reader.
        thread::spawn(move || {
            BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(say.send(line)));
        });
    }
    drop(say);
    let running = Running(child);
    let mut heard = Vec::new();
    loop {
        match said.recv_timeout(LONGEST) {
            Ok(line) if line.contains(ready) => return (running, line),
            Ok(line) => heard.push(line),
            Err(why) => panic!("{} is not ready ({why}): {install}\n{}", program.display(), heard.join("\n")),
        }
    }
}

/// A server of one of our scripts in Python, and its port.
pub fn python(script: &str, arguments: &[&OsStr], package: &str) -> (Running, u16) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asking/peers").join(script);
    // The environment with the pinned packages, where the tests are run by `cargo xtask test`.
    let interpreter = std::env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(interpreter);
    command.arg(path).args(arguments);
    let (running, line) = start(command, "port ", &format!("pip install {package}"));
    let port = line.strip_prefix("port ").and_then(|port| port.parse().ok());
    (running, port.unwrap_or_else(|| panic!("a port, not {line}")))
}

/// A program of PATH, or of where Debian puts servers.
pub fn program(name: &str) -> PathBuf {
    let sbin = Path::new("/usr/sbin").join(name);
    if sbin.is_file() { sbin } else { name.into() }
}

/// A port that was free a moment ago, for servers that cannot take the kernel's choice.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
