//! The description of gifts, matches, proposals, blocks and reports.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{
    AlreadyMatched, Busy, Conflict, InvalidField, NoPeeksLeft, NotFound, QuotaExceeded,
    UnknownField,
};
use wire::{
    AcceptProposal, BlockView, ClaimGift, CreateMatch, CreatedMatch, GiftBox, GiftView, MatchView,
    Page, ProposalView, Propose, ReportView, SendGift, SendReport, SentReport,
};

use super::{CURSOR, LIMIT, ONCE, finished};

/// What an application matches, with or without accounts.
pub(super) fn of_applications() -> Vec<Operation> {
    let create = Operation::post("/v1/matches", "Matches two people of an application.")
        .by(&[AuthScheme::Application])
        .header("Idempotency-Key", ONCE)
        .takes::<CreateMatch>()
        .answers::<CreatedMatch>(201, "The match, with its room.")
        .refuses(404, &[NotFound])
        .refuses(409, &[AlreadyMatched, Conflict])
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
        finished([blocks(), reports(), mail_refusals()].concat(), "Safety"),
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
        .header("Idempotency-Key", ONCE)
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
        .query::<GiftBox>("box", "Which of them; `received` where it is absent.")
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<GiftView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::post(
            "/v1/gifts/claim",
            "The sealed gift of a `claim_url`, for whoever has it.",
        )
        .takes::<ClaimGift>()
        .answers::<GiftView>(200, "The gift, sealed.")
        .refuses(404, &[NotFound])
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
        .header("Idempotency-Key", ONCE)
        .takes::<Propose>()
        .answers::<ProposalView>(201, "The proposal.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict])
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

fn reports() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/reports",
            "Tells the operators of somebody, who is blocked from then on.",
        )
        .by(&[AuthScheme::Login])
        .header("Idempotency-Key", ONCE)
        .takes::<SendReport>()
        .answers::<SentReport>(201, "It is stored.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict])
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[QuotaExceeded]),
        Operation::get(
            "/v1/reports",
            "What people have reported, the newest first.",
        )
        .by(&[AuthScheme::Operator])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<ReportView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
    ]
}

fn mail_refusals() -> Vec<Operation> {
    vec![
        Operation::get(
            "/v1/mail-refusals/{token}",
            "Asks whether mails about gifts are to be refused; it changes nothing.",
        )
        .answers_as(200, "text/html", "A page with a button.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/mail-refusals/{token}",
            "Refuses all further mails about gifts to the address of a mail (RFC 8058).",
        )
        .answers_as(200, "text/html", "They are refused.")
        .refuses(404, &[NotFound]),
    ]
}
