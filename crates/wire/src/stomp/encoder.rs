//! How a frame is written.

use std::fmt::{Display, Write as _};

use super::StompCommand;
use super::escape::escape_into;

/// First room for a frame's text, in bytes: the headers of a message fit.
const TEXT_BYTES: usize = 512;

/// Writes one frame, header by header.
#[derive(Debug)]
pub struct StompEncoder {
    text: String,
    is_escaped: bool,
}

impl StompEncoder {
    /// A frame without headers.
    #[must_use]
    pub fn new(command: StompCommand) -> Self {
        let mut text = String::with_capacity(TEXT_BYTES);
        text.push_str(command.name());
        text.push('\n');
        Self {
            text,
            is_escaped: command.is_escaped(),
        }
    }

    /// Adds a header whose value may be any text.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if self.is_escaped {
            escape_into(name, &mut self.text);
            self.text.push(':');
            escape_into(value, &mut self.text);
        } else {
            self.text.push_str(name);
            self.text.push(':');
            self.text.push_str(value);
        }
        self.text.push('\n');
        self
    }

    /// Adds a header whose value is a number.
    #[must_use]
    pub fn number(mut self, name: &str, value: impl Display) -> Self {
        writeln!(self.text, "{name}:{value}").expect("a string takes all that is written");
        self
    }

    /// Adds a header where there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// The frame's text, without a body.
    #[must_use]
    pub fn end(mut self) -> String {
        self.text.push_str("\n\0");
        self.text
    }

    /// The frame's text with a body, whose type and length are told.
    #[must_use]
    pub fn body(self, content_type: &str, body: &str) -> String {
        let Self { mut text, .. } = self
            .header("content-type", content_type)
            .number("content-length", body.len());
        text.reserve_exact(body.len() + 2);
        text.push('\n');
        text.push_str(body);
        text.push('\0');
        text
    }
}
