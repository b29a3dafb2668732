//! Mails: a task sends what is due in the store, by SMTP, and tries again what could not be sent.

mod outgoing;
mod sender;
mod texts;
mod transport;

pub(crate) use outgoing::Email;
pub(crate) use sender::send_mails;
pub(crate) use transport::Mailer;
pub use transport::check_email;
