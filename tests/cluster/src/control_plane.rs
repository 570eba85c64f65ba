//! etcd, kube-apiserver and kube-controller-manager on loopback.

use std::{fmt, ops::Deref, process::Command, time::Duration};

use folkmoot_tests::daemon::{Daemon, Scratch, free_port, tied_to_us};
use tokio::sync::OnceCell;

use crate::{Cluster, command::script, state};

static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();

const LIMIT: Duration = Duration::from_secs(90);

/// A program of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Component {
    /// The store.
    Etcd,
    /// kube-apiserver.
    Apiserver,
    /// kube-controller-manager: rollouts, garbage collection, namespaces, accounts.
    ControllerManager,
    /// kube-scheduler; only a [`Node`](crate::Node) has one.
    Scheduler,
    /// The kubelet; only a [`Node`](crate::Node) has one.
    Kubelet,
}

impl Component {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "apiserver",
            Self::ControllerManager => "controller-manager",
            Self::Scheduler => "scheduler",
            Self::Kubelet => "kubelet",
        }
    }
}

/// The part of a cluster that decides, without a node: no pod is ever scheduled.
pub struct ControlPlane {
    // Ended in this order.
    controller_manager: Daemon,
    apiserver: Daemon,
    etcd: Daemon,
    cluster: Cluster,
    _scratch: Scratch,
}

impl fmt::Debug for ControlPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ControlPlane").field(&self.cluster).finish()
    }
}

impl ControlPlane {
    /// The one that the tests of this process share; each works in namespaces of its own.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Starts one of the caller's own.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        let scratch = Scratch::new("control-plane");
        let state = scratch.path().to_owned();
        let ports = [free_port(), free_port(), free_port()].map(|port| port.to_string());
        state::prepare(&state, &ports).await;
        let daemon = |component: Component| {
            let log = state.join("log").join(component.name());
            let state = state.clone();
            Daemon::new(component.name(), log, move || command(&state, component))
        };
        let plane = Self {
            etcd: daemon(Component::Etcd),
            apiserver: daemon(Component::Apiserver),
            controller_manager: daemon(Component::ControllerManager),
            cluster: Cluster::new(&state, state.join("pki/admin.kubeconfig")),
            _scratch: scratch,
        };
        plane.etcd.start();
        plane.apiserver.start();
        plane.controller_manager.start();
        plane.wait_until_ready().await;
        plane
    }

    /// Ends one of its programs on the spot.
    ///
    /// # Panics
    /// If it does not end, or a control plane has no such program.
    pub async fn stop(&self, component: Component) {
        self.daemon(component).kill().await;
    }

    /// Starts a program again, and waits until the apiserver is ready if it is that.
    ///
    /// # Panics
    /// If it does not start, or a control plane has no such program.
    pub async fn start_again(&self, component: Component) {
        self.daemon(component).start();
        if component == Component::Apiserver {
            self.wait_until_ready().await;
        }
    }

    async fn wait_until_ready(&self) {
        if !state::is_ready(&self.cluster, LIMIT).await {
            panic!(
                "the apiserver does not become ready. Its log:\n{}",
                self.apiserver.log_tail()
            );
        }
    }

    fn daemon(&self, component: Component) -> &Daemon {
        match component {
            Component::Etcd => &self.etcd,
            Component::Apiserver => &self.apiserver,
            Component::ControllerManager => &self.controller_manager,
            Component::Scheduler | Component::Kubelet => {
                panic!("a control plane has no {}", component.name())
            }
        }
    }

    /// The numbers of its processes.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        let daemons = [&self.etcd, &self.apiserver, &self.controller_manager];
        daemons.into_iter().filter_map(Daemon::pid).collect()
    }
}

impl Deref for ControlPlane {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

fn command(state: &std::path::Path, component: Component) -> Command {
    let mut command = tied_to_us(script());
    command.arg("run").arg(state).arg(component.name());
    command
}
