//! Accounts that are gone.

use super::*;

#[tokio::test]
async fn nothing_is_left_of_who_is_gone() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "eve"]).await;
    service.opened().await;
    service
        .commented(&service.comment("eve", Some("bob"), &[]))
        .await;
    service.handle(&service.liked("eve", None)).await;
    service.handle(&service.liked("bob", None)).await;
    service.relate("eve", "bob", "follow.created").await;
    service.relate("ann", "bob", "follow.created").await;
    service.handle(&service.mention("eve", &["bob"])).await;
    service.handle(&service.mention("bob", &["eve"])).await;
    let (late_like, late_profile) = (
        service.liked("eve", Some(uuid::Uuid::from_u128(5))),
        json!({"user_id": "eve", "username": "eve", "display_name": null, "avatar_url": null, "updated_at": service.tick()}),
    );
    let gone = service.user_deleted("eve");
    for _ in 0..2 {
        service.handle(&gone).await;
    }
    service
        .handle(&service.event("identity.profile.updated", late_profile))
        .await;
    service.handle(&late_like).await;
    assert!(service.shown("eve").await.is_empty());
    let titles = service.shown("bob").await;
    assert_eq!(
        titles,
        [
            "Somebody mentioned you",
            "ann follows you",
            "deleted replied to your comment in “Title”"
        ]
    );
    assert_eq!(
        service.shown("ann").await,
        [
            "deleted liked your comment in “Title”",
            "bob and deleted liked your thread “Title”",
            "deleted commented on your thread “Title”"
        ]
    );
    for user in ["ann", "bob"] {
        let list = service.get(&format!("/notifications/{user}")).await;
        let actors = list
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|one| one["actors"].as_array().unwrap());
        for actor in actors.filter(|actor| actor["user_id"] == "eve") {
            assert_eq!(
                actor,
                &json!({"user_id": "eve", "username": "deleted", "deleted": true})
            );
        }
    }
    // Nobody tells them any more either.
    service
        .commented(&service.comment("bob", Some("eve"), &["eve"]))
        .await;
    assert!(service.shown("eve").await.is_empty());
}
