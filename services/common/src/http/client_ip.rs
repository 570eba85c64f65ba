//! Who is at the other end of a connection.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use super::ApiError;

/// The caller's address: the peer's, or what the nearest trusted proxy saw. Used for limits only, never for identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// How many proxies in front of us add to `X-Forwarded-For`; an extension of every request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TrustedProxies(pub(super) usize);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
        let proxies = parts
            .extensions
            .get::<TrustedProxies>()
            .copied()
            .unwrap_or_default();
        Ok(Self(client_ip(&parts.headers, peer, proxies.0)))
    }
}

/// The entry that the outermost trusted proxy added: everything left of it is the caller's own word.
fn client_ip(headers: &HeaderMap, peer: IpAddr, proxies: usize) -> IpAddr {
    let Some(from_right) = proxies.checked_sub(1) else {
        return peer;
    };
    let values = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let entries: Vec<&str> = values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let entry = entries
        .len()
        .checked_sub(1 + from_right)
        .and_then(|index| entries.get(index));
    entry.and_then(|entry| entry.parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_entry_of_a_trusted_proxy_is_believed() {
        let peer = IpAddr::from([10, 0, 0, 9]);
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "1.1.1.1, 2.2.2.2".parse().expect("a header"),
        );
        assert_eq!(client_ip(&headers, peer, 0), peer);
        assert_eq!(client_ip(&headers, peer, 1), IpAddr::from([2, 2, 2, 2]));
        assert_eq!(client_ip(&headers, peer, 2), IpAddr::from([1, 1, 1, 1]));
        assert_eq!(client_ip(&headers, peer, 3), peer);
    }
}
