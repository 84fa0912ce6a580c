//! What probes and messages may reach.

use probe::Egress;

use super::Config;
use crate::ServerError;

impl Config {
    /// Where probes and messages may go.
    pub fn egress(&self) -> Egress {
        Egress {
            deny_link_local: true,
            deny_loopback: self.deny_loopback,
            deny_private: self.deny_private,
            denied: self.denied_networks.as_slice().into(),
            allowed: self.allowed_networks.as_slice().into(),
        }
    }

    /// Whether what is said of it can be.
    pub(super) fn check_outside(&self) -> Result<(), ServerError> {
        if self.demo && self.deny_loopback {
            let why = "--demo: its servers are on this machine: leave deny_loopback out, or the demo";
            return Err(ServerError::Config(why.to_owned()));
        }
        for (field, folder, example) in [
            ("command_folder", &self.command_folder, "/usr/lib/nagios/plugins"),
            ("sqlite_folder", &self.sqlite_folder, "/srv/databases"),
        ] {
            if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_absolute()) {
                let folder = folder.display();
                let why = format!("{field}: `{folder}` is no absolute path; write one such as {example}");
                return Err(ServerError::Config(why));
            }
        }
        Ok(())
    }
}
