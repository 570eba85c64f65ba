//! The HTTP API.

mod health;
mod online;
mod typing;

use axum::{Router, extract::DefaultBodyLimit};
use folkmoot_common::{
    http::{ApiResult, page},
    id,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// No request of this service has a body that is read.
const MAX_BODY_BYTES: usize = 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Folkmoot presence",
        description = "Who is online, and who is typing where."
    ),
    components(schemas(folkmoot_common::http::Problem))
)]
struct ApiDoc;

pub(crate) fn router(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(online::heartbeat))
        .routes(routes!(online::list))
        .routes(routes!(online::find, online::leave))
        .routes(routes!(typing::start, typing::stop))
        .routes(routes!(typing::list))
        .routes(routes!(health::health))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(state)
        .split_for_parts()
}

/// The part of a list that is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Most users to list, 1 to 200 [default: 200].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last user of the page before; the `Link` header holds it.
    after: Option<String>,
}

impl PageQuery {
    /// # Errors
    /// 400 if either may not be.
    fn checked(&self) -> ApiResult<(u32, Option<&str>)> {
        // Who does not page wants everybody: as many as there may be.
        let limit = self
            .limit
            .as_deref()
            .map_or(Ok(page::MAX_LIMIT), |limit| page::limit(Some(limit)))?;
        let after = self.after.as_deref();
        after.map_or(Ok(()), |after| id::check("after", after))?;
        Ok((limit, after))
    }
}

/// Whoever the path names, in `AUTH=open`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NameQuery {
    /// The name to show [default: the user's id]. Only with `AUTH=open`; else the token says it.
    username: Option<String>,
}
