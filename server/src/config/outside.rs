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
        match &self.command_folder {
            Some(folder) if !folder.is_absolute() => Err(ServerError::Config(format!(
                "command_folder: `{}` is no absolute path; write one such as /usr/lib/nagios/plugins",
                folder.display()
            ))),
            _ => Ok(()),
        }
    }
}
