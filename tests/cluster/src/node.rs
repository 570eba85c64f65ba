//! A whole node with pods.

use std::{
    fmt, fs,
    io::Write as _,
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use folkmoot_tests::{
    app::{Site, try_send},
    daemon::{Daemon, Scratch, children_of, tied_to_us},
};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::Api;
use reqwest::Method;
use tokio::{process::Command, sync::OnceCell};

use crate::{
    Cluster, Component, Namespace,
    command::{run, script},
    doors::Doors,
    images, state, wait_for,
    watching::until,
};

static SHARED: OnceCell<Node> = OnceCell::const_new();

const LIMIT: Duration = Duration::from_secs(120);
const CTR: [&str; 5] = [
    "ctr",
    "--address=/run/containerd/containerd.sock",
    "--namespace",
    "k8s.io",
    "images",
];
/// Where the apiserver of a node listens inside.
const APISERVER: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 100, 0, 1)),
    6443,
);

/// A Kubernetes with one node, in namespaces of its own. Killed when it is dropped or this process ends.
pub struct Node {
    doors: Doors,
    daemon: Daemon,
    cluster: Cluster,
    janitor: Child,
    scratch: Scratch,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Node").field(&self.cluster).finish()
    }
}

impl Node {
    /// The one that the tests of this process share.
    ///
    /// # Panics
    /// If it does not start, or a node cannot be had on this machine: the message says why.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Starts one of the caller's own, with all images.
    ///
    /// # Panics
    /// If it does not start, or a node cannot be had on this machine: the message says why.
    pub async fn start() -> Self {
        let check = run(with_arguments(&["check"]), "").await;
        assert!(check.success, "no node on this machine: {}", check.stderr);
        let images = images::all().await;
        let scratch = Scratch::new("node");
        let state = scratch.path().to_owned();
        let janitor = janitor(&state);
        let recipe = {
            let (state, root) = (state.clone(), images.root.clone());
            move || {
                let mut command = tied_to_us(script());
                command.arg("hold").arg(&state).arg(&root);
                command
            }
        };
        let daemon = Daemon::new("the node", state.join("node.log"), recipe);
        daemon.start();
        wait_for_file(&state.join("ready"), &daemon).await;
        let doors = doors(&daemon);
        let kubeconfig = kubeconfig(&state, doors.to(APISERVER));
        let node = Self {
            doors,
            daemon,
            cluster: Cluster::new(&state, kubeconfig),
            janitor,
            scratch,
        };
        node.import(&images.archives).await;
        node
    }

    /// Gives an image one more name.
    ///
    /// # Panics
    /// If there is no such image.
    pub async fn tag_image(&self, image: &str, name: &str) {
        self.run(&[&CTR[..], &["tag", "--force", image, name]].concat())
            .await;
    }

    /// Gives it images from archives.
    ///
    /// # Panics
    /// If one cannot be read.
    pub async fn import(&self, archives: &[PathBuf]) {
        let mut command = self.script("import", &[]);
        command.args(archives);
        run(command, "").await.expect_success();
    }

    /// Ends one of its programs on the spot.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(&self, component: Component) {
        let command = self.script("stop", &[component.name()]);
        run(command, "").await.expect_success();
    }

    /// Starts a program again, and waits until the apiserver is ready if it is that.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start_again(&self, component: Component) {
        let command = self.script("start", &[component.name()]);
        run(command, "").await.expect_success();
        let ready =
            component != Component::Apiserver || state::is_ready(&self.cluster, LIMIT).await;
        assert!(ready, "the apiserver does not become ready again");
    }

    /// Runs a command inside the node and gives what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub async fn run(&self, command: &[&str]) -> String {
        run(self.script("in", command), "").await.expect_success()
    }

    /// An address on loopback that leads to `target` in the node's network, for as long as the node lives.
    #[must_use]
    pub fn door_to(&self, target: SocketAddr) -> SocketAddr {
        self.doors.to(target)
    }

    /// A Service, as clients inside the cluster reach it. Waits until somebody answers HTTP there, which is a moment
    /// after its pods are ready.
    ///
    /// # Panics
    /// If it does not appear, has no address of its own, or nobody answers.
    pub async fn service(&self, namespace: &Namespace, name: &str, port: u16) -> Site {
        let services: Api<Service> = namespace.api(self.client().await);
        let service = wait_for(&services, name, "it exists", LIMIT, |_| true).await;
        let address = service.spec.and_then(|spec| spec.cluster_ip);
        let site = Site::at(self.door_to(socket_address(address.as_deref(), port)));
        let answers = async || try_send(site.request(Method::GET, "/")).await.ok();
        assert!(
            until(LIMIT, answers).await.is_some(),
            "nobody answers behind {name}"
        );
        site
    }

    /// A port of a pod.
    ///
    /// # Panics
    /// If it does not get an address.
    pub async fn pod(&self, namespace: &Namespace, name: &str, port: u16) -> Site {
        let address = |pod: &Pod| pod.status.as_ref().and_then(|status| status.pod_ip.clone());
        let pods: Api<Pod> = namespace.api(self.client().await);
        let has_address = |pod: &Pod| address(pod).is_some();
        let pod = wait_for(&pods, name, "it has an address", LIMIT, has_address).await;
        Site::at(self.door_to(socket_address(address(&pod).as_deref(), port)))
    }

    /// The number of the process that holds the node.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.daemon.pid()
    }

    /// The folder with all that it writes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    fn script(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = with_arguments(&[verb]);
        command.arg(self.folder()).args(arguments);
        command
    }
}

impl Deref for Node {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(pid) = self.daemon.pid() {
            folkmoot_tests::daemon::kill_tree(pid);
        }
        // Closing its input makes it go to work.
        let _ = self.janitor.stdin.take().map(|mut stdin| stdin.flush());
        let _ = self.janitor.wait();
    }
}

fn with_arguments(arguments: &[&str]) -> Command {
    let mut command = Command::new(script());
    command.args(arguments);
    command
}

/// Removes what the end of a process does not: control groups. In a session of its own, it survives us.
fn janitor(state: &Path) -> Child {
    std::process::Command::new("setsid")
        .arg(script())
        .arg("janitor")
        .arg(state)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("setsid (util-linux)")
}

async fn wait_for_file(file: &Path, daemon: &Daemon) {
    let start = Instant::now();
    let appears = until(LIMIT, async || {
        (file.is_file() || !daemon.is_running()).then_some(())
    });
    appears.await;
    assert!(
        file.is_file() && daemon.is_running(),
        "the node is not Ready after {:?}. Its log:\n{}",
        start.elapsed(),
        daemon.log_tail()
    );
}

/// The process that `unshare` has started is the first inside.
fn doors(daemon: &Daemon) -> Doors {
    let first = daemon
        .pid()
        .and_then(|pid| children_of(pid).first().copied());
    let first = first.expect("the node runs");
    Doors::into(Path::new(&format!("/proc/{first}/ns/net")))
}

/// A copy of the node's own, with the address that leads there from here.
fn kubeconfig(state: &Path, address: SocketAddr) -> PathBuf {
    let inside = fs::read_to_string(state.join("pki/admin.kubeconfig")).expect("a kubeconfig");
    let file = state.join("kubeconfig");
    let text = inside.replace(&APISERVER.to_string(), &address.to_string());
    fs::write(&file, text).expect("a kubeconfig");
    file
}

fn socket_address(address: Option<&str>, port: u16) -> SocketAddr {
    let address = address.and_then(|address| address.parse().ok());
    SocketAddr::new(address.expect("an address of its own"), port)
}
