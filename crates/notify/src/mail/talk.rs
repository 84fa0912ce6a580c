//! The conversation with a relay, step by step, so that what went wrong can be named.

use std::error::Error as _;

use lettre::{
    Address, Message,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, Mechanism},
        client::AsyncSmtpConnection,
        commands::{Data, Mail as MailFrom, Rcpt},
        response::Response,
    },
};
use tokio::time::timeout;

use super::{Mail, Security};
use crate::{NotifyError, Receipt, Result, mask::Masks};

/// How long a relay may take to say goodbye: it has the message already.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(1);

/// What a refusal means at a step.
#[derive(Clone, Copy)]
enum Step {
    /// Before it is about the message: somebody may put our settings right.
    Entering,
    /// It is about this message.
    Message,
}

impl Mail {
    /// Hands a letter over. What was filled in is masked by `masks` from then on.
    pub(super) async fn deliver(&self, letter: &Message, masks: &mut Masks) -> Result<Receipt> {
        let host = &self.relay.host;
        let password = self.password(masks).await?;
        let mut relay = self.enter(password.as_deref(), masks).await?;
        let sender = MailFrom::new(Some(self.from.email.clone()), Vec::new());
        step(relay.command(sender).await, &format!("{host} refuses the sender"), Step::Message, masks)?;
        let refused = self.name_receivers(&mut relay, masks).await?;
        step(relay.command(Data).await, &format!("{host} refuses the message"), Step::Message, masks)?;
        let taken = relay.message(&letter.formatted()).await;
        let taken = step(taken, &format!("{host} refuses the message"), Step::Message, masks)?;
        // It has taken the message: that is committed at once, and not after the goodbye, which changes nothing.
        tokio::spawn(async move { timeout(GOODBYE, relay.quit()).await });
        let mut answer = masks.answer(&said(&taken));
        if !refused.is_empty() {
            answer = format!("{answer}; not for {}", refused.join("; not for "));
        }
        Ok(Receipt { answer })
    }

    async fn password(&self, masks: &mut Masks) -> Result<Option<String>> {
        let Some(login) = &self.relay.login else { return Ok(None) };
        let filled = (self.fill)(login.password.clone(), Some(self.relay.host.clone())).await;
        let filled = filled.map_err(|why| NotifyError::later(format!("its password: {why}")))?;
        masks.add(filled.values);
        masks.add([filled.text.clone()]);
        Ok(Some(filled.text))
    }

    /// Connects, secures the connection, and signs in.
    async fn enter(&self, password: Option<&str>, masks: &Masks) -> Result<AsyncSmtpConnection> {
        let (host, port, limit) = (self.relay.host.as_str(), self.relay.port, self.relay.timeout.as_duration());
        let at_once = self.tls.clone().filter(|_| self.relay.security == Security::Tls);
        let connected =
            AsyncSmtpConnection::connect_tokio1((host, port), Some(limit), &self.hello, at_once, None).await;
        let mut relay = step(connected, &format!("no conversation with {host}:{port}"), Step::Entering, masks)?;
        if let Some(tls) = self.tls.clone().filter(|_| self.relay.security == Security::StartTls) {
            let secured = relay.starttls(tls, &self.hello).await;
            step(secured, &format!("no secure connection to {host}:{port}"), Step::Entering, masks)?;
        }
        if let (Some(login), Some(password)) = (&self.relay.login, password) {
            let who = Credentials::new(login.user.clone(), password.to_owned());
            let entered = relay.auth(&[Mechanism::Plain, Mechanism::Login], &who).await;
            step(entered, &format!("{host} does not let us in as {}", login.user), Step::Entering, masks)?;
        }
        Ok(relay)
    }

    /// Says for whom the message is; answers for whom the relay does not take it, if there are others.
    async fn name_receivers(&self, relay: &mut AsyncSmtpConnection, masks: &Masks) -> Result<Vec<String>> {
        let (mut refused, mut errors) = (Vec::new(), Vec::new());
        for to in &self.to {
            let address: &Address = &to.email;
            let named = relay.command(Rcpt::new(address.clone(), Vec::new())).await;
            let why = format!("{} does not take mail for {address}", self.relay.host);
            match step(named, &why, Step::Message, masks) {
                Ok(_) => {}
                Err(error) => {
                    let answer = match &error {
                        NotifyError::Later { answer, .. } | NotifyError::Refused { answer, .. } => answer.clone(),
                        _ => None,
                    };
                    refused.push(format!("{address}: {}", answer.unwrap_or_default()));
                    errors.push(error);
                }
            }
        }
        if refused.len() < self.to.len() {
            return Ok(refused);
        }
        // Taken for nobody: again, if one of them may be taken later.
        let passing = errors.iter().position(NotifyError::is_passing).unwrap_or(0);
        Err(errors.swap_remove(passing))
    }
}

/// The outcome of a step; an error says what the relay answered, and whether the same message may be taken later.
fn step<T>(outcome: std::result::Result<T, SmtpError>, why: &str, step: Step, masks: &Masks) -> Result<T> {
    outcome.map_err(|error| {
        let code = error.status();
        let told = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let answer = Some(masks.answer(&code.map_or_else(|| told.clone(), |code| format!("{code} {told}"))));
        let why = why.to_owned();
        // 530, 534, 535, 538: it wants us to sign in, which is no word about this message.
        let about_login = code.is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
        match step {
            Step::Message if error.is_permanent() && !about_login => NotifyError::Refused { why, answer },
            _ => NotifyError::Later { why, answer, after: None },
        }
    })
}

/// "250 2.0.0 Ok: queued as 4F1"
fn said(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), words.join(" "))
}
