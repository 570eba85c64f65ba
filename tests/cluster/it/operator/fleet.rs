//! Pods with sockets, on a node that only says that it runs: each has a loopback address of its own, answers the
//! operator there as a chat pod does, and takes its time to drain.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};

use folkmoot_common::clock;
use futures_util::StreamExt;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    runtime::{
        WatchStreamExt,
        watcher::{Config, watcher},
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Time that a pod takes to drain.
const DRAIN: Duration = Duration::from_secs(2);
/// Within less than a minute from the last one, its controller takes a node for lost.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The pods of a namespace.
pub(crate) struct Fleet {
    /// Where each answers.
    pub(crate) port: u16,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

/// What became of the pods.
#[derive(Default)]
pub(crate) struct State {
    /// Chat pods that are there, by their addresses.
    pods: BTreeMap<IpAddr, FleetPod>,
    given: u8,
    /// Those that went: their sockets and those of the pods that stayed.
    pub(crate) gone: Vec<(u32, Vec<u32>)>,
    /// Most pods that drained at the same time.
    pub(crate) most_draining: usize,
    /// Requests to move sockets: how many, and by whose token.
    pub(crate) moves: Vec<(u32, String)>,
}

#[derive(Debug, Clone)]
struct FleetPod {
    name: String,
    sockets: u32,
    draining: bool,
}

impl Fleet {
    pub(crate) async fn start(client: Client, namespace: &str) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(answer(listener, shared.clone()));
        let node = format!("node-of-{namespace}");
        tasks.spawn(be_a_node(Api::all(client.clone()), node.clone()));
        tasks.spawn(run_pods(
            Api::namespaced(client, namespace),
            node,
            shared.clone(),
        ));
        Self {
            port,
            shared,
            _tasks: tasks,
        }
    }

    /// The sockets of the pods that serve, in ascending order.
    pub(crate) fn sockets(&self) -> Vec<u32> {
        let state = self.shared.state.lock().unwrap();
        let mut sockets: Vec<_> = state
            .pods
            .values()
            .filter(|pod| !pod.draining)
            .map(|pod| pod.sockets)
            .collect();
        sockets.sort_unstable();
        sockets
    }

    /// Gives the pods that serve so many sockets, one number each.
    pub(crate) fn set(&self, sockets: &[u32]) {
        let mut state = self.shared.state.lock().unwrap();
        let pods = state.pods.values_mut().filter(|pod| !pod.draining);
        pods.zip(sockets)
            .for_each(|(pod, sockets)| pod.sockets = *sockets);
    }

    /// What became of the pods.
    pub(crate) fn look<T>(&self, look: impl Fn(&State) -> T) -> T {
        look(&self.shared.state.lock().unwrap())
    }
}

impl State {
    fn begin(&mut self, pod: &Pod) -> IpAddr {
        let name = pod.name_any();
        if let Some((ip, _)) = self.pods.iter().find(|(_, seen)| seen.name == name) {
            return *ip;
        }
        self.given += 1;
        let ip = IpAddr::V4(Ipv4Addr::new(127, 77, 0, self.given));
        self.pods.insert(
            ip,
            FleetPod {
                name,
                sockets: 0,
                draining: false,
            },
        );
        ip
    }

    /// False if it drains already.
    fn drain(&mut self, name: &str) -> bool {
        let Some(pod) = self
            .pods
            .values_mut()
            .find(|pod| pod.name == name && !pod.draining)
        else {
            return false;
        };
        pod.draining = true;
        let sockets = pod.sockets;
        let others: Vec<u32> = self
            .pods
            .values()
            .filter(|pod| !pod.draining)
            .map(|pod| pod.sockets)
            .collect();
        self.gone.push((sockets, others));
        let draining = self.pods.values().filter(|pod| pod.draining).count();
        self.most_draining = self.most_draining.max(draining);
        true
    }

    fn end(&mut self, name: &str) {
        let left = self
            .pods
            .values()
            .find(|pod| pod.name == name)
            .map_or(0, |pod| pod.sockets);
        self.pods.retain(|_, pod| pod.name != name);
        self.connect(left);
    }

    /// Each socket finds the pod that has the fewest.
    fn connect(&mut self, count: u32) {
        for _ in 0..count {
            let serving = self.pods.values_mut().filter(|pod| !pod.draining);
            if let Some(pod) = serving.min_by_key(|pod| pod.sockets) {
                pod.sockets += 1;
            }
        }
    }

    fn answer(&mut self, ip: IpAddr, request: &str) -> (&'static str, Value) {
        let (sockets, draining) = self
            .pods
            .get(&ip)
            .map_or((0, false), |pod| (pod.sockets, pod.draining));
        if request.starts_with("GET /sockets ") {
            return (
                "200 OK",
                json!({"sockets": sockets, "draining": draining, "queued_bytes": 0}),
            );
        }
        if !request.starts_with("POST /sockets/move ") {
            return ("200 OK", json!({"status": "ok"}));
        }
        let token = request
            .lines()
            .find_map(|line| line.strip_prefix("authorization: Bearer "));
        let body = request
            .split_once("\r\n\r\n")
            .map(|(_, body)| body)
            .unwrap_or_default();
        let count = serde_json::from_str::<Value>(body).unwrap()["count"]
            .as_u64()
            .unwrap();
        let count = u32::try_from(count).unwrap().min(sockets);
        self.moves
            .push((count, token.unwrap_or_default().to_owned()));
        if let Some(pod) = self.pods.get_mut(&ip) {
            pod.sockets -= count;
        }
        self.connect(count);
        ("202 Accepted", json!({"moving": count}))
    }
}

/// Without its node, or on a lost one, a pod that ends would be taken away at once.
async fn be_a_node(nodes: Api<Node>, name: String) {
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}});
    let node: Node = serde_json::from_value(node).unwrap();
    nodes.create(&PostParams::default(), &node).await.unwrap();
    loop {
        let now = clock::system().now().to_rfc3339();
        let ready = json!([{
            "type": "Ready", "status": "True", "reason": "Pretends", "message": "",
            "lastHeartbeatTime": now, "lastTransitionTime": "2026-01-02T03:04:05Z",
        }]);
        let patch = Patch::Merge(json!({"status": {"conditions": ready}}));
        let _ = nodes
            .patch_status(&name, &PatchParams::default(), &patch)
            .await;
        tokio::time::sleep(HEARTBEAT).await;
    }
}

async fn run_pods(pods: Api<Pod>, node: String, shared: Arc<Shared>) {
    let mut seen = watcher(pods.clone(), Config::default())
        .default_backoff()
        .applied_objects()
        .boxed();
    while let Some(pod) = seen.next().await {
        let Ok(pod) = pod else { continue };
        let name = pod.name_any();
        let chat = pod
            .labels()
            .get("app.kubernetes.io/component")
            .is_some_and(|part| part == "chat");
        if pod.metadata.deletion_timestamp.is_some() {
            let first = shared.state.lock().unwrap().drain(&name);
            if first || !chat {
                tokio::spawn(end(pods.clone(), name, shared.clone()));
            }
            continue;
        }
        let phase = pod
            .status
            .as_ref()
            .and_then(|status| status.phase.as_deref());
        if phase != Some("Pending") {
            continue;
        }
        let ip = chat.then(|| shared.state.lock().unwrap().begin(&pod));
        let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node}});
        let _ = pods
            .create_subresource::<_, Value>("binding", &name, &PostParams::default(), &binding)
            .await;
        let status = Patch::Merge(json!({"status": running(&pod, ip)}));
        let _ = pods
            .patch_status(&name, &PatchParams::default(), &status)
            .await;
    }
}

async fn end(pods: Api<Pod>, name: String, shared: Arc<Shared>) {
    tokio::time::sleep(DRAIN).await;
    shared.state.lock().unwrap().end(&name);
    let _ = pods
        .delete(&name, &DeleteParams::default().grace_period(0))
        .await;
}

fn running(pod: &Pod, ip: Option<IpAddr>) -> Value {
    let job = pod
        .owner_references()
        .iter()
        .any(|owner| owner.kind == "Job");
    let container = &pod.spec.as_ref().unwrap().containers[0].name;
    let (phase, ready, state) = match job {
        true => ("Succeeded", false, json!({"terminated": {"exitCode": 0}})),
        false => (
            "Running",
            true,
            json!({"running": {"startedAt": "2026-01-02T03:04:05Z"}}),
        ),
    };
    let word = if ready { "True" } else { "False" };
    json!({
        "phase": phase, "podIP": ip, "podIPs": ip.map(|ip| json!([{"ip": ip}])),
        "conditions": [{"type": "Ready", "status": word, "lastTransitionTime": "2026-01-02T03:04:05Z"}],
        "containerStatuses": [{"name": container, "image": "", "imageID": "", "ready": ready, "restartCount": 0, "state": state}],
    })
}

async fn answer(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move { answer_one(stream, &shared).await });
    }
}

/// The operator sends small requests in one piece, or the head and the body in one each.
async fn answer_one(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let ip = stream.local_addr()?.ip();
    let (status, body) = shared
        .state
        .lock()
        .unwrap()
        .answer(ip, &String::from_utf8_lossy(&request));
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    text.split_once("\r\n\r\n")
        .is_some_and(|(_, body)| body.len() >= length.unwrap_or(0))
}
