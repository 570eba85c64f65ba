//! The committed API documents are what the code says.

use folkmoot_tests::fresh::assert_fresh;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_of_all_services_are_fresh() {
    let documents = folkmoot::openapi_documents().await.expect("documents");
    let services: Vec<_> = documents.keys().map(|service| service.as_str()).collect();
    assert_eq!(
        services,
        ["chat", "presence", "notification", "file", "identity"]
    );
    for (service, document) in documents {
        assert_fresh(format!("openapi/{service}.json"), &document);
    }
}
