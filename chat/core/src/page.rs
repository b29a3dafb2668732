//! A page of a room's history: where it lies, and how much one answer holds.

use wire::chat::Message;

/// A page of a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryPage {
    /// Where it lies.
    pub from: PageFrom,
    /// How many messages at most.
    pub limit: u32,
}

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFrom {
    /// The newest messages.
    Newest,
    /// The newest with a `seq` below this.
    Before(u64),
    /// The oldest with a `seq` above this.
    After(u64),
}

/// Messages in a page, if nothing is said.
const DEFAULT_PAGE: u32 = 50;
/// Most messages in a page.
const MAX_PAGE: u32 = 200;
/// Most bytes of text in a page: a page is one frame.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

impl HistoryPage {
    /// The page that a client asks for; `None` when it names both ends.
    #[must_use]
    pub fn asked(before: Option<u64>, after: Option<u64>, limit: Option<u32>) -> Option<Self> {
        let from = match (before, after) {
            (None, None) => PageFrom::Newest,
            (Some(seq), None) => PageFrom::Before(seq),
            (None, Some(seq)) => PageFrom::After(seq),
            (Some(_), Some(_)) => return None,
        };
        let limit = limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
        Some(Self { from, limit })
    }

    /// The part of it that has no `seq` below `min_seq`, in a room of `last_seq`.
    #[must_use]
    pub fn not_below(self, min_seq: u64, last_seq: u64) -> Self {
        if min_seq <= 1 {
            return self;
        }
        let end = match self.from {
            PageFrom::After(seq) => {
                let from = PageFrom::After(seq.max(min_seq.saturating_sub(1)));
                return Self { from, ..self };
            }
            PageFrom::Before(seq) => seq.min(last_seq + 1),
            PageFrom::Newest => last_seq + 1,
        };
        // There is no gap between two messages: so many lie between.
        let left = end.saturating_sub(min_seq);
        match u32::try_from(left) {
            Ok(0) => Self {
                from: PageFrom::Before(0),
                limit: 1,
            },
            Ok(left) => Self {
                limit: self.limit.min(left),
                ..self
            },
            Err(_) => self,
        }
    }

    /// As much of what was found as one answer may hold: from the end at which the page begins.
    #[must_use]
    pub fn fit(self, mut messages: Vec<Message>) -> Vec<Message> {
        let mut left = MAX_PAGE_BYTES;
        let mut fits = |message: &Message| match left.checked_sub(message.body.len()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        match self.from {
            PageFrom::After(_) => {
                let kept = messages.iter().take_while(|message| fits(message)).count();
                messages.truncate(kept);
            }
            PageFrom::Newest | PageFrom::Before(_) => {
                let kept = messages
                    .iter()
                    .rev()
                    .take_while(|message| fits(message))
                    .count();
                messages.drain(..messages.len() - kept);
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::tests::message;

    #[test]
    fn cht_160_a_page_has_nothing_from_before_somebody_joined() {
        let page = |before, after| HistoryPage::asked(before, after, Some(50)).unwrap();
        let lies = |page: HistoryPage| {
            let HistoryPage { from, limit } = page.not_below(11, 20);
            (from, limit)
        };
        assert_eq!(lies(page(None, None)), (PageFrom::Newest, 10));
        assert_eq!(lies(page(Some(15), None)), (PageFrom::Before(15), 4));
        assert_eq!(lies(page(Some(99), None)), (PageFrom::Before(99), 10));
        assert_eq!(lies(page(Some(11), None)), (PageFrom::Before(0), 1));
        assert_eq!(lies(page(None, Some(3))), (PageFrom::After(10), 50));
        assert_eq!(lies(page(None, Some(12))), (PageFrom::After(12), 50));
    }

    #[test]
    fn cht_33_a_page_of_long_messages_is_shorter() {
        let long = |seq| Message {
            body: "x".repeat(16 * 1024),
            ..message("r", seq, "a")
        };
        let found: Vec<Message> = (1..=200).map(long).collect();
        let seqs = |page: HistoryPage| -> Vec<u64> {
            page.fit(found.clone())
                .iter()
                .map(|message| message.seq)
                .collect()
        };
        let after = seqs(HistoryPage {
            from: PageFrom::After(0),
            limit: 200,
        });
        assert_eq!(after, (1..=64).collect::<Vec<_>>());
        let newest = seqs(HistoryPage {
            from: PageFrom::Newest,
            limit: 200,
        });
        assert_eq!(newest, (137..=200).collect::<Vec<_>>());
        let short: Vec<Message> = (1..=200).map(|seq| message("r", seq, "a")).collect();
        assert_eq!(
            HistoryPage {
                from: PageFrom::Newest,
                limit: 200
            }
            .fit(short)
            .len(),
            200
        );
    }
}
