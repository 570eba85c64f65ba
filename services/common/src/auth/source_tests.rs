use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, response::IntoResponse as _, routing::get};
use ed25519_dalek::SigningKey;
use tokio::net::TcpListener;

use super::*;
use crate::{auth::jwks::thumbprint, config::parse_args};

fn one_key() -> PublicKeys {
    let key = SigningKey::from_bytes(&[1; 32]).verifying_key();
    [(thumbprint(&key), key)].into_iter().collect()
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn source(url: &str) -> Source {
    Source::new(&parse_args(&["--jwks-url", url]).unwrap()).unwrap()
}

async fn load(url: &str) -> Result<PublicKeys, String> {
    source(url)
        .load(DateTime::UNIX_EPOCH)
        .await
        .map_err(|error| format!("{error:#}"))
}

#[tokio::test]
async fn keys_are_fetched_from_where_the_settings_say_and_nowhere_else() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let counted = fetched.clone();
    let good = serde_json::to_string(&one_key().to_jwks()).unwrap();
    let router = Router::new()
        .route(
            "/jwks.json",
            get(move || async move {
                counted.fetch_add(1, Ordering::Relaxed);
                good
            }),
        )
        .route(
            "/redirect",
            get(|| async { (StatusCode::FOUND, [("location", "/jwks.json")]).into_response() }),
        )
        .route("/empty", get(|| async { r#"{"keys":[]}"# }))
        .route("/html", get(|| async { "<html>" }))
        .route(
            "/error",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .route("/huge", get(|| async { " ".repeat(MAX_BYTES + 1) }));
    let server = serve(router).await;
    assert_eq!(load(&format!("{server}/jwks.json")).await, Ok(one_key()));
    for path in ["redirect", "empty", "html", "error", "huge", "missing"] {
        assert!(load(&format!("{server}/{path}")).await.is_err(), "{path}");
    }
    assert_eq!(fetched.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn no_error_shows_the_address_which_may_hold_a_password() {
    let error = load("http://u:hunter2@127.0.0.1:1/jwks.json")
        .await
        .unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    assert!(load(&url).await.is_err());
    drop(listener);
}
