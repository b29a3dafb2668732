//! Mails: how they look, how they are built and how they are handed in, for everything that sends some. A task sends those of
//! accounts, which the store keeps apart; what people are notified of is a channel (`crate::channels::email`).

mod data;
mod look;
mod message;
mod outgoing;
mod sender;
mod server;
mod texts;
mod transport;

pub(crate) use look::{
    MailAction, MailBody, MailColours, MailContent, MailFact, MailRefusal, MailWords,
};
pub(crate) use message::{MailParts, SealedMail};
pub(crate) use outgoing::{Email, OUR_NAME, application_name, sender_name};
pub(crate) use sender::{give_up_mails, send_mails};
pub(crate) use transport::{Mailer, SendFailure, SendStage};
pub use transport::{check_email, probe_email};
