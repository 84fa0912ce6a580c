//! The real servers and programs that tests start, and the Debian packages that they come in.
//!
//! Tests start each on loopback in a folder of their own. Some packages start a service of theirs when they are installed; no test
//! uses it.

use std::{fs, path::Path};

use crate::command::{is_program, on_path};

/// Where Debian puts servers, which is not on everybody's path.
const SBIN: &str = "/usr/sbin";

/// A program and its package.
const SERVERS: [(&str, &str); 11] = [
    ("curl", "curl"),
    ("dnsmasq", "dnsmasq-base"),
    ("mariadbd", "mariadb-server"),
    ("mosquitto", "mosquitto"),
    ("nghttpd", "nghttp2-server"),
    ("prometheus", "prometheus"),
    ("rabbitmq-server", "rabbitmq-server"),
    ("redis-server", "redis-server"),
    ("ssh-keygen", "openssh-client"),
    ("sshd", "openssh-server"),
    ("tinyproxy", "tinyproxy-bin"),
];

/// A file and its package.
const FILES: [(&str, &str); 2] = [
    ("/usr/lib/nagios/plugins/check_tcp", "monitoring-plugins-basic"),
    ("/usr/lib/openssh/sftp-server", "openssh-sftp-server"),
];

/// The packages of what is not here.
pub fn missing() -> Vec<&'static str> {
    let servers = SERVERS.iter().filter(|(program, _)| !is_here(program));
    let files = FILES.iter().filter(|(file, _)| !Path::new(file).is_file());
    let mut missing: Vec<&str> = servers.chain(files).map(|(_, package)| *package).collect();
    if !postgres_is_here() {
        missing.push("postgresql");
    }
    missing
}

fn is_here(program: &str) -> bool {
    on_path(program) || is_program(&Path::new(SBIN).join(program))
}

/// Debian keeps PostgreSQL's programs by version.
fn postgres_is_here() -> bool {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .is_ok_and(|versions| versions.flatten().any(|version| is_program(&version.path().join("bin/initdb"))));
    debian || on_path("initdb")
}
