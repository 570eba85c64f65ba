//! Which backend a URL chooses. A scheme that is not known is refused with the variable's name,
//! because a silent fall-back to the embedded store would lose data later.

use std::path::PathBuf;

use thiserror::Error;
use url::Url;

use super::Secret;

/// A setting that cannot be used. The message names the variable and never shows the value, which may hold a password.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{variable}: {problem}")]
pub struct InvalidSetting {
    /// The environment variable that is wrong.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl InvalidSetting {
    /// A problem with `variable`.
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
        }
    }
}

/// Where a service keeps its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, as sqlx wants it.
    Postgres(Secret),
}

impl DatabaseUrl {
    /// Reads `DATABASE_URL`. SQLAlchemy's spellings are accepted too: `sqlite:///relative`,
    /// `sqlite:////absolute` and `postgresql+driver://`.
    ///
    /// # Errors
    /// If the scheme is neither SQLite's nor PostgreSQL's, or no file is named.
    pub fn parse(text: &str) -> Result<Self, InvalidSetting> {
        let problem = |text: &str| Err(InvalidSetting::new("DATABASE_URL", text));
        let Some((scheme, rest)) = text.split_once(':') else {
            return problem(
                "is not a URL; use sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE",
            );
        };
        match scheme.split('+').next().unwrap_or_default() {
            "sqlite" => match sqlite_path(rest) {
                "" | ":memory:" => {
                    problem("names no file; an in-memory database would not outlive a restart")
                }
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            },
            "postgres" | "postgresql" => {
                let url = format!("postgres:{rest}");
                match Url::parse(&url) {
                    Ok(parsed) if parsed.has_host() => Ok(Self::Postgres(Secret::new(url))),
                    _ => problem("is not a valid PostgreSQL URL"),
                }
            }
            _ => problem("has an unknown scheme; use sqlite:// or postgres://"),
        }
    }
}

/// In SQLAlchemy three slashes precede a relative path and four an absolute one; two are sqlx's own spelling.
fn sqlite_path(rest: &str) -> &str {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('?').next().unwrap_or_default()
}

/// Checks a URL whose scheme must be one of `schemes`.
///
/// # Errors
/// If the URL does not parse, has another scheme or no host.
pub fn parse_server_url(
    variable: &'static str,
    text: &str,
    schemes: &[&str],
) -> Result<Secret, InvalidSetting> {
    let url = Url::parse(text).map_err(|error| InvalidSetting::new(variable, error.to_string()))?;
    if !schemes.contains(&url.scheme()) {
        return Err(InvalidSetting::new(
            variable,
            format!("has an unknown scheme; use {}://", schemes.join(":// or ")),
        ));
    }
    if !url.has_host() {
        return Err(InvalidSetting::new(variable, "names no host"));
    }
    Ok(Secret::new(text))
}

/// Where uploaded files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectStoreUrl {
    /// A local folder.
    File(PathBuf),
    /// A bucket of an S3-compatible server.
    S3(S3Settings),
}

/// How to reach a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Settings {
    /// Bucket name; it is made at start if the server allows it.
    pub bucket: String,
    /// Server URL, path-style; unset means AWS.
    pub endpoint: Option<String>,
    /// Region, `us-east-1` unless told.
    pub region: String,
    /// Access key.
    pub access_key: Option<Secret>,
    /// Secret key.
    pub secret_key: Option<Secret>,
}

impl ObjectStoreUrl {
    /// Reads `OBJECT_STORE_URL`: `file:///PATH`, or `s3://BUCKET?endpoint=URL&region=NAME` with the keys
    /// as user and password or in the `MINIO_*` variables.
    ///
    /// # Errors
    /// If the scheme is another one or a part is missing.
    pub fn parse(text: &str) -> Result<Self, InvalidSetting> {
        let invalid = |text: &str| InvalidSetting::new("OBJECT_STORE_URL", text);
        if let Some(path) = text.strip_prefix("file://") {
            return match path {
                "" => Err(invalid("names no folder")),
                path => Ok(Self::File(PathBuf::from(path))),
            };
        }
        let url = Url::parse(text).map_err(|error| invalid(&error.to_string()))?;
        if url.scheme() != "s3" {
            return Err(invalid("has an unknown scheme; use file:// or s3://"));
        }
        let bucket = url
            .host_str()
            .ok_or_else(|| invalid("names no bucket"))?
            .to_owned();
        let parameter = |name| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        Ok(Self::S3(S3Settings {
            bucket,
            endpoint: parameter("endpoint"),
            region: parameter("region").unwrap_or_else(|| "us-east-1".to_owned()),
            access_key: Some(url.username())
                .filter(|user| !user.is_empty())
                .map(|user| Secret::new(decoded(user))),
            secret_key: url
                .password()
                .map(|password| Secret::new(decoded(password))),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_urls_are_read_in_both_spellings() {
        for (text, path) in [
            ("sqlite:///./chat.db", "./chat.db"),
            ("sqlite:////var/lib/chat.db", "/var/lib/chat.db"),
            ("sqlite://chat.db", "chat.db"),
            ("sqlite+aiosqlite:///chat.db?mode=rw", "chat.db"),
        ] {
            assert_eq!(
                DatabaseUrl::parse(text),
                Ok(DatabaseUrl::Sqlite(path.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn postgres_driver_suffixes_are_dropped() {
        let expected = Secret::new("postgres://u:p@db:5432/forum");
        for text in [
            "postgres://u:p@db:5432/forum",
            "postgresql+asyncpg://u:p@db:5432/forum",
        ] {
            assert_eq!(
                DatabaseUrl::parse(text),
                Ok(DatabaseUrl::Postgres(expected.clone()))
            );
        }
    }

    #[test]
    fn unknown_schemes_are_refused_by_the_variables_name_without_the_value() {
        for text in [
            "mysql://u:hunter2@db/forum",
            "forum.db",
            "sqlite://",
            "sqlite::memory:",
            "postgres:nohost",
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL: "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(parse_server_url("REDIS_URL", "http://x", &["redis"]).is_err());
        assert!(ObjectStoreUrl::parse("ftp://x/y").is_err());
    }

    #[test]
    fn s3_urls_carry_endpoint_region_and_keys() {
        let Ok(ObjectStoreUrl::S3(s3)) = ObjectStoreUrl::parse(
            "s3://key:se%2Fcret@files?endpoint=http://minio:9000&region=eu-1",
        ) else {
            panic!("an S3 URL");
        };
        assert_eq!((s3.bucket.as_str(), s3.region.as_str()), ("files", "eu-1"));
        assert_eq!(s3.endpoint.as_deref(), Some("http://minio:9000"));
        assert_eq!(s3.secret_key, Some(Secret::new("se/cret")));
    }
}
