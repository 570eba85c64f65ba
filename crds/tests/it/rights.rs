//! What the operator may do, and why: the chart's roles, those of the manifests and `docs/rbac.md` come from here.

use std::fmt::Write as _;

use crate::{fresh::assert_fresh, text, yaml::HEADER};

/// One rule of a role.
struct Right {
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    why: &'static str,
}

const fn right(
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    why: &'static str,
) -> Right {
    Right {
        group,
        resources,
        verbs,
        why,
    }
}

/// To own objects: watch them, see whether one of the name belongs to somebody else, apply them (`create` and `patch`
/// are what a server-side apply asks for), delete those that a forum does not have any more.
const OWN: &[&str] = &["get", "list", "watch", "create", "patch", "delete"];

/// Where there are forums: in the whole cluster, or in each of the watched namespaces.
const FORUMS: &[Right] = &[
    right(
        "folkmoot.dev",
        &["foruminstances"],
        &["get", "list", "watch"],
        "Know which forums there should be.",
    ),
    right(
        "folkmoot.dev",
        &["foruminstances/status"],
        &["patch"],
        "Say how each forum is.",
    ),
    right(
        "folkmoot.dev",
        &["foruminstances/finalizers"],
        &["update"],
        "Own objects on clusters that check who may block a deletion (OpenShift).",
    ),
    right(
        "",
        &["serviceaccounts", "configmaps", "services"],
        OWN,
        "Accounts without rights for the pods, the edge's configuration, names for the parts; and ConfigMaps that `podTemplate.env` names, so that pods are replaced when they change.",
    ),
    right(
        "",
        &["persistentvolumeclaims"],
        &["get", "list", "watch", "create", "patch"],
        "Volumes of managed stores. Never deleted by the operator: Kubernetes does with the forum, unless `retain` is set.",
    ),
    right(
        "",
        &["secrets"],
        &["get", "list", "watch", "create"],
        "Read the Secrets that a forum names, notice when they change (metadata only), and make signing keys and passwords once. Never changed, never deleted.",
    ),
    right(
        "",
        &["pods"],
        &["list", "watch", "patch"],
        "See why a pod does not start, and mark the chat pod with the fewest sockets as the first to go.",
    ),
    right(
        "apps",
        &["deployments", "statefulsets"],
        OWN,
        "The services, the edge and the managed stores.",
    ),
    right("batch", &["jobs"], OWN, "The migrations of a new version."),
    right(
        "networking.k8s.io",
        &["networkpolicies", "ingresses"],
        OWN,
        "Who may reach which pod, and `edge.ingress`.",
    ),
    right(
        "policy",
        &["poddisruptionbudgets"],
        OWN,
        "How many pods of a part may be away while nodes are drained.",
    ),
    right(
        "gateway.networking.k8s.io",
        &["httproutes"],
        OWN,
        "`edge.gateway`; used where the cluster knows the kind.",
    ),
    right(
        "monitoring.coreos.com",
        &["servicemonitors"],
        OWN,
        "`monitoring.serviceMonitor`; used where the cluster knows the kind.",
    ),
    right(
        "events.k8s.io",
        &["events"],
        &["create", "patch"],
        "Tell what happened to a forum; `patch` counts repetitions.",
    ),
];

/// In the operator's own namespace. What is to be created has no name yet that a rule could name.
const LEASES: &[Right] = &[right(
    "coordination.k8s.io",
    &["leases"],
    &["create"],
    "Make the Lease.",
)];

/// The one Lease of this operator.
const LEASE: &[Right] = &[right(
    "coordination.k8s.io",
    &["leases"],
    &["get", "patch"],
    "Agree on which pod of the operator works; its own Lease alone.",
)];

/// For those who may view a namespace.
const VIEW: &[Right] = &[right(
    "folkmoot.dev",
    &["foruminstances", "foruminstances/status"],
    &["get", "list", "watch"],
    "See forums.",
)];

/// For those who may edit a namespace.
const EDIT: &[Right] = &[
    right(
        "folkmoot.dev",
        &["foruminstances"],
        &["create", "update", "patch", "delete", "deletecollection"],
        "Make, change and delete forums.",
    ),
    right(
        "folkmoot.dev",
        &["foruminstances/scale"],
        &["get", "update", "patch"],
        "`kubectl scale` and HorizontalPodAutoscalers.",
    ),
];

fn rules(rights: &[Right]) -> String {
    let mut text = String::new();
    for right in rights {
        let group = if right.group.is_empty() {
            r#""""#
        } else {
            right.group
        };
        write!(
            text,
            "# {}\n- apiGroups: [{group}]\n  resources: [{}]\n  verbs: [{}]\n",
            right.why,
            right.resources.join(", "),
            right.verbs.join(", "),
        )
        .unwrap();
    }
    text
}

/// The rules about Leases of the operator that is called `name`.
fn lease_rules(name: &str) -> String {
    format!(
        "{}{}  resourceNames: [{name}]\n",
        rules(LEASES),
        rules(LEASE)
    )
}

fn template(name: &str, rules: &str) -> String {
    format!("{{{{- define \"folkmoot-operator.{name}\" }}}}\n{rules}{{{{- end }}}}\n")
}

fn table<'a>(rights: impl IntoIterator<Item = &'a Right>) -> String {
    let mut text = "| group | resources | verbs | why |\n|---|---|---|---|\n".to_owned();
    for right in rights {
        let group = if right.group.is_empty() {
            "core"
        } else {
            right.group
        };
        let code = |words: &[&str]| {
            words
                .iter()
                .map(|w| format!("`{w}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        writeln!(
            text,
            "| {group} | {} | {} | {} |",
            code(right.resources),
            code(right.verbs),
            right.why
        )
        .unwrap();
    }
    text
}

fn role(kind: &str, name: &str, labels: &str, rules: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n{labels}rules:\n{rules}"
    )
}

#[test]
fn roles_of_the_chart() {
    let text = [
        HEADER
            .replace("crds/src", "crds/tests/it/rights.rs")
            .as_str(),
        &template("forumRules", &rules(FORUMS)),
        &template(
            "leaseRules",
            &lease_rules(r#"{{ include "folkmoot-operator.fullname" . }}"#),
        ),
        &template("viewRules", &rules(VIEW)),
        &template("editRules", &rules(EDIT)),
    ]
    .concat();
    assert_fresh("charts/folkmoot-operator/templates/_rules.tpl", &text);
}

#[test]
fn roles_of_the_manifests() {
    let aggregate = |to: &[&str]| {
        let labels: String = to
            .iter()
            .map(|to| format!("    rbac.authorization.k8s.io/aggregate-to-{to}: \"true\"\n"))
            .collect();
        format!("  labels:\n{labels}")
    };
    let view = aggregate(&["view"]);
    let edit = aggregate(&["edit", "admin"]);
    let text = [
        role("ClusterRole", "folkmoot-operator", "", &rules(FORUMS)),
        role(
            "Role",
            "folkmoot-operator-lease",
            "",
            &lease_rules("folkmoot-operator"),
        ),
        role("ClusterRole", "folkmoot-operator-view", &view, &rules(VIEW)),
        role("ClusterRole", "folkmoot-operator-edit", &edit, &rules(EDIT)),
    ]
    .join("---\n");
    let header = HEADER.replace("crds/src", "crds/tests/it/rights.rs");
    assert_fresh("manifests/rbac/roles.yaml", &format!("{header}{text}"));
}

#[test]
fn rights_in_the_documentation() {
    let text = text::with_sections(
        "docs/rbac.md",
        &[
            ("forums", &table(FORUMS)),
            ("lease", &table(LEASES.iter().chain(LEASE))),
            ("users", &table(VIEW.iter().chain(EDIT))),
        ],
    );
    assert_fresh("docs/rbac.md", &text);
}
