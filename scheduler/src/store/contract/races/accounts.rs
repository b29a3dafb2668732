//! Accounts that several open, or get at, at once.

use std::sync::Arc;

use futures_util::future::join_all;
use scheduler_core::MailKind;

use super::{ROUNDS, Store, at_once};
use crate::commands::{self, SignupCommand, SignupOutcome, add_invite, reset_password};
use crate::store::StoredToken;
use crate::store::contract::accounts::{add_token, address, signup, token};
use crate::store::contract::harness::{NOW, StoreHarness, action};

/// Rounds of what is a pair each time: each adds an account, too.
const PAIRS: usize = ROUNDS / 4;

async fn sign_up(store: Store, command: SignupCommand) -> SignupOutcome {
    commands::sign_up(&*store, &command, NOW).await.unwrap()
}

async fn reset(store: Store, token: StoredToken, password: &'static str) -> bool {
    reset_password(&*store, &token, password).await.unwrap()
}

pub(crate) async fn sch_144_of_two_hundred_sign_ups_at_once_with_one_address_one_is_done(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let all = (0..ROUNDS).map(|at| {
        let command = signup(&format!("u-{at}"), "ana");
        tokio::spawn(sign_up(Arc::clone(&store), command))
    });
    let outcomes = join_all(all).await.into_iter().map(Result::unwrap);
    let done = outcomes.filter(|outcome| match outcome {
        SignupOutcome::Done => true,
        SignupOutcome::EmailTaken => false,
        SignupOutcome::BadInvite => panic!("nobody asked for an invitation"),
    });
    assert_eq!(done.count(), 1);
}

pub(crate) async fn sch_144_an_invitation_that_is_used_twice_at_once_opens_one_account(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..PAIRS {
        let hash = format!("invite-{round}");
        let audited = action("account.invite", "accounts");
        add_invite(&*store, &hash, NOW + 1, audited, NOW)
            .await
            .unwrap();
        let command = |name: &str| SignupCommand {
            invite: Some(hash.clone()),
            ..signup(&format!("{name}-{round}"), &format!("{name}-{round}"))
        };
        let (one, other) = at_once(
            sign_up(Arc::clone(&store), command("a")),
            sign_up(Arc::clone(&store), command("b")),
        )
        .await;
        let outcomes = [one, other];
        assert!(outcomes.contains(&SignupOutcome::Done), "{outcomes:?}");
        assert!(outcomes.contains(&SignupOutcome::BadInvite), "{outcomes:?}");
    }
}

pub(crate) async fn sch_144_a_token_that_is_used_twice_at_once_counts_once(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..PAIRS {
        let user = format!("u-{round}");
        let outcome = sign_up(Arc::clone(&store), signup(&user, &user)).await;
        assert_eq!(outcome, SignupOutcome::Done);
        let token = StoredToken {
            email: address(&format!("{user}@example.org")),
            ..token(&user, MailKind::Reset, &format!("token-{round}"))
        };
        add_token(&*store, &token).await;
        let (one, other) = at_once(
            reset(Arc::clone(&store), token.clone(), "one"),
            reset(Arc::clone(&store), token, "other"),
        )
        .await;
        assert!(one != other, "{one} {other}");
        let found = store.accounts().find(user.as_str().into()).await;
        let password = found.unwrap().unwrap().password;
        assert_eq!(password, if one { "one" } else { "other" });
    }
}
