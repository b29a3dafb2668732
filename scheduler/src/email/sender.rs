//! The task that sends mails: what is due is claimed, given a token, sent, and settled.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use scheduler_core::{MAIL_DAY_MS, MailKind, NewMail};
use service::{Shutdown, clock};
use wire::UnixMs;

use super::message::{MailParts, SealedMail};
use super::outgoing::{Email, sender_name};
use super::texts::{self, Links};
use super::transport::{SendFailure, SendStage};
use crate::accounts::new_token;
use crate::commands::{claim_mail, settle_mail};
use crate::state::AppState;
use crate::store::{SchedulerStore, StoreError, StoredMail, StoredToken, address_hash};

/// How long the link of a mail is good for, in milliseconds: an hour.
const TOKEN_LIFE_MS: i64 = 3_600_000;
/// How long a mail is claimed for, in milliseconds: longer than an attempt may take.
const LEASE_MS: i64 = 120_000;
/// How often the store is asked for mails that are due again.
const POLL: Duration = Duration::from_secs(1);
/// The same where no mail server is configured: another node may have had one for a while.
const POLL_WITHOUT_SERVER: Duration = Duration::from_secs(60);
/// Mails that are looked at together.
const BATCH: u32 = 20;
/// Connections to the mail server at once.
const AT_ONCE: usize = 4;

/// Sends what is due until the shutdown starts.
pub(crate) async fn send_mails(email: Email, app: AppState, shutdown: Shutdown) {
    email.run(app, shutdown).await;
}

/// Gives up, where no mail server is configured any more, what was asked for while there was one: whoever asked has asked
/// again by the time that there is one.
pub(crate) async fn give_up_mails(store: Arc<dyn SchedulerStore>, shutdown: Shutdown) {
    while !shutdown.is_started() {
        match give_up_due(&*store).await {
            Ok(BATCH) => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "mails could not be given up; they are looked at again");
            }
        }
        tokio::select! {
            () = shutdown.started() => {}
            () = tokio::time::sleep(POLL_WITHOUT_SERVER) => {}
        }
    }
}

/// How many were looked at.
async fn give_up_due(store: &dyn SchedulerStore) -> Result<u32, StoreError> {
    // Those, too, that were put off.
    let due = store.mails().due(clock::now() + MAIL_DAY_MS, BATCH).await?;
    for mail in &due {
        let now = clock::now();
        if claim_mail(store, mail, None, now + LEASE_MS).await? {
            let kind = mail.mail.kind.name();
            metrics::counter!("mails_total", "kind" => kind, "result" => "dead").increment(1);
            tracing::warn!(id = %mail.mail.id, "a mail is given up: there is no mail server");
            let failure = ("no_mail_server".to_owned(), true);
            settle_mail(store, mail, Err(failure), now).await?;
        }
    }
    Ok(u32::try_from(due.len()).unwrap_or(BATCH))
}

impl Email {
    async fn run(self, app: AppState, shutdown: Shutdown) {
        loop {
            match self.send_due(&app).await {
                // There may be more.
                Ok(BATCH) if !shutdown.is_started() => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "mails could not be read; they are tried again")
                }
            }
            tokio::select! {
                () = shutdown.started() => return,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Sends what is due, and tells how many were looked at.
    async fn send_due(&self, app: &AppState) -> Result<u32, StoreError> {
        let now = self.clock.read(&*app.store).await?;
        let due = app.store.mails().due(now, BATCH).await?;
        let count = u32::try_from(due.len()).unwrap_or(BATCH);
        let sending: Vec<_> = due.into_iter().map(|mail| self.send(app, mail)).collect();
        let mut sending = stream::iter(sending).buffer_unordered(AT_ONCE);
        while let Some(sent) = sending.next().await {
            sent?;
        }
        Ok(count)
    }

    /// The links of a mail, and the token to store where its link proves an address.
    fn links(app: &AppState, mail: &NewMail, now: UnixMs) -> (Links, Option<StoredToken>) {
        let page = match mail.kind {
            MailKind::Gift => return (Links::of_gift(app, mail), None),
            MailKind::Verify => "verify",
            MailKind::Reset => "reset",
        };
        let (token, hash) = new_token();
        let stored = StoredToken {
            hash,
            kind: mail.kind,
            user: mail.user.clone(),
            email: mail.to.clone(),
            login: mail.login.clone(),
            expires_at: now + TOKEN_LIFE_MS,
        };
        let links = Links {
            open: format!("{}/{page}#{token}", app.web_origin),
            refuse: None,
        };
        (links, Some(stored))
    }

    async fn send(&self, app: &AppState, mail: StoredMail) -> Result<(), StoreError> {
        // How long a link is good is judged by the clock of whoever is asked then, not by the store's.
        let (links, token) = Self::links(app, &mail.mail, clock::now());
        let until = self.clock.now() + LEASE_MS;
        if !claim_mail(&*app.store, &mail, token.as_ref(), until).await? {
            return Ok(());
        }
        let sent = match self.sealed(&mail.mail, links) {
            Ok(sealed) => self.mailer.send(&sealed).await,
            Err(failure) => Err(failure),
        };
        let result = match &sent {
            Ok(()) => "sent",
            Err(failure) if failure.is_final => "dead",
            Err(_) => "failed",
        };
        metrics::counter!("mails_total", "kind" => mail.mail.kind.name(), "result" => result)
            .increment(1);
        let sent = sent.map_err(|failure| {
            tracing::warn!(id = %mail.mail.id, reason = %failure.reason, "a mail could not be sent");
            (failure.reason, failure.is_final)
        });
        settle_mail(&*app.store, &mail, sent, self.clock.now()).await
    }
}

impl Email {
    fn sealed(&self, mail: &NewMail, links: Links) -> Result<SealedMail, SendFailure> {
        let from = self.mailer.from().clone();
        let content = texts::of(mail.kind, &mail.locale, links, sender_name(&from));
        let built = content.html().map_err(Into::into).and_then(|html| {
            SealedMail::new(MailParts {
                from,
                reply_to: None,
                to: &mail.to,
                id: &mail.id,
                written_at: mail.created_at,
                subject: &content.subject,
                text: content.text(),
                html,
                invitation: None,
                unsubscribe: content.refusal.as_ref().map(|refusal| refusal.url.as_str()),
            })
        });
        built.map_err(|error| SendFailure {
            stage: SendStage::Connect,
            code: None,
            reason: format!("the mail can't be written: {error}"),
            is_final: true,
        })
    }
}

impl Links {
    /// Of a mail that tells of a gift. Both are derived: nothing of them is stored.
    fn of_gift(app: &AppState, mail: &NewMail) -> Self {
        let claim = mail.gift.as_ref().and_then(|gift| app.claim_url(gift));
        let token = app.links.refusal(&address_hash(&mail.to));
        let refuse = token.map(|token| format!("{}/v1/mail-refusals/{token}", app.web_origin));
        Self {
            open: claim.unwrap_or_else(|| app.web_origin.to_string()),
            refuse,
        }
    }
}
