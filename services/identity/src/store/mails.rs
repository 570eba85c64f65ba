//! Mail that waits, and the count of what was sent.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{db::sqlx, row, with_reader, with_writer};
use uuid::Uuid;

use super::Store;
use crate::mail::{COUNTED, Kind};

pub(super) const INSERT: &str = "insert into mails (id, kind, email, email_key, about, created_at, attempts, \
    next_attempt_at) values ($1, $2, $3, $4, $5, $6, 0, $6)";
const DUE: &str = "select id, kind, email, email_key, about, created_at, attempts, next_attempt_at from mails \
    where next_attempt_at <= $1 order by next_attempt_at, id limit $2";
/// Of several replicas one gets it. It counts as sent from here on, so that replicas which send at once see each other's.
const CLAIM: &str = "update mails set attempts = attempts + 1, next_attempt_at = $3, sent_at = $4 \
    where id = $1 and next_attempt_at = $2";
const RETRY: &str = "update mails set next_attempt_at = $2, sent_at = null where id = $1";
const SENT: &str = "update mails set next_attempt_at = null, sent_at = $2 where id = $1";
const DROP: &str = "delete from mails where id = $1";
const COUNT: &str =
    "select count(*) from mails where email_key = $1 and kind = $2 and sent_at > $3";

/// Mails of one round.
const BATCH: i64 = 20;

row! {
    /// A mail that is due.
    #[derive(Debug, Clone)]
    pub(crate) struct Waiting {
        /// Its id.
        pub id: Uuid,
        /// What it is about, as [`Kind::parse`] reads it.
        pub kind: String,
        /// To whom.
        pub email: String,
        /// The address as it is compared.
        pub email_key: String,
        /// The account or the registration, if it is known.
        pub about: Option<Uuid>,
        /// When it was asked for.
        pub created_at: DateTime<Utc>,
        /// How often it was tried before.
        pub attempts: i32,
        /// When it was due.
        pub next_attempt_at: DateTime<Utc>,
    }
}

/// Puts a mail into the queue in the transaction `$tx`. Call `mail_waits.notify_one()` after the commit.
macro_rules! enqueue {
    ($store:expr, $tx:ident, $kind:expr, $email:expr, $email_key:expr, $about:expr, $now:expr) => {
        sqlx::query(mails::INSERT)
            .bind($store.ctx.ids.next())
            .bind($kind.as_str())
            .bind($email)
            .bind($email_key)
            .bind($about)
            .bind($now)
            .execute(&mut *$tx)
            .await?;
    };
}
pub(super) use enqueue;

impl Store {
    /// Puts a mail to `email` into the queue, whoever that is.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn enqueue_mail(
        &self,
        kind: Kind,
        email: &str,
        about: Option<Uuid>,
    ) -> sqlx::Result<()> {
        let (id, now) = (self.ctx.ids.next(), self.ctx.clock.now());
        with_writer!(&self.db, db => {
            sqlx::query(INSERT)
                .bind(id).bind(kind.as_str()).bind(email).bind(crate::policy::fold(email)).bind(about).bind(now)
                .execute(db).await.map(|_| ())
        })?;
        self.mail_waits.notify_one();
        Ok(())
    }

    /// Mails that are due.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn due_mails(&self) -> sqlx::Result<Vec<Waiting>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_as(DUE).bind(now).bind(BATCH).fetch_all(db).await)
    }

    /// Takes a mail for `lease`; false if another replica has it.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn claim_mail(&self, mail: &Waiting, lease: TimeDelta) -> sqlx::Result<bool> {
        let now = self.ctx.clock.now();
        with_writer!(&self.db, db => {
            let done = sqlx::query(CLAIM)
                .bind(mail.id).bind(mail.next_attempt_at).bind(now + lease).bind(now)
                .execute(db).await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// Lets a mail wait until it is tried again.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn retry_mail(&self, id: Uuid, pause: TimeDelta) -> sqlx::Result<()> {
        let at = self.ctx.clock.now() + pause;
        with_writer!(&self.db, db => sqlx::query(RETRY).bind(id).bind(at).execute(db).await.map(|_| ()))
    }

    /// A mail has left.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn mail_sent(&self, id: Uuid) -> sqlx::Result<()> {
        let now = self.ctx.clock.now();
        with_writer!(&self.db, db => sqlx::query(SENT).bind(id).bind(now).execute(db).await.map(|_| ()))
    }

    /// How many mails have not left.
    #[cfg(test)]
    pub(crate) async fn waiting_mails(&self) -> sqlx::Result<i64> {
        let count = "select count(*) from mails where next_attempt_at is not null";
        with_reader!(&self.db, db => sqlx::query_scalar(count).fetch_one(db).await)
    }

    /// A mail need not leave.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn drop_mail(&self, id: Uuid) -> sqlx::Result<()> {
        with_writer!(&self.db, db => sqlx::query(DROP).bind(id).execute(db).await.map(|_| ()))
    }

    /// How many mails of this kind have left for this address lately, with those that are just leaving.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn count_mails(&self, email_key: &str, kind: Kind) -> sqlx::Result<i64> {
        let since = self.ctx.clock.now() - COUNTED;
        with_reader!(&self.db, db => {
            sqlx::query_scalar(COUNT).bind(email_key).bind(kind.as_str()).bind(since).fetch_one(db).await
        })
    }
}
