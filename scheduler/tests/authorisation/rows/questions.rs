//! Questions: any of them for whoever is known, those of a session for its people and its application.

use crate::callers::Relation::{
    Account, AnotherApplication, AnotherPerson, ItsApplication, ItsPeer, ItsPerson,
    ItsPersonElsewhere,
};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::of("get", "/v1/questions/random").grants(
            200,
            &[
                ItsPerson,
                ItsPeer,
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                ItsApplication,
                AnotherApplication,
            ],
        ),
        Row::of("get", "/v1/questions/random")
            .query("?session_id={id}&n=3")
            .grants(200, &[ItsPerson, ItsPeer, ItsApplication])
            .hides(&[
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                AnotherApplication,
            ]),
    ]
}
