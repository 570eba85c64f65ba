//! Verifying and changing addresses.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ClientIp, Json, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{App, account::Accepted, password::invalid_code};
use crate::{
    mail::Kind,
    one_time_code::OneTimeCode,
    policy::{self, AccountKey},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(verify))
        .routes(routes!(resend))
        .routes(routes!(change))
}

/// The code of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyBody {
    /// The code; case, dashes and blanks do not matter.
    code: String,
}

/// Shows that mail to an address reaches its owner: verifies it, finishes a registration, or moves an account to it.
#[utoipa::path(
    post, path = "/api/auth/email/verify", tag = "accounts",
    operation_id = "verify_email", request_body = VerifyBody,
    responses(
        (status = 204),
        (status = 400, description = "invalid_code: wrong, used, replaced by a newer one, or too old", body = Problem),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 409, description = "username_taken, email_taken: somebody else was quicker", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn verify(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(body): Json<VerifyBody>,
) -> Result<Response, Response> {
    let limited = app.limits.code(ip).await?;
    let verified = async {
        app.check_origin(&headers)?;
        let code = OneTimeCode::parse(&body.code).ok_or_else(invalid_code)?;
        let used =
            app.store.use_email_code(&code).await? || app.store.finish_registration(&code).await?;
        if !used {
            return Err(invalid_code());
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    Ok(limited.around(verified.await))
}

/// Whose address is to be verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResendBody {
    /// The address.
    #[schema(example = "ann@example.org")]
    email: String,
}

/// Sends the mail that verifies an address again, if it is to be verified. The codes before count no more.
///
/// The answer is the same, and takes as long, if there is nothing to verify. At most three mails an hour go to one address.
#[utoipa::path(
    post, path = "/api/auth/email/resend", tag = "accounts",
    operation_id = "resend_verification", request_body = ResendBody,
    responses(
        (status = 202, description = "a mail may be on its way", body = Accepted),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 422, description = "invalid_email, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn resend(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(body): Json<ResendBody>,
) -> Result<Response, Response> {
    let limited = app.limits.mail(ip).await?;
    let accepted = async {
        app.check_origin(&headers)?;
        let email = policy::new_email(&body.email)?;
        app.store.enqueue_mail(Kind::Verify, &email, None).await?;
        Ok(Accepted::answer())
    };
    Ok(limited.around(accepted.await))
}

/// Another address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// The address from when it is verified on.
    #[schema(example = "ann@example.com")]
    email: String,
    /// The account's password.
    #[schema(format = Password)]
    password: String,
}

/// Sends a code to another address, which moves the caller's account there. Until it is used nothing changes.
///
/// The answer is the same if the address belongs to another account: its owner gets a mail that says so.
#[utoipa::path(
    post, path = "/api/auth/email/change", tag = "accounts", security(("bearer" = [])),
    operation_id = "change_email", request_body = ChangeBody,
    responses(
        (status = 202, description = "a mail is on its way", body = Accepted),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "wrong_password, banned", body = Problem),
        (status = 422, description = "invalid_email, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    caller: Caller,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Response> {
    let actor = app
        .actor(&caller)
        .await
        .map_err(IntoResponse::into_response)?;
    app.limits.mail(ip).await?;
    let limited = app
        .limits
        .login(ip, &AccountKey::new(&actor.user.username))
        .await?;
    let accepted = async {
        let email = policy::new_email(&body.email)?;
        app.check_password(&actor.user, body.password).await?;
        app.store
            .enqueue_mail(Kind::Change, &email, Some(actor.user.id))
            .await?;
        Ok(Accepted::answer())
    };
    Ok(limited.around(accepted.await))
}
