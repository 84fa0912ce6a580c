//! Asking a mail server: does it greet, does it secure the connection, does it let us in, would it take a message?

mod login;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, name, optional, secret},
    secure::{self, Tls},
    starttls::{OUR_NAME, Reply, expect, reply},
    table::Entry,
    wire::Wire,
};
use login::Login;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "smtp",
    summary: "Greets a mail server and, if asked to, secures the connection, signs in and asks whether it takes mail for somebody",
    options: &[
        dial::HOST,
        dial::port(Some("25")),
        optional("starttls", OptionKind::Bool, Some("false"), "Whether to ask for TLS after the greeting (port 587)"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS at once (port 465)"),
        optional("helo", OptionKind::Text, Some(OUR_NAME), "How to name ourselves"),
        optional("username", OptionKind::Text, None, "The user to sign in as"),
        secret("password", "The password to sign in with"),
        optional("from", OptionKind::Text, None, "A sender that the server has to take"),
        optional("to", OptionKind::Text, None, "A recipient that the server has to take; no message is sent"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last answer"),
        name("greeting", CelKind::Text, "What the server greets with, the code left out"),
        name("greeting_time", CelKind::Duration, "From the connection to the greeting"),
        name("extensions", CelKind::List, "What the server says it can do, as texts: SIZE 10240000, STARTTLS"),
        name("ehlo_time", CelKind::Duration, "From EHLO to its answer"),
        name("starttls_time", CelKind::Duration, "From STARTTLS until hands were shaken; absent without"),
        name("login_time", CelKind::Duration, "From AUTH to its last answer; absent without"),
        name("recipient_time", CelKind::Duration, "From MAIL to the answer about the recipient; absent without"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "smtp");
    let starttls = options.bool("starttls").unwrap_or_default();
    let at_once = options.bool("tls").unwrap_or_default();
    if starttls && at_once {
        options.fault("starttls", "goes with a connection that begins in clear: leave `tls` out");
    }
    let helo = options.text("helo");
    let (from, to) = (options.text("from"), options.text("to"));
    for (option, text) in [("helo", &helo), ("from", &from), ("to", &to)] {
        // Whatever ended the line would be a command of its own.
        if text.as_deref().is_some_and(|text| text.contains(|sign: char| sign.is_control() || "<> ".contains(sign))) {
            options.fault(option, "holds a blank, an angle bracket or a control character");
        }
    }
    if to.is_some() && from.is_none() {
        options.fault("from", "is missing: there is a recipient");
    }
    let login = match (options.text("username"), options.text("password")) {
        (Some(username), Some(password)) => Some(Login { username, password }),
        (None, None) => None,
        (Some(_), None) => {
            options.fault("password", "is missing: there is a username");
            None
        }
        (None, Some(_)) => {
            options.fault("username", "is missing: there is a password");
            None
        }
    };
    let made = dial.zip(helo).and_then(|(dial, helo)| {
        let with_tls = starttls || at_once;
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        Some((Party::of(&dial.target, "SMTP"), Smtp { dial, tls, starttls, helo, login, from, to }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "smtp")
}

struct Smtp {
    dial: Dial,
    tls: Option<Tls>,
    starttls: bool,
    helo: String,
    login: Option<Login>,
    from: Option<String>,
    to: Option<String>,
}

#[async_trait]
impl Conversation for Smtp {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let at_once = self.tls.as_ref().filter(|_| !self.starttls);
        let mut wire = Wire::new(self.dial.stream(attempt, at_once).await?, peer);
        let began = Instant::now();
        let greeting = reply(&mut wire, attempt, peer, "the greeting").await?;
        attempt.put_time("greeting_time", began);
        attempt.put("greeting", greeting.lines.join(" "));
        expect(peer, &greeting, 220)?;
        let mut extensions = self.hello(attempt, &mut wire).await?;

        if let Some(tls) = self.tls.as_ref().filter(|_| self.starttls) {
            if !offers(&extensions, "STARTTLS") {
                return Err(Trouble::new(Reason::Tls, format!("{peer} does not offer STARTTLS")));
            }
            let began = Instant::now();
            let answer = self.say(attempt, &mut wire, "STARTTLS", "the answer to STARTTLS").await?;
            expect(peer, &answer, 220)?;
            let stream = self.dial.secure(attempt, tls, wire.into_stream()?).await?;
            attempt.put_time("starttls_time", began);
            wire = Wire::new(stream, peer);
            // What was said in clear does not count (RFC 3207, section 4.2).
            extensions = self.hello(attempt, &mut wire).await?;
        }
        if let Some(login) = &self.login {
            let began = Instant::now();
            login.perform(attempt, &mut wire, peer, &extensions).await?;
            attempt.put_time("login_time", began);
        }
        if let Some(from) = &self.from {
            self.recipient(attempt, &mut wire, from).await?;
        }
        // A word of farewell; whether it arrives tells nothing.
        let _farewell = wire.send(attempt, b"QUIT\r\n").await;
        Ok(())
    }
}

impl Smtp {
    /// Says who we are; gives what the server can do.
    async fn hello(&self, attempt: &mut Attempt, wire: &mut Wire) -> Result<Vec<String>, Trouble> {
        let began = Instant::now();
        let answer = self.say(attempt, wire, &format!("EHLO {}", self.helo), "the answer to EHLO").await?;
        attempt.put_time("ehlo_time", began);
        expect(&self.dial.target.peer, &answer, 250)?;
        let extensions: Vec<String> = answer.lines.into_iter().skip(1).collect();
        attempt.put("extensions", extensions.iter().map(|line| line.as_str().into()).collect::<Vec<Fact>>());
        Ok(extensions)
    }

    /// Asks whether a message would be taken, and takes the question back.
    async fn recipient(&self, attempt: &mut Attempt, wire: &mut Wire, from: &str) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let began = Instant::now();
        let answer = self.say(attempt, wire, &format!("MAIL FROM:<{from}>"), "the answer about the sender").await?;
        expect(peer, &answer, 250)?;
        if let Some(to) = &self.to {
            let answer = self.say(attempt, wire, &format!("RCPT TO:<{to}>"), "the answer about the recipient").await?;
            if answer.code != 251 {
                expect(peer, &answer, 250)?;
            }
        }
        attempt.put_time("recipient_time", began);
        let answer = self.say(attempt, wire, "RSET", "the answer to RSET").await?;
        expect(peer, &answer, 250)
    }

    async fn say(
        &self,
        attempt: &mut Attempt,
        wire: &mut Wire,
        line: &str,
        what: &'static str,
    ) -> Result<Reply, Trouble> {
        wire.send(attempt, format!("{line}\r\n").as_bytes()).await?;
        reply(wire, attempt, &self.dial.target.peer, what).await
    }
}

fn offers(extensions: &[String], word: &str) -> bool {
    extensions.iter().any(|line| line.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case(word)))
}
