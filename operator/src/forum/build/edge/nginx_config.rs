//! The configuration of nginx, rendered from the table of public addresses.
//!
//! Nothing is rewritten: a service that runs alone answers its public addresses too.

use std::fmt::Write as _;

use folkmoot_common::{
    ServiceName,
    edge::{EdgeRoute, TABLE},
};
use folkmoot_crds::Scheme;

use super::forward_auth;
use crate::forum::{build::part::Part, validate::ValidatedForum};

const TEMPLATE: &str = include_str!("nginx.conf");
/// Seconds for which a socket may be silent. The services' own pings come more often.
pub(super) const SOCKET_SECONDS: u32 = 3600;
/// Seconds in which a service answers once it has all of an upload.
const UPLOAD_SECONDS: u32 = 120;
/// Largest file, unless the service is told otherwise.
const DEFAULT_MAX_FILE_BYTES: u64 = 25 << 20;
/// Most files of a post, each of [`MAX_MEDIA_BYTES`].
const MAX_MEDIA: u64 = 10;
const MAX_MEDIA_BYTES: u64 = 10 << 20;
/// Where posts with files are made.
const WITH_MEDIA: [&str; 2] = ["/api/posts", "/api/threads"];
/// What a form has around its files: more than the service itself allows, so that it is the service that refuses.
const FORM_BYTES: u64 = 1 << 20;
/// Largest request with the files of a post.
pub(in crate::forum::build) const MAX_POST_BYTES: u64 = MAX_MEDIA * MAX_MEDIA_BYTES + FORM_BYTES;

/// The rendered file.
pub(in crate::forum::build) fn render(forum: &ValidatedForum) -> String {
    let scheme = match forum.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    // None would mean for ever.
    let drain = forum.drain_seconds.max(1);
    TEMPLATE
        .replace("@DRAIN_SECONDS@", &drain.to_string())
        .replace("@UPSTREAMS@\n", &upstreams(forum))
        .replace(
            "@IDENTITY_HEADERS@\n",
            &forward_auth::identity_headers(forum),
        )
        .replace("@FORWARD_AUTH@\n", &forward_auth::server(forum))
        .replace("@UNAVAILABLE@", forward_auth::unavailable(forum))
        .replace("@SCHEME@", scheme)
        .replace("@LOCATIONS@\n", &locations(forum))
}

/// Largest request of all, in bytes; 0 means that there is no limit.
pub(in crate::forum::build) fn max_request_bytes(forum: &ValidatedForum) -> u64 {
    match max_upload_bytes(forum) {
        0 => 0,
        file => file.max(MAX_POST_BYTES),
    }
}

/// Largest request with a file, in bytes; 0 means that there is no limit.
pub(in crate::forum::build) fn max_upload_bytes(forum: &ValidatedForum) -> u64 {
    let file = forum.components.get(&ServiceName::File);
    let mut variables = file.into_iter().flat_map(|file| &file.pod_template.env);
    let set = variables.find(|variable| variable.name == "FILE_MAX_BYTES");
    let Some(set) = set else {
        return DEFAULT_MAX_FILE_BYTES + FORM_BYTES;
    };
    // A number that comes from elsewhere is not known here: then only the service counts.
    let bytes = set
        .value
        .as_deref()
        .and_then(|value| value.parse::<u64>().ok());
    bytes.map_or(0, |bytes| bytes.saturating_add(FORM_BYTES))
}

fn upstreams(forum: &ValidatedForum) -> String {
    let mut text = String::new();
    for service in ServiceName::ALL {
        let (host, port) = (
            Part::Service(service).object_name(&forum.name),
            service.port(),
        );
        // To write to a String cannot fail.
        let _ = write!(
            text,
            "  upstream {service} {{\n    server {host}:{port} max_fails=0;\n    keepalive 32;\n    keepalive_timeout 5s;\n  }}\n"
        );
    }
    text
}

fn locations(forum: &ValidatedForum) -> String {
    TABLE.iter().map(|route| location(forum, route)).collect()
}

/// A prefix stands for itself and for what is below it, and not for longer words.
fn location(forum: &ValidatedForum, route: &EdgeRoute) -> String {
    let settings = settings(forum, route);
    let prefix = route.prefix;
    if prefix.ends_with('/') {
        return block(prefix, &settings);
    }
    block(&format!("= {prefix}"), &settings) + &block(&format!("{prefix}/"), &settings)
}

fn block(address: &str, settings: &[String]) -> String {
    let mut text = format!("    location {address} {{\n");
    for setting in settings {
        let _ = writeln!(text, "      {setting};");
    }
    text + "    }\n"
}

fn settings(forum: &ValidatedForum, route: &EdgeRoute) -> Vec<String> {
    let mut settings = forward_auth::location(forum, route);
    settings.push(format!("proxy_pass http://{}", route.service));
    if is_socket(route) {
        settings.extend([
            "proxy_buffering off".to_owned(),
            format!("proxy_read_timeout {SOCKET_SECONDS}s"),
            format!("proxy_send_timeout {SOCKET_SECONDS}s"),
        ]);
    }
    if let Some(bytes) = uploads(forum, route) {
        settings.extend([
            format!("client_max_body_size {bytes}"),
            format!("proxy_read_timeout {UPLOAD_SECONDS}s"),
        ]);
    }
    settings
}

/// Largest request to where files are sent.
fn uploads(forum: &ValidatedForum, route: &EdgeRoute) -> Option<u64> {
    if route.service == ServiceName::File {
        return Some(max_upload_bytes(forum));
    }
    WITH_MEDIA.contains(&route.prefix).then_some(MAX_POST_BYTES)
}

/// Whether sockets are opened there.
pub(super) fn is_socket(route: &EdgeRoute) -> bool {
    route.prefix == "/ws" || route.prefix.starts_with("/ws/")
}
