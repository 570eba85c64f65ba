//! One pass over a forum, from its spec to its status.

use std::{sync::Arc, time::Duration};

use folkmoot_crds::{ChatStatus, ForumInstance};
use k8s_openapi::api::apps::v1::Deployment;
use kube::ResourceExt;

use super::{
    apply::{Applier, Ensured, Identity},
    build::build,
    dereference::Dereferencer,
    desired::{Desired, DesiredState},
    error::Error,
    prune::{prune, stop_superseded_jobs},
    publish,
    scale::Scaled,
    status::{Findings, Rollout},
    validate::validate,
    waves::Waves,
};
use crate::{
    cache::{CachedPod, Key},
    context::Context,
    kinds::Kind,
    names::CHAT,
    pods,
};

/// When to look again while something is on its way or wrong, although watches tell of news.
const UNSETTLED: Duration = Duration::from_secs(20);

/// What to do after a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// When to look again, if nothing tells of news.
    pub again: Option<Duration>,
}

/// Looks at a forum and does what is to be done.
///
/// # Errors
/// If the API cannot be asked. What it refuses is said in the status instead.
pub async fn pass(context: &Context, forum: &ForumInstance) -> Result<After, Error> {
    let identity = Identity {
        namespace: forum.namespace().unwrap_or_default(),
        name: forum.name_any(),
        uid: forum.uid().unwrap_or_default(),
    };
    let forum = publish::with_newest_status(context, forum);
    Pass {
        context,
        forum: &forum,
        identity,
    }
    .run()
    .await
}

struct Pass<'a> {
    context: &'a Context,
    forum: &'a ForumInstance,
    identity: Identity,
}

impl Pass<'_> {
    async fn run(&self) -> Result<After, Error> {
        let references = self.dereference().await?;
        let pods = self
            .context
            .cache
            .pods
            .of_forum(&self.identity.namespace, &self.identity.name);
        let views: Vec<_> = pods.iter().map(|pod| pod.view.clone()).collect();
        let mut findings = Findings {
            reach: pods::reach(&views, &self.context.readings),
            ..Findings::default()
        };
        let validated = match validate(self.forum, &references) {
            Ok(validated) => validated,
            Err(problems) => {
                findings.problems = problems;
                findings.components = self.components_before();
                publish::publish(self.context, self.forum, &findings, &[]).await?;
                return Ok(After { again: None });
            }
        };
        let scaled = self.scale(&pods).await?;
        let desired = DesiredState::new(build(&validated, scaled.replicas))?;
        let again = self.roll(&desired, &pods, &mut findings).await?;
        findings.chat = Some(chat_status(&scaled, &desired));
        let held_back =
            publish::publish(self.context, self.forum, &findings, &scaled.notices).await?;
        let again = sooner(again, scaled.again);
        Ok(After {
            again: sooner(again, held_back),
        })
    }

    async fn dereference(&self) -> Result<super::references::References, Error> {
        let dereferencer = Dereferencer {
            client: &self.context.client,
            cache: &self.context.cache,
            clock: &self.context.clock,
        };
        if !self.forum.spec.paused {
            dereferencer.generate(self.forum, &self.identity).await?;
        }
        let platform = self.context.platform.read().clone();
        dereferencer
            .read(self.forum, &self.identity, platform)
            .await
    }

    async fn scale(&self, pods: &[Arc<CachedPod>]) -> Result<Scaled, Error> {
        let name = format!("{}-{CHAT}", self.identity.name);
        let key = Key::new(self.identity.namespace.as_str(), name);
        let live = self.context.cache.table(Kind::Deployment).get(&key);
        let live = live.filter(|live| live.is_owned_by(&self.identity.uid));
        let deployment: Option<Deployment> = live.map(|live| live.read()).transpose()?;
        let scaled = self
            .context
            .scaler
            .pass(self.forum, pods, deployment.as_ref())
            .await;
        scaled.map_err(|error| Error::api("mark", "Pod of", &key, error))
    }

    async fn roll(
        &self,
        desired: &DesiredState,
        pods: &[Arc<CachedPod>],
        findings: &mut Findings,
    ) -> Result<Option<Duration>, Error> {
        let applier = Applier {
            client: &self.context.client,
            cache: &self.context.cache,
            forum: &self.identity,
        };
        let paused = self.forum.spec.paused;
        if !paused {
            stop_superseded_jobs(&applier, desired).await?;
            findings.blocked = apply_objects(&applier, &desired.objects).await?;
        }
        let before = self.components_before();
        let waves = Waves {
            applier: &applier,
            pods,
            before: &before,
            now: self.context.clock.now(),
            paused,
        };
        let rolled = waves.roll(&desired.waves).await?;
        findings.rollout = rolled.rollout;
        findings.blocked.extend(rolled.blocked);
        findings.components = rolled.components;
        let done = matches!(findings.rollout, Rollout::Done | Rollout::Unready(_));
        if !paused && done && findings.blocked.is_empty() {
            prune(&applier, desired).await?;
        }
        let settled = findings.rollout == Rollout::Done && findings.blocked.is_empty();
        let retry = rolled.again.and_then(|again| again.to_std().ok());
        Ok(sooner(retry, (!settled).then_some(UNSETTLED)))
    }

    fn components_before(&self) -> Vec<folkmoot_crds::ComponentStatus> {
        let status = self.forum.status.as_ref();
        status
            .map(|status| status.components.clone())
            .unwrap_or_default()
    }
}

async fn apply_objects(
    applier: &Applier<'_>,
    objects: &[Desired],
) -> Result<Vec<super::error::Trouble>, Error> {
    let mut blocked = Vec::new();
    for object in objects {
        if let Ensured::Blocked(trouble) = applier.ensure(object).await? {
            blocked.push(trouble);
        }
    }
    Ok(blocked)
}

fn chat_status(scaled: &Scaled, desired: &DesiredState) -> ChatStatus {
    let chat = desired
        .all()
        .find(|object| object.kind == Kind::Deployment && object.component() == CHAT);
    ChatStatus {
        selector: chat.map(selector).unwrap_or_default(),
        ..scaled.status.clone()
    }
}

/// As the scale subresource wants it: `a=b,c=d`.
fn selector(workload: &Desired) -> String {
    let labels = workload
        .value
        .pointer("/spec/selector/matchLabels")
        .and_then(serde_json::Value::as_object);
    let pairs = labels.into_iter().flatten();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

fn sooner(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
