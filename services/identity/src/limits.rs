//! Limits against guessing, shared by all replicas, and the headers that tell a caller of them
//! ([draft-ietf-httpapi-ratelimit-headers-03]).
//!
//! An attempt is counted before it is looked at, so that attempts at the same moment count too. There is no limit on an
//! account alone, whatever the address: anybody could lock its owner out with it.
//!
//! [draft-ietf-httpapi-ratelimit-headers-03]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-03

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use axum::{
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use folkmoot_common::{
    http::{ApiError, ApiResult},
    kv::{Decision, Kv, Quota},
};
use sha2::{Digest as _, Sha256};

use crate::{
    policy::AccountKey,
    settings::{ACCOUNT_WINDOW, ADDRESS_WINDOW, MAIL_WINDOW, REGISTRATION_WINDOW, Settings},
};

/// The limits of this process; what is counted is in the key-value store.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    kv: Kv,
    login_by_account: Option<Quota>,
    login_by_address: Option<Quota>,
    refresh_by_address: Option<Quota>,
    registration_by_address: Option<Quota>,
    mail_by_address: Option<Quota>,
}

/// How near a caller is to a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limited(Option<Decision>);

impl Limits {
    /// The limits that `settings` set.
    #[must_use]
    pub(crate) fn new(kv: Kv, settings: &Settings) -> Self {
        let by_address = quota(settings.login_limit_per_address, ADDRESS_WINDOW);
        Self {
            kv,
            login_by_account: quota(settings.login_limit_per_account, ACCOUNT_WINDOW),
            login_by_address: by_address,
            refresh_by_address: by_address,
            registration_by_address: quota(
                settings.registration_limit_per_address,
                REGISTRATION_WINDOW,
            ),
            mail_by_address: quota(settings.mail_limit_per_address, MAIL_WINDOW),
        }
    }

    /// Counts an attempt to log in.
    pub(crate) async fn login(&self, ip: IpAddr, key: &AccountKey) -> Result<Limited, Response> {
        let address = address(ip);
        let by_address = self
            .count(self.login_by_address, format!("login:{address}"))
            .await?;
        let account = format!("login:{address}:{}", digest(key.as_str()));
        let by_account = self.count(self.login_by_account, account).await?;
        let nearest = [by_address.0, by_account.0]
            .into_iter()
            .flatten()
            .min_by_key(|decision| decision.remaining);
        Ok(Limited(nearest))
    }

    /// Counts an attempt to refresh.
    pub(crate) async fn refresh(&self, ip: IpAddr) -> Result<Limited, Response> {
        self.count(self.refresh_by_address, format!("refresh:{}", address(ip)))
            .await
    }

    /// Counts a mail that somebody asks for.
    pub(crate) async fn mail(&self, ip: IpAddr) -> Result<Limited, Response> {
        self.count(self.mail_by_address, format!("mail:{}", address(ip)))
            .await
    }

    /// Counts an attempt to use a code.
    pub(crate) async fn code(&self, ip: IpAddr) -> Result<Limited, Response> {
        self.count(self.login_by_address, format!("code:{}", address(ip)))
            .await
    }

    /// Counts an attempt to register.
    pub(crate) async fn registration(&self, ip: IpAddr) -> Result<Limited, Response> {
        self.count(
            self.registration_by_address,
            format!("register:{}", address(ip)),
        )
        .await
    }

    async fn count(&self, quota: Option<Quota>, key: String) -> Result<Limited, Response> {
        let Some(quota) = quota else {
            return Ok(Limited(None));
        };
        let decision = self.kv.throttle(&format!("identity:{key}"), quota).await;
        let limited = Limited(Some(decision));
        if decision.allowed {
            return Ok(limited);
        }
        metrics::counter!("folkmoot_login_limited_total").increment(1);
        Err(limited.mark(ApiError::too_many_requests(decision.retry_after).into_response()))
    }
}

impl Limited {
    /// The answer of either kind, with the headers.
    pub(crate) fn around(self, result: ApiResult<Response>) -> Response {
        self.mark(result.into_response())
    }

    fn mark(self, mut response: Response) -> Response {
        let Some(decision) = self.0 else {
            return response;
        };
        let headers = response.headers_mut();
        let mut insert = |name, value: u64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value))
        };
        insert("ratelimit-limit", decision.limit.into());
        insert("ratelimit-remaining", decision.remaining.into());
        insert("ratelimit-reset", whole_seconds(decision.reset_after));
        response
    }
}

/// Zero means that there is no limit.
fn quota(count: u32, window: Duration) -> Option<Quota> {
    (count > 0).then(|| Quota::new(count, window))
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Who counts as one caller: an IPv4 address, or the 64 bits of an IPv6 network, in which one machine has every address.
fn address(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        ip @ IpAddr::V4(_) => ip,
    }
}

/// What somebody typed is of any length and may be an address of theirs: neither belongs into a key.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

/// The network of a caller, by which people know their own sessions: not the machine.
pub(crate) fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_counts_as_one_caller() {
        let caller = |ip: &str| address(ip.parse().unwrap());
        assert_eq!(caller("2001:db8:1:2::1"), caller("2001:db8:1:2:ffff::9"));
        assert_ne!(caller("2001:db8:1:2::1"), caller("2001:db8:1:3::1"));
        assert_eq!(caller("::ffff:192.0.2.1"), caller("192.0.2.1"));
        assert_ne!(caller("192.0.2.2"), caller("192.0.2.1"));
    }

    #[test]
    fn a_network_is_shown_and_no_machine() {
        let shown = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(shown("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(shown("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(shown("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
