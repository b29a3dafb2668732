//! One write transaction, as the repositories of all subjects.

use storage::WriteTransaction;

use crate::store::{
    AccountRepository, AddressedGiftRepository, ApiKeyRepository, ApplicationRepository,
    AuditRepository, BlockRepository, CalendarFeedRepository, DeliveryRepository,
    ErasureRepository, EventRepository, FeedbackRepository, GiftRepository, IdempotencyRepository,
    InviteRepository, JobRepository, LoginRepository, MailAddressRepository, MailRepository,
    MatchRepository, NotificationRepository, OccupancyRepository, PersonRepository,
    PublishedFactRepository, PushSubscriptionRepository, QuestionRepository, ReportRepository,
    RetentionRepository, RoomRepository, ScheduleRepository, SessionRepository, StoreFuture,
    TimelineRepository, TokenRepository, UnitOfWork, WebhookDeliveryRepository, WebhookRepository,
};

/// Rolled back when it is dropped uncommitted.
pub(super) struct SqlUnitOfWork {
    pub(super) tx: WriteTransaction,
}

impl SqlUnitOfWork {
    pub(super) fn new(tx: WriteTransaction) -> Self {
        Self { tx }
    }
}

impl UnitOfWork for SqlUnitOfWork {
    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn occupancies(&mut self) -> &mut dyn OccupancyRepository {
        self
    }

    fn jobs(&mut self) -> &mut dyn JobRepository {
        self
    }

    fn people(&mut self) -> &mut dyn PersonRepository {
        self
    }

    fn accounts(&mut self) -> &mut dyn AccountRepository {
        self
    }

    fn logins(&mut self) -> &mut dyn LoginRepository {
        self
    }

    fn invites(&mut self) -> &mut dyn InviteRepository {
        self
    }

    fn mails(&mut self) -> &mut dyn MailRepository {
        self
    }

    fn mail_addresses(&mut self) -> &mut dyn MailAddressRepository {
        self
    }

    fn published_facts(&mut self) -> &mut dyn PublishedFactRepository {
        self
    }

    fn tokens(&mut self) -> &mut dyn TokenRepository {
        self
    }

    fn calendar_feeds(&mut self) -> &mut dyn CalendarFeedRepository {
        self
    }

    fn push_subscriptions(&mut self) -> &mut dyn PushSubscriptionRepository {
        self
    }

    fn feedback(&mut self) -> &mut dyn FeedbackRepository {
        self
    }

    fn applications(&mut self) -> &mut dyn ApplicationRepository {
        self
    }

    fn gifts(&mut self) -> &mut dyn GiftRepository {
        self
    }

    fn addressed_gifts(&mut self) -> &mut dyn AddressedGiftRepository {
        self
    }

    fn matches(&mut self) -> &mut dyn MatchRepository {
        self
    }

    fn rooms(&mut self) -> &mut dyn RoomRepository {
        self
    }

    fn blocks(&mut self) -> &mut dyn BlockRepository {
        self
    }

    fn erasures(&mut self) -> &mut dyn ErasureRepository {
        self
    }

    fn reports(&mut self) -> &mut dyn ReportRepository {
        self
    }

    fn notifications(&mut self) -> &mut dyn NotificationRepository {
        self
    }

    fn deliveries(&mut self) -> &mut dyn DeliveryRepository {
        self
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository {
        self
    }

    fn questions(&mut self) -> &mut dyn QuestionRepository {
        self
    }

    fn timeline(&mut self) -> &mut dyn TimelineRepository {
        self
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }

    fn webhooks(&mut self) -> &mut dyn WebhookRepository {
        self
    }

    fn webhook_deliveries(&mut self) -> &mut dyn WebhookDeliveryRepository {
        self
    }

    fn schedules(&mut self) -> &mut dyn ScheduleRepository {
        self
    }

    fn retention(&mut self) -> &mut dyn RetentionRepository {
        self
    }

    fn events(&mut self) -> &mut dyn EventRepository {
        self
    }

    fn commit(self: Box<Self>) -> StoreFuture<'static, ()> {
        Box::pin(async { Ok(self.tx.commit().await?) })
    }
}
