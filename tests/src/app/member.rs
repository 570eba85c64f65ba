//! Somebody who uses the platform.

use reqwest::{Method, RequestBuilder, multipart};
use serde_json::Value;

use super::{Answer, Site, Socket, send, socket::Refused};

/// Somebody who uses the platform.
#[derive(Debug, Clone)]
pub struct Member {
    site: Site,
    /// The id of the account.
    pub user_id: String,
    /// The name that others see.
    pub username: String,
    /// The access token, unless the platform is open.
    pub token: Option<String>,
    /// The refresh token, if they logged in.
    pub refresh_token: Option<String>,
}

impl Member {
    pub(super) fn new(site: &Site, user_id: &str, username: &str, token: Option<String>) -> Self {
        Self {
            site: site.clone(),
            user_id: user_id.to_owned(),
            username: username.to_owned(),
            token,
            refresh_token: None,
        }
    }

    #[track_caller]
    pub(super) fn of_session(site: &Site, session: &Value) -> Self {
        let text = |value: &Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => panic!("no session: {session}"),
        };
        let user = &session["user"];
        let (id, name) = (text(&user["id"]), text(&user["username"]));
        Self {
            refresh_token: Some(text(&session["refresh_token"])),
            ..Self::new(site, &id, &name, Some(text(&session["access_token"])))
        }
    }

    /// The same person at another address: another replica, or another service.
    #[must_use]
    pub fn at(&self, site: &Site) -> Self {
        Self {
            site: site.clone(),
            ..self.clone()
        }
    }

    /// A request of theirs, to be completed and sent with [`send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.site.request(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        send(self.request(Method::POST, path)).await
    }

    /// PATCH without a body.
    pub async fn patch(&self, path: &str) -> Answer {
        send(self.request(Method::PATCH, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// Sends a file to `path` as the field `file` of a form.
    ///
    /// # Panics
    /// If `content_type` is none.
    pub async fn upload(
        &self,
        path: &str,
        filename: &str,
        content_type: &str,
        content: Vec<u8>,
    ) -> Answer {
        let part = multipart::Part::bytes(content)
            .file_name(filename.to_owned())
            .mime_str(content_type)
            .expect("a content type");
        let form = multipart::Form::new().part("file", part);
        send(self.request(Method::POST, path).multipart(form)).await
    }

    /// Enters a room.
    ///
    /// # Panics
    /// If the socket is refused.
    pub async fn chat(&self, room: &str) -> Socket {
        self.chat_with(room, "").await
    }

    /// Enters a room with more parameters, for example `since=7`.
    ///
    /// # Panics
    /// If the socket is refused.
    pub async fn chat_with(&self, room: &str, parameters: &str) -> Socket {
        match self.try_chat(room, parameters).await {
            Ok(socket) => socket,
            Err(refused) => panic!("{} may not enter {room}: {refused:?}", self.username),
        }
    }

    /// Tries to enter a room.
    ///
    /// # Errors
    /// If the socket is refused or the server is gone.
    pub async fn try_chat(&self, room: &str, parameters: &str) -> Result<Socket, Refused> {
        let path = format!("/ws/{room}/{}", self.user_id);
        let username = ("username", self.username.as_str());
        let url = self.socket_url(&path, parameters, Some(username));
        Socket::open(&url).await
    }

    /// Tries to open the socket at a path of the edge.
    ///
    /// # Errors
    /// If it is refused or the server is gone.
    pub async fn socket(&self, path: &str) -> Result<Socket, Refused> {
        Socket::open(&self.socket_url(path, "", None)).await
    }

    /// Opens the socket of notifications.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn notifications(&self) -> Socket {
        let user_id = self
            .token
            .is_none()
            .then_some(("user_id", self.user_id.as_str()));
        let url = self.socket_url("/ws/notifications", "", user_id);
        match Socket::open(&url).await {
            Ok(socket) => socket,
            Err(refused) => panic!("no notifications for {}: {refused:?}", self.username),
        }
    }

    fn socket_url(&self, path: &str, parameters: &str, more: Option<(&str, &str)>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(parameters.to_owned());
        query.extend_pairs(more);
        query.extend_pairs(self.token.as_ref().map(|token| ("token", token)));
        self.site.socket_url(&format!("{path}?{}", query.finish()))
    }
}
