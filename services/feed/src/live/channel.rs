//! The way to the pages of other replicas. A replica listens only while it has pages itself, so that the broker knows whether
//! anybody hears what is told.

use bytes::Bytes;
use folkmoot_common::{
    Context,
    kv::{
        KvError,
        pubsub::{PubSub, Receiver, Subscriber},
    },
};
use parking_lot::Mutex;

pub(super) struct Channel {
    name: String,
    pubsub: PubSub,
    /// Locked while a page comes, or it is looked whether any is left: the broker is asked in the same order.
    subscriber: Mutex<Subscriber>,
}

impl Channel {
    pub(super) fn open(ctx: &Context) -> (Self, Receiver) {
        let (subscriber, incoming) = ctx.pubsub.subscriber();
        let channel = Self {
            name: format!("{}:feed:live", ctx.settings.instance),
            pubsub: ctx.pubsub.clone(),
            subscriber: Mutex::new(subscriber),
        };
        (channel, incoming)
    }

    /// Lets a page in by `add`. Ends when this replica hears everything, or is to at the next connection.
    pub(super) async fn enter(&self, add: impl FnOnce()) {
        let subscribing = {
            let subscriber = self.subscriber.lock();
            add();
            subscriber.subscribe(vec![self.name.clone()])
        };
        let _ = subscribing.await;
    }

    /// Listens no more if no page is left.
    pub(super) fn leave_if(&self, is_empty: impl FnOnce() -> bool) {
        let subscriber = self.subscriber.lock();
        if is_empty() {
            drop(subscriber.unsubscribe(vec![self.name.clone()]));
        }
    }

    /// Whether any replica listens. True while the broker cannot tell.
    pub(super) async fn is_heard(&self) -> bool {
        let heard = self.pubsub.subscribed(std::slice::from_ref(&self.name));
        heard.await.map_or(true, |heard| heard != [false])
    }

    pub(super) async fn publish(&self, payload: Vec<u8>) -> Result<(), KvError> {
        let publication = (self.name.clone(), Bytes::from(payload));
        self.pubsub.publish_many(vec![publication]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_replica_listens_while_it_has_pages() {
        let pubsub = PubSub::memory();
        let replica = || Channel {
            name: "feed:live".to_owned(),
            subscriber: Mutex::new(pubsub.subscriber().0),
            pubsub: pubsub.clone(),
        };
        let (one, other) = (replica(), replica());
        assert!(!one.is_heard().await);
        other.enter(|| {}).await;
        assert!(one.is_heard().await);
        other.leave_if(|| false);
        assert!(one.is_heard().await);
        other.leave_if(|| true);
        assert!(!one.is_heard().await);
    }
}
