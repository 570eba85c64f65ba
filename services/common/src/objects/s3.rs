//! Objects in a bucket of an S3-compatible server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use http::{Method, StatusCode};
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    multipart::MultipartStore,
    path::Path,
    signer::Signer,
};
use tracing::info;

use super::{ObjectError, describe};
use crate::config::S3Settings;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest silence of the server within an answer, or while it takes one part.
const READ_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest time of a request that is small both ways.
const SMALL_REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// An object that is never written: asking for it tells whether the bucket is there and may be read.
const PROBE: &str = "health";

/// A bucket.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    name: Arc<str>,
    region: Arc<str>,
    store: Arc<AmazonS3>,
    /// The same bucket without retries, for health.
    probe: Arc<AmazonS3>,
    client: reqwest::Client,
    /// Whether the bucket was once seen, or made.
    found: Arc<AtomicBool>,
}

impl Bucket {
    pub(super) fn open(settings: &S3Settings) -> anyhow::Result<Self> {
        crate::server::install_crypto();
        // An outage must become an answer soon; three attempts bridge a server that restarts a connection.
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        };
        let retry = RetryConfig {
            backoff,
            max_retries: 2,
            retry_timeout: Duration::from_secs(4),
        };
        let once = RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        };
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(SMALL_REQUEST_TIMEOUT)
            .build()?;
        Ok(Self {
            name: settings.bucket.as_str().into(),
            region: settings.region.as_str().into(),
            store: Arc::new(build(settings, retry, READ_TIMEOUT)?),
            probe: Arc::new(build(settings, once, SMALL_REQUEST_TIMEOUT)?),
            client,
            found: Arc::default(),
        })
    }

    pub(super) fn store(&self) -> &dyn ObjectStore {
        self.store.as_ref()
    }

    pub(super) fn multipart(&self) -> &dyn MultipartStore {
        self.store.as_ref()
    }

    /// Asks for an object that is not there, and makes the bucket if that is what is missing.
    pub(super) async fn check(&self) -> Result<(), ObjectError> {
        let missing = match self.probe.get(&Path::from(PROBE)).await {
            Err(object_store::Error::NotFound { source, .. }) => is_missing_bucket(source.as_ref()),
            // What keys that may not list the bucket are told of an object that is not there.
            Err(object_store::Error::PermissionDenied { source, .. })
                if describe(source.as_ref()).contains("AccessDenied") =>
            {
                false
            }
            Err(error) => return Err(error.into()),
            Ok(_) => false,
        };
        if missing {
            self.make().await?;
        }
        self.found.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// As [`Bucket::check`], until the bucket was seen once.
    pub(super) async fn ensure(&self) -> Result<(), ObjectError> {
        if self.found.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.check().await
    }

    /// Gives up a multipart upload; one that is not there any more is no error.
    pub(super) async fn abort(
        &self,
        key: &Path,
        multipart: Option<&str>,
    ) -> Result<(), ObjectError> {
        let Some(id) = multipart else { return Ok(()) };
        match self
            .store
            .abort_multipart(key, &id.to_owned())
            .await
            .map_err(ObjectError::from)
        {
            Ok(()) | Err(ObjectError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn make(&self) -> Result<(), ObjectError> {
        match self.create().await? {
            status if status.is_success() => info!(bucket = &*self.name, "made the bucket"),
            // Somebody else was quicker.
            StatusCode::CONFLICT => {}
            status => {
                let reason = format!(
                    "there is no bucket {} and making it gives {status}",
                    self.name
                );
                return Err(ObjectError::Unavailable(reason));
            }
        }
        Ok(())
    }

    /// [`CreateBucket`], which the object_store crate lacks: a PUT of the bucket's own address.
    ///
    /// [`CreateBucket`]: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    async fn create(&self) -> Result<StatusCode, ObjectError> {
        let url = self
            .store
            .signed_url(Method::PUT, &Path::default(), Duration::from_secs(60))
            .await?;
        let body = match &*self.region {
            // The one region that must not be named.
            "us-east-1" => String::new(),
            region => format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            ),
        };
        let answer = self.client.put(url).body(body).send().await;
        // The address carries a signature.
        let answer =
            answer.map_err(|error| ObjectError::Unavailable(describe(&error.without_url())))?;
        Ok(answer.status())
    }
}

fn build(settings: &S3Settings, retry: RetryConfig, silence: Duration) -> anyhow::Result<AmazonS3> {
    // No limit on a whole request, which would cut off downloads to slow readers: on silence instead.
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(silence)
        .with_allow_http(
            settings
                .endpoint
                .as_ref()
                .is_some_and(|endpoint| endpoint.starts_with("http://")),
        );
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_virtual_hosted_style_request(false)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    if let (Some(access), Some(secret)) = (&settings.access_key, &settings.secret_key) {
        builder = builder
            .with_access_key_id(access.expose())
            .with_secret_access_key(secret.expose());
    }
    builder
        .build()
        .context("the settings of the S3 object store cannot be used")
}

/// Whether the server says that the bucket is not there, which has the status of a missing object.
pub(super) fn is_missing_bucket(error: &(dyn std::error::Error + 'static)) -> bool {
    describe(error).contains("NoSuchBucket")
}
