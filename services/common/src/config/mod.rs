//! Settings, from flags and the environment, checked once at start.

mod backend;
mod secret;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::ValueEnum;
use url::Url;

pub use backend::{DatabaseUrl, InvalidSetting, ObjectStoreUrl, S3Settings, parse_server_url};
pub use secret::Secret;

/// How callers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// Every request and socket carries a token that identity signed.
    Required,
    /// The path names the user and nothing is checked: for trying out and tests.
    Open,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What every service shares. Each service adds its own settings beside these.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Address to listen on.
    #[arg(
        long,
        env = "HOST",
        default_value = "127.0.0.1",
        help_heading = "Server"
    )]
    pub host: IpAddr,

    /// Port to listen on [default: 8080, or the service's own when it runs alone].
    #[arg(long, env = "PORT", help_heading = "Server")]
    pub port: Option<u16>,

    /// Port of /livez, /readyz and /metrics [default: 9090, or the service's own + 1070 when it runs alone].
    #[arg(long, env = "ADMIN_PORT", help_heading = "Server")]
    pub admin_port: Option<u16>,

    /// Secret of who may move sockets on the admin port, 16 to 256 characters [default: nobody may].
    #[arg(
        long,
        env = "ADMIN_TOKEN",
        hide_env_values = true,
        help_heading = "Server"
    )]
    pub admin_token: Option<Secret>,

    /// The address at which browsers reach the platform, for example https://forum.example.org.
    #[arg(long, env = "PUBLIC_URL", help_heading = "Server")]
    pub public_url: Option<Url>,

    /// Origins besides PUBLIC_URL whose pages may open sockets, separated by commas.
    #[arg(
        long,
        env = "ALLOWED_ORIGINS",
        value_delimiter = ',',
        help_heading = "Server"
    )]
    pub allowed_origins: Vec<String>,

    /// How many proxies in front add to X-Forwarded-For; 0 means the header is not believed.
    #[arg(
        long,
        env = "TRUSTED_PROXIES",
        default_value_t = 0,
        help_heading = "Server"
    )]
    pub trusted_proxies: usize,

    /// Seconds that a stopping server gives its sockets to move elsewhere.
    #[arg(
        long,
        env = "SHUTDOWN_GRACE_SECONDS",
        default_value_t = 3,
        help_heading = "Server"
    )]
    pub shutdown_grace_seconds: u64,

    /// Folder of the embedded databases, files and signing keys.
    #[arg(
        long,
        env = "DATA_DIR",
        default_value = "./data",
        help_heading = "Storage"
    )]
    pub data_dir: PathBuf,

    /// sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: a SQLite file a service in DATA_DIR].
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        help_heading = "Storage"
    )]
    pub database_url: Option<Secret>,

    /// Most connections to PostgreSQL that one service of this process opens.
    #[arg(
        long,
        env = "DATABASE_MAX_CONNECTIONS",
        default_value_t = 10,
        help_heading = "Storage"
    )]
    pub database_max_connections: u32,

    /// redis://HOST:PORT, or rediss:// with TLS [default: in memory, for one process].
    #[arg(
        long,
        env = "REDIS_URL",
        hide_env_values = true,
        help_heading = "Storage"
    )]
    pub redis_url: Option<Secret>,

    /// nats://HOST:PORT, or tls://, with JetStream [default: in memory, for one process].
    #[arg(
        long,
        env = "NATS_URL",
        hide_env_values = true,
        help_heading = "Storage"
    )]
    pub nats_url: Option<Secret>,

    /// file:///PATH or s3://KEY:SECRET@BUCKET?endpoint=URL&region=NAME [default: DATA_DIR/objects].
    #[arg(
        long,
        env = "OBJECT_STORE_URL",
        hide_env_values = true,
        help_heading = "Storage"
    )]
    pub object_store_url: Option<Secret>,

    /// HOST:PORT or URL of an S3-compatible server: the other way to say OBJECT_STORE_URL.
    #[arg(long, env = "MINIO_ENDPOINT", help_heading = "Storage")]
    pub minio_endpoint: Option<String>,

    /// Access key of that server.
    #[arg(
        long,
        env = "MINIO_ACCESS_KEY",
        hide_env_values = true,
        default_value = "minioadmin",
        hide_default_value = true,
        help_heading = "Storage"
    )]
    pub minio_access_key: Secret,

    /// Secret key of that server.
    #[arg(
        long,
        env = "MINIO_SECRET_KEY",
        hide_env_values = true,
        default_value = "minioadmin",
        hide_default_value = true,
        help_heading = "Storage"
    )]
    pub minio_secret_key: Secret,

    /// Bucket of that server.
    #[arg(
        long,
        env = "MINIO_BUCKET",
        default_value = "chatfiles",
        help_heading = "Storage"
    )]
    pub minio_bucket: String,

    /// Prefix of this instance's Redis keys and NATS subjects, so that two can share a server.
    #[arg(
        long,
        env = "INSTANCE",
        default_value = "folkmoot",
        help_heading = "Storage"
    )]
    pub instance: String,

    /// Whether callers must present a token.
    #[arg(
        long,
        env = "AUTH",
        value_enum,
        default_value = "required",
        help_heading = "Identity"
    )]
    pub auth: AuthMode,

    /// "yes" allows AUTH=open on an address that others can reach.
    #[arg(
        long,
        env = "AUTH_ALLOW_OPEN",
        default_value = "no",
        help_heading = "Identity"
    )]
    pub auth_allow_open: String,

    /// Whether what is open to every member may be read without a token: yes or no.
    #[arg(
        long,
        env = "PUBLIC_READ",
        value_parser = clap::builder::BoolishValueParser::new(),
        action = clap::ArgAction::Set,
        default_value = "yes",
        help_heading = "Identity"
    )]
    pub public_read: bool,

    /// Where identity's public keys are: http(s)://… or file:///… [default: the keys in DATA_DIR/keys].
    #[arg(long, env = "JWKS_URL", help_heading = "Identity")]
    pub jwks_url: Option<Url>,

    /// How log lines look [default: pretty on a terminal, json elsewhere].
    #[arg(long, env = "LOG_FORMAT", value_enum, help_heading = "Logs")]
    pub log_format: Option<LogFormat>,

    /// Which log lines are written, for example info,folkmoot_chat=debug.
    #[arg(long, env = "LOG", default_value = "info", help_heading = "Logs")]
    pub log: String,
}

impl Settings {
    /// Checks what clap cannot: URLs and combinations.
    ///
    /// # Errors
    /// The first setting that cannot be used, by its variable's name.
    pub fn validate(&self) -> Result<(), InvalidSetting> {
        self.database()?;
        self.redis()?;
        self.nats()?;
        self.object_store()?;
        if self.auth == AuthMode::Open && !self.host.is_loopback() && self.auth_allow_open != "yes"
        {
            return Err(InvalidSetting::new(
                "AUTH",
                "open lets anyone act as anyone; on an address others can reach it needs AUTH_ALLOW_OPEN=yes",
            ));
        }
        if let Some(token) = &self.admin_token
            && !is_admin_token(token.expose())
        {
            return Err(InvalidSetting::new(
                "ADMIN_TOKEN",
                "must be 16 to 256 visible ASCII characters",
            ));
        }
        let valid_instance = (1..=40).contains(&self.instance.len())
            && self
                .instance
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !valid_instance {
            return Err(InvalidSetting::new(
                "INSTANCE",
                "must be 1 to 40 letters, digits, - or _",
            ));
        }
        if let Some(url) = self
            .jwks_url
            .as_ref()
            .filter(|url| !["http", "https", "file"].contains(&url.scheme()))
        {
            return Err(InvalidSetting::new(
                "JWKS_URL",
                format!(
                    "has an unknown scheme {:?}; use http, https or file",
                    url.scheme()
                ),
            ));
        }
        Ok(())
    }

    /// The database, if one is set.
    ///
    /// # Errors
    /// If `DATABASE_URL` cannot be used.
    pub fn database(&self) -> Result<Option<DatabaseUrl>, InvalidSetting> {
        self.database_url
            .as_ref()
            .map(|url| DatabaseUrl::parse(url.expose()))
            .transpose()
    }

    /// The Redis server, if one is set.
    ///
    /// # Errors
    /// If `REDIS_URL` cannot be used.
    pub fn redis(&self) -> Result<Option<Secret>, InvalidSetting> {
        self.redis_url
            .as_ref()
            .map(|url| parse_server_url("REDIS_URL", url.expose(), &["redis", "rediss"]))
            .transpose()
    }

    /// The NATS server, if one is set.
    ///
    /// # Errors
    /// If `NATS_URL` cannot be used.
    pub fn nats(&self) -> Result<Option<Secret>, InvalidSetting> {
        self.nats_url
            .as_ref()
            .map(|url| parse_server_url("NATS_URL", url.expose(), &["nats", "tls"]))
            .transpose()
    }

    /// The object store: `OBJECT_STORE_URL`, else the `MINIO_*` variables, else a folder in `DATA_DIR`.
    ///
    /// # Errors
    /// If `OBJECT_STORE_URL` or `MINIO_ENDPOINT` cannot be used.
    pub fn object_store(&self) -> Result<ObjectStoreUrl, InvalidSetting> {
        if let Some(url) = &self.object_store_url {
            let mut store = ObjectStoreUrl::parse(url.expose())?;
            if let ObjectStoreUrl::S3(s3) = &mut store {
                s3.access_key
                    .get_or_insert_with(|| self.minio_access_key.clone());
                s3.secret_key
                    .get_or_insert_with(|| self.minio_secret_key.clone());
            }
            return Ok(store);
        }
        let Some(endpoint) = &self.minio_endpoint else {
            return Ok(ObjectStoreUrl::File(self.data_dir.join("objects")));
        };
        let endpoint = if endpoint.contains("://") {
            endpoint.clone()
        } else {
            format!("http://{endpoint}")
        };
        Url::parse(&endpoint)
            .map_err(|error| InvalidSetting::new("MINIO_ENDPOINT", error.to_string()))?;
        Ok(ObjectStoreUrl::S3(S3Settings {
            bucket: self.minio_bucket.clone(),
            endpoint: Some(endpoint),
            region: "us-east-1".to_owned(),
            access_key: Some(self.minio_access_key.clone()),
            secret_key: Some(self.minio_secret_key.clone()),
        }))
    }

    /// The folder of signing keys (PEM files).
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    /// How long a stopping server gives its sockets.
    #[must_use]
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_seconds)
    }

    /// Whether cookies may be limited to encrypted connections.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

/// What fits into a header and is hard to guess.
fn is_admin_token(token: &str) -> bool {
    (16..=256).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Parses settings from command-line words, as tests and tools do.
///
/// # Errors
/// What clap says of a wrong flag or value.
pub fn parse_args<T: clap::Args>(args: &[&str]) -> Result<T, clap::Error> {
    let command = T::augment_args(clap::Command::new("folkmoot").no_binary_name(true));
    let mut matches = command.try_get_matches_from(args)?;
    T::from_arg_matches_mut(&mut matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str]) -> Settings {
        parse_args(args).expect("settings")
    }

    #[test]
    fn open_mode_is_refused_where_others_can_reach_it() {
        let error = settings(&["--auth", "open", "--host", "0.0.0.0"])
            .validate()
            .unwrap_err();
        assert_eq!(error.variable, "AUTH");
        assert_eq!(settings(&["--auth", "open"]).validate(), Ok(()));
        assert_eq!(
            settings(&[
                "--auth",
                "open",
                "--host",
                "0.0.0.0",
                "--auth-allow-open",
                "yes"
            ])
            .validate(),
            Ok(())
        );
    }

    #[test]
    fn an_admin_token_that_is_easy_to_guess_is_refused_and_not_shown() {
        for bad in [
            "",
            "hunter2",
            "hunter2 hunter2 hunter2",
            "hunter2hunter2\u{e9}hunter2",
        ] {
            let error = settings(&["--admin-token", bad]).validate().unwrap_err();
            assert_eq!(error.variable, "ADMIN_TOKEN", "{bad:?}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let good = settings(&["--admin-token", "hunter2-hunter2-hunter2"]);
        assert_eq!(good.validate(), Ok(()));
        assert!(!format!("{good:?}").contains("hunter2"));
    }

    #[test]
    fn secrets_are_not_in_the_debug_output() {
        let settings = settings(&[
            "--database-url",
            "postgres://u:hunter2@db/forum",
            "--minio-secret-key",
            "hunter2",
        ]);
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn minio_variables_mean_an_s3_store() {
        let store = settings(&["--minio-endpoint", "minio:9000"])
            .object_store()
            .unwrap();
        let ObjectStoreUrl::S3(s3) = store else {
            panic!("an S3 store")
        };
        assert_eq!(s3.endpoint.as_deref(), Some("http://minio:9000"));
        assert_eq!(s3.bucket, "chatfiles");
    }

    #[test]
    fn an_instance_prefix_cannot_escape_its_subject() {
        for bad in ["", "a.b", "a>", "a b", "*"] {
            assert_eq!(
                settings(&["--instance", bad])
                    .validate()
                    .unwrap_err()
                    .variable,
                "INSTANCE",
                "{bad:?}"
            );
        }
    }
}
