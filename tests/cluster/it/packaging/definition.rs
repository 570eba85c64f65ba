//! The definition on a real API server: it refuses and takes what the cases of `crds` say.

use folkmoot_crds::ForumInstance;
use kube::{
    Api, Error,
    api::{ApiResource, DeleteParams, DynamicObject, PostParams},
};
use serde_json::{Value, json};

use crate::support::{ask_definition, documents, file, plane_with_forums};

const REFUSED: &str = include_str!("../../../../crds/tests/cases/refused.yaml");
const MALFORMED: &str = include_str!("../../../../crds/tests/cases/malformed.yaml");
const ACCEPTED: &str = include_str!("../../../../crds/tests/cases/accepted.yaml");

fn cases(text: &str) -> Vec<Value> {
    documents(text).remove(0).as_array().unwrap().clone()
}

/// Forums as they are written, which may be no forums at all.
struct Raw(Api<DynamicObject>);

impl Raw {
    async fn new(namespace: &str) -> Self {
        let client = plane_with_forums().await.client().await;
        let resource = ApiResource::erase::<ForumInstance>(&());
        Self(Api::namespaced_with(client, namespace, &resource))
    }

    /// Asks for the forum of a case, which is not kept, after that which was before.
    async fn ask(&self, case: &Value) -> Result<DynamicObject, Error> {
        let name = case["name"].as_str().unwrap_or("forum");
        let dry = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let forum = |spec: &Value| json!({"apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance", "metadata": {"name": name}, "spec": spec});
        let object = serde_json::from_value(forum(&case["spec"])).unwrap();
        let Some(was) = case.get("was") else {
            return self.0.create(&dry, &object).await;
        };
        let was = serde_json::from_value(forum(was)).unwrap();
        self.0.create(&PostParams::default(), &was).await.unwrap();
        let mut replaced = self.0.get(name).await.unwrap();
        replaced.data["spec"] = case["spec"].clone();
        let answer = self.0.replace(name, &dry, &replaced).await;
        self.0.delete(name, &DeleteParams::default()).await.unwrap();
        answer
    }

    async fn refusal(&self, case: &Value) -> String {
        match self.ask(case).await {
            Err(Error::Api(status)) if status.code == 422 => status.message.clone(),
            Err(error) => panic!("{case}: {error}"),
            Ok(object) => panic!("{case} was taken: {object:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_refuses_with_its_message_at_its_field() {
    let namespace = plane_with_forums().await.namespace("refused").await;
    let forums = Raw::new(namespace.name()).await;
    for case in cases(REFUSED) {
        let message = forums.refusal(&case).await;
        let (says, field) = (
            case["says"].as_str().unwrap(),
            case["field"].as_str().unwrap(),
        );
        assert!(message.contains(says), "{case}: {message}");
        assert!(
            message.contains(&format!("{field}: Invalid value")) || field.is_empty(),
            "{case}: {message}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_not_the_form_of_a_forum_is_refused_by_field() {
    let namespace = plane_with_forums().await.namespace("malformed").await;
    let forums = Raw::new(namespace.name()).await;
    for case in cases(MALFORMED) {
        let message = forums.refusal(&case).await;
        assert!(
            message.contains(case["field"].as_str().unwrap()),
            "{case}: {message}"
        );
    }
}

/// What the server makes of a forum is what the types make of it, defaults included: the operator sees what was meant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_near_to_a_refusal_is_taken_and_decoded() {
    let namespace = plane_with_forums().await.namespace("accepted").await;
    let forums = Raw::new(namespace.name()).await;
    for case in cases(ACCEPTED) {
        let stored = forums
            .ask(&case)
            .await
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        let mut stored = serde_json::to_value(stored).unwrap();
        let decoded: ForumInstance = serde_json::from_value(stored.clone()).unwrap();
        whole_quantities_as_text(&mut stored["spec"]);
        assert_eq!(
            serde_json::to_value(&decoded.spec).unwrap(),
            stored["spec"],
            "{case}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_has_nothing_to_say_against_the_definition() {
    let plane = plane_with_forums().await;
    let conditions = ask_definition(plane, "{.status.conditions}").await;
    for condition in documents(&conditions).remove(0).as_array().unwrap() {
        let kind = condition["type"].as_str().unwrap();
        assert!(
            ["NamesAccepted", "Established"].contains(&kind),
            "{condition}"
        );
        assert_eq!(condition["status"], "True", "{condition}");
    }
    // Without --server-side kubectl keeps the whole of it in an annotation, which has a limit.
    let crd = file("manifests/crd/foruminstances.yaml");
    plane
        .kubectl(&[
            "apply",
            "--dry-run=server",
            "--warnings-as-errors",
            "-f",
            &crd,
        ])
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_there_is_not_is_refused_by_kubectl() {
    let plane = plane_with_forums().await;
    let namespace = plane.namespace("typo").await;
    let forum = "{apiVersion: folkmoot.dev/v1alpha1, kind: ForumInstance, metadata: {name: typo}, spec: {chat: {replica: 2}}}";
    let said = namespace.try_apply(forum).await.expect_failure();
    assert!(said.contains("spec.chat.replica"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_explain_themselves() {
    let plane = plane_with_forums().await;
    let text = plane
        .kubectl(&["explain", "forum.spec.chat.autoscaling"])
        .await;
    assert!(
        text.contains("Open sockets that one pod should hold."),
        "{text}"
    );
}

/// `cpu: 2` is stored as it was written, and is `"2"` in the types.
fn whole_quantities_as_text(spec: &mut Value) {
    let resources = spec
        .pointer_mut("/chat/resources")
        .and_then(Value::as_object_mut);
    for quantities in resources.into_iter().flat_map(|r| r.values_mut()) {
        for quantity in quantities.as_object_mut().unwrap().values_mut() {
            if quantity.is_number() {
                *quantity = quantity.to_string().into();
            }
        }
    }
}
