use super::*;

use crate::socket::SocketLimits;

fn limiter(change: impl FnOnce(&mut SocketLimits)) -> ConnectionLimiter {
    let mut limits = SocketLimits {
        frames_per_second: 1,
        frames_burst: 2,
        ..SocketLimits::default()
    };
    change(&mut limits);
    ConnectionLimiter::new(limits)
}

fn admit(limiter: &ConnectionLimiter, client: ClientAddr, now: UnixMs) -> ConnectionPermit {
    ConnectionPermit::new(limiter, client, None, now)
}

fn from(ip: &str) -> ClientAddr {
    ClientAddr::direct(ip.parse().unwrap())
}

#[test]
fn edg_44_frames_are_limited_by_socket_by_person_and_by_address() {
    let now = UnixMs(0);
    let limiter = limiter(|limits| {
        limits.frames_user_factor = 2;
        limits.frames_address_factor = 3;
    });
    let (ann, far) = (UserId::from("ann".to_owned()), from("192.0.2.1"));
    let mut sockets: Vec<_> = (0..4).map(|_| admit(&limiter, far, now)).collect();
    let bo = UserId::from("bo".to_owned());
    for (socket, user) in sockets.iter_mut().zip([&ann, &ann, &ann, &bo]) {
        socket.assign_user(user, now).unwrap();
    }
    let mut sent = |index: usize| sockets[index].take(now).map_err(|(limit, _)| limit);
    assert_eq!([sent(0), sent(0)], [Ok(()), Ok(())]);
    assert_eq!(sent(0), Err(Limit::Frames));
    assert_eq!([sent(1), sent(1)], [Ok(()), Ok(())]);
    assert_eq!(sent(2), Err(Limit::FramesPerUser));
    assert_eq!([sent(3), sent(3)], [Ok(()), Ok(())], "another one's");
    let mut fifth = admit(&limiter, far, now);
    fifth.assign_user(&"cy".to_owned().into(), now).unwrap();
    assert_eq!(fifth.take(now).unwrap_err().0, Limit::FramesPerAddress);
    let mut near = admit(&limiter, from("127.0.0.1"), now);
    near.assign_user(&"di".to_owned().into(), now).unwrap();
    assert_eq!(near.take(now), Ok(()), "the loopback is not counted");
}

#[test]
fn edg_74_who_has_a_good_ticket_pays_for_no_stranger() {
    let now = UnixMs(0);
    let limiter = limiter(|limits| {
        limits.frames_address_factor = 2;
        limits.joins_per_second = 3;
        limits.joins_burst = 3;
    });
    let ann = UserId::from("ann".to_owned());
    let mut good = admit(&limiter, from("2001:db8::1"), now);
    good.assign_user(&ann, now).unwrap();
    // Strangers of her network use up what they have, in frames and in joins.
    let mut strangers: Vec<_> = (2..100)
        .map(|host| admit(&limiter, from(&format!("2001:db8::{host}")), now))
        .collect();
    let refused = |strangers: &mut [ConnectionPermit], now| {
        let too_many = strangers
            .iter_mut()
            .filter_map(|s| s.check_stranger(now).then_some(()));
        let frames = too_many.count();
        let joins = strangers
            .iter()
            .filter(|s| s.check_refused_join(now).is_err());
        (frames, joins.count())
    };
    assert_eq!(refused(&mut strangers, now), (98 - 4, 98 - 3));
    assert!(strangers[0].check_overhead(1, now), "a ping of theirs, too");
    // Neither her frames nor the joins of her friends are theirs to use up.
    assert_eq!(
        [good.check_frame(now), good.check_frame(now)],
        [Ok(()), Ok(())]
    );
    assert!(!good.check_overhead(1, now), "refused, and no flood");
    for user in ["bo", "cy"] {
        let mut friend = admit(&limiter, from("2001:db8::bb"), now);
        assert_eq!(friend.check_frame(now), Ok(()), "its join");
        friend.assign_user(&user.to_owned().into(), now).unwrap();
        assert_eq!(friend.check_refused_join(now), Ok(()), "it is no stranger");
    }
}

#[test]
fn edg_75_a_person_joins_only_so_often() {
    let (limiter, now) = (limiter(|_| {}), UnixMs(0));
    let join = |user: &str| {
        let mut permit = admit(&limiter, from("127.0.0.1"), now);
        permit.assign_user(&user.to_owned().into(), now).is_ok()
    };
    let joins = SocketLimits::default().joins().burst as usize;
    assert_eq!((0..1_000).filter(|_| join("ann")).count(), joins);
    assert!(join("bo"));
}

#[test]
fn edg_43_a_person_has_so_many_sockets_and_gets_places_back() {
    let now = UnixMs(0);
    let limiter = limiter(|limits| limits.connections_per_user = 2);
    let ann = UserId::from("ann".to_owned());
    let enter = || {
        let mut permit = admit(&limiter, from("127.0.0.1"), now);
        permit.assign_user(&ann, now).map(|()| permit)
    };
    let first = enter().unwrap();
    let _second = enter().unwrap();
    assert_eq!(enter().err(), Some(FULL_RETRY_MS));
    drop(first);
    assert!(enter().is_ok());
}

#[test]
fn edg_72_pings_and_fragments_are_charged_as_frames() {
    let limiter = limiter(|_| {});
    for is_known in [false, true] {
        let mut permit = admit(&limiter, from("127.0.0.1"), UnixMs(0));
        if is_known {
            permit
                .assign_user(&"ann".to_owned().into(), UnixMs(0))
                .unwrap();
        }
        assert!(!permit.check_overhead(102, UnixMs(0)));
        assert!(
            permit
                .check_frame(UnixMs(0))
                .is_err_and(|refused| refused.flood)
        );
        assert!(permit.check_overhead(1, UnixMs(0)));
        assert!(
            permit.check_overhead(u32::MAX, UnixMs(0)),
            "counted no further"
        );
    }
}

#[test]
fn a_burst_is_refused_and_a_flood_is_to_be_closed() {
    let limiter = limiter(|_| {});
    let mut permit = admit(&limiter, from("127.0.0.1"), UnixMs(0));
    let refused: Vec<_> = (0..200)
        .filter_map(|_| permit.check_frame(UnixMs(0)).err())
        .collect();
    assert_eq!(refused.len(), 198);
    assert_eq!(refused.iter().filter(|refused| !refused.flood).count(), 100);
}
