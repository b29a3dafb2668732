//! The tokens of gifts to addresses, of refusals and of unsubscriptions, by the same secret: nothing of them is stored, so that a gift's link
//! can be shown again, and a refusal counts however old its mail is. Their lengths tell them from every other token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use uuid::Uuid;
use wire::{GiftId, UserId};

use super::{JoinLinks, id};

/// Bytes of an address's hash: those of SHA-256.
const HASH_BYTES: usize = 32;
/// Stands before the id of a gift.
const GIFT: u8 = 3;
/// Stands before the hash of an address.
const REFUSAL: u8 = 4;
/// Stands before the id of a person.
const UNSUBSCRIPTION: u8 = 5;

impl JoinLinks {
    /// What stands behind the `#` of a gift's `claim_url`.
    pub(crate) fn gift(&self, gift: &GiftId) -> Option<String> {
        let gift = Uuid::parse_str(gift.as_str()).ok()?;
        Some(self.sealed(GIFT, gift.as_bytes()))
    }

    /// The gift of a link.
    pub(crate) fn open_gift(&self, token: &str) -> Option<GiftId> {
        id(&self.opened(GIFT, token)?).map(GiftId)
    }

    /// What refuses the mails to the address of that hash.
    pub(crate) fn refusal(&self, address_hash: &str) -> Option<String> {
        let hash = URL_SAFE_NO_PAD.decode(address_hash).ok()?;
        Some(self.sealed(REFUSAL, &hash))
    }

    /// The hash of the address whose mails are refused.
    pub(crate) fn open_refusal(&self, token: &str) -> Option<String> {
        let hash = self.opened(REFUSAL, token)?;
        (hash.len() == HASH_BYTES).then(|| URL_SAFE_NO_PAD.encode(hash))
    }

    /// What stops the mails to a person.
    pub(crate) fn unsubscription(&self, user: &UserId) -> Option<String> {
        let user = Uuid::parse_str(user.as_str()).ok()?;
        Some(self.sealed(UNSUBSCRIPTION, user.as_bytes()))
    }

    /// The person whose mails are stopped.
    pub(crate) fn open_unsubscription(&self, token: &str) -> Option<UserId> {
        id(&self.opened(UNSUBSCRIPTION, token)?).map(UserId)
    }

    fn sealed(&self, purpose: u8, subject: &[u8]) -> String {
        let payload = [&[purpose], subject].concat();
        let tag = self.mac.clone().chain_update(&payload).finalize();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}", text(&payload), text(&tag.into_bytes()))
    }

    fn opened(&self, purpose: u8, token: &str) -> Option<Vec<u8>> {
        let (payload, tag) = token.trim().split_once('.')?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let mac = self.mac.clone().chain_update(&payload);
        mac.verify_slice(&tag).ok()?;
        let (first, subject) = payload.split_first()?;
        (*first == purpose).then(|| subject.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_225_a_token_of_a_mail_opens_what_it_was_made_for_and_nothing_else() {
        let links = JoinLinks::new(&[7; 32]);
        let gift = GiftId(Uuid::now_v7().to_string());
        let hash = URL_SAFE_NO_PAD.encode([9; HASH_BYTES]);
        let shows = links.gift(&gift).unwrap();
        let refuses = links.refusal(&hash).unwrap();
        assert_eq!(links.open_gift(&shows), Some(gift.clone()));
        assert_eq!(links.open_refusal(&refuses), Some(hash));
        assert_eq!(links.gift(&gift).unwrap(), shows, "the same each time");
        assert_eq!(links.open_gift(&refuses), None);
        assert_eq!(links.open_refusal(&shows), None);
        for token in [&shows, &refuses] {
            assert_eq!(links.open_link(token), None);
            assert!(JoinLinks::new(&[8; 32]).open_gift(token).is_none());
        }
        for wrong in ["", ".", "a.b", &shows[1..]] {
            assert_eq!(links.open_gift(wrong), None, "{wrong}");
        }
        assert_eq!(links.gift(&"g".into()), None);
        let user = UserId(Uuid::now_v7().to_string());
        let stops = links.unsubscription(&user).unwrap();
        assert_eq!(links.open_unsubscription(&stops), Some(user));
        assert_eq!(links.open_gift(&stops), None);
        assert_eq!(links.open_unsubscription(&shows), None);
        assert_eq!(links.open_refusal(&stops), None);
    }
}
