//! Gifts as they are shown, with the links of those to addresses.

use scheduler_core::{AddressedGift, Gift};
use wire::{GiftId, GiftView, UnixMs, UserId};

use crate::state::AppState;

impl AppState {
    /// A gift as `reader` is shown it; `None` for whoever it does not concern.
    pub(crate) fn gift_view(&self, gift: &Gift, reader: &UserId, now: UnixMs) -> Option<GiftView> {
        let mut view = gift.view(reader, now)?;
        if gift.sent_to.is_some() && gift.is_given_by(reader) {
            view.claim_url = self.claim_url(&gift.id);
        }
        Some(view)
    }

    /// A gift that waits for its address, as its giver is shown it.
    pub(crate) fn addressed_gift_view(
        &self,
        gift: &AddressedGift,
        reader: &UserId,
    ) -> Option<GiftView> {
        let mut view = gift.view(reader)?;
        view.claim_url = self.claim_url(&gift.id);
        Some(view)
    }

    /// Where a gift to an address is shown sealed.
    pub(crate) fn claim_url(&self, gift: &GiftId) -> Option<String> {
        let token = self.links.gift(gift)?;
        Some(format!("{}/gift#{token}", self.web_origin))
    }
}
