//! What every handler is given.

use std::sync::Arc;

use scheduler_core::{ApplicationProfile, EmailAddress, PEOPLE};
use service::Shutdown;
use service::origin::AllowedOrigins;
use storage::Outbox;
use wire::MediaBackend;

use crate::accounts::Accounts;
use crate::calendar::CalendarOrganizer;
use crate::channels::push::Push;
use crate::due_jobs::DueJobRunner;
use crate::email::{Email, OUR_NAME, application_name, sender_name};
use crate::gift_claims::GiftClaims;
use crate::join_link_throttle::JoinLinkThrottle;
use crate::join_links::JoinLinks;
use crate::notification_outlets::NotificationOutlets;
use crate::notification_stream::StreamedNotification;
use crate::question_throttle::QuestionThrottle;
use crate::quotas::SchedulerQuotas;
use crate::store::{SchedulerStore, StoreError};
use crate::tickets::Tickets;
use crate::webhooks::Webhooks;

/// The parts of a running scheduler. Clones share them.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) store: Arc<dyn SchedulerStore>,
    pub(crate) tickets: Tickets,
    pub(crate) links: JoinLinks,
    pub(crate) join_link_throttle: Arc<JoinLinkThrottle>,
    /// None where no mail is sent.
    pub(crate) email: Option<Email>,
    /// None where no pushes are sent.
    pub(crate) push: Option<Arc<Push>>,
    /// Who is told by mail of what failed.
    pub(crate) operator_email: Option<EmailAddress>,
    /// None where there are no accounts.
    pub(crate) accounts: Option<Arc<Accounts>>,
    pub(crate) questions: Arc<QuestionThrottle>,
    pub(crate) quotas: Arc<SchedulerQuotas>,
    pub(crate) outlets: NotificationOutlets,
    pub(crate) due_jobs: DueJobRunner,
    pub(crate) gift_claims: GiftClaims,
    pub(crate) outbox: Outbox,
    pub(crate) webhooks: Webhooks,
    /// Media that sessions may ask for.
    pub(crate) media: Arc<[MediaBackend]>,
    /// How long join links open the record and the chat after the end, in milliseconds.
    pub(crate) links_after_end_ms: i64,
    /// Join links begin with it; without a slash at its end.
    pub(crate) web_origin: Arc<str>,
    /// Pages that may ask, those of applications among them.
    pub(crate) origins: AllowedOrigins,
    /// Ends the streams, which would otherwise hold a stop up.
    pub(crate) shutdown: Shutdown,
}

impl AppState {
    /// In whose name the sessions of an application, or of people with an account, stand in calendars.
    pub(crate) async fn calendar_organizer(
        &self,
        application: &str,
    ) -> Result<CalendarOrganizer, StoreError> {
        let from = self.email.as_ref().map(|email| email.mailer.from());
        let name = match application {
            PEOPLE => from.map_or(OUR_NAME, sender_name).to_owned(),
            id => {
                let found = self.store.applications().find(id.to_owned()).await?;
                let profile = found.unwrap_or_else(|| ApplicationProfile::silent(id));
                application_name(&profile.said)
            }
        };
        let address = from.map(|from| from.email.to_string());
        Ok(CalendarOrganizer { name, address })
    }

    /// After a write of ours was committed: event publishers, job runner, channels and streams learn of it.
    pub(crate) fn committed(&self, streamed: Vec<StreamedNotification>) {
        self.outbox.wake();
        self.due_jobs.wake();
        self.webhooks.listeners.wake();
        self.outlets.publish(streamed);
    }
}
