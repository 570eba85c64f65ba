//! An S3 server: a gateway over a folder.

use std::{
    fs,
    net::SocketAddr,
    ops::Deref,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::OnceCell,
};

use super::{Server, programs::built};
use crate::daemon::{Scratch, spawner};

const ACCESS_KEY: &str = "folkmoot-access";
const SECRET_KEY: &str = "folkmoot/secret+key";
const REGION: &str = "us-east-1";

static SHARED: OnceCell<S3> = OnceCell::const_new();
static NEXT_BUCKET: AtomicUsize = AtomicUsize::new(0);

/// An S3 server.
#[derive(Debug)]
pub struct S3 {
    server: Server,
}

/// A bucket of one test.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The URL of the server.
    pub endpoint: String,
    /// Access key, which may do everything.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
    /// The folder in which the server keeps the objects, each a file named by its key.
    pub folder: PathBuf,
}

impl Bucket {
    /// What `OBJECT_STORE_URL` takes.
    #[must_use]
    pub fn url(&self) -> String {
        let encode = |text: &str| text.replace('/', "%2F").replace('+', "%2B");
        let (key, secret) = (encode(&self.access_key), encode(&self.secret_key));
        format!(
            "s3://{key}:{secret}@{}?endpoint={}&region={REGION}",
            self.name, self.endpoint
        )
    }
}

impl S3 {
    /// The one that the tests of this process share.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Makes a new server and starts it.
    ///
    /// # Panics
    /// If it was not built or does not start.
    pub async fn start() -> Self {
        let (folder, program) = (Scratch::new("s3"), built("versitygw"));
        let (objects, metadata) = (
            folder.path().join("objects"),
            folder.path().join("metadata"),
        );
        for path in [&objects, &metadata] {
            fs::create_dir(path).expect("a temporary folder");
        }
        let command = move |port: u16| {
            let mut command = spawner::tied_to_us(&program);
            // Metadata in a folder of its own: not every file system of a temporary folder has extended attributes.
            command
                .args([
                    "--port",
                    &format!("127.0.0.1:{port}"),
                    "--region",
                    REGION,
                    "--keep-alive",
                ])
                .args(["--access", ACCESS_KEY, "--secret", SECRET_KEY])
                .args(["posix", "--sidecar"])
                .args([&metadata, &objects]);
            command
        };
        let server = Server::new("s3", folder, command, answers);
        server.start_again().await;
        Self { server }
    }

    /// A name for a bucket that does not exist yet, with all that it takes to reach and make it.
    #[must_use]
    pub fn missing_bucket(&self) -> Bucket {
        let name = format!("test-{}", NEXT_BUCKET.fetch_add(1, Ordering::Relaxed));
        Bucket {
            folder: self.folder().join("objects").join(&name),
            name,
            endpoint: format!("http://{}", self.address()),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }
    }

    /// A new, empty bucket.
    ///
    /// # Panics
    /// If its folder cannot be made.
    #[must_use]
    pub fn create_bucket(&self) -> Bucket {
        let bucket = self.missing_bucket();
        fs::create_dir(&bucket.folder).expect("a folder for a bucket");
        bucket
    }
}

impl Deref for S3 {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// Any HTTP answer will do; without a signature it is a refusal.
async fn answers(address: SocketAddr) -> bool {
    status_line(address)
        .await
        .is_ok_and(|start| start == *b"HTTP/1.1")
}

async fn status_line(address: SocketAddr) -> std::io::Result<[u8; 8]> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 8];
    stream.read_exact(&mut start).await?;
    Ok(start)
}
