//! Access tokens of the tests' own making, right and wrong.

use std::path::Path;

use folkmoot_common::{
    auth::{
        keys::KeyStore,
        token::{AUDIENCE, Claims, ISSUER},
    },
    clock::{self, Ids, SharedClock},
};

/// Signs with the keys of a platform.
#[derive(Debug, Clone)]
pub struct Issuer {
    keys: KeyStore,
    clock: SharedClock,
    ids: Ids,
}

impl Issuer {
    /// With the keys in `folder`, which are made if there are none.
    ///
    /// # Panics
    /// If the folder cannot be read or written.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        let clock = clock::system();
        Self {
            keys: KeyStore::open(folder, clock.clone()).expect("signing keys"),
            ids: Ids::new(clock.clone()),
            clock,
        }
    }

    /// What a good token says that is valid for a quarter of an hour.
    #[must_use]
    pub fn claims(&self, user_id: &str, username: &str, roles: &[&str]) -> Claims {
        let now = self.clock.now().timestamp();
        Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user_id.to_owned(),
            name: username.to_owned(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            sid: None,
            jti: None,
            iat: now,
            nbf: None,
            exp: now + 900,
        }
    }

    /// Signs anything.
    ///
    /// # Panics
    /// If there is no key.
    #[must_use]
    pub fn sign(&self, claims: &Claims) -> String {
        self.keys.sign(claims).expect("a signing key")
    }

    /// A good token.
    #[must_use]
    pub fn token(&self, user_id: &str, username: &str, roles: &[&str]) -> String {
        self.sign(&self.claims(user_id, username, roles))
    }

    /// A new user id.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.ids.next().to_string()
    }
}
