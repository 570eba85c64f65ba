//! Profiles.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::Event,
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, with_reader,
};
use uuid::Uuid;

use super::Store;
use crate::{
    events::{PROFILE_UPDATED, ProfileUpdated},
    people::{
        model::{PersonRow, ProfileRow},
        no_account,
        profile::{Fields, PersonKey, Put, avatar_url},
    },
};

/// The account's row is locked first: of two changes the later one is told as the later.
const LOCK: &str = "update users set username = username where id = $1 returning username";
const FIND: &str = "select user_id, username, display_name, bio, website, location, avatar_file_id, \
    profiles.created_at, updated_at from profiles join users on users.id = user_id where user_id = $1";
const CREATED_AT: &str = "select created_at from profiles where user_id = $1";
const PUT: &str = "insert into profiles \
    (user_id, display_name, bio, website, location, avatar_file_id, created_at, updated_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $7) \
    on conflict (user_id) do update set display_name = excluded.display_name, bio = excluded.bio, \
    website = excluded.website, location = excluded.location, avatar_file_id = excluded.avatar_file_id, \
    updated_at = excluded.updated_at";
const DELETE: &str = "delete from profiles where user_id = $1";

/// The count that the account has, and what is still to be added to it.
macro_rules! person {
    ($of:literal) => {
        concat!(
            "select users.id, username, display_name, bio, website, location, avatar_file_id, users.created_at, \
             cast(follower_count + coalesce((select sum(followers) from follow_changes where user_id = users.id), 0) as bigint) as follower_count, \
             cast(following_count + coalesce((select sum(following) from follow_changes where user_id = users.id), 0) as bigint) as following_count \
             from users left join profiles on profiles.user_id = users.id where ",
            $of
        )
    };
}
const PERSON_BY_ID: &str = person!("users.id = $1");
const PERSON_BY_NAME: &str = person!("username_key = $1");

impl Store {
    /// The profile of an account, if it has one.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn profile(&self, user_id: Uuid) -> sqlx::Result<Option<ProfileRow>> {
        with_reader!(&self.db, db => sqlx::query_as(FIND).bind(user_id).fetch_optional(db).await)
    }

    /// Keeps a profile and tells of it. True if there was none before.
    ///
    /// # Errors
    /// 404 if the account is gone, 409 `profile_exists` if there is one and it must be new.
    pub(crate) async fn put_profile(
        &self,
        user_id: Uuid,
        fields: &Fields,
        put: Put,
    ) -> ApiResult<bool> {
        let made = in_transaction!(&self.db, tx => {
            let name: Option<String> = sqlx::query_scalar(LOCK).bind(user_id).fetch_optional(&mut *tx).await?;
            let username = name.ok_or_else(no_account)?;
            let before: Option<DateTime<Utc>> = sqlx::query_scalar(CREATED_AT).bind(user_id).fetch_optional(&mut *tx).await?;
            if put == Put::New && before.is_some() {
                return Err(ApiError::conflict("profile_exists", "there is a profile; change it with PUT"));
            }
            let now = self.ctx.clock.now();
            sqlx::query(PUT)
                .bind(user_id).bind(&fields.display_name).bind(&fields.bio).bind(&fields.website)
                .bind(&fields.location).bind(fields.avatar_file_id).bind(now)
                .execute(&mut *tx).await?;
            let event = self.profile_updated(user_id, username, fields, now)?;
            self.outbox.enqueue(&mut *tx, &event).await?;
            before.is_none()
        });
        self.outbox.wake();
        Ok(made)
    }

    /// Removes a profile and tells of it. False if there was none.
    ///
    /// # Errors
    /// 404 if the account is gone.
    pub(crate) async fn delete_profile(&self, user_id: Uuid) -> ApiResult<bool> {
        let removed = in_transaction!(&self.db, tx => {
            let name: Option<String> = sqlx::query_scalar(LOCK).bind(user_id).fetch_optional(&mut *tx).await?;
            let username = name.ok_or_else(no_account)?;
            let removed = sqlx::query(DELETE).bind(user_id).execute(&mut *tx).await?.rows_affected() > 0;
            if removed {
                let now = self.ctx.clock.now();
                let event = self.profile_updated(user_id, username, &Fields::default(), now)?;
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            removed
        });
        self.outbox.wake();
        Ok(removed)
    }

    /// Somebody, as others see them.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn person(&self, key: &PersonKey) -> sqlx::Result<Option<PersonRow>> {
        with_reader!(&self.db, db => match key {
            PersonKey::Id(id) => sqlx::query_as(PERSON_BY_ID).bind(id).fetch_optional(db).await,
            PersonKey::Name(name) => sqlx::query_as(PERSON_BY_NAME).bind(name).fetch_optional(db).await,
        })
    }

    fn profile_updated(
        &self,
        user_id: Uuid,
        username: String,
        fields: &Fields,
        now: DateTime<Utc>,
    ) -> ApiResult<Event> {
        let data = ProfileUpdated {
            user_id: user_id.to_string(),
            username,
            display_name: fields.display_name.clone(),
            avatar_url: fields.avatar_file_id.map(avatar_url),
            updated_at: now,
        };
        self.event(PROFILE_UPDATED, &data)
    }
}
