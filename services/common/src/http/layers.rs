//! What surrounds the routes of every service: request ids, logs, metrics, limits, and safe headers.

use std::{any::Any, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use super::{ApiError, client_ip::TrustedProxies};
use crate::{Context, clock::Ids};

/// Largest body of an ordinary request in bytes; uploads have a limit of their own.
const MAX_BODY_BYTES: usize = 1 << 20;
/// Longest time an ordinary request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How the bodies of a service's requests are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLimit {
    /// 1 MiB, and the whole request within 15 seconds.
    Ordinary,
    /// As [`Ordinary`](Self::Ordinary), but the service counts bytes and time of forms itself.
    OrdinaryOrForm,
    /// The service counts bytes and time itself, because it streams.
    Streaming,
}

/// Puts the layers around `router`.
pub fn with_layers(ctx: &Context, router: Router, limit: BodyLimit) -> Router {
    let router = match limit {
        BodyLimit::Ordinary => router
            .layer(middleware::from_fn(time_out))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
        BodyLimit::OrdinaryOrForm => router
            .layer(middleware::from_fn(time_out_unless_form))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
        BodyLimit::Streaming => router.layer(DefaultBodyLimit::disable()),
    };
    router
        .fallback(|| async { ApiError::not_found("not_found", "there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this address does not know the method",
            )
        })
        .layer(middleware::from_fn(measure))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::new(
            REQUEST_ID,
            RequestIds(ctx.ids.clone()),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(Extension(TrustedProxies(ctx.settings.trusted_proxies)))
}

#[derive(Clone)]
struct RequestIds(Ids);

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(self.0.next().to_string())
            .ok()
            .map(RequestId::new)
    }
}

/// The path without its query, which may hold a token.
fn span(request: &axum::http::Request<Body>) -> tracing::Span {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    tracing::info_span!("http", method = %request.method(), path = request.uri().path(), request.id = id)
}

async fn time_out(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("the request took too long").into_response(),
    }
}

/// A form is read by the one handler that takes it, with limits of its own; every other refuses it without reading.
async fn time_out_unless_form(request: Request, next: Next) -> Response {
    if is_form(&request) {
        return next.run(request).await;
    }
    time_out(request, next).await
}

fn is_form(request: &Request) -> bool {
    const FORM: &[u8] = b"multipart/form-data";
    let content_type = request.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| {
        let start = value.as_bytes().get(..FORM.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(FORM))
    })
}

/// Counts requests by route template, so that a caller cannot make new metrics.
async fn measure(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    let labels = [
        ("route", route),
        ("method", method),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::counter!("folkmoot_http_requests_total", &labels).increment(1);
    metrics::histogram!("folkmoot_http_request_duration_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
    response
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the layer's"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .map(str::to_owned)
        .or_else(|| panic.downcast_ref::<String>().cloned());
    ApiError::internal(message.unwrap_or_else(|| "a handler panicked".to_owned())).into_response()
}
