//! Mail: a queue in SQL, and a task that sends what is in it.
//!
//! A request puts a row into the queue and is done: whether there is an account is looked up when the mail leaves, so that
//! neither the answer nor its time tells. The code is made then, too: it is in the mail and, as a hash, in its
//! table, and nowhere else.

mod letter;
mod transport;
mod worker;

use chrono::TimeDelta;

pub(crate) use transport::Transport;
pub(crate) use worker::start;

/// How long a mail counts towards [`MOST`].
pub(crate) const COUNTED: TimeDelta = TimeDelta::hours(1);
/// Most mails of one kind to one address in that time.
pub(crate) const MOST: i64 = 3;

/// What a mail in the queue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody wants another password for the account of this address.
    Reset,
    /// The address of an account, or of a registration, is to be verified.
    Verify,
    /// Somebody registered; the row names the registration.
    Registration,
    /// An account, which the row names, is to move to this address.
    Change,
    /// The password of the account was changed.
    PasswordChanged,
    /// The account has moved from this address to another.
    EmailChanged,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Reset,
        Self::Verify,
        Self::Registration,
        Self::Change,
        Self::PasswordChanged,
        Self::EmailChanged,
    ];

    /// As it is stored.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::Registration => "registration",
            Self::Change => "change",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
        }
    }

    /// Reads what was stored; a later version may know more.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
