use super::*;

use proptest::prelude::*;

const LIMITS: PlaceLimits = PlaceLimits {
    all: 12,
    of_address: 6,
    strangers: 8,
    strangers_of_address: 3,
};

fn stranger(host: u8) -> Newcomer {
    Newcomer {
        address: [192, 0, 2, host].into(),
        is_counted: true,
        is_stranger: true,
    }
}

/// Enters, and tells who gave up a place for it; the handle is the connection's name.
fn enter(
    places: &mut Places<&'static str>,
    who: Newcomer,
    name: &'static str,
) -> Result<(u64, Vec<&'static str>), Limit> {
    let mut evicted = Vec::new();
    let id = places.enter(who, name, &mut evicted)?;
    Ok((id, evicted))
}

#[test]
fn edg_76_strangers_of_an_address_give_way_to_its_newcomers() {
    let mut places = Places::new(LIMITS);
    let known = enter(&mut places, stranger(1), "known").unwrap().0;
    assert_eq!(places.recognize(known), Some(&"known"));
    for name in ["a", "b", "c"] {
        assert_eq!(enter(&mut places, stranger(1), name).unwrap().1, [""; 0]);
    }
    assert_eq!(enter(&mut places, stranger(1), "d").unwrap().1, ["a"]);
    assert_eq!(enter(&mut places, stranger(1), "e").unwrap().1, ["b"]);
    assert!(places.leave(known).is_some());
}

#[test]
fn edg_76_who_is_known_keeps_their_place() {
    let mut places = Places::new(LIMITS);
    for _ in 0..LIMITS.of_address {
        let (id, _) = enter(&mut places, stranger(1), "known").unwrap();
        places.recognize(id);
    }
    let refused = enter(&mut places, stranger(1), "one more");
    assert_eq!(refused, Err(Limit::ConnectionsPerAddress));
    for _ in 0..LIMITS.all - LIMITS.of_address {
        let (id, _) = enter(&mut places, stranger(2), "known").unwrap();
        places.recognize(id);
    }
    assert_eq!(
        enter(&mut places, stranger(3), "late"),
        Err(Limit::Connections)
    );
}

#[test]
fn edg_76_the_largest_crowd_gives_way() {
    let mut places = Places::new(LIMITS);
    enter(&mut places, stranger(1), "alone").unwrap();
    for name in ["a", "b", "c"] {
        enter(&mut places, stranger(2), name).unwrap();
    }
    let uncounted = Newcomer {
        is_counted: false,
        ..stranger(3)
    };
    for name in ["p", "q", "r", "s"] {
        enter(&mut places, uncounted, name).unwrap();
    }
    // All the places of strangers are taken, though not all places.
    assert_eq!(enter(&mut places, stranger(4), "new").unwrap().1, ["p"]);
    let mut known = stranger(5);
    known.is_stranger = false;
    for _ in 0..4 {
        assert_eq!(enter(&mut places, known, "known").unwrap().1, [""; 0]);
    }
    assert_eq!(
        enter(&mut places, known, "known").unwrap().1.len(),
        1,
        "all places"
    );
}

#[test]
fn edg_76_behind_a_proxy_the_client_counts() {
    let mut places = Places::new(LIMITS);
    let proxy = Newcomer {
        is_counted: false,
        is_stranger: false,
        ..stranger(9)
    };
    let through = |places: &mut Places<_>, name| {
        let (id, _) = enter(places, proxy, name).unwrap();
        let mut evicted = Vec::new();
        places
            .reassign(id, stranger(1), &mut evicted)
            .map(|()| evicted)
    };
    for name in ["a", "b", "c"] {
        assert_eq!(through(&mut places, name), Ok(vec![]));
    }
    assert_eq!(through(&mut places, "d"), Ok(vec!["a"]));
    assert_eq!(places.addresses.keys().next(), Some(&stranger(1).address));
}

proptest! {
    /// People of four addresses come, are recognized and leave in any order.
    #[test]
    fn edg_76_places_are_bounded_and_given_back(
        steps in proptest::collection::vec((0_u8..4, 0_u8..4, 0_usize..20), 1..400)
    ) {
        let mut places = Places::new(LIMITS);
        let mut there: Vec<u64> = Vec::new();
        for (what, host, index) in steps {
            let (who, mut evicted) = (stranger(host), Vec::new());
            let some = there.get(index % there.len().max(1)).copied();
            match (what, some) {
                (1, Some(id)) => drop(places.recognize(id)),
                (2, Some(id)) => {
                    places.leave(id);
                }
                (3, Some(id)) => drop(places.reassign(id, who, &mut evicted)),
                _ => there.extend(places.enter(who, (), &mut evicted)),
            }
            prop_assert!(evicted.len() <= 2);
            prop_assert!(places.connections.len() <= LIMITS.all);
            prop_assert!(places.strangers <= LIMITS.strangers);
            let strangers: usize = places.addresses.values().map(|a| a.strangers.len()).sum();
            prop_assert_eq!(strangers, places.strangers);
            let crowds: usize = places.crowds.iter().map(|(size, _)| size).sum();
            prop_assert_eq!(crowds, places.strangers);
            let counted: usize = places.addresses.values().map(|a| a.counted).sum();
            prop_assert_eq!(counted, places.connections.len());
            prop_assert!(places.addresses.values().all(|a| a.counted <= LIMITS.of_address));
        }
        for id in there {
            places.leave(id);
        }
        prop_assert!(places.connections.is_empty() && places.addresses.is_empty());
        prop_assert!(places.crowds.is_empty() && places.strangers == 0);
    }
}
