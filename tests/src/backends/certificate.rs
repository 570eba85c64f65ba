//! A certificate for servers of the tests.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::programs::on_path;
use crate::daemon::Scratch;

/// A certificate of 127.0.0.1 and localhost that nobody trusts who is not told to.
#[derive(Debug)]
pub struct Certificate(Scratch);

impl Certificate {
    /// Makes a new one, good for two days.
    ///
    /// # Panics
    /// If openssl is not installed or refuses.
    #[must_use]
    pub fn make() -> Self {
        let made = Self(Scratch::new("certificate"));
        let status = Command::new(on_path("openssl"))
            .args([
                "req",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(made.0.path())
            .output()
            .expect("openssl");
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stderr)
        );
        made
    }

    /// The certificate, for the server and for those who shall trust it.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.0.path().join("cert.pem")
    }

    /// Its key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    /// Both, in a folder of the caller's.
    pub(super) fn copy_to(&self, folder: &Path) -> [PathBuf; 2] {
        [self.file(), self.key_file()].map(|file| {
            let copy = folder.join(file.file_name().expect("a name"));
            std::fs::copy(file, &copy).expect("a copy");
            copy
        })
    }
}
