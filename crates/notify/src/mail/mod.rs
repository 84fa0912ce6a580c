//! Mail, by a relay that takes it for its receivers.
//!
//! One connection for each message, so that none is kept by a relay that ends it meanwhile. A relay may take a message for some
//! receivers and not for others: it counts as taken if it is taken for one, and the receipt names the rest, since sending it again
//! would tell the first ones twice.

mod letter;
mod talk;

use async_trait::async_trait;
use lettre::{
    message::Mailbox,
    transport::smtp::{
        client::{Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use model::{Notice, Span};
use tokio::time::timeout;

use crate::{Channel, Fill, NotifyError, Receipt, Result, compose, mask::Masks};

pub use letter::message_id;

/// How a relay is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// In the clear: a relay on the same machine.
    None,
    /// In the clear until STARTTLS, which is insisted on (usually port 587).
    StartTls,
    /// By TLS from the start (usually port 465).
    Tls,
}

/// Who we are to a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password: `${secret:NAME}`.
    pub password: String,
}

/// Who takes our mail. Its address is followed wherever it leads: it belongs into the server's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: Security,
    /// Who we are; without, it knows us by our address.
    pub login: Option<Login>,
    /// What we call ourselves in EHLO; without, the domain of the sender.
    pub hello: Option<String>,
    /// Certificates in PEM that are trusted besides the web's own.
    pub roots: Option<String>,
    /// How long one attempt may take.
    pub timeout: Span,
}

/// What one writes of a mail channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// Who takes it.
    pub relay: Relay,
    /// The sender: `Bridgewatch <bridgewatch@example.com>`.
    pub from: String,
    /// The receivers, at least one.
    pub to: Vec<String>,
}

/// The channel.
pub struct Mail {
    relay: Relay,
    tls: Option<TlsParameters>,
    hello: ClientId,
    from: Mailbox,
    to: Vec<Mailbox>,
    fill: Fill,
}

impl Mail {
    /// Of these settings.
    pub fn new(settings: MailSettings, fill: Fill) -> Result<Self> {
        let MailSettings { relay, from, to } = settings;
        let wrong = |field, why: &str| NotifyError::Settings { field, why: why.to_owned() };
        let mailbox = |field, text: &str| {
            let wrong = |why: String| NotifyError::Settings {
                field,
                why: format!(
                    "`{}` is no address ({why}): write jo@example.com or Jo <jo@example.com>",
                    text.escape_debug()
                ),
            };
            let mailbox = text.parse::<Mailbox>().map_err(|why| wrong(why.to_string()))?;
            // Beyond ASCII few relays take one, and those that do want to be told.
            let is_ascii = AsRef::<str>::as_ref(&mailbox.email).is_ascii();
            if is_ascii { Ok(mailbox) } else { Err(wrong("it has signs beyond ASCII".to_owned())) }
        };
        let from = mailbox("from", &from)?;
        let to: Vec<Mailbox> = to.iter().map(|to| mailbox("to", to)).collect::<Result<_>>()?;
        if to.is_empty() {
            return Err(wrong("to", "name at least one receiver"));
        }
        if relay.login.is_some() && relay.security == Security::None {
            return Err(wrong("security", "a password is not sent in the clear: use starttls or tls"));
        }
        let hello = relay.hello.clone().unwrap_or_else(|| from.email.domain().to_owned());
        if hello.is_empty() || !hello.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("hello", "it must be a host's name in ASCII"));
        }
        let tls = (relay.security != Security::None).then(|| tls(&relay)).transpose()?;
        Ok(Self { relay, tls, hello: ClientId::Domain(hello), from, to, fill })
    }
}

fn tls(relay: &Relay) -> Result<TlsParameters> {
    let mut tls = TlsParameters::builder(relay.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(roots) = &relay.roots {
        for root in certificates(roots)? {
            tls = tls.add_root_certificate(root);
        }
    }
    tls.build().map_err(NotifyError::setting("security"))
}

fn certificates(pem: &str) -> Result<Vec<Certificate>> {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let wrong = NotifyError::setting::<String>("roots");
    let read: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(read) if read.is_empty() => Err(wrong("there is no certificate in it".to_owned())),
        Ok(read) => read
            .into_iter()
            .map(|der| Certificate::from_der(der.to_vec()).map_err(NotifyError::setting("roots")))
            .collect(),
        Err(why) => Err(wrong(why.to_string())),
    }
}

#[async_trait]
impl Channel for Mail {
    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let letter = letter::write(notice, &compose(notice), &self.from, &self.to)?;
        let mut masks = Masks::default();
        let limit = self.relay.timeout;
        match timeout(limit.as_duration(), self.deliver(&letter, &mut masks)).await {
            Ok(delivered) => delivered,
            Err(_elapsed) => Err(NotifyError::later(format!("{} did not take it within {limit}", self.relay.host))),
        }
    }
}

#[cfg(test)]
mod tests;
