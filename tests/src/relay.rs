//! A real mail relay: `aiosmtpd` in a process of its own, on loopback. It keeps what it takes in a folder.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use model::Span;
use notify::{Login, MailSettings, Relay, Security};
use serde_json::Value;
use tempfile::TempDir;

/// What to do where there is none.
const MISSING: &str = "PEERS_PYTHON names a Python that has aiosmtpd: run the tests by `cargo xtask test`";
/// Who may use a relay that wants to know.
const USER: &str = "bridgewatch";
/// Their password.
pub const PASSWORD: &str = "a password: with blanks & sígns";

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// What the sender said before it: `from`, `to`, `hello`, whether by `tls`, whether after a `login`.
    pub envelope: Value,
    /// The mail itself, as it came.
    pub mail: String,
}

impl Taken {
    /// A line of its head by name; nothing where there is none.
    pub fn header(&self, name: &str) -> String {
        let head = self.mail.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.find(|(has, _)| *has == name).map_or_else(String::new, |(_, value)| value.to_owned())
    }

    /// What follows the head, text and HTML, without the line ends that only keep lines short.
    pub fn body(&self) -> String {
        let body = self.mail.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        body.replace("=\r\n", "").replace("=3D", "=")
    }
}

/// A running relay. It ends when it is dropped, however the test goes.
pub struct MailRelay {
    folder: TempDir,
    process: Child,
    told: Option<ChildStdin>,
    port: u16,
    security: Security,
    roots: Option<String>,
}

impl MailRelay {
    /// One that takes mail from everybody, in the clear. Blocks until it listens.
    pub fn open() -> Self {
        Self::start(Security::None, &[])
    }

    /// The same, and it takes its time between having a mail and saying so: whoever is killed meanwhile has sent it and does not
    /// know.
    pub fn slow() -> Self {
        Self::start(Security::None, &["--pause", "0.2"])
    }

    /// One that wants TLS in this way, with a certificate of its own making for `localhost`, and a login.
    pub fn guarded(security: Security) -> Self {
        Self::start(security, &[])
    }

    fn start(security: Security, further: &[&str]) -> Self {
        let python = std::env::var("PEERS_PYTHON").expect(MISSING);
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/relay/relay.py")).arg(folder.path());
        command.args(further);
        let mut roots = None;
        if security != Security::None {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
            let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
            fs::write(&certificate, made.cert.pem()).expect("written");
            fs::write(&key, made.signing_key.serialize_pem()).expect("written");
            command.arg("--certificate").arg(certificate).arg("--key").arg(key);
            command.arg(if security == Security::Tls { "--tls" } else { "--starttls" });
            command.args(["--login", USER, PASSWORD]);
            roots = Some(made.cert.pem());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect(MISSING);
        let told = process.stdin.take();
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("it says something");
        let port = line.trim().parse().expect(MISSING);
        Self { folder, process, told, port, security, roots }
    }

    /// Where it is, as a configuration says it.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Settings of a channel that sends by it to these.
    pub fn settings(&self, to: &[&str]) -> MailSettings {
        let login = Login { user: USER.to_owned(), password: "${secret:RELAY}".to_owned() };
        let relay = Relay {
            host: "localhost".to_owned(),
            port: self.port,
            security: self.security,
            login: (self.security != Security::None).then_some(login),
            hello: None,
            roots: self.roots.clone(),
            timeout: Span::seconds(20),
        };
        let to = to.iter().map(|to| (*to).to_owned()).collect();
        MailSettings { relay, from: "Bridgewatch <bridgewatch@contoso.example>".to_owned(), to }
    }

    /// What it took so far, in that order.
    pub fn taken(&self) -> Vec<Taken> {
        let files = fs::read_dir(self.folder.path()).expect("its folder").map(|file| file.expect("a file").path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
        files.sort();
        files.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Taken {
        let text = String::from_utf8(fs::read(path).expect("a file")).expect("ASCII");
        let (envelope, mail) = text.split_once('\n').expect("an envelope");
        Taken { envelope: serde_json::from_str(envelope).expect("JSON"), mail: mail.to_owned() }
    }
}

impl Drop for MailRelay {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
