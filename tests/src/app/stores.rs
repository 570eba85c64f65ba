//! Where a platform under test keeps what it knows.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{Issuer, Member, Site};
use crate::{
    backends::{Bucket, Nats, Postgres, Redis, S3},
    daemon::Scratch,
};

static NEXT_INSTANCE: AtomicUsize = AtomicUsize::new(0);

/// Which kind of backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backends {
    /// SQLite, local files, and the rest in the memory of the process.
    Embedded,
    /// PostgreSQL, Redis, NATS and S3.
    Real,
}

/// A folder that is removed when its last user is dropped.
#[derive(Debug, Clone)]
pub struct DataDir(Arc<Scratch>);

/// The backends of one test, empty at first. Several replicas and services share one.
#[derive(Debug, Clone)]
pub struct Stores {
    /// `DATABASE_URL`.
    pub database: Option<String>,
    /// `REDIS_URL`.
    pub redis: Option<String>,
    /// `NATS_URL`.
    pub nats: Option<String>,
    /// The bucket that `OBJECT_STORE_URL` names.
    pub bucket: Option<Bucket>,
    /// `INSTANCE`.
    pub instance: String,
    /// `DATA_DIR`.
    pub data: DataDir,
}

impl Stores {
    /// Of either kind.
    pub async fn new(backends: Backends) -> Self {
        match backends {
            Backends::Embedded => Self::embedded(),
            Backends::Real => Self::real().await,
        }
    }

    /// A folder.
    #[must_use]
    pub fn embedded() -> Self {
        let number = NEXT_INSTANCE.fetch_add(1, Ordering::Relaxed);
        Self {
            database: None,
            redis: None,
            nats: None,
            bucket: None,
            instance: format!("test-{number}"),
            data: DataDir(Arc::new(Scratch::new("data"))),
        }
    }

    /// A database, a prefix and a bucket of the servers that all tests share.
    ///
    /// # Panics
    /// If one of them does not start.
    pub async fn real() -> Self {
        let (postgres, redis, nats, s3) = tokio::join!(
            Postgres::shared(),
            Redis::shared(),
            Nats::shared(),
            S3::shared()
        );
        Self {
            database: Some(postgres.create_database().await),
            redis: Some(redis.url()),
            nats: Some(nats.url()),
            bucket: Some(s3.create_bucket()),
            ..Self::embedded()
        }
    }

    /// `DATA_DIR`.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data.0.path()
    }

    /// Signs tokens that a platform on these stores believes.
    #[must_use]
    pub fn issuer(&self) -> Issuer {
        Issuer::open(&self.keys_dir())
    }

    /// Somebody without an account but with a token that the platform at `site` believes: quicker than
    /// [`Site::register`], and possible where identity does not run.
    #[must_use]
    pub fn member(&self, site: &Site, username: &str) -> Member {
        self.member_with_roles(site, username, &["member"])
    }

    /// As [`Stores::member`], with roles of the caller's.
    #[must_use]
    pub fn member_with_roles(&self, site: &Site, username: &str, roles: &[&str]) -> Member {
        let issuer = self.issuer();
        let user_id = issuer.user_id();
        let token = issuer.token(&user_id, username, roles);
        site.member(&user_id, username, &token)
    }

    fn keys_dir(&self) -> PathBuf {
        self.data_dir().join("keys")
    }

    /// The variables that name them.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let data_dir = self.data_dir().to_str().expect("the path is text");
        let mut variables = vec![
            ("DATA_DIR", data_dir.to_owned()),
            ("INSTANCE", self.instance.clone()),
        ];
        let urls = [
            ("DATABASE_URL", self.database.clone()),
            ("REDIS_URL", self.redis.clone()),
            ("NATS_URL", self.nats.clone()),
            ("OBJECT_STORE_URL", self.bucket.as_ref().map(Bucket::url)),
        ];
        variables.extend(
            urls.into_iter()
                .filter_map(|(name, url)| Some((name, url?))),
        );
        variables
    }
}
