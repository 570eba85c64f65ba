use folkmoot_common::events::discussion::{
    CategoryChanged, CommentChanged, Liked, ThreadChanged, ThreadDeleted, Unliked,
};
use serde_json::json;

use super::Discussion;

#[tokio::test]
async fn each_change_is_told_once_with_what_others_need() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let new = json!({"title": "Hi", "body": "@bob `@eve` and @cleo", "tags": ["a"]});
    let thread = forum.post(&ann, "/api/threads", new).await.expect(201);
    let path = format!("/api/threads/{}", thread["id"].as_str().unwrap());
    forum
        .put(&ann, &path, json!({"body": "@bob and @dan"}))
        .await
        .expect(200);
    let comment = forum
        .comment(&bob, thread["id"].as_str().unwrap(), "@ann: yes", None)
        .await;
    let answer = forum
        .comment(&ann, thread["id"].as_str().unwrap(), "no", Some(&comment))
        .await;
    forum
        .put(
            &ann,
            &format!("/api/comments/{answer}"),
            json!({"body": "no @bob"}),
        )
        .await
        .expect(200);
    for (method, path) in [
        ("PUT", format!("{path}/like")),
        ("PUT", format!("{path}/like")),
        ("DELETE", format!("{path}/like")),
        ("PUT", format!("/api/comments/{comment}/like")),
    ] {
        forum.call(&bob, method, &path, None).await.expect(200);
    }
    forum
        .delete(&ann, &format!("/api/comments/{answer}"))
        .await
        .expect(204);
    forum.delete(&ann, &path).await.expect(204);
    forum.category("staff", Some("staff"), None).await;

    let events = forum.events().await;
    let types: Vec<&str> = events
        .iter()
        .map(|event| event.r#type.strip_prefix("discussion.").unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "thread.created",
            "thread.updated",
            "comment.created",
            "comment.created",
            "comment.updated",
            "thread.liked",
            "unliked",
            "comment.liked",
            "comment.deleted",
            "thread.deleted",
            "category.changed",
        ]
    );
    let mentions =
        |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
    let opened: ThreadChanged = events[0].parse().unwrap();
    assert_eq!(mentions(&opened.mentions), ["bob", "cleo"]);
    assert_eq!(
        (
            opened.author_name.as_str(),
            opened.excerpt.as_str(),
            &opened.read_role
        ),
        ("ann", "@bob @eve and @cleo", &None)
    );
    assert_eq!(opened.tags, ["a"]);
    let edited: ThreadChanged = events[1].parse().unwrap();
    assert_eq!(
        (mentions(&edited.mentions), edited.created_at),
        (vec!["dan".to_owned()], opened.created_at)
    );
    assert!(edited.changed_at >= opened.changed_at);
    let first: CommentChanged = events[2].parse().unwrap();
    assert_eq!(
        (
            first.thread_author_id.as_str(),
            first.parent_author_id,
            first.author_name.as_str()
        ),
        ("id-ann", None, "bob")
    );
    assert_eq!(
        (first.thread_title.as_str(), mentions(&first.mentions)),
        ("Hi", vec!["ann".to_owned()])
    );
    let second: CommentChanged = events[3].parse().unwrap();
    assert_eq!(second.parent_author_id.as_deref(), Some("id-bob"));
    let third: CommentChanged = events[4].parse().unwrap();
    assert_eq!(
        (mentions(&third.mentions), third.parent_author_id.as_deref()),
        (vec!["bob".to_owned()], Some("id-bob"))
    );
    let liked: Liked = events[5].parse().unwrap();
    assert_eq!(
        (
            liked.author_id.as_str(),
            liked.username.as_str(),
            liked.comment_id
        ),
        ("id-ann", "bob", None)
    );
    let unliked: Unliked = events[6].parse().unwrap();
    assert_eq!(
        (unliked.user_id.as_str(), unliked.thread_id),
        ("id-bob", liked.thread_id)
    );
    let liked: Liked = events[7].parse().unwrap();
    assert_eq!(
        (
            liked.author_id.as_str(),
            liked.comment_id.map(|id| id.to_string())
        ),
        ("id-bob", Some(comment))
    );
    let deleted: ThreadDeleted = events[9].parse().unwrap();
    assert_eq!(deleted.author_id, "id-ann");
    let closed: CategoryChanged = events[10].parse().unwrap();
    assert_eq!(closed.read_role.as_deref(), Some("staff"));
}

#[tokio::test]
async fn what_is_refused_is_not_told() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let thread = forum.thread(&ann, "t").await;
    let path = format!("/api/threads/{thread}");
    forum
        .put(&bob, &path, json!({"title": "x"}))
        .await
        .expect(403);
    forum.delete(&bob, &path).await.expect(403);
    forum
        .post(&bob, &format!("{path}/comments"), json!({"body": ""}))
        .await
        .expect(422);
    forum
        .call(&bob, "DELETE", &format!("{path}/like"), None)
        .await
        .expect(200);
    assert_eq!(forum.events().await.len(), 1);
}
