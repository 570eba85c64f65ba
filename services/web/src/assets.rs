//! The built files and what a browser needs to know of each.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// The files are in the executable, of debug builds too, so that it can be taken elsewhere.
#[derive(RustEmbed)]
#[folder = "dist/"]
#[allow_missing = true]
struct Dist;

/// Names in this folder carry a hash of the content, so what they name never changes.
const HASHED: &str = "assets/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about each time.
const ASK_FIRST: &str = "no-cache";

/// Where the files come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Assets {
    /// What `npm run build` made.
    Embedded,
    /// A fixed set, so that tests need no build.
    #[cfg(test)]
    Sample(&'static [(&'static str, &'static str)]),
}

/// One file, ready to be sent.
pub(crate) struct Asset {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: &'static str,
    pub(crate) caching: &'static str,
    /// A strong entity tag, in its quotes.
    pub(crate) etag: String,
    pub(crate) is_gzip: bool,
}

impl Assets {
    /// The file as it is.
    pub(crate) fn plain(self, path: &str) -> Option<Asset> {
        self.read(path, path, false)
    }

    /// The file as the build compressed it.
    pub(crate) fn compressed(self, path: &str) -> Option<Asset> {
        self.read(path, &format!("{path}.gz"), true)
    }

    fn read(self, path: &str, stored: &str, is_gzip: bool) -> Option<Asset> {
        let (bytes, hash) = self.bytes(stored)?;
        let caching = if path.starts_with(HASHED) {
            FOR_EVER
        } else {
            ASK_FIRST
        };
        let content_type = content_type(path);
        Some(Asset {
            bytes: bytes.into_owned(),
            content_type,
            caching,
            etag: etag(&hash),
            is_gzip,
        })
    }

    fn bytes(self, stored: &str) -> Option<(Cow<'static, [u8]>, [u8; 32])> {
        // No name climbs out of the folder.
        if stored
            .split(['/', '\\'])
            .any(|part| part.is_empty() || part == "..")
        {
            return None;
        }
        match self {
            Self::Embedded => Dist::get(stored).map(|file| {
                let hash = file.metadata.sha256_hash();
                (file.data, hash)
            }),
            #[cfg(test)]
            Self::Sample(files) => files
                .iter()
                .find(|(name, _)| *name == stored)
                .map(|(name, data)| (Cow::Borrowed(data.as_bytes()), sample_hash(name))),
        }
    }
}

fn etag(hash: &[u8; 32]) -> String {
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// The types that a build makes; anything else is only to be saved.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
fn sample_hash(name: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    hash
}
