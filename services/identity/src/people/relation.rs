//! Following, blocking and muting.

use folkmoot_common::{http::ApiError, row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::text;
use crate::events;

/// What somebody may do to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Wants to hear of them.
    Follow,
    /// Wants neither to hear of them nor to be heard by them.
    Block,
    /// Does not want to hear of them; they do not learn of it.
    Mute,
}

impl Kind {
    /// As it is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Block => "block",
            Self::Mute => "mute",
        }
    }

    /// The event that tells its beginning.
    pub(crate) const fn created(self) -> &'static str {
        match self {
            Self::Follow => events::FOLLOW_CREATED,
            Self::Block => events::BLOCK_CREATED,
            Self::Mute => events::MUTE_CREATED,
        }
    }

    /// The event that tells its end.
    pub(crate) const fn deleted(self) -> &'static str {
        match self {
            Self::Follow => events::FOLLOW_DELETED,
            Self::Block => events::BLOCK_DELETED,
            Self::Mute => events::MUTE_DELETED,
        }
    }

    /// How many one account may have.
    pub(crate) const fn most(self) -> i64 {
        match self {
            Self::Follow => 5_000,
            Self::Block | Self::Mute => 1_000,
        }
    }
}

/// Which end of the relations is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Who has it to somebody: followers.
    User,
    /// To whom somebody has it: following, blocks, mutes.
    Target,
}

row! {
    /// Who did what to whom.
    #[derive(Debug)]
    pub(crate) struct RelationRow {
        pub kind: String,
        pub user_id: Uuid,
    }
}

/// What is between the caller and somebody. Whether somebody blocks or mutes the caller is not told.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Relationship {
    /// Whether the caller follows them.
    pub follows: bool,
    /// Whether they follow the caller.
    pub followed_by: bool,
    /// Whether the caller blocks them.
    pub blocks: bool,
    /// Whether the caller mutes them.
    pub mutes: bool,
}

impl Relationship {
    /// As `me` sees it, from all that is between the two.
    pub(crate) fn of(me: Uuid, rows: &[RelationRow]) -> Self {
        let has = |kind: Kind, mine: bool| {
            rows.iter()
                .any(|row| row.kind == kind.as_str() && (row.user_id == me) == mine)
        };
        Self {
            follows: has(Kind::Follow, true),
            followed_by: has(Kind::Follow, false),
            blocks: has(Kind::Block, true),
            mutes: has(Kind::Mute, true),
        }
    }
}

/// Whether `me` may begin `kind` towards somebody, with all that is between the two.
///
/// # Errors
/// 403 if that person blocks `me`, in words that fit other reasons too; 409 if `me` blocks them.
pub(crate) fn check(kind: Kind, me: Uuid, rows: &[RelationRow]) -> Result<(), ApiError> {
    if kind != Kind::Follow {
        return Ok(());
    }
    let mut blocks = rows.iter().filter(|row| row.kind == Kind::Block.as_str());
    match blocks.next() {
        None => Ok(()),
        Some(row) if row.user_id != me => {
            Err(ApiError::forbidden("this account cannot be followed"))
        }
        Some(_) if blocks.next().is_some() => {
            Err(ApiError::forbidden("this account cannot be followed"))
        }
        Some(_) => Err(ApiError::conflict(
            "blocked",
            "you block this account; end that first",
        )),
    }
}

/// Refuses relations of somebody to themself.
///
/// # Errors
/// 422 `invalid_target`.
pub(crate) fn check_target(me: Uuid, target: Uuid) -> Result<(), ApiError> {
    if me == target {
        let detail = "nobody follows, blocks or mutes themself";
        return Err(text::invalid("invalid_target", detail.to_owned()));
    }
    Ok(())
}

/// The number by which the two are locked while something between them changes.
pub(crate) fn lock_key(one: Uuid, other: Uuid) -> i64 {
    // Both are random in their last 62 bits; the sum is the same in either order.
    let half = |id: Uuid| id.as_u64_pair().1;
    half(one).wrapping_add(half(other)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_blocked_learns_nothing_of_it_and_who_blocks_does() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let row = |kind: Kind, user_id| RelationRow {
            kind: kind.as_str().to_owned(),
            user_id,
        };
        let code = |rows: &[RelationRow]| check(Kind::Follow, me, rows).err().map(|e| e.code);
        assert_eq!(code(&[]), None);
        assert_eq!(
            code(&[row(Kind::Mute, other), row(Kind::Follow, other)]),
            None
        );
        assert_eq!(code(&[row(Kind::Block, me)]), Some("blocked"));
        for rows in [
            [row(Kind::Block, other), row(Kind::Block, me)],
            [row(Kind::Block, me), row(Kind::Block, other)],
            [row(Kind::Mute, me), row(Kind::Block, other)],
        ] {
            assert_eq!(code(&rows), Some("forbidden"));
            assert_eq!(check(Kind::Block, me, &rows), Ok(()));
        }
        let seen = Relationship::of(me, &[row(Kind::Block, other), row(Kind::Mute, other)]);
        assert_eq!(seen, Relationship::default());
    }

    #[test]
    fn two_people_have_one_lock_in_either_order() {
        let (one, other) = (Uuid::from_u128(u128::MAX), Uuid::from_u128(7));
        assert_eq!(lock_key(one, other), lock_key(other, one));
    }
}
