//! The operations of posts, of who follows whom, and of feeds.

use service::describe::Operation;
use wire::ErrorCode::{
    BadCursor, BadText, Conflict, Forbidden, InvalidField, NotFound, StorageFull,
};
use wire::chat::{Post, WritePost};
use wire::{Page, Participant};

const LIMIT: &str = "Items of a page: 50, at most 200.";
const CURSOR: &str = "`next_cursor` of the page before.";

pub(super) fn operations() -> Vec<Operation> {
    let all = [posts(), following()].concat().into_iter();
    all.map(|operation| operation.refuses(403, &[Forbidden]))
        .collect()
}

fn posts() -> Vec<Operation> {
    vec![
        Operation::post("/v1/posts", "Posts something for those who follow you.")
            .takes::<WritePost>()
            .answers::<Post>(201, "It is stored.")
            .answers::<Post>(200, "It was stored before, under the same `client_id`.")
            .refuses(409, &[Conflict])
            .refuses(422, &[BadText])
            .refuses(503, &[StorageFull]),
        Operation::delete(
            "/v1/posts/{id}",
            "Deletes a post of yours. Its `client_id` stays used.",
        )
        .answers_nothing(204, "It is gone.")
        .refuses(404, &[NotFound]),
        Operation::get(
            "/v1/feed",
            "What those posted whom you follow, since you do, the newest first.",
        )
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<Post>>(200, "A page.")
        .refuses(400, &[BadCursor])
        .refuses(422, &[InvalidField]),
        Operation::get(
            "/v1/people/{user_id}/posts",
            "What one person posted, the newest first: yourself, or somebody whom you may follow.",
        )
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<Post>>(200, "A page.")
        .refuses(400, &[BadCursor])
        .refuses(404, &[NotFound])
        .refuses(422, &[InvalidField]),
    ]
}

fn following() -> Vec<Operation> {
    const ONE: &str = "/v1/following/{user_id}";
    vec![
        Operation::get("/v1/following", "Whom you follow, by their ids.")
            .query::<u32>("limit", LIMIT)
            .query::<String>("cursor", CURSOR)
            .answers::<Page<Participant>>(200, "A page.")
            .refuses(400, &[BadCursor])
            .refuses(422, &[InvalidField]),
        Operation::put(
            ONE,
            "Follows somebody from now on: whoever is matched with you, or can be found among the people of your tenant.",
        )
        .answers_nothing(204, "You follow them.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict])
        .refuses(422, &[InvalidField])
        .refuses(503, &[StorageFull]),
        Operation::delete(ONE, "Follows somebody no more: what they posted leaves your feed.")
            .answers_nothing(204, "You do not follow them.")
            .refuses(404, &[NotFound])
            .refuses(422, &[InvalidField]),
    ]
}
