//! A frame that was read.

use super::StompCommand;

/// One frame. Of a header that stands twice the first one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StompFrame {
    /// What it is for.
    pub command: StompCommand,
    /// Names and values, unescaped, in their order.
    pub headers: Vec<(String, String)>,
    /// The octets before the NUL.
    pub body: Vec<u8>,
}

impl StompFrame {
    /// The value of a header; of several the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }
}
