//! How mail leaves: over SMTP, or into a folder.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use folkmoot_common::config::{Secret, Settings as Common};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
    transport::smtp,
};
use url::Url;
use uuid::Uuid;

use super::letter::{Letter, Site};
use crate::Settings;

/// How long the server may take for one step.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Most files that stay in the folder.
const MAX_FILES: usize = 1000;

/// Sends mail.
#[derive(Clone)]
pub(crate) struct Transport {
    way: Way,
    from: Mailbox,
    site: Site,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// Why a mail did not leave. It names no address: servers repeat the recipient's in their answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server does not take mail for this address.
    Refused,
    /// Another mail would fail too, for now.
    Outage,
    /// Worth another try.
    Other,
}

impl Transport {
    /// As the settings say.
    ///
    /// # Errors
    /// If `SMTP_URL` or `MAIL_FROM` cannot be used.
    pub(crate) fn new(common: &Common, settings: &Settings) -> anyhow::Result<Self> {
        let site = Site::new(common.public_url.clone());
        let from = match &settings.mail_from {
            Some(from) => from
                .parse()
                .context("MAIL_FROM: must be an address, or NAME <ADDRESS>")?,
            None => format!("Folkmoot <noreply@{}>", site.host().unwrap_or("localhost"))
                .parse()
                .context("PUBLIC_URL: no mail address has its host; set MAIL_FROM")?,
        };
        let way = match &settings.smtp_url {
            Some(url) => Way::Smtp(smtp(url)?),
            None => Way::Folder(common.data_dir.join("mail")),
        };
        Ok(Self { way, from, site })
    }

    /// Sends one mail. The id makes it one, should it be sent twice.
    pub(super) async fn send(
        &self,
        (id, attempt): (Uuid, i32),
        to: &str,
        letter: &Letter,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let message = self
            .message((id, attempt), to, letter, now)
            .map_err(|_| Failure::Refused)?;
        match &self.way {
            Way::Smtp(server) => server
                .send(message)
                .await
                .map(|_| ())
                .map_err(|error| failure(&error)),
            Way::Folder(folder) => {
                let name = format!("{id}-{attempt}");
                write(folder.clone(), name, message.formatted())
                    .await
                    .map_err(|_| Failure::Outage)
            }
        }
    }

    fn message(
        &self,
        (id, attempt): (Uuid, i32),
        to: &str,
        letter: &Letter,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Message> {
        let text = letter.text(&self.site);
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse()?))
            .subject(text.subject)
            .date(now.into())
            .message_id(Some(format!("<{id}.{attempt}@{domain}>")))
            .header(ContentType::TEXT_PLAIN)
            .body(unchanged(text.body)?)?;
        // No machine answers it (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }

    /// Deletes the oldest files of the folder beyond [`MAX_FILES`].
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn tidy(&self) -> anyhow::Result<()> {
        let Way::Folder(folder) = self.way.clone() else {
            return Ok(());
        };
        tokio::task::spawn_blocking(move || {
            if !folder.exists() {
                return Ok(());
            }
            let entries = std::fs::read_dir(&folder)?.collect::<std::io::Result<Vec<_>>>()?;
            let mut paths: Vec<_> = entries.iter().map(std::fs::DirEntry::path).collect();
            // The names begin with the time.
            paths.sort();
            let beyond = paths.len().saturating_sub(MAX_FILES);
            paths
                .iter()
                .take(beyond)
                .try_for_each(std::fs::remove_file)?;
            Ok(())
        })
        .await?
    }
}

/// As it is, so that no link is broken in two. The library encodes lines of more than 76 bytes; up to 998 are allowed
/// (RFC 5322 §2.1.1).
fn unchanged(text: String) -> anyhow::Result<Body> {
    let is_plain = text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 998);
    ensure!(is_plain, "a mail that must be encoded");
    let encoding = ContentTransferEncoding::SevenBit;
    Ok(Body::dangerous_pre_encoded(text.into_bytes(), encoding))
}

fn smtp(url: &Secret) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let url = with_encryption(url)?;
    // What the library says of a wrong URL may hold the password.
    let Ok(builder) = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()) else {
        bail!(
            "SMTP_URL: must be smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required|opportunistic|none] or smtps://..."
        );
    };
    Ok(builder.timeout(Some(TIMEOUT)).build())
}

/// Says what the URL leaves open: passwords leave this machine encrypted or not at all.
fn with_encryption(url: &Secret) -> anyhow::Result<Url> {
    let Ok(mut url) = Url::parse(url.expose()) else {
        bail!("SMTP_URL: is no URL");
    };
    if !["smtp", "smtps"].contains(&url.scheme()) {
        bail!(
            "SMTP_URL: has an unknown scheme {:?}; use smtp or smtps",
            url.scheme()
        );
    }
    let is_local = match url.host() {
        // In a URL of this scheme an address is a name.
        Some(url::Host::Domain(name)) => ["localhost", "127.0.0.1"].contains(&name),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => bail!("SMTP_URL: has no host"),
    };
    let tls = url
        .query_pairs()
        .find(|(name, _)| name == "tls")
        .map(|(_, tls)| tls.into_owned());
    let has_password = url.password().is_some();
    if url.scheme() == "smtps" {
        return Ok(url);
    }
    let tls = match tls.as_deref() {
        Some("none") => None,
        Some(tls) => Some(tls.to_owned()),
        None if is_local => None,
        None if has_password => Some("required".to_owned()),
        None => Some("opportunistic".to_owned()),
    };
    if url.port().is_none() && !has_password {
        let _ = url.set_port(Some(25));
    }
    url.set_query(tls.map(|tls| format!("tls={tls}")).as_deref());
    Ok(url)
}

fn failure(error: &smtp::Error) -> Failure {
    let code = error.status().map(u16::from);
    match code {
        // No such mailbox, or none that may be written to (RFC 5321 §4.2.3).
        Some(550..=554) => Failure::Refused,
        Some(_) => Failure::Other,
        None => Failure::Outage,
    }
}

async fn write(folder: PathBuf, name: String, bytes: Vec<u8>) -> std::io::Result<()> {
    tokio::fs::create_dir_all(&folder).await?;
    let unfinished = folder.join(format!(".{name}"));
    tokio::fs::write(&unfinished, bytes).await?;
    tokio::fs::rename(unfinished, folder.join(format!("{name}.eml"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_this_machine_only_encrypted() {
        let url = |text: &str| {
            with_encryption(&Secret::new(text))
                .map(String::from)
                .unwrap_or_default()
        };
        for (given, meant) in [
            (
                "smtp://mail.example.org",
                "smtp://mail.example.org:25?tls=opportunistic",
            ),
            (
                "smtp://mail.example.org:2525?tls=none",
                "smtp://mail.example.org:2525",
            ),
            (
                "smtp://a:b@mail.example.org",
                "smtp://a:b@mail.example.org?tls=required",
            ),
            ("smtp://localhost:1025", "smtp://localhost:1025"),
            ("smtp://a:b@127.0.0.1:1025", "smtp://a:b@127.0.0.1:1025"),
            (
                "smtps://a:b@mail.example.org",
                "smtps://a:b@mail.example.org",
            ),
            ("http://mail.example.org", ""),
            ("mail.example.org", ""),
        ] {
            assert_eq!(url(given), meant, "{given}");
        }
        for bad in [
            "smtp://a:hunter2@mail.example.org?tls=maybe",
            "hunter2",
            "hunter2://mail",
        ] {
            if let Err(error) = smtp(&Secret::new(bad)) {
                let told = format!("{error:#}");
                assert!(told.starts_with("SMTP_URL: "), "{told}");
                assert!(!told.contains("a:hunter2"), "{told}");
            } else {
                panic!("{bad} was taken");
            }
        }
    }
}
