//! The description of gifts, matches, proposals and blocks.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{
    AlreadyMatched, Busy, Conflict, InvalidField, NoPeeksLeft, NotFound, QuotaExceeded,
    UnknownField,
};
use wire::{
    AcceptProposal, BlockView, CreateMatch, CreatedMatch, GiftView, MatchView, Page, ProposalView,
    Propose, SendGift,
};

use super::{CURSOR, LIMIT, finished};

/// What an application matches, with or without accounts.
pub(super) fn of_applications() -> Vec<Operation> {
    let create = Operation::post("/v1/matches", "Matches two people of an application.")
        .by(&[AuthScheme::Application])
        .takes::<CreateMatch>()
        .answers::<CreatedMatch>(201, "The match, with its room.")
        .refuses(409, &[AlreadyMatched])
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[QuotaExceeded]);
    finished(vec![create, list_matches()], "Matches")
}

fn list_matches() -> Operation {
    Operation::get("/v1/matches", "Whom one is matched with, the newest first.")
        .by(&[AuthScheme::Login])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<MatchView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField])
}

/// The routes of whoever is logged in and wants to find somebody.
pub(super) fn operations() -> Vec<Operation> {
    [
        finished(gifts(), "Gifts"),
        finished([matches(), proposals()].concat(), "Matches"),
        finished(blocks(), "Safety"),
    ]
    .concat()
}

fn gifts() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/gifts",
            "Gives somebody a letter; two special ones that cross make a match.",
        )
        .by(&[AuthScheme::Login])
        .takes::<SendGift>()
        .answers::<GiftView>(201, "The gift; `Location` names it.")
        .refuses(404, &[NotFound])
        .refuses(409, &[AlreadyMatched, Conflict])
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[QuotaExceeded]),
        Operation::get(
            "/v1/gifts",
            "What one has received or sent, the newest first.",
        )
        .by(&[AuthScheme::Login])
        .query::<String>("box", "`received`, as where it is absent, or `sent`.")
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<GiftView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::get("/v1/gifts/{id}", "A gift that one gave or received.")
            .by(&[AuthScheme::Login])
            .answers::<GiftView>(200, "The gift, as the one who asks may see it.")
            .refuses(404, &[NotFound]),
        Operation::delete("/v1/gifts/{id}", "Takes a gift back that is sealed.")
            .by(&[AuthScheme::Login])
            .answers_nothing(204, "Nobody sees it any more.")
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict]),
        Operation::post(
            "/v1/gifts/{id}/peek",
            "Opens a sealed gift early, once a day.",
        )
        .by(&[AuthScheme::Login])
        .answers::<GiftView>(200, "The gift, opened.")
        .refuses(404, &[NotFound])
        .refuses(409, &[NoPeeksLeft]),
    ]
}

fn matches() -> Vec<Operation> {
    vec![
        Operation::delete(
            "/v1/matches/{id}",
            "Ends a match, with its proposals, its sessions and its room.",
        )
        .by(&[AuthScheme::Login])
        .answers_nothing(204, "It is over.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/matches/{id}/proposals",
            "Puts times to the other one, in place of those that are open.",
        )
        .by(&[AuthScheme::Login])
        .takes::<Propose>()
        .answers::<ProposalView>(201, "The proposal.")
        .refuses(404, &[NotFound])
        .refuses(422, &[InvalidField, UnknownField]),
    ]
}

fn proposals() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/proposals/{id}/accept",
            "Books one of the times; a repeat is answered as the first.",
        )
        .by(&[AuthScheme::Login])
        .takes::<AcceptProposal>()
        .answers::<ProposalView>(200, "The proposal, with the session.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Busy, Conflict])
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::post("/v1/proposals/{id}/decline", "Wants none of the times.")
            .by(&[AuthScheme::Login])
            .answers::<ProposalView>(200, "The proposal as it is now.")
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict]),
        Operation::post("/v1/proposals/{id}/withdraw", "Takes one's own times back.")
            .by(&[AuthScheme::Login])
            .answers::<ProposalView>(200, "The proposal as it is now.")
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict]),
    ]
}

fn blocks() -> Vec<Operation> {
    vec![
        Operation::get("/v1/blocks", "Whom one has blocked.")
            .by(&[AuthScheme::Login])
            .query::<u32>("limit", LIMIT)
            .query::<String>("cursor", CURSOR)
            .answers::<Page<BlockView>>(200, "A page.")
            .refuses(422, &[InvalidField, UnknownField]),
        Operation::put(
            "/v1/blocks/{user_id}",
            "Blocks somebody: nothing passes between the two any more, and they are not told.",
        )
        .by(&[AuthScheme::Login])
        .answers_nothing(204, "They are blocked.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict])
        .refuses(422, &[InvalidField]),
        Operation::delete("/v1/blocks/{user_id}", "Lifts a block.")
            .by(&[AuthScheme::Login])
            .answers_nothing(204, "They are not blocked."),
    ]
}
