//! The client of the Kubernetes API: it counts what it sends.

use std::time::Duration;

use http::Request;
use kube::{
    Client, Config,
    client::{Body, ClientBuilder},
};
use tower::util::MapRequestLayer;

use crate::metrics;

/// A server that does not take a connection within this is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Agent, for the server's audit log.
const USER_AGENT: &str = concat!("folkmoot-operator/", env!("CARGO_PKG_VERSION"));

/// A client for `config`.
///
/// # Errors
/// If its certificates cannot be used.
pub fn client(mut config: Config) -> kube::Result<Client> {
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.headers.push((
        http::header::USER_AGENT,
        http::HeaderValue::from_static(USER_AGENT),
    ));
    let builder = ClientBuilder::try_from(config)?;
    let layer = MapRequestLayer::new(|request: Request<Body>| {
        metrics::request(resource(request.uri().path()), request.method().as_str());
        request
    });
    Ok(builder.with_layer(&layer).build())
}

/// The resource that a path is about: `deployments`, `foruminstances/status`, or `-` if it is none.
fn resource(path: &str) -> &str {
    let rest = match path.trim_start_matches('/').split_once('/') {
        Some(("api", rest)) => after(rest, 1),
        Some(("apis", rest)) => after(rest, 2),
        _ => None,
    };
    let Some(rest) = rest else {
        return "-";
    };
    let rest = match rest.strip_prefix("namespaces/") {
        Some(inner) => after(inner, 1).unwrap_or("namespaces"),
        None => rest,
    };
    match rest.split_once('/') {
        None => rest,
        Some((resource, rest)) => match rest.split_once('/') {
            // The name between them would make a label of each object.
            Some((_, "status")) if resource == "foruminstances" => "foruminstances/status",
            _ => resource,
        },
    }
}

fn after(path: &str, parts: usize) -> Option<&str> {
    let mut rest = path;
    for _ in 0..parts {
        rest = rest.split_once('/')?.1;
    }
    Some(rest)
}

/// Whether the cluster knows a kind, by its group with version and its plural.
///
/// # Errors
/// If the cluster does not say.
pub async fn knows(client: &Client, api_version: &str, plural: &str) -> kube::Result<bool> {
    match client.list_api_group_resources(api_version).await {
        Ok(list) => Ok(list.resources.iter().any(|found| found.name == plural)),
        // The answer about an unknown group is plain text, which has a code and no reason.
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::resource;

    #[test]
    fn a_path_is_known_by_its_resource() {
        for (path, expected) in [
            ("/api/v1/namespaces/n/services/demo-chat", "services"),
            ("/api/v1/namespaces/n/services", "services"),
            ("/api/v1/services", "services"),
            ("/api/v1/namespaces", "namespaces"),
            ("/apis/apps/v1/namespaces/n/deployments/x", "deployments"),
            (
                "/apis/folkmoot.dev/v1alpha1/namespaces/n/foruminstances/x/status",
                "foruminstances/status",
            ),
            (
                "/apis/folkmoot.dev/v1alpha1/foruminstances",
                "foruminstances",
            ),
            ("/apis/folkmoot.dev/v1alpha1", "-"),
            ("/version", "-"),
            ("", "-"),
        ] {
            assert_eq!(resource(path), expected, "{path}");
        }
    }
}
