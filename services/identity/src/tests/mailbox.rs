//! What arrives: the files of `DATA_DIR/mail`.

use super::Identity;

/// A mail as it left.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) text: String,
}

impl Mail {
    pub(crate) fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        let head = self.text.split("\r\n\r\n").next().expect("a head");
        let mut lines = head
            .split("\r\n")
            .filter_map(|line| line.strip_prefix(&prefix));
        lines.next().unwrap_or_default()
    }

    /// The code, which stands on a line of its own.
    pub(crate) fn code(&self) -> &str {
        let code = self
            .text
            .split("\r\n")
            .find_map(|line| line.strip_prefix("    "));
        code.unwrap_or_else(|| panic!("no code in {}", self.text))
    }

    pub(crate) fn link(&self) -> Option<&str> {
        self.text.split("\r\n").find(|line| line.contains("://"))
    }
}

impl Identity {
    /// Waits until nothing waits in the queue, and reads what `address` got, oldest first.
    pub(crate) async fn mailbox(&self, address: &str) -> Vec<Mail> {
        self.until("the queue is empty", async || {
            self.app.store.waiting_mails().await.expect("a count") == 0
        })
        .await;
        let folder = self.folder.path().join("mail");
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        let mails = paths
            .iter()
            .filter_map(|path| std::fs::read_to_string(path).ok());
        mails
            .map(|text| Mail { text })
            .filter(|mail| mail.header("To") == address)
            .collect()
    }

    /// The newest mail to `address` with `subject`.
    pub(crate) async fn mail(&self, address: &str, subject: &str) -> Mail {
        let mails = self.mailbox(address).await;
        let newest = mails
            .iter()
            .rfind(|mail| mail.header("Subject").ends_with(subject));
        newest
            .unwrap_or_else(|| panic!("no {subject:?} for {address} in {mails:?}"))
            .clone()
    }

    /// How many mails to `address` have `subject`.
    pub(crate) async fn count_mails(&self, address: &str, subject: &str) -> usize {
        let mails = self.mailbox(address).await;
        mails
            .iter()
            .filter(|mail| mail.header("Subject").ends_with(subject))
            .count()
    }

    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        while !holds().await {
            assert!(tokio::time::Instant::now() < deadline, "in vain: {what}");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}
