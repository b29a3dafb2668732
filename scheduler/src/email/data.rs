//! The text of a mail as `DATA` sends it: in one piece, with its end. A library that sends the end by itself waits for the
//! server to acknowledge what stands before it (Nagle, RFC 896; the delayed acknowledgement of RFC 1122, section 4.2.3.2):
//! 40 ms for each mail.

use std::fmt::{Display, Formatter, Result, Write as _};

/// A text with a dot before each line that begins with one, and a line with a dot alone at the end (RFC 5321, section 4.5.2).
pub(super) struct MailData<'a>(pub(super) &'a str);

impl Display for MailData<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for line in self.0.split_inclusive("\r\n") {
            if line.starts_with('.') {
                f.write_char('.')?;
            }
            f.write_str(line)?;
        }
        if !self.0.ends_with("\r\n") {
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_422_the_end_of_a_mail_is_the_only_line_that_is_a_dot() {
        for (text, sent) in [
            ("", "\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            ("a\r\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r\n..b\r\n", "a\r\n...b\r\n.\r\n"),
            ("a.\r\nb.", "a.\r\nb.\r\n.\r\n"),
        ] {
            assert_eq!(MailData(text).to_string(), sent, "{text:?}");
        }
    }
}
