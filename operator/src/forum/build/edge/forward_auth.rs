//! Forward-auth: nginx asks identity whose token a request carries before it passes the request on.
//!
//! The services check tokens themselves and believe none of the headers that come of this: it is a second fence, and
//! what services of others behind the same nginx may go by.

use std::fmt::Write as _;

use folkmoot_common::{ServiceName, edge::EdgeRoute};

use super::nginx_config::is_socket;
use crate::forum::validate::{Edge, ValidatedForum};

/// Says who a token belongs to: 2xx with the headers of [`IDENTITY`], or 401 or 403.
const VALIDATE: &str = "/api/auth/validate";
/// Headers that tell a service who somebody is, and the variables that hold them.
const IDENTITY: [(&str, &str); 3] = [
    ("X-User-ID", "caller_id"),
    ("X-Username", "caller_name"),
    ("X-Roles", "caller_roles"),
];
/// Another spelling, which nobody may use.
const NEVER: &str = "X-User-Name";
/// What the questions are sent from: addresses that nobody can ask for.
const OF_MEMBERS: &str = "/.forward-auth/member";
const OF_READERS: &str = "/.forward-auth/reader";

/// About whose requests to an address identity is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::forum::build) enum Asked {
    /// Nobody's: it is open, or the service reads the token from where the edge does not look.
    Nobody,
    /// All but those who only read and show no token.
    Writers,
    /// Everybody's.
    Everybody,
}

/// The addresses under which there is something that may be public.
const PUBLIC_CONTENT: [&str; 8] = [
    "/api/activity-stream",
    "/api/categories",
    "/api/comments",
    "/api/posts",
    "/api/search",
    "/api/tags",
    "/api/threads",
    "/api/users",
];
/// The page, the way in, and the keys.
const OPEN: [&str; 3] = ["/", "/api/auth", "/.well-known/jwks.json"];

/// An address that is in neither list is for members.
pub(in crate::forum::build) fn asked(route: &EdgeRoute, public_read: bool) -> Asked {
    // Browsers send the tokens of sockets elsewhere than in `Authorization`.
    if is_socket(route) || OPEN.contains(&route.prefix) {
        return Asked::Nobody;
    }
    // Documentation is for everybody; the rest of what is there is the service's whole API.
    let is_root = route.prefix.starts_with("/api/services/");
    if is_root || (public_read && PUBLIC_CONTENT.contains(&route.prefix)) {
        return Asked::Writers;
    }
    Asked::Everybody
}

fn is_wanted(forum: &ValidatedForum) -> bool {
    matches!(&forum.edge, Edge::Nginx(nginx) if nginx.forward_auth)
}

/// What services hear of who somebody is: nothing that the client says.
pub(super) fn identity_headers(forum: &ValidatedForum) -> String {
    let mut text = String::new();
    for (header, variable) in IDENTITY {
        let value = if is_wanted(forum) {
            format!("${variable}")
        } else {
            "\"\"".to_owned()
        };
        // To write to a String cannot fail.
        let _ = writeln!(text, "  proxy_set_header {header} {value};");
    }
    let _ = writeln!(text, "  proxy_set_header {NEVER} \"\";");
    if is_wanted(forum) {
        text += READS_OPENLY;
    }
    text
}

/// A method and nothing after it: there is no token to ask about.
const READS_OPENLY: &str = r#"
  map "$request_method $http_authorization" $reads_without_token {
    default 0;
    "GET " 1;
    "HEAD " 1;
  }
"#;

/// What belongs to the whole server: where identity is asked, and what is said to whom it does not know.
pub(super) fn server(forum: &ValidatedForum) -> String {
    if !is_wanted(forum) {
        return String::new();
    }
    let mut text = String::new();
    for (_, variable) in IDENTITY {
        let _ = writeln!(text, "    set ${variable} \"\";");
    }
    text += &question(OF_MEMBERS, "");
    text += &question(
        OF_READERS,
        "      if ($reads_without_token) {\n        return 204;\n      }\n",
    );
    text + ANSWERS
}

/// A location that asks identity, without the request's body. It inherits no header, because it sets its own.
fn question(address: &str, first: &str) -> String {
    let mut text = format!("\n    location = {address} {{\n      internal;\n{first}");
    let _ = writeln!(
        text,
        "      proxy_pass http://{}{VALIDATE};",
        ServiceName::Identity
    );
    text += QUESTION;
    let headers = IDENTITY.into_iter().map(|(header, _)| header);
    for header in headers.chain([NEVER]) {
        let _ = writeln!(text, "      proxy_set_header {header} \"\";");
    }
    text + "    }\n"
}

const QUESTION: &str = r#"      proxy_pass_request_body off;
      # How large a request may be, its own location says.
      client_max_body_size 0;
      proxy_read_timeout 5s;
      proxy_set_header Content-Length "";
      proxy_set_header Content-Type "";
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto @SCHEME@;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $logged_path;
"#;

/// nginx hands on identity's `WWW-Authenticate`, and nothing else of its answer.
const ANSWERS: &str = r#"
    error_page 401 = @unauthorized;
    error_page 403 = @banned;
    error_page 404 = @nothing_here;
    location @unauthorized {
      internal;
      default_type application/problem+json;
      return 401 '{"type":"urn:folkmoot:problem:unauthorized","title":"Unauthorized","status":401,"code":"unauthorized","detail":"a valid access token is needed"}';
    }
    location @banned {
      internal;
      default_type application/problem+json;
      return 403 '{"type":"urn:folkmoot:problem:banned","title":"Forbidden","status":403,"code":"banned","detail":"this account may not come in now"}';
    }
    location @nothing_here {
      internal;
      default_type application/problem+json;
      return 404 '{"type":"urn:folkmoot:problem:not_found","title":"Not Found","status":404,"code":"not_found","detail":"there is nothing at this address"}';
    }
"#;

/// Statuses of this proxy's own that mean that somebody is away. A question without an answer is a 500 to nginx.
pub(super) fn unavailable(forum: &ValidatedForum) -> &'static str {
    if is_wanted(forum) {
        "500 502 504"
    } else {
        "502 504"
    }
}

/// What a location says of it.
pub(super) fn location(forum: &ValidatedForum, route: &EdgeRoute) -> Vec<String> {
    if !is_wanted(forum) {
        return Vec::new();
    }
    let question = match asked(route, forum.public_read) {
        Asked::Nobody => return Vec::new(),
        Asked::Writers => OF_READERS,
        Asked::Everybody => OF_MEMBERS,
    };
    let learned = IDENTITY.into_iter().map(|(header, variable)| {
        let answer = header.to_lowercase().replace('-', "_");
        format!("auth_request_set ${variable} $upstream_http_{answer}")
    });
    [format!("auth_request {question}")]
        .into_iter()
        .chain(learned)
        .collect()
}
