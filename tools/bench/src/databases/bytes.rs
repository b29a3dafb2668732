//! Reading a message of a protocol from its front.

/// What is left of a message.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let taken = self.0.split_at_checked(count);
        let (taken, rest) = taken.ok_or("a message is shorter than it says")?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next bytes, as many as `N`.
    ///
    /// # Errors
    /// As [`Bytes::take`].
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| "never".to_owned())
    }

    /// The text of the next `count` bytes.
    ///
    /// # Errors
    /// As [`Bytes::take`], and when it is no UTF-8.
    pub(crate) fn text(&mut self, count: usize) -> Result<String, String> {
        let taken = self.take(count)?.to_vec();
        String::from_utf8(taken).map_err(|error| error.to_string())
    }

    /// The text up to the next zero, which is taken too.
    ///
    /// # Errors
    /// As [`Bytes::text`].
    pub(crate) fn text_to_zero(&mut self) -> Result<String, String> {
        let length = self.0.iter().position(|byte| *byte == 0);
        let text = self.text(length.ok_or("a text in a message has no end")?)?;
        self.take(1)?;
        Ok(text)
    }
}
