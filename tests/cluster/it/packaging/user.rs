//! Who may do what, as the API server says.

use folkmoot_cluster_tests::Cluster;
use folkmoot_tests::wait;

/// Somebody whose rights are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) name: &'a str,
}

impl User<'_> {
    /// Whether they may `verb` a `resource`, its `resource/part`, or the one `resource@name`; `place` is how kubectl is
    /// told where.
    pub(crate) async fn may(&self, verb: &str, resource: &str, place: &[&str]) -> bool {
        let who = format!("--as={}", self.name);
        let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
        let part = format!("--subresource={part}");
        let resource = &resource.replace('@', "/");
        let question = [&["auth", "can-i", verb, resource, &part, &who], place].concat();
        self.cluster.try_kubectl(&question, "").await.success
    }

    /// Waits until they may: the API server knows new rules and bindings a moment after they were made.
    pub(crate) async fn wait_until_may(&self, verb: &str, resource: &str, place: &[&str]) {
        let what = format!("{} may {verb} {resource} {place:?}", self.name);
        wait::until(&what, async || {
            self.may(verb, resource, place).await.then_some(())
        })
        .await;
    }
}
