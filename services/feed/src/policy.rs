//! Who may see what. Statements, timelines and sockets ask here.
//!
//! `admin` includes every role there is; everybody with a token is a `member`. Whom one has blocked, and who has blocked
//! one, is not seen in any list; whom one has muted is seen only where one looks for them.

use std::borrow::Cow;

use folkmoot_common::{
    auth::{Caller, Principal},
    http::ApiResult,
};

const MEMBER: &str = "member";
const ADMIN: &str = "admin";

/// Who reads: somebody, or nobody in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reader(Option<Principal>);

/// Those who may read something: everybody, or who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    Everybody,
    Role(String),
    /// Who may read everything; only as a reader.
    Admins,
}

impl Audience {
    /// Of a category.
    pub(crate) fn of(read_role: Option<&str>) -> Self {
        read_role.map_or(Self::Everybody, |role| Self::Role(role.to_owned()))
    }
}

impl Reader {
    pub(crate) fn new(principal: Option<Principal>) -> Self {
        Self(principal)
    }

    /// Who reads what may be public.
    ///
    /// # Errors
    /// 401 without a token where `PUBLIC_READ=no`.
    pub(crate) fn of(caller: &Caller) -> ApiResult<Self> {
        Ok(Self(caller.reader()?.cloned()))
    }

    /// Their id; empty for nobody, which is nobody's id.
    pub(crate) fn user_id(&self) -> &str {
        self.0.as_ref().map_or("", |principal| &principal.user_id)
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        self.0.is_none()
    }

    fn is_admin(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|principal| principal.has_role(ADMIN))
    }

    /// Whether they may read what is in a category; `read_role` is null for everybody.
    pub(crate) fn may_read(&self, read_role: Option<&str>) -> bool {
        let Some(role) = read_role else {
            return true;
        };
        let Some(principal) = &self.0 else {
            return false;
        };
        role == MEMBER || principal.has_role(role) || self.is_admin()
    }

    /// What statements compare a category's role with: `*` for an admin, else the roles, each between commas.
    pub(crate) fn roles_key(&self) -> Cow<'static, str> {
        if self.is_admin() {
            return Cow::Borrowed("*");
        }
        let Some(principal) = &self.0 else {
            return Cow::Borrowed(",");
        };
        let mut key = format!(",{MEMBER},");
        for role in own_roles(principal) {
            key.push_str(role);
            key.push(',');
        }
        Cow::Owned(key)
    }

    /// The audiences that they belong to: what is for one of them they may read.
    pub(crate) fn audiences(&self) -> Vec<Audience> {
        let mut audiences = vec![Audience::Everybody];
        if self.is_admin() {
            audiences.push(Audience::Admins);
        } else if let Some(principal) = &self.0 {
            audiences.push(Audience::Role(MEMBER.to_owned()));
            audiences.extend(own_roles(principal).map(|role| Audience::Role(role.to_owned())));
        }
        audiences
    }
}

fn own_roles(principal: &Principal) -> impl Iterator<Item = &str> {
    let roles = principal.roles.iter().map(String::as_str);
    roles.filter(|role| *role != MEMBER && !role.contains(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(roles: &[&str]) -> Reader {
        Reader::new(Some(Principal {
            user_id: "u1".to_owned(),
            username: "ann".to_owned(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            session_id: None,
            issued_at: None,
            expires_at: None,
        }))
    }

    #[test]
    fn a_role_opens_what_is_for_it_and_nothing_else() {
        for (reader, role, may) in [
            (Reader::default(), None, true),
            (Reader::default(), Some("member"), false),
            (Reader::default(), Some(""), false),
            (with(&[]), Some("member"), true),
            (with(&[]), Some("staff"), false),
            (with(&["moderator"]), Some("staff"), false),
            (with(&["staff"]), Some("staff"), true),
            (with(&["staff"]), Some("sta_f"), false),
            (with(&["a,staff,b"]), Some("staff"), false),
            (with(&["admin"]), Some("staff"), true),
            (with(&["*"]), Some("staff"), false),
        ] {
            assert_eq!(reader.may_read(role), may, "{reader:?} {role:?}");
            let key = reader.roles_key();
            // As the statements compare.
            let by_key = role.is_none_or(|role| {
                key == "*" || key.replace(&format!(",{role},"), "") != key.as_ref()
            });
            assert_eq!(by_key, may, "{key} {role:?}");
            let by_audience = reader.audiences().iter().any(|audience| match role {
                None => *audience == Audience::Everybody,
                Some(role) => {
                    *audience == Audience::Admins || *audience == Audience::Role(role.to_owned())
                }
            });
            assert_eq!(by_audience, may, "{:?} {role:?}", reader.audiences());
        }
    }
}
