//! Erasing beside naming, and blocking beside lifting.

use chat::store::RoomChanges;
use chat_core::PositionKind;
use storage::testing::TestEngine;

use super::{ROOMS, Two};
use crate::contract::{blocked, erased, is_closed, members, moved, opened, opening};

/// Enough for either to be first, many times.
const ROUNDS: usize = 60;

/// The person is in one room already, which both processes write, and is named in another.
pub(super) async fn are_not_named_while_erased(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    for round in 0..ROUNDS {
        let rooms = ROOMS.map(|room| format!("{room}{round}"));
        let name = format!("Ann {round}");
        let people = [name.as_str(), "Bo"];
        let known = opened(vec![opening(&rooms[0], &people, Some(1))]);
        two.apply([known, RoomChanges::default()]).await;
        let openings = rooms.iter().map(|room| opening(room, &people, Some(2)));
        let mut naming = opened(openings.collect());
        let user = name.to_lowercase();
        naming.positions = moved(&rooms[0], &user, PositionKind::Read, 1).positions;
        let mut both = [naming, erased(&user)];
        if round % 2 == 0 {
            both.reverse();
        }
        two.apply(both).await;
        for room in &rooms {
            let members = members(two.stores[0].as_ref(), room).await;
            assert_eq!(members, ["Bo"], "{round}");
        }
    }
}

pub(super) async fn blocks_keep_the_latest(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    let room = opened(vec![opening("r", &["Ann", "Bo"], None)]);
    two.apply([room, RoomChanges::default()]).await;
    for round in 1..=ROUNDS {
        let at = service::clock::now().0;
        let holds = round % 2 == 0;
        let mut both =
            [("later", holds, at), ("earlier", !holds, at - 1)].map(|(event, holds, at)| {
                blocked("ann", "bo", holds, at, &format!("{event} {round:03}"))
            });
        if round % 3 == 0 {
            both.reverse();
        }
        two.apply(both).await;
        assert_eq!(
            is_closed(two.stores[1].as_ref(), "r").await,
            holds,
            "{round}"
        );
    }
}
