//! A namespace of one test.

use std::{
    fs,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use folkmoot_tests::fresh::repository;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::{Api, Client};

use crate::{Cluster, Output, wait_for};

static NEXT: AtomicUsize = AtomicUsize::new(1);

/// All pods of a forum and of an operator have this label.
const LABELLED: &str = "--selector=app.kubernetes.io/name";
const LIMIT: Duration = Duration::from_secs(60);

/// A namespace, deleted when this is dropped. If the test fails, what was in it is written to
/// `target/test-logs/cluster-NAME.log` first.
#[derive(Debug)]
pub struct Namespace {
    cluster: Cluster,
    name: String,
}

impl Namespace {
    pub(crate) async fn create(cluster: &Cluster, name: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let namespace = Self {
            cluster: cluster.clone(),
            name: format!("{name}-{number}"),
        };
        cluster
            .kubectl(&["create", "namespace", &namespace.name])
            .await;
        // Without it no pod is admitted.
        let accounts: Api<ServiceAccount> = namespace.api(cluster.client().await);
        wait_for(&accounts, "default", "it exists", LIMIT, |_| true).await;
        namespace
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cluster that it is in.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Its objects of one kind.
    pub fn api<K>(&self, client: Client) -> Api<K>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(client, &self.name)
    }

    /// Runs kubectl here and gives what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub async fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments, "").await.expect_success()
    }

    /// Runs kubectl here, with `input` as its standard input.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn try_kubectl(&self, arguments: &[&str], input: &str) -> Output {
        let here = ["--namespace", &self.name];
        self.cluster
            .try_kubectl(&[&here[..], arguments].concat(), input)
            .await
    }

    /// Server-side applies documents of YAML here.
    ///
    /// # Panics
    /// If one of them is refused.
    pub async fn apply(&self, yaml: &str) -> String {
        self.try_apply(yaml).await.expect_success()
    }

    /// As [`Namespace::apply`], where it may be refused.
    ///
    /// # Panics
    /// If kubectl does not end.
    pub async fn try_apply(&self, yaml: &str) -> Output {
        let arguments = ["apply", "--server-side", "--field-manager=tests", "-f", "-"];
        self.try_kubectl(&arguments, yaml).await
    }

    /// Writes down what is in it, for whoever looks into a failure.
    fn describe(&self) {
        let kinds = "all,pvc,secrets,configmaps,networkpolicies,pdb,events";
        let questions: [&[&str]; 5] = [
            &["get", "forums", "--output=yaml"],
            &["get", kinds, "--output=wide", "--ignore-not-found"],
            &["describe", "pods,jobs"],
            &[
                "logs",
                LABELLED,
                "--all-containers",
                "--prefix",
                "--tail=300",
            ],
            &[
                "logs",
                LABELLED,
                "--all-containers",
                "--prefix",
                "--tail=300",
                "--previous",
            ],
        ];
        let text: String = questions
            .iter()
            .map(|question| self.ask(question))
            .collect();
        let folder = repository().join("target/test-logs");
        let _ = fs::create_dir_all(&folder);
        let _ = fs::write(folder.join(format!("cluster-{}.log", self.name)), text);
    }

    fn ask(&self, question: &[&str]) -> String {
        let output = self.blocking_kubectl().args(question).output();
        let output = output.map(|output| [output.stdout, output.stderr].concat());
        let answer = output.unwrap_or_default();
        format!(
            "--- {}\n{}\n",
            question.join(" "),
            String::from_utf8_lossy(&answer)
        )
    }

    fn blocking_kubectl(&self) -> Command {
        let mut command = Command::new(repository().join(".cache/tools/bin/kubectl"));
        command
            .env("KUBECONFIG", self.cluster.kubeconfig())
            .env("KUBECACHEDIR", self.cluster.state().join("home/kube"))
            .args(["--request-timeout=10s", "--namespace", &self.name])
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.describe();
        }
        let _ = self
            .blocking_kubectl()
            .args(["delete", "namespace", &self.name, "--wait=false"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}
