//! Which public address belongs to which service: the one table that the all-in-one router and each service alone
//! serve from, and every other edge is rendered from.

use std::{collections::HashMap, convert::Infallible};

use axum::{
    Router,
    body::Body,
    http::{Request, Uri, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use tower::{ServiceExt, service_fn};

use crate::{ServiceName, http::ApiError};

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeRoute {
    /// Public path; it matches itself and everything below it.
    pub prefix: &'static str,
    /// Who answers.
    pub service: ServiceName,
    /// The part of the prefix that the service does not see.
    pub strip: &'static str,
}

const fn route(prefix: &'static str, service: ServiceName, strip: &'static str) -> EdgeRoute {
    EdgeRoute {
        prefix,
        service,
        strip,
    }
}

/// Every public path. The longest prefix that matches wins.
pub const TABLE: &[EdgeRoute] = &[
    route("/api/chat", ServiceName::Chat, "/api/chat"),
    route("/ws", ServiceName::Chat, ""),
    route("/api/presence", ServiceName::Presence, "/api"),
    route("/api/notifications", ServiceName::Notification, "/api"),
    route("/ws/notifications", ServiceName::Notification, ""),
    route("/api/files", ServiceName::File, "/api/files"),
    route("/api/auth", ServiceName::Identity, ""),
    route("/api/users", ServiceName::Identity, ""),
    route("/api/profile", ServiceName::Identity, ""),
    route("/.well-known/jwks.json", ServiceName::Identity, ""),
    route("/api/threads", ServiceName::Discussion, ""),
    route("/api/comments", ServiceName::Discussion, ""),
    route("/api/posts", ServiceName::Discussion, ""),
    route("/api/categories", ServiceName::Discussion, ""),
    route("/api/tags", ServiceName::Discussion, ""),
    route("/api/reports", ServiceName::Discussion, ""),
    route("/api/audit-log", ServiceName::Discussion, ""),
    route("/api/search", ServiceName::Discussion, ""),
    route("/ws/threads", ServiceName::Discussion, ""),
    route("/api/activity-stream", ServiceName::Feed, ""),
    route("/api/feed", ServiceName::Feed, ""),
    route("/ws/feed", ServiceName::Feed, ""),
    // Each service's own root, for its /docs, /openapi.json and /health.
    route(
        "/api/services/chat",
        ServiceName::Chat,
        "/api/services/chat",
    ),
    route(
        "/api/services/presence",
        ServiceName::Presence,
        "/api/services/presence",
    ),
    route(
        "/api/services/notification",
        ServiceName::Notification,
        "/api/services/notification",
    ),
    route(
        "/api/services/file",
        ServiceName::File,
        "/api/services/file",
    ),
    route(
        "/api/services/identity",
        ServiceName::Identity,
        "/api/services/identity",
    ),
    route(
        "/api/services/discussion",
        ServiceName::Discussion,
        "/api/services/discussion",
    ),
    route(
        "/api/services/feed",
        ServiceName::Feed,
        "/api/services/feed",
    ),
    route("/", ServiceName::Web, ""),
];

/// The row for a public path. Paths are matched as they are sent, so an encoded slash is never a step.
#[must_use]
pub fn lookup(path: &str) -> Option<&'static EdgeRoute> {
    TABLE
        .iter()
        .filter(|route| is_below(path, route.prefix))
        .max_by_key(|route| route.prefix.len())
}

fn is_below(path: &str, prefix: &str) -> bool {
    let Some(rest) = path.strip_prefix(prefix) else {
        return false;
    };
    rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/')
}

/// One router for all services of a process.
pub fn router(services: HashMap<ServiceName, Router>) -> Router {
    let service = service_fn(move |request: Request<Body>| {
        let target = lookup(request.uri().path());
        let target = target.and_then(|route| {
            services
                .get(&route.service)
                .map(|router| (route, router.clone()))
        });
        async move {
            let Some((route, router)) = target else {
                return Ok::<_, Infallible>(nothing_here());
            };
            let Some(request) = rewrite(request, route) else {
                return Ok(nothing_here());
            };
            router.oneshot(request).await
        }
    });
    Router::new().fallback_service(service)
}

/// A service that runs alone: its own root, and its public addresses too, so that an Ingress or a proxy in front
/// only chooses by prefix and rewrites nothing.
pub fn alone(service: ServiceName, router: Router) -> Router {
    let service = service_fn(move |request: Request<Body>| {
        let route = lookup(request.uri().path()).filter(|route| route.service == service);
        let router = router.clone();
        async move {
            let request = match route {
                Some(route) => rewrite(request, route),
                None => Some(request),
            };
            match request {
                Some(request) => router.oneshot(request).await,
                None => Ok::<_, Infallible>(nothing_here()),
            }
        }
    });
    Router::new().fallback_service(service)
}

fn rewrite(mut request: Request<Body>, route: &EdgeRoute) -> Option<Request<Body>> {
    if !route.strip.is_empty() {
        let path_and_query = request
            .uri()
            .path_and_query()?
            .as_str()
            .strip_prefix(route.strip)?;
        let separator = if path_and_query.starts_with('/') {
            ""
        } else {
            "/"
        };
        let stripped: PathAndQuery = format!("{separator}{path_and_query}").parse().ok()?;
        *request.uri_mut() = Uri::from(stripped);
    }
    Some(request)
}

fn nothing_here() -> Response {
    ApiError::not_found("not_found", "there is nothing at this address").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(path: &str) -> (ServiceName, String) {
        let route = lookup(path.split('?').next().expect("a path")).expect("a route");
        let request = Request::builder()
            .uri(path)
            .body(Body::empty())
            .expect("a request");
        (
            route.service,
            rewrite(request, route)
                .expect("a rewritten request")
                .uri()
                .to_string(),
        )
    }

    #[test]
    fn public_paths_reach_the_service_under_the_path_it_knows() {
        for (public, service, own) in [
            ("/api/chat/rooms", ServiceName::Chat, "/rooms"),
            ("/api/chat", ServiceName::Chat, "/"),
            ("/api/chat?x=1", ServiceName::Chat, "/?x=1"),
            (
                "/ws/general/ann?username=ann",
                ServiceName::Chat,
                "/ws/general/ann?username=ann",
            ),
            (
                "/ws/notifications",
                ServiceName::Notification,
                "/ws/notifications",
            ),
            (
                "/api/presence/ann/heartbeat",
                ServiceName::Presence,
                "/presence/ann/heartbeat",
            ),
            (
                "/api/notifications/ann?limit=5",
                ServiceName::Notification,
                "/notifications/ann?limit=5",
            ),
            ("/api/files/1/download", ServiceName::File, "/1/download"),
            ("/api/auth/login", ServiceName::Identity, "/api/auth/login"),
            ("/api/services/chat/docs", ServiceName::Chat, "/docs"),
            ("/api/chatter", ServiceName::Web, "/api/chatter"),
            ("/rooms/general", ServiceName::Web, "/rooms/general"),
        ] {
            assert_eq!(rewritten(public), (service, own.to_owned()), "{public}");
        }
    }

    #[test]
    fn what_a_path_hides_does_not_change_who_answers() {
        for (public, service, own) in [
            (
                "/api/files/..%2fauth/me",
                ServiceName::File,
                "/..%2fauth/me",
            ),
            (
                "/api/files/%2e%2e/api/auth/me",
                ServiceName::File,
                "/%2e%2e/api/auth/me",
            ),
            (
                "/api/files//auth.example.org/x",
                ServiceName::File,
                "//auth.example.org/x",
            ),
            ("/api%2Fauth/me", ServiceName::Web, "/api%2Fauth/me"),
            ("/API/AUTH/me", ServiceName::Web, "/API/AUTH/me"),
            ("//api/auth/me", ServiceName::Web, "//api/auth/me"),
            ("/api/authority", ServiceName::Web, "/api/authority"),
            (
                "/ws/notifications/ann",
                ServiceName::Notification,
                "/ws/notifications/ann",
            ),
            ("/wss", ServiceName::Web, "/wss"),
            ("/?next=/api/auth", ServiceName::Web, "/?next=/api/auth"),
        ] {
            assert_eq!(rewritten(public), (service, own.to_owned()), "{public}");
        }
        assert_eq!(lookup("*"), None);
    }

    #[test]
    fn no_row_is_doubled_or_hidden_and_every_service_has_one() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(lookup(row.prefix), Some(row), "{}", row.prefix);
            assert!(
                TABLE[..index]
                    .iter()
                    .all(|other| other.prefix != row.prefix),
                "{}",
                row.prefix
            );
            assert!(
                row.prefix.starts_with(row.strip) && !row.strip.ends_with('/'),
                "{}",
                row.prefix
            );
        }
        for service in ServiceName::ALL {
            assert!(TABLE.iter().any(|row| row.service == service), "{service}");
        }
    }

    #[tokio::test]
    async fn a_service_alone_answers_every_public_address_of_its_own_and_no_other() {
        use http_body_util::BodyExt;

        let echo = |request: Request<Body>| async move { request.uri().to_string() };
        for row in TABLE {
            for service in ServiceName::ALL {
                let router = alone(service, Router::new().fallback(echo));
                for rest in ["", "/x/%2e%2e?y=%2F&z", "?y=1"] {
                    let public = format!("{}{rest}", row.prefix.trim_end_matches('/'));
                    let public = if public.starts_with('/') {
                        public
                    } else {
                        format!("/{public}")
                    };
                    let request = Request::builder().uri(&public);
                    let request = request.body(Body::empty()).expect("a request");
                    let answer = router.clone().oneshot(request).await.expect("an answer");
                    let body = answer
                        .into_body()
                        .collect()
                        .await
                        .expect("a body")
                        .to_bytes();
                    let expected = if row.service == service {
                        rewritten(&public).1
                    } else {
                        public
                    };
                    assert_eq!(body, expected, "{service}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_service_that_does_not_run_here_is_not_found_and_others_get_the_request_as_it_was() {
        use http_body_util::BodyExt;

        let echo = |request: Request<Body>| async move {
            format!("{} {}", request.method(), request.uri())
        };
        let services = HashMap::from([(ServiceName::Chat, Router::new().fallback(echo))]);
        let edge = router(services);
        let send = |path: &'static str| {
            let request = Request::builder()
                .method("PATCH")
                .uri(path)
                .body(Body::empty())
                .expect("a request");
            edge.clone().oneshot(request)
        };
        let answer = send("/api/chat/rooms?limit=5&x=%2F")
            .await
            .expect("an answer");
        assert_eq!(
            answer
                .into_body()
                .collect()
                .await
                .expect("a body")
                .to_bytes(),
            "PATCH /rooms?limit=5&x=%2F"
        );
        for absent in ["/api/files/files", "/"] {
            assert_eq!(
                send(absent).await.expect("an answer").status(),
                404,
                "{absent}"
            );
        }
    }
}
