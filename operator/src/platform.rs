//! What the cluster offers besides what every cluster has, looked at again from time to time.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use kube::Client;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::{
    cache::{Scope, Watches},
    client::knows,
    context::Context,
    kinds::Kind,
};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// The kinds among [`Kind::OPTIONAL`] that the cluster knows.
pub async fn offered(client: &Client) -> BTreeSet<Kind> {
    let mut offered = BTreeSet::new();
    for kind in Kind::OPTIONAL {
        let resource = kind.resource();
        match knows(client, &resource.api_version, &resource.plural).await {
            Ok(true) => _ = offered.insert(kind),
            Ok(false) => {}
            Err(error) => debug!(%kind, %error, "cannot ask for a kind"),
        }
    }
    offered
}

/// Writes down which kinds there are.
pub fn set(context: &Context, offered: &BTreeSet<Kind>) {
    let mut platform = context.platform.write();
    platform.http_route = offered.contains(&Kind::HttpRoute);
    platform.service_monitor = offered.contains(&Kind::ServiceMonitor);
}

/// Looks from time to time for kinds that were installed meanwhile, and begins to watch them. A kind that goes again
/// is used until the next start.
pub async fn keep_looking(
    context: Arc<Context>,
    watches: Watches,
    scopes: Vec<Scope>,
    mut known: BTreeSet<Kind>,
    stop: CancellationToken,
) {
    while known.len() < Kind::OPTIONAL.len() {
        if stop
            .run_until_cancelled(tokio::time::sleep(EVERY))
            .await
            .is_none()
        {
            return;
        }
        let offered = offered(&context.client).await;
        let new: Vec<Kind> = offered.difference(&known).copied().collect();
        if new.is_empty() {
            continue;
        }
        for kind in new {
            info!(%kind, "the cluster knows a kind now");
            scopes
                .iter()
                .for_each(|scope| watches.watch_kind(scope, kind));
            known.insert(kind);
        }
        let listed = watches.wait_until_listed(&scopes, &known);
        if stop.run_until_cancelled(listed).await.is_none() {
            return;
        }
        set(&context, &known);
        watches.touch_all();
    }
}
