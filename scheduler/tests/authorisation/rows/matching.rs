//! Gifts, matches, proposals, blocks and reports: of people with accounts alone, and of the two whom they concern.

use serde_json::{Value, json};

use crate::callers::Caller;
use crate::callers::Relation::{
    Account, Addressee, AnotherApplication, AnotherPerson, Author, ItsApplication, ItsPeer,
    ItsPerson, ItsPersonElsewhere,
};
use crate::table::Row;
use crate::world::{Target, World};

const OF_GIFT: &[Target] = &[Target::OfGift];
const OF_MATCH: &[Target] = &[Target::OfMatch];
const OF_MEETING: &[Target] = &[Target::OfMeeting];

pub(super) fn rows() -> Vec<Row> {
    let of_gift = [gifts(), blocks()].concat();
    let of_match = [matches(), proposals()].concat();
    let of_gift = of_gift.into_iter().map(|row| row.between(OF_GIFT));
    let of_match = of_match.into_iter().map(|row| row.between(OF_MATCH));
    let of_meeting = sessions().into_iter().map(|row| row.between(OF_MEETING));
    let between = of_gift.chain(of_match).chain(of_meeting);
    between.chain([matching()]).chain(by_token()).collect()
}

fn gifts() -> Vec<Row> {
    vec![
        // Whom the receiver has blocked is answered as everybody else.
        Row::of("post", "/v1/gifts")
            .sends(|world, _, _| world.accounts.gift(Caller::Rae))
            .grants(201, &[Author, Account])
            .lets_in(422, "invalid_field", &[Addressee]),
        Row::of("get", "/v1/gifts").grants(200, &[Author, Addressee, Account]),
        Row::of("get", "/v1/gifts/{id}")
            .grants(200, &[Author, Addressee])
            .hides(&[Account]),
        Row::of("post", "/v1/gifts/{id}/peek")
            .grants(200, &[Addressee])
            .hides(&[Author, Account]),
        Row::of("delete", "/v1/gifts/{id}")
            .grants(204, &[Author])
            .hides(&[Addressee, Account]),
    ]
}

/// By the tokens of mails, whoever has them; these are none.
fn by_token() -> Vec<Row> {
    let refusal = |method| Row::of(method, "/v1/mail-refusals/{token}");
    let unsubscription = |method| Row::of(method, "/v1/mail-unsubscriptions/{token}");
    vec![
        Row::of("post", "/v1/gifts/claim")
            .sends(|_, _, _| json!({"token": "none"}))
            .refuses_all(404, "not_found"),
        refusal("get").refuses_all(404, "not_found"),
        refusal("post").refuses_all(404, "not_found"),
        unsubscription("get").refuses_all(404, "not_found"),
        unsubscription("post").refuses_all(404, "not_found"),
        Row::of("post", "/v1/mail-unsubscriptions/{token}/undo").refuses_all(404, "not_found"),
    ]
}

fn matching() -> Row {
    Row::of("post", "/v1/matches")
        .sends(of_new_people)
        .grants(201, &[ItsApplication, AnotherApplication])
}

fn matches() -> Vec<Row> {
    vec![
        Row::of("get", "/v1/matches").grants(200, &[Author, Addressee, Account]),
        Row::of("delete", "/v1/matches/{id}")
            .grants(204, &[Author, Addressee])
            .hides(&[Account]),
    ]
}

fn proposals() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/matches/{id}/proposals")
            .sends(|world, _, _| json!({"times": [world.accounts.proposed_at]}))
            .grants(201, &[Author, Addressee])
            .hides(&[Account]),
        Row::of("post", "/v1/proposals/{id}/accept")
            .sends(|world, _, _| json!({"starts_at": world.accounts.proposed_at}))
            .grants(200, &[Addressee])
            .hides(&[Account]),
        Row::of("post", "/v1/proposals/{id}/decline")
            .grants(200, &[Addressee])
            .hides(&[Account]),
        Row::of("post", "/v1/proposals/{id}/withdraw")
            .grants(200, &[Author])
            .hides(&[Account]),
        // Ben's browser is his to end.
        Row::of("delete", "/v1/push-subscriptions/{id}")
            .grants(204, &[Addressee])
            .hides(&[Author, Account, ItsPerson, ItsPeer, ItsPersonElsewhere])
            .hides(&[AnotherPerson]),
        // Ben was told of it, and nobody else.
        Row::of("post", "/v1/notifications/{id}/read")
            .grants(204, &[Addressee])
            .hides(&[Author, Account, ItsPerson, ItsPeer, ItsPersonElsewhere])
            .hides(&[AnotherPerson]),
    ]
}

/// What their match has booked, they see, enter and call off; to applications it is nobody's.
fn sessions() -> Vec<Row> {
    let of_both = |method, path| {
        Row::of(method, path)
            .grants(200, &[Author, Addressee])
            .hides(&[Account, ItsApplication, AnotherApplication])
    };
    let hidden = [ItsPerson, ItsPeer, ItsPersonElsewhere, AnotherPerson];
    vec![
        of_both("get", "/v1/sessions/{id}").hides(&hidden),
        of_both("get", "/v1/sessions/{id}/calendar.ics").hides(&hidden),
        of_both("post", "/v1/sessions/{id}/ticket")
            .sends(own)
            .hides(&hidden),
        of_both("post", "/v1/sessions/{id}/cancel"),
        Row::of("post", "/v1/sessions/{id}/feedback")
            .sends(|_, _, _| json!({"score": 5}))
            .lets_in(409, "conflict", &[Author, Addressee])
            .hides(&[Account])
            .hides(&hidden),
    ]
}

fn own(world: &World, _: Target, caller: Caller) -> Value {
    match caller.is_application() {
        true => json!({"user_id": world.accounts.id(Caller::Ada)}),
        false => json!({}),
    }
}

fn blocks() -> Vec<Row> {
    vec![
        Row::of("get", "/v1/blocks").grants(200, &[Author, Addressee, Account]),
        Row::of("put", "/v1/blocks/{user_id}")
            .grants(204, &[Author, Account])
            .lets_in(422, "invalid_field", &[Addressee]),
        Row::of("delete", "/v1/blocks/{user_id}").grants(204, &[Author, Addressee, Account]),
        Row::of("post", "/v1/reports")
            .sends(
                |world, _, _| json!({"user_id": world.accounts.id(Caller::Rae), "reason": "spam"}),
            )
            .grants(201, &[Author, Account])
            .lets_in(422, "invalid_field", &[Addressee]),
    ]
}

fn of_new_people(_: &World, target: Target, _: Caller) -> Value {
    let people = ["x", "y"].map(|one| {
        let id = format!("{one} of {target:?}");
        json!({"external_id": id, "name": one})
    });
    json!({"participants": people})
}
