//! Signing in to a broker, and opening a virtual host.

use std::collections::BTreeMap;

use model::Reason;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use rules::assess::{Fact, Trouble};

use super::{
    CHANNEL,
    frame::{self, Frames, long_text, put_long, put_short},
    table,
};
use crate::{attempt::Attempt, octets::Octets, options::Options};

/// How to sign in.
pub(super) struct Login {
    mechanism: &'static str,
    response: Vec<u8>,
}

/// The path, decoded; without one the usual `/` (AMQP URI Specification).
pub(super) fn virtual_host(options: &mut Options<'_>, url: &Url) -> Option<String> {
    let path = url.path().strip_prefix('/').unwrap_or_default();
    let name = percent_decode_str(path).decode_utf8_lossy().into_owned();
    if path.contains('/') || name.len() > 255 {
        options.fault("url", "names no virtual host: write a `/` within its name as %2F");
        return None;
    }
    Some(if name.is_empty() { "/".to_owned() } else { name })
}

/// The mechanism and what is answered to it (RFC 4616; RFC 4422, appendix A).
pub(super) fn login(
    options: &mut Options<'_>,
    url: &Url,
    external: bool,
    username: Option<String>,
    password: Option<String>,
) -> Option<Login> {
    let in_url = !url.username().is_empty() || url.password().is_some();
    if external {
        if in_url || username.is_some() || password.is_some() {
            options.fault("mechanism", "external signs in by the certificate: leave user and password out");
        }
        return Some(Login { mechanism: "EXTERNAL", response: Vec::new() });
    }
    if in_url && (username.is_some() || password.is_some()) {
        options.fault("username", "say once who asks: in `url`, or by `username` and `password`");
        return None;
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (username, password) = if in_url {
        (decoded(url.username()), decoded(url.password().unwrap_or_default()))
    } else {
        match (username, password) {
            (None, None) => ("guest".to_owned(), "guest".to_owned()),
            (Some(username), Some(password)) => (username, password),
            (username, _) => {
                let missing = if username.is_none() { "username" } else { "password" };
                options.fault(missing, "is missing: user and password go together");
                return None;
            }
        }
    };
    Some(Login { mechanism: "PLAIN", response: format!("\0{username}\0{password}").into_bytes() })
}

impl Login {
    /// Signs in and opens the virtual host.
    pub(super) async fn open(
        &self,
        attempt: &mut Attempt,
        frames: &mut Frames<'_>,
        vhost: &str,
    ) -> Result<(), Trouble> {
        frames.wire.send_secret(attempt, b"AMQP\0\0\x09\x01", "AMQP 0-9-1\n").await?;
        let start = frames.expect(attempt, frame::START, "the greeting").await?;
        let (server, mechanisms) = greeting(&start).ok_or_else(|| frames.unlike("a greeting that cannot be read"))?;
        for told in ["product", "version"] {
            if let Some(Fact::Text(text)) = server.get(told) {
                attempt.heard(format!("{told}: {text}\n").as_bytes());
            }
        }
        attempt.put("server", server);
        let Self { mechanism, response } = self;
        if !mechanisms.split(' ').any(|offered| offered == *mechanism) {
            let message = format!("{} offers {mechanisms} to sign in, not {mechanism}", frames.peer);
            return Err(Trouble::new(Reason::Auth, message));
        }
        let mut arguments = Vec::new();
        put_long(&mut arguments, &properties());
        put_short(&mut arguments, mechanism);
        put_long(&mut arguments, response);
        put_short(&mut arguments, "en_US");
        let shown = format!("connection.start-ok {mechanism}");
        frames.send(attempt, 0, frame::START_OK, &arguments, &shown).await?;
        let tune = frames.expect(attempt, frame::TUNE, "the answer to signing in").await?;
        let mut octets = Octets::of(&tune);
        let limits = octets.u16().zip(octets.u32());
        let (_channels, largest) = limits.ok_or_else(|| frames.unlike("limits that cannot be read"))?;
        // Zero is no limit.
        let largest = if largest == 0 { frame::LARGEST } else { largest.min(frame::LARGEST) };
        let mut arguments = CHANNEL.to_be_bytes().to_vec();
        arguments.extend_from_slice(&largest.to_be_bytes());
        // No signs of life: an attempt is over before one would be due.
        arguments.extend_from_slice(&[0, 0]);
        frames.send(attempt, 0, frame::TUNE_OK, &arguments, "connection.tune-ok").await?;
        let mut arguments = Vec::new();
        put_short(&mut arguments, vhost);
        arguments.extend_from_slice(&[0, 0]);
        frames.send(attempt, 0, frame::OPEN, &arguments, &format!("connection.open {vhost}")).await?;
        frames.expect(attempt, frame::OPEN_OK, "the answer to connection.open").await.map(|_| ())
    }
}

/// What a greeting tells of the server, and the mechanisms that it offers.
fn greeting(arguments: &[u8]) -> Option<(BTreeMap<String, Fact>, String)> {
    let mut octets = Octets::of(arguments);
    octets.u16()?;
    Some((table::read(&mut octets)?, long_text(&mut octets)?))
}

/// Who we are, and that we want to be told why signing in failed and when publishers are blocked.
fn properties() -> Vec<u8> {
    let mut able = Vec::new();
    for name in ["authentication_failure_close", "connection.blocked"] {
        put_short(&mut able, name);
        able.extend_from_slice(b"t\x01");
    }
    let mut properties = Vec::new();
    for (name, value) in [("product", "bridgewatch"), ("version", env!("CARGO_PKG_VERSION"))] {
        put_short(&mut properties, name);
        properties.push(b'S');
        put_long(&mut properties, value.as_bytes());
    }
    put_short(&mut properties, "capabilities");
    properties.push(b'F');
    put_long(&mut properties, &able);
    properties
}

#[cfg(test)]
mod tests {
    use super::{greeting, properties, put_long, table};
    use crate::octets::Octets;

    #[test]
    fn what_we_tell_of_ourselves_is_a_table() {
        let mut bytes = Vec::new();
        put_long(&mut bytes, &properties());
        let told = table::read(&mut Octets::of(&bytes)).expect("a table");
        assert_eq!(told.keys().collect::<Vec<_>>(), ["capabilities", "product", "version"]);
        assert_eq!(greeting(b"\0\x09\0\0\0\x05"), None, "cut off");
    }
}
