//! What is in the mails. Pure.

use url::Url;

use crate::one_time_code::OneTimeCode;

/// Where the links lead, and how the platform calls itself. Only `PUBLIC_URL` says so: headers of a request are the word of
/// whoever made it.
#[derive(Debug, Clone)]
pub(crate) struct Site(Option<Url>);

/// What a mail says.
#[derive(Debug)]
pub(crate) enum Letter {
    /// How to set another password.
    Reset {
        username: String,
        email: String,
        code: OneTimeCode,
    },
    /// How to verify an address.
    Verify { code: OneTimeCode },
    /// The same, for an account that moves.
    Change { code: OneTimeCode },
    /// Somebody used an address that belongs to an account already.
    AddressInUse { username: String },
    /// The password was changed.
    PasswordChanged { username: String },
    /// The account has another address.
    EmailChanged { username: String },
}

/// Subject and text, in ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) body: String,
}

impl Site {
    /// At this address, if one is set.
    #[must_use]
    pub(crate) fn new(public_url: Option<Url>) -> Self {
        Self(public_url)
    }

    /// The name of its host.
    #[must_use]
    pub(super) fn host(&self) -> Option<&str> {
        self.0.as_ref().and_then(Url::host_str)
    }

    fn name(&self) -> &str {
        self.host().unwrap_or("Folkmoot")
    }

    /// The page `page` with `pairs` in the fragment, which no server and no other site is told.
    fn link(&self, page: &str, pairs: &[(&str, &str)]) -> Option<String> {
        let mut url = self.0.clone()?;
        let path = format!("{}/{page}", url.path().trim_end_matches('/'));
        let mut fragment = url::form_urlencoded::Serializer::new(String::new());
        fragment.extend_pairs(pairs);
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(Some(&fragment.finish()));
        Some(url.into())
    }
}

impl Letter {
    /// The words.
    #[must_use]
    pub(super) fn text(&self, site: &Site) -> Text {
        let (subject, lines) = match self {
            Self::Reset {
                username,
                email,
                code,
            } => ("Reset your password", reset(site, username, email, code)),
            Self::Verify { code } => (
                "Verify your address",
                verify(site, code, "Somebody registered with this address."),
            ),
            Self::Change { code } => (
                "Verify your new address",
                verify(
                    site,
                    code,
                    "Somebody wants to move their account to this address.",
                ),
            ),
            Self::AddressInUse { username } => ("You have an account", in_use(username)),
            Self::PasswordChanged { username } => (
                "Your password was changed",
                changed(
                    username,
                    "The password of your account was changed, and everybody who was logged in to it with another one is logged out.",
                ),
            ),
            Self::EmailChanged { username } => (
                "Your address was changed",
                changed(
                    username,
                    "Your account has another address now. Mail about it goes there.",
                ),
            ),
        };
        Text {
            subject: format!("[{}] {subject}", site.name()),
            body: format!(
                "{}\r\n\r\n-- \r\n{}\r\n",
                lines.join("\r\n\r\n"),
                site.name()
            ),
        }
    }
}

fn reset(site: &Site, username: &str, email: &str, code: &OneTimeCode) -> Vec<String> {
    let code = code.encode();
    let link = site.link("reset-password", &[("email", email), ("code", &code)]);
    let mut lines = vec![
        format!(
            "Somebody wants to set another password for your account {}.",
            neutral(username)
        ),
        format!("The code, for the next 30 minutes and once:\r\n\r\n    {code}"),
    ];
    lines.extend(link.map(|link| format!("Or open:\r\n\r\n{link}")));
    lines.push("If it was not you, do nothing: your password stays as it is.".to_owned());
    lines
}

fn verify(site: &Site, code: &OneTimeCode, what: &str) -> Vec<String> {
    let code = code.encode();
    let link = site.link("verify-email", &[("code", &code)]);
    let mut lines = vec![
        what.to_owned(),
        format!("If it was you, this code says so, for a day and once:\r\n\r\n    {code}"),
    ];
    lines.extend(link.map(|link| format!("Or open:\r\n\r\n{link}")));
    lines.push("If it was not you, do nothing, and give the code to nobody.".to_owned());
    lines
}

fn in_use(username: &str) -> Vec<String> {
    vec![
        format!(
            "Somebody used this address to register. It belongs to your account {} already.",
            neutral(username)
        ),
        "If it was you, log in, or have your password reset if you forgot it. If it was not you, do nothing: they \
         learned nothing."
            .to_owned(),
    ]
}

fn changed(username: &str, what: &str) -> Vec<String> {
    vec![
        format!("Hello {},", neutral(username)),
        what.to_owned(),
        "If it was not you, have your password reset at once, and tell the administrators."
            .to_owned(),
    ]
}

/// A name that no mail program takes for a link, an address or another line.
fn neutral(name: &str) -> String {
    let safe = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    name.chars()
        .take(64)
        .map(|character| if safe(character) { character } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> Site {
        Site::new(Some(Url::parse(url).unwrap()))
    }

    #[test]
    fn links_lead_to_the_public_address_with_the_code_in_the_fragment() {
        let code = OneTimeCode::random().unwrap();
        let letter = Letter::Reset {
            username: "ann".to_owned(),
            email: "ann+a@example.org".to_owned(),
            code: code.clone(),
        };
        let text = letter.text(&site("https://forum.example.org/moot/?a=b#c"));
        let link = format!(
            "\r\nhttps://forum.example.org/moot/reset-password#email=ann%2Ba%40example.org&code={}\r\n",
            code.encode()
        );
        assert!(text.body.contains(&link), "{}", text.body);
        assert_eq!(text.subject, "[forum.example.org] Reset your password");
        let text = letter.text(&Site::new(None));
        assert!(!text.body.contains("://"), "{}", text.body);
        assert!(text.body.contains(&code.encode()));
    }

    #[test]
    fn a_name_is_neither_a_link_nor_a_line_nor_turns_the_text() {
        for name in [
            "evil.example/x",
            "https://evil.example",
            "ann\r\nBcc: bob@example.org",
            "ann@evil.example",
            "\u{202e}nna",
            "аnn <b>",
            &"x".repeat(1000),
        ] {
            for letter in [
                Letter::AddressInUse {
                    username: name.to_owned(),
                },
                Letter::PasswordChanged {
                    username: name.to_owned(),
                },
                Letter::EmailChanged {
                    username: name.to_owned(),
                },
            ] {
                let text = letter.text(&site("https://forum.example.org"));
                assert!(text.body.is_ascii() && text.subject.is_ascii());
                for bad in ["evil.example", "Bcc:", "@", "<", "://"] {
                    assert!(!text.body.contains(bad), "{name:?} {}", text.body);
                }
                assert!(text.body.lines().all(|line| line.len() < 200));
            }
        }
    }
}
