//! The platform as its users see it: an address that answers requests.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{Answer, Member};
use crate::wait;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A platform, or one service of it, at an address.
#[derive(Debug, Clone)]
pub struct Site {
    http: reqwest::Client,
    address: SocketAddr,
    /// Whether somebody has been asked to be first.
    first: Arc<OnceCell<()>>,
}

/// The account that [`Site::register`] makes before any other, because the first one is admin.
const FIRST: &str = "first";

/// The password of everybody who is registered by [`Site::register`].
pub const PASSWORD: &str = "correct horse battery";

impl Site {
    /// The one at `address`.
    ///
    /// # Panics
    /// If no HTTP client can be made.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        folkmoot_common::server::install_crypto();
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            http,
            address,
            first: Arc::default(),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The URL of a socket.
    #[must_use]
    pub fn socket_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// A request of nobody in particular, to be completed and sent with [`send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// GET, by nobody in particular.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// POST of JSON, by nobody in particular.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// Makes an account, never the first, which would be admin, and logs in.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn register(&self, username: &str) -> Member {
        self.make_first().await;
        let body = registration(username);
        let session = self.post("/api/auth/register", &body).await.expect(201);
        Member::of_session(self, &session)
    }

    /// Logs in as the admin of a platform whose accounts were all made by [`Site::register`].
    ///
    /// # Panics
    /// If that is refused.
    pub async fn admin(&self) -> Member {
        self.make_first().await;
        self.log_in(FIRST).await
    }

    /// Another replica may have done so already.
    async fn make_first(&self) {
        let register = async || {
            self.post("/api/auth/register", &registration(FIRST)).await;
        };
        self.first.get_or_init(register).await;
    }

    /// Logs in to an account that [`Site::register`] made.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn log_in(&self, username: &str) -> Member {
        let body = json!({"identifier": username, "password": PASSWORD});
        let session = self.post("/api/auth/login", &body).await.expect(200);
        Member::of_session(self, &session)
    }

    /// Somebody with a token of the caller's making.
    #[must_use]
    pub fn member(&self, user_id: &str, username: &str, token: &str) -> Member {
        Member::new(self, user_id, username, Some(token.to_owned()))
    }

    /// Somebody without a token, as `AUTH=open` lets in.
    #[must_use]
    pub fn guest(&self, user_id: &str) -> Member {
        Member::new(self, user_id, user_id, None)
    }

    /// Waits until `path` answers 200.
    ///
    /// # Panics
    /// If it does not.
    pub async fn wait_for(&self, path: &str) {
        let what = format!("{} answers 200", self.url(path));
        wait::until(&what, async || {
            let response = self.request(Method::GET, path).send().await.ok()?;
            response.status().is_success().then_some(())
        })
        .await;
    }
}

fn registration(username: &str) -> Value {
    let email = format!("{username}@example.org");
    json!({"email": email, "username": username, "password": PASSWORD})
}

/// Sends a request and reads the answer to its end.
///
/// # Panics
/// If there is no answer.
pub async fn send(request: RequestBuilder) -> Answer {
    match try_send(request).await {
        Ok(answer) => answer,
        Err(error) => panic!("no answer: {error:?}"),
    }
}

/// As [`send`], where the server may be gone.
///
/// # Errors
/// If there is no answer.
pub async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
    Answer::read(request.send().await?).await
}
