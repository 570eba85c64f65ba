//! The committed API documents are what the code says.

use std::collections::BTreeSet;

use folkmoot_tests::fresh::assert_fresh;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_of_all_services_are_fresh() {
    let documents = folkmoot::openapi_documents().await.expect("documents");
    let services: Vec<_> = documents.keys().map(|service| service.as_str()).collect();
    assert_eq!(
        services,
        [
            "chat",
            "presence",
            "notification",
            "file",
            "identity",
            "discussion",
            "feed"
        ]
    );
    for (service, document) in documents {
        assert_fresh(format!("openapi/{service}.json"), &document);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_two_operations_of_a_document_have_the_same_id() {
    for (service, document) in folkmoot::openapi_documents().await.expect("documents") {
        let document: Value = serde_json::from_str(&document).expect("JSON");
        let paths = document["paths"].as_object().expect("paths").values();
        let operations = paths.flat_map(|path| path.as_object().expect("operations").values());
        let mut seen = BTreeSet::new();
        for id in operations.filter_map(|operation| operation["operationId"].as_str()) {
            assert!(seen.insert(id.to_owned()), "{service} has {id} twice");
        }
        assert!(!seen.is_empty(), "{service} has operations");
    }
}
