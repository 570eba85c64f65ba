//! What one can do with any cluster.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use folkmoot_tests::fresh::repository;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use tokio::process::Command;

use crate::{
    Namespace, Output,
    command::{built, run},
    watching::until,
};

/// Longer than it takes until a definition is established.
const ESTABLISHED: Duration = Duration::from_secs(60);

/// An apiserver and the right to do everything there.
#[derive(Debug, Clone)]
pub struct Cluster {
    state: PathBuf,
    kubeconfig: PathBuf,
}

impl Cluster {
    pub(crate) fn new(state: &Path, kubeconfig: PathBuf) -> Self {
        Self {
            state: state.to_owned(),
            kubeconfig,
        }
    }

    /// The file that kubectl, helm and an operator find it by.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// A new client, for the runtime that calls: one of another test ends with its test.
    ///
    /// # Panics
    /// If the kubeconfig is broken.
    pub async fn client(&self) -> Client {
        Client::try_from(self.config().await).expect("a client")
    }

    /// What [`Cluster::client`] is made from.
    ///
    /// # Panics
    /// If the kubeconfig is broken.
    pub async fn config(&self) -> Config {
        folkmoot_common::server::install_crypto();
        let file = Kubeconfig::read_from(&self.kubeconfig).expect("a kubeconfig");
        Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
            .await
            .expect("a kubeconfig")
    }

    /// Runs kubectl and gives what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub async fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments, "").await.expect_success()
    }

    /// Runs kubectl with `input` as its standard input.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn try_kubectl(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.program("kubectl");
        command.args(arguments);
        run(command, input).await
    }

    /// Runs helm in the root of the repository and gives what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub async fn helm(&self, arguments: &[&str]) -> String {
        self.try_helm(arguments).await.expect_success()
    }

    /// Runs helm in the root of the repository.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn try_helm(&self, arguments: &[&str]) -> Output {
        let mut command = self.program("helm");
        command.args(arguments).current_dir(repository());
        run(command, "").await
    }

    /// Server-side applies documents of YAML (or JSON), as the field manager `tests`.
    ///
    /// # Panics
    /// If one of them is refused.
    pub async fn apply(&self, yaml: &str) -> String {
        self.try_apply(yaml).await.expect_success()
    }

    /// As [`Cluster::apply`], where it may be refused.
    ///
    /// # Panics
    /// If kubectl does not end.
    pub async fn try_apply(&self, yaml: &str) -> Output {
        let arguments = [
            "apply",
            "--server-side",
            "--field-manager=tests",
            "--filename=-",
        ];
        self.try_kubectl(&arguments, yaml).await
    }

    /// Applies the definitions in the folder `.cache/tools/crds/NAME` (`gateway-api`, `prometheus-operator`).
    ///
    /// # Panics
    /// If they are refused.
    pub async fn install_crds(&self, name: &str) {
        let folder = repository().join(".cache/tools/crds").join(name);
        let folder = folder.to_str().expect("the path is text");
        self.kubectl(&["apply", "--server-side", "--filename", folder])
            .await;
        let arguments = [
            "wait",
            "--for=condition=Established",
            "--timeout=30s",
            "--filename",
        ];
        // It fails on a definition that has no conditions yet.
        let arguments = [&arguments[..], &[folder]].concat();
        let established = until(ESTABLISHED, async || {
            self.try_kubectl(&arguments, "").await.success.then_some(())
        });
        assert!(established.await.is_some(), "{name} is not established");
    }

    /// Makes a new namespace, whose name begins with `name`.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn namespace(&self, name: &str) -> Namespace {
        Namespace::create(self, name).await
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// A program that talks to this cluster and leaves nothing in a home folder.
    fn program(&self, name: &str) -> Command {
        let mut command = built(name);
        let home = self.state.join("home");
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &home)
            .env("KUBECACHEDIR", home.join("kube"))
            .env("HELM_CACHE_HOME", home.join("helm/cache"))
            .env("HELM_CONFIG_HOME", home.join("helm/config"))
            .env("HELM_DATA_HOME", home.join("helm/data"));
        command
    }
}
