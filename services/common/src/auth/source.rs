//! Where a verifier finds identity's public keys.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use url::Url;

use super::{jwks::PublicKeys, keys};
use crate::{config::Settings, server::install_crypto};

/// Largest key set in bytes.
const MAX_BYTES: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(3);

/// A place of keys.
#[derive(Debug)]
pub(super) enum Source {
    /// Identity's own folder of signing keys.
    Folder(PathBuf),
    /// A key set in a file.
    File(PathBuf),
    /// A key set at an address.
    Http(reqwest::Client, Url),
}

impl Source {
    pub(super) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let Some(url) = &settings.jwks_url else {
            return Ok(Self::Folder(settings.keys_dir()));
        };
        if url.scheme() == "file" {
            let path = url
                .to_file_path()
                .map_err(|()| anyhow!("JWKS_URL: names no file of this machine"))?;
            return Ok(Self::File(path));
        }
        install_crypto();
        // A redirect would let whoever answers choose where our keys come from.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()
            .context("JWKS_URL: cannot make an HTTP client")?;
        Ok(Self::Http(client, url.clone()))
    }

    /// How long what was loaded is good for.
    pub(super) fn period(&self) -> Duration {
        match self {
            Self::Folder(_) | Self::File(_) => Duration::from_secs(10),
            Self::Http(..) => Duration::from_secs(300),
        }
    }

    /// How long an unknown key id has to wait before it causes another look.
    pub(super) fn pause(&self) -> Duration {
        match self {
            Self::Folder(_) | Self::File(_) => Duration::from_secs(1),
            Self::Http(..) => Duration::from_secs(5),
        }
    }

    /// Loads the keys; none at all is an error.
    pub(super) async fn load(&self, now: DateTime<Utc>) -> anyhow::Result<PublicKeys> {
        let keys = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                tokio::task::spawn_blocking(move || keys::read_public_keys(&folder, now)).await??
            }
            Self::File(path) => PublicKeys::from_jwks(&read(path).await?)?,
            Self::Http(client, url) => PublicKeys::from_jwks(&fetch(client, url).await?)?,
        };
        if keys.is_empty() {
            bail!("there is no key yet");
        }
        Ok(keys)
    }
}

async fn read(path: &PathBuf) -> anyhow::Result<Vec<u8>> {
    let size = tokio::fs::metadata(path)
        .await
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    if size > MAX_BYTES as u64 {
        bail!("{} is larger than {MAX_BYTES} bytes", path.display());
    }
    Ok(tokio::fs::read(path).await?)
}

async fn fetch(client: &reqwest::Client, url: &Url) -> anyhow::Result<Vec<u8>> {
    // The address may hold a password, so no error shows it.
    let response = client
        .get(url.clone())
        .send()
        .await
        .map_err(reqwest::Error::without_url)?;
    let mut response = response
        .error_for_status()
        .map_err(reqwest::Error::without_url)?;
    if !response.status().is_success() {
        bail!("the answer is {}", response.status());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(reqwest::Error::without_url)?
    {
        if body.len() + chunk.len() > MAX_BYTES {
            bail!("the answer is larger than {MAX_BYTES} bytes");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
