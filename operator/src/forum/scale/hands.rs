//! What the scaler does: it marks pods, and asks pods to move sockets.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::{
    Notice,
    look::Look,
    moves::Move,
    victim::{MARK, Marks},
};
use crate::{
    forum::generate::GeneratedSecret,
    metrics,
    names::{ANNOTATION_DELETION_COST, FIELD_MANAGER},
    pods::AdminClient,
};

/// The key of the admin token in its Secret.
const TOKEN: &str = "token";

/// What the scaler does.
#[derive(Clone)]
pub(super) struct Hands {
    client: Client,
    admin: AdminClient,
}

impl std::fmt::Debug for Hands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hands").finish_non_exhaustive()
    }
}

impl Hands {
    pub(super) const fn new(client: Client, admin: AdminClient) -> Self {
        Self { client, admin }
    }

    /// Writes marks on pods. A pod that is gone meanwhile needs none.
    pub(super) async fn mark(&self, look: &Look, marks: &Marks) -> kube::Result<()> {
        for pod in &marks.clear {
            self.annotate(look, pod, Value::Null).await?;
        }
        if let Some(pod) = &marks.set {
            self.annotate(look, pod, MARK.into()).await?;
        }
        Ok(())
    }

    async fn annotate(&self, look: &Look, pod: &str, cost: Value) -> kube::Result<()> {
        let pods = Api::<Pod>::namespaced(self.client.clone(), &look.key.namespace);
        // With the UID, the patch of another pod of that name is refused.
        let patch = json!({"metadata": {
            "uid": look.uid(pod),
            "annotations": {ANNOTATION_DELETION_COST: cost},
        }});
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        metrics::write_of("Pod", "patch");
        match pods
            .patch_metadata(pod, &params, &Patch::Merge(patch))
            .await
        {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Asks pods to move sockets; answers what was asked of whom. That it cannot be asked is no failure of the pass:
    /// the forum works, and it is tried again.
    pub(super) async fn move_sockets(&self, look: &Look, moves: &[Move]) -> Option<Notice> {
        if moves.is_empty() {
            return None;
        }
        let forum = &look.key;
        let token = match self.token(look).await {
            Ok(token) => token,
            Err(error) => {
                warn!(%forum, error, "sockets cannot be moved");
                return None;
            }
        };
        let answers = join_all(moves.iter().map(|one| self.move_from(look, one, &token))).await;
        let mut asked = Vec::new();
        for (one, answer) in moves.iter().zip(answers) {
            match answer {
                Ok(()) => asked.push(format!("{} of pod {}", one.count, one.pod)),
                Err(error) => {
                    warn!(%forum, pod = one.pod, error, "a pod does not move its sockets")
                }
            }
        }
        if asked.is_empty() {
            return None;
        }
        let note = format!(
            "Sockets are moved to even out the pods: {}",
            asked.join(", ")
        );
        info!(%forum, note);
        Some(Notice {
            reason: "SocketsMoved",
            note,
        })
    }

    async fn move_from(&self, look: &Look, one: &Move, token: &str) -> Result<(), String> {
        let ip = look.ip(&one.pod).ok_or("the pod has no address")?;
        self.admin.move_sockets(ip, one.count, token).await
    }

    /// Read when it is needed, which is seldom, rather than kept.
    async fn token(&self, look: &Look) -> Result<String, String> {
        let name = GeneratedSecret::Admin.name(&look.key.name);
        let secrets = Api::<Secret>::namespaced(self.client.clone(), &look.key.namespace);
        let secret = secrets
            .get(&name)
            .await
            .map_err(|error| error.to_string())?;
        let data: BTreeMap<_, _> = secret.data.unwrap_or_default();
        let token = data
            .get(TOKEN)
            .ok_or_else(|| format!("Secret {name} has no key {TOKEN}"))?;
        String::from_utf8(token.0.clone()).map_err(|_| format!("Secret {name} is no text"))
    }
}
