//! Rolls the workloads of a forum out, wave by wave: a later wave waits until the one before is done.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_crds::ComponentStatus;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
};

use super::{
    apply::{Applier, Ensured},
    desired::{Desired, DesiredWave},
    error::{Error, Trouble},
    rollout::{self, Progress},
    status::Rollout,
};
use crate::{
    cache::{CachedPod, Live},
    kinds::Kind,
    names::CHAT,
    pods::PodView,
};

/// Migrations that failed are tried again so much later.
const MIGRATION_RETRY: TimeDelta = TimeDelta::seconds(30);

/// What is said of a workload whose turn has not come.
const WAITS: &str = "waits for the waves before";

/// Rolls out.
pub struct Waves<'a> {
    /// Writes.
    pub applier: &'a Applier<'a>,
    /// The forum's pods.
    pub pods: &'a [Arc<CachedPod>],
    /// The parts as the status has them.
    pub before: &'a [ComponentStatus],
    /// Now.
    pub now: DateTime<Utc>,
    /// Whether nothing may be changed.
    pub paused: bool,
}

/// What became of the waves.
#[derive(Debug, Clone, Default)]
pub struct Rolled {
    /// How far they are.
    pub rollout: Rollout,
    /// What the API did not take.
    pub blocked: Vec<Trouble>,
    /// The parts.
    pub components: Vec<ComponentStatus>,
    /// When to look again, if nothing tells of news.
    pub again: Option<TimeDelta>,
}

/// How far one workload is, and the object itself if there is one.
struct Step {
    progress: Progress,
    live: Option<Arc<Live>>,
    blocked: Option<Trouble>,
}

impl Waves<'_> {
    /// Goes through all waves.
    ///
    /// # Errors
    /// If the API cannot be asked.
    pub async fn roll(&self, waves: &[DesiredWave]) -> Result<Rolled, Error> {
        let mut rolled = Rolled::default();
        let mut open = true;
        for wave in waves {
            let mut done = true;
            for workload in &wave.workloads {
                let step = self.step(workload, open, &mut rolled).await?;
                done &= step.progress == Progress::Done;
                rolled.components.extend(self.component(workload, &step));
                rolled.add(wave.name, workload, step);
            }
            open &= done;
        }
        Ok(rolled)
    }

    async fn step(
        &self,
        workload: &Desired,
        open: bool,
        rolled: &mut Rolled,
    ) -> Result<Step, Error> {
        if workload.kind == Kind::Job && !self.paused {
            self.end_others(workload).await?;
        }
        let live = self.applier.cache.table(workload.kind).get(&workload.key);
        let ensured = match live {
            _ if self.paused => live.map(Ensured::Live),
            Some(live) if !open && live.applied_hash.as_ref() != Some(&workload.hash) => {
                // Its template stays as it is until the waves before are done. Its number of pods does not wait.
                self.scale(workload, &live).await?;
                self.applier
                    .cache
                    .table(workload.kind)
                    .get(&workload.key)
                    .map(Ensured::Live)
            }
            None if !open => None,
            _ => Some(self.applier.ensure(workload).await?),
        };
        let step = match ensured {
            None => Step::rolling(WAITS.to_owned()),
            Some(Ensured::Waiting(message)) => Step::rolling(message),
            Some(Ensured::Blocked(trouble)) => Step {
                progress: Progress::Rolling(trouble.message.clone()),
                live: self.applier.cache.table(workload.kind).get(&workload.key),
                blocked: Some(trouble),
            },
            Some(Ensured::Live(live)) => Step {
                progress: self.progress(workload, &live)?,
                live: Some(live),
                blocked: None,
            },
        };
        if workload.kind == Kind::Job && !self.paused {
            self.retry(&step, rolled).await?;
        }
        Ok(step)
    }

    async fn scale(&self, workload: &Desired, live: &Live) -> Result<(), Error> {
        if workload.component() != CHAT || !live.is_owned_by(&self.applier.forum.uid) {
            return Ok(());
        }
        match workload.replicas() {
            Some(replicas) => self.applier.scale(workload, live, replicas).await,
            None => Ok(()),
        }
    }

    /// Deletes migrations that failed a while ago, so that they are tried again.
    async fn retry(&self, step: &Step, rolled: &mut Rolled) -> Result<(), Error> {
        let Some(live) = &step.live else {
            return Ok(());
        };
        let Some(failed) = rollout::job_failed_at(&live.read::<Job>()?) else {
            return Ok(());
        };
        let left = failed + MIGRATION_RETRY - self.now;
        if left > TimeDelta::zero() {
            rolled.look_again(left);
            return Ok(());
        }
        self.applier.delete(Kind::Job, live).await
    }

    fn progress(&self, workload: &Desired, live: &Live) -> Result<Progress, Error> {
        let pods = self.pods_of(workload);
        let progress = match workload.kind {
            Kind::StatefulSet => {
                rollout::of_stateful_set(&live.read::<StatefulSet>()?, &pods, self.now)
            }
            Kind::Job => rollout::of_job(&live.read::<Job>()?, &pods, self.now),
            _ => rollout::of_deployment(&live.read::<Deployment>()?, &pods, self.now),
        };
        // While paused the object may be of an older spec.
        let older = live.applied_hash.as_ref() != Some(&workload.hash);
        let unfinished_job = workload.kind == Kind::Job;
        if progress == Progress::Done && older && self.paused && !unfinished_job {
            return Ok(Progress::Rolling("is of an older spec".to_owned()));
        }
        Ok(progress)
    }

    fn pods_of(&self, workload: &Desired) -> Vec<&PodView> {
        let component = workload.component();
        // There may be Jobs of several versions; the name of one begins the names of its pods.
        let job = format!("{}-", workload.key.name);
        let of_job = |pod: &PodView| workload.kind != Kind::Job || pod.name.starts_with(&job);
        let pods = self.pods.iter().map(|pod| &pod.view);
        pods.filter(|pod| pod.component == component && of_job(pod))
            .collect()
    }

    /// Ends migrations of other versions that have not succeeded: two must not run side by side, and those that
    /// succeeded tell what need not be done again.
    async fn end_others(&self, workload: &Desired) -> Result<(), Error> {
        let Applier { cache, forum, .. } = self.applier;
        for live in cache
            .table(Kind::Job)
            .of_forum(&forum.namespace, &forum.name)
        {
            let ours = live.ours && live.is_owned_by(&forum.uid) && !live.deleting;
            if ours && live.key != workload.key && !rollout::job_is_complete(&live.read::<Job>()?) {
                self.applier.delete(Kind::Job, &live).await?;
            }
        }
        Ok(())
    }

    fn component(&self, workload: &Desired, step: &Step) -> Option<ComponentStatus> {
        let live = step.live.as_ref()?.value();
        let count = |pointer: &str| {
            let number = live.pointer(pointer).and_then(serde_json::Value::as_i64);
            number
                .and_then(|number| i32::try_from(number).ok())
                .unwrap_or(0)
        };
        let name = workload.component().to_owned();
        let serving = match workload.kind {
            Kind::Job => return None,
            _ => count("/status/availableReplicas"),
        };
        let image = live.pointer("/spec/template/spec/containers/0/image");
        let image = image.and_then(serde_json::Value::as_str).map(str::to_owned);
        let before = self.before.iter().find(|before| before.name == name);
        let updated = match workload.kind {
            // See `rollout::of_stateful_set`.
            Kind::StatefulSet
                if live.pointer("/status/currentRevision")
                    == live.pointer("/status/updateRevision") =>
            {
                count("/status/replicas")
            }
            _ => count("/status/updatedReplicas"),
        };
        Some(ComponentStatus {
            replicas: count("/spec/replicas"),
            updated_replicas: updated,
            ready_replicas: serving,
            image: match step.progress {
                Progress::Done | Progress::Unready(_) => image,
                _ => before.and_then(|before| before.image.clone()),
            },
            name,
        })
    }
}

impl Step {
    fn rolling(message: String) -> Self {
        Self {
            progress: Progress::Rolling(message),
            live: None,
            blocked: None,
        }
    }
}

impl Rolled {
    fn look_again(&mut self, after: TimeDelta) {
        let sooner = self.again.map_or(after, |before| before.min(after));
        self.again = Some(sooner);
    }

    /// What fails is told before what is on its way, and that before what does not serve; the first wave first.
    fn add(&mut self, wave: &str, workload: &Desired, step: Step) {
        self.blocked.extend(step.blocked);
        let named = |message: &str| {
            format!(
                "wave {wave}: {} {}: {message}",
                workload.kind, workload.key.name
            )
        };
        let found = match step.progress {
            Progress::Done => return,
            // What it waits for is worth more words.
            Progress::Rolling(message) if message == WAITS => {
                match std::mem::take(&mut self.rollout) {
                    Rollout::Unready(cause) => Rollout::Rolling(cause),
                    Rollout::Done => Rollout::Rolling(named(WAITS)),
                    other => other,
                }
            }
            Progress::Rolling(message) => Rollout::Rolling(named(&message)),
            Progress::Unready(message) => Rollout::Unready(named(&message)),
            Progress::Failing { reason, message } => Rollout::Failing(Trouble {
                reason,
                message: named(&message),
            }),
        };
        if weight(&found) > weight(&self.rollout) || self.rollout == Rollout::Done {
            self.rollout = found;
        }
    }
}

const fn weight(rollout: &Rollout) -> u8 {
    match rollout {
        Rollout::Done => 0,
        Rollout::Unready(_) => 1,
        Rollout::Rolling(_) => 2,
        Rollout::Failing(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rolled(steps: &[(&str, Progress)]) -> Rollout {
        let object = json!({"metadata": {"name": "x", "namespace": "n"}});
        let workload = Desired::new(Kind::Deployment, &object).unwrap();
        let mut rolled = Rolled::default();
        for (wave, progress) in steps {
            let step = Step {
                progress: progress.clone(),
                live: None,
                blocked: None,
            };
            rolled.add(wave, &workload, step);
        }
        rolled.rollout
    }

    fn rolling(message: &str) -> Progress {
        Progress::Rolling(message.to_owned())
    }

    #[test]
    fn what_is_waited_for_is_told_and_not_who_waits() {
        let unready = Progress::Unready("0 of 1 pods serve".to_owned());
        let stores = "wave stores: Deployment x: 0 of 1 pods serve".to_owned();
        let waits = [("stores", unready.clone()), ("chat", rolling(WAITS))];
        assert_eq!(rolled(&waits), Rollout::Rolling(stores.clone()));
        assert_eq!(rolled(&waits[..1]), Rollout::Unready(stores));
        let two = [("identity", rolling("a")), ("chat", rolling(WAITS))];
        let first = "wave identity: Deployment x: a".to_owned();
        assert_eq!(rolled(&two), Rollout::Rolling(first));
        assert_eq!(rolled(&[("chat", Progress::Done)]), Rollout::Done);
    }

    #[test]
    fn what_fails_is_told_before_all() {
        let failing = Progress::Failing {
            reason: "PodFailed",
            message: "b".to_owned(),
        };
        let steps = [
            ("identity", rolling("a")),
            ("services", failing),
            ("chat", rolling(WAITS)),
        ];
        let Rollout::Failing(trouble) = rolled(&steps) else {
            panic!("it fails");
        };
        assert_eq!(trouble.message, "wave services: Deployment x: b");
    }
}
