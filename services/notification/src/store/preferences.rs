//! What a user wants to be told of.

use folkmoot_common::{db::sqlx, in_transaction, with_reader};

use super::{
    Store,
    sql::{Sql, values},
};
use crate::{kinds::Kind, model::Preference};

/// Most that can be set at once: each kind.
pub(crate) const MAX_PREFERENCES: usize = Kind::ALL.len();

const CHOSEN: &str = "select kind, in_app from preferences where user_id = $1";
const CHOOSE: &str = "insert into preferences (user_id, kind, in_app, changed_at) values ($1, $2, $3, $4) \
    on conflict (user_id, kind) do update set in_app = excluded.in_app, changed_at = excluded.changed_at";

impl Store {
    /// Every kind, with what the user chose or else the default.
    pub(crate) async fn preferences(&self, user_id: &str) -> sqlx::Result<Vec<Preference>> {
        let chosen: Vec<(String, bool)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(CHOSEN, values![user_id]).await?
        });
        let preference = |kind: Kind| {
            let own = chosen.iter().find(|(name, _)| name == kind.as_str());
            Preference {
                kind,
                in_app: own.map_or(kind.is_on_by_default(), |(_, in_app)| *in_app),
            }
        };
        Ok(Kind::ALL.into_iter().map(preference).collect())
    }

    /// Changes those that are named.
    pub(crate) async fn prefer(
        &self,
        user_id: &str,
        preferences: &[Preference],
    ) -> sqlx::Result<()> {
        let now = self.clock.now();
        in_transaction!(&self.db, tx => {
            for Preference { kind, in_app } in preferences {
                tx.run(CHOOSE, values![user_id, kind.as_str(), *in_app, now]).await?;
            }
        });
        Ok(())
    }
}
