//! Who we are to a NATS server: async-nats takes only the address from a URL.

use async_nats::ConnectOptions;
use percent_encoding::percent_decode_str;
use url::Url;

/// What a URL says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    Nobody,
    Token(String),
    User { name: String, password: String },
}

impl Credentials {
    /// Of `nats://USER:PASSWORD@HOST`, `nats://TOKEN@HOST`, or the first of several with commas between them.
    pub(super) fn of(urls: &str) -> Self {
        let first = urls.split(',').next().unwrap_or_default();
        let Ok(url) = Url::parse(first.trim()) else {
            return Self::Nobody;
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        match (url.username(), url.password()) {
            ("", None) => Self::Nobody,
            (token, None) => Self::Token(decoded(token)),
            (name, Some(password)) => Self::User {
                name: decoded(name),
                password: decoded(password),
            },
        }
    }

    pub(super) fn apply(self, options: ConnectOptions) -> ConnectOptions {
        match self {
            Self::Nobody => options,
            Self::Token(token) => options.token(token),
            Self::User { name, password } => options.user_and_password(name, password),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    #[test]
    fn a_url_may_name_a_user_a_token_or_nobody() {
        let user = |name: &str, password: &str| Credentials::User {
            name: name.to_owned(),
            password: password.to_owned(),
        };
        for (url, credentials) in [
            ("nats://host:4222", Credentials::Nobody),
            ("host:4222", Credentials::Nobody),
            ("", Credentials::Nobody),
            ("nats://t%2Fk@host", Credentials::Token("t/k".to_owned())),
            ("nats://ann:p%40ss%3A@host:4222", user("ann", "p@ss:")),
            ("tls://ann:a@one:4222,tls://bob:b@two", user("ann", "a")),
        ] {
            assert_eq!(Credentials::of(url), credentials, "{url}");
        }
    }
}
