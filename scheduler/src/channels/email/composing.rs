//! A notification as a mail: what it says, in whose name it comes, what is attached, and how to get no more.

use std::sync::Arc;

use lettre::message::Mailbox;
use scheduler_core::{
    ApplicationProfile, BookedSession, EmailAddress, PEOPLE, ReaderLanguage, SpokenTime,
    TimeReader, unlinked,
};
use wire::{Notification, NotificationKind, UnixMs, UserId};

use super::templates::{RenderedTemplate, TemplateValues, render_template};
use super::words::{SaidNews, ToldNews, refusal_label, small_print};
use crate::calendar::{CalendarOrganizer, CalendarOrigin, CalendarReader};
use crate::email::{
    MailBody, MailColours, MailContent, MailParts, MailRefusal, SealedMail, application_name,
    sender_name,
};
use crate::join_links::{JoinLinks, LinkGrant};
use crate::store::{MailReader, SchedulerStore, StoreError};

/// Writes mails. It reads what they are about as it is when they are sent.
pub(crate) struct MailComposer {
    pub(crate) store: Arc<dyn SchedulerStore>,
    pub(crate) links: JoinLinks,
    /// Without a slash at its end.
    pub(crate) web_origin: Arc<str>,
}

/// In whose name a mail comes.
struct MailSender {
    mailbox: Mailbox,
    name: String,
    reply_to: Option<EmailAddress>,
    /// What the application says of itself; none for people with an account.
    application: Option<ApplicationProfile>,
}

impl MailComposer {
    /// The mail for `user` of a notification that was planned at `written_at`; `Err` says why there can be none.
    pub(super) async fn compose(
        &self,
        (user, notification, written_at): (&UserId, &Notification, UnixMs),
        reader: &MailReader,
        from: &Mailbox,
        id: &str,
    ) -> Result<Result<SealedMail, String>, StoreError> {
        let session = match &notification.session_id {
            Some(id) => self.store.sessions().find(id.clone()).await?,
            None => None,
        };
        let sender = self.sender(reader, from).await?;
        let told = self.told((user, notification, written_at), session.as_ref(), reader);
        let content = self.content(&told, user, reader, &sender);
        let organizer = CalendarOrganizer {
            name: sender.name.clone(),
            address: Some(from.email.to_string()),
        };
        let invitation = session
            .filter(|_| has_invitation(notification.kind))
            .map(|session| {
                let calendar_reader = CalendarReader {
                    user,
                    address: Some(reader.to.text()),
                    link: told.link.as_deref(),
                };
                let origin = CalendarOrigin {
                    web_origin: &self.web_origin,
                    organizer: &organizer,
                };
                origin.object(&session, written_at, Some(&calendar_reader))
            });
        let html = match content.html() {
            Ok(html) => html,
            Err(error) => return Ok(Err(format!("the mail can't be written: {error}"))),
        };
        let sealed = SealedMail::new(MailParts {
            from: sender.mailbox,
            reply_to: sender.reply_to.as_ref(),
            to: &reader.to,
            id,
            written_at,
            subject: &content.subject,
            text: content.text(),
            html,
            invitation,
            unsubscribe: content.refusal.as_ref().map(|refusal| refusal.url.as_str()),
        });
        Ok(sealed.map_err(|error| format!("the mail can't be written: {error}")))
    }

    async fn sender(&self, reader: &MailReader, from: &Mailbox) -> Result<MailSender, StoreError> {
        if reader.application == PEOPLE {
            return Ok(MailSender {
                mailbox: from.clone(),
                name: sender_name(from).to_owned(),
                reply_to: None,
                application: None,
            });
        }
        let id = &reader.application;
        let found = self.store.applications().find(id.clone()).await?;
        let profile = found.unwrap_or_else(|| ApplicationProfile::silent(id));
        let said = &profile.said;
        let name = application_name(said);
        Ok(MailSender {
            mailbox: Mailbox::new(Some(name.clone()), from.email.clone()),
            name,
            reply_to: said.reply_to.as_deref().and_then(EmailAddress::parse),
            application: Some(profile),
        })
    }

    fn told(
        &self,
        (user, notification, written_at): (&UserId, &Notification, UnixMs),
        session: Option<&BookedSession>,
        reader: &MailReader,
    ) -> ToldNews {
        let time = TimeReader {
            language: ReaderLanguage::of(reader.locale.as_deref()),
            locale: reader.locale.as_deref(),
            time_zone: reader.time_zone.as_deref(),
        };
        // A session may have been moved since: its mail tells when it is.
        let starts_at = session.map(|session| session.terms.starts_at);
        let starts_at = starts_at.or(notification.starts_at);
        ToldNews {
            kind: notification.kind,
            with: notification.with.as_deref().map(unlinked),
            is_of_group: notification.room_id.is_some(),
            // By when it was written: it says the same however often it is sent.
            starts: starts_at.map(|at| SpokenTime::of(at, written_at, time)),
            count: notification.count,
            link: self.link(user, notification, session, reader),
        }
    }

    /// Where the reader goes from here: an application's person by their join link, as it counts now; people with an account
    /// to the page of it.
    fn link(
        &self,
        user: &UserId,
        notification: &Notification,
        session: Option<&BookedSession>,
        reader: &MailReader,
    ) -> Option<String> {
        let web = &self.web_origin;
        if reader.application != PEOPLE {
            let session = session?;
            let token = self.links.link(&LinkGrant {
                session: session.id.clone(),
                user: user.clone(),
                generation: session.participant(user)?.generation,
            })?;
            return Some(format!("{web}/join#{token}"));
        }
        Some(match (notification.kind, &notification.session_id) {
            (NotificationKind::GiftReceived, _) => format!("{web}/gifts"),
            (_, Some(session)) => format!("{web}/session/{session}"),
            (_, None) => format!("{web}/"),
        })
    }

    fn content(
        &self,
        told: &ToldNews,
        user: &UserId,
        reader: &MailReader,
        sender: &MailSender,
    ) -> MailContent {
        let language = ReaderLanguage::of(reader.locale.as_deref());
        let (subject, body) = match own_words(told, language, reader, sender) {
            Some(own) => (
                own.subject,
                MailBody::Application {
                    text: own.text,
                    html: own.html,
                },
            ),
            None => {
                let SaidNews { subject, words } = told.said(language);
                (subject, MailBody::Ours(words))
            }
        };
        let settings = format!("{}/account", self.web_origin);
        let has_account = sender.application.is_none();
        let settings = has_account.then_some(settings.as_str());
        let token = self.links.unsubscription(user);
        let theme = sender.application.as_ref();
        let theme = theme.and_then(|profile| profile.said.theme.as_ref());
        MailContent {
            language,
            subject,
            sender: sender.name.clone(),
            body,
            small_print: small_print(language, &sender.name, settings),
            refusal: token.map(|token| MailRefusal {
                label: refusal_label(language).to_owned(),
                url: format!("{}/v1/mail-unsubscriptions/{token}", self.web_origin),
            }),
            colours: MailColours::of(theme),
        }
    }
}

/// The application's text, where it has one for that.
fn own_words(
    told: &ToldNews,
    language: ReaderLanguage,
    reader: &MailReader,
    sender: &MailSender,
) -> Option<RenderedTemplate> {
    let templates = sender.application.as_ref()?.said.templates.as_ref()?;
    let starts = told.starts.as_ref();
    let part = |of: fn(&SpokenTime) -> &String| starts.map(of).cloned().unwrap_or_default();
    let values = TemplateValues {
        name: unlinked(&reader.name),
        with: told.name(language),
        date: part(|starts| &starts.date),
        time: part(|starts| &starts.time),
        time_zone: part(|starts| &starts.zone),
        link: told.link.clone().unwrap_or_default(),
        application: sender.name.clone(),
        count: told
            .count
            .map(|count| count.to_string())
            .unwrap_or_default(),
    };
    render_template(templates, told.kind, reader.locale.as_deref(), &values)
}

/// A reminder changes nothing in a calendar.
fn has_invitation(kind: NotificationKind) -> bool {
    matches!(
        kind,
        NotificationKind::SessionScheduled
            | NotificationKind::SessionRescheduled
            | NotificationKind::SessionCancelled
    )
}
