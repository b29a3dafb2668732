//! The two people of the demo: with accounts and a match that they come to as anybody would, and times that one proposes.

use reqwest::StatusCode;
use scheduler::SignupPolicy;
use service::clock;
use url::Url;
use wire::{MatchView, UnixMs};

use super::credentials::{DemoCredentials, StoredCredentials};
use super::person::{DemoAccounts, DemoPerson, DemoRefusal};
use crate::config::Settings;
use crate::failure::Failure;
use crate::keys::actor;

const ANN: &str = "Ann";
const BO: &str = "Bo";
const MINUTE_MS: i64 = 60_000;
/// From now to each time that Ann proposes, in minutes: soon enough to be waited for, later today, and tomorrow.
const PROPOSED_MINUTES: [i64; 3] = [3, 60, 24 * 60];
/// Days for which an invitation of the demo is good: it is used at once.
const INVITE_DAYS: u32 = 1;

/// Makes what is not there yet, and returns the lines that tell of it, on every run the same kind of lines.
///
/// # Errors
/// When the data directory or the scheduler's database can't be used.
pub(in crate::up) async fn seed(
    client: &reqwest::Client,
    settings: &Settings,
    scheduler: &str,
) -> Result<Vec<String>, Failure> {
    let public_url = &settings.scheduler.public_url;
    let policy = settings.accounts.policy(public_url)?;
    if policy == SignupPolicy::Off {
        let line = "accounts.signup is off: the demo has no people with accounts";
        return Ok(vec![line.to_owned()]);
    }
    let origin = Url::parse(public_url).map(|url| url.origin().ascii_serialization());
    let accounts = DemoAccounts {
        client: client.clone(),
        base: scheduler.to_owned(),
        origin: origin.unwrap_or_default(),
    };
    let mut demo = DemoPeople {
        accounts,
        settings,
        policy,
        stored: StoredCredentials::load(&settings.data_dir).map_err(unusable)?,
    };
    match demo.meet().await {
        Ok(lines) => Ok(lines),
        Err(DemoFailure::Failure(failure)) => Err(failure),
        // The three services run all the same.
        Err(DemoFailure::Refused(DemoRefusal { why, .. })) => {
            Ok(vec![format!("the demo has no people with accounts: {why}")])
        }
    }
}

struct DemoPeople<'a> {
    accounts: DemoAccounts,
    settings: &'a Settings,
    policy: SignupPolicy,
    stored: StoredCredentials,
}

enum DemoFailure {
    Failure(Failure),
    Refused(DemoRefusal),
}

impl From<Failure> for DemoFailure {
    fn from(failure: Failure) -> Self {
        DemoFailure::Failure(failure)
    }
}

impl From<DemoRefusal> for DemoFailure {
    fn from(refused: DemoRefusal) -> Self {
        DemoFailure::Refused(refused)
    }
}

impl DemoPeople<'_> {
    async fn meet(&mut self) -> Result<Vec<String>, DemoFailure> {
        let (ann, ann_with) = self.person(ANN).await?;
        let (bo, bo_with) = self.person(BO).await?;
        let matched = matched(&ann, &bo).await?;
        let web = &self.settings.scheduler.public_url;
        let mut lines = vec![format!(
            "{ANN} and {BO} have accounts, too. Log in at {web}/login, each in a browser profile of their own:"
        )];
        for (name, with) in [(ANN, ann_with), (BO, bo_with)] {
            lines.push(format!("  {name:<3}  {}  {}", with.email, with.password));
        }
        match matched {
            Some(matched) => lines.extend(together(web, &ann, &matched).await?),
            None => {
                lines.push("They are not matched: one of them has blocked the other.".to_owned());
            }
        }
        for person in [ann, bo] {
            person.log_out().await?;
        }
        Ok(lines)
    }

    /// Logs in, and signs up where that is refused: at the first run, and after they have erased their account. Who
    /// has changed the password has their account to themselves: another one takes its place.
    async fn person(&mut self, name: &str) -> Result<(DemoPerson, DemoCredentials), DemoFailure> {
        let with = self.stored.of(name).map_err(unusable)?;
        match self.accounts.log_in(&with).await {
            Ok(person) => return Ok((person, with)),
            Err(refused) if refused.status == Some(StatusCode::UNAUTHORIZED) => {}
            Err(refused) => return Err(refused.into()),
        }
        let invite = self.invite().await?;
        match self.accounts.sign_up(name, &with, invite.clone()).await {
            Ok(person) => return Ok((person, with)),
            Err(refused) if refused.status == Some(StatusCode::CONFLICT) => {}
            Err(refused) => return Err(refused.into()),
        }
        let with = self.stored.renew(name).map_err(unusable)?;
        let person = self.accounts.sign_up(name, &with, invite).await?;
        Ok((person, with))
    }

    async fn invite(&self) -> Result<Option<String>, Failure> {
        if self.policy != SignupPolicy::Invite {
            return Ok(None);
        }
        let store = self.settings.scheduler_store()?;
        let code = scheduler::invites::create(&store, INVITE_DAYS, &actor()).await;
        code.map(Some).map_err(crate::keys::unchanged)
    }
}

/// Their match, which two special gifts that cross make. None where one has blocked the other.
async fn matched(ann: &DemoPerson, bo: &DemoPerson) -> Result<Option<MatchView>, DemoRefusal> {
    if let Some(found) = ann.match_with(&bo.user.id).await? {
        return Ok(Some(found));
    }
    ann.give_special(&bo.user.id, "I would like to meet you.")
        .await?;
    bo.give_special(&ann.user.id, "And I you.").await?;
    ann.match_with(&bo.user.id).await
}

/// What is proposed, and when they meet; Ann proposes where nothing is.
async fn together(
    web: &str,
    ann: &DemoPerson,
    matched: &MatchView,
) -> Result<Vec<String>, DemoRefusal> {
    let proposal = match &matched.proposal {
        Some(open) => open.clone(),
        None => ann.propose(matched, &proposed_times(clock::now())).await?,
    };
    let (from, to) = match proposal.by == ann.user.id {
        true => (ANN, BO),
        false => (BO, ANN),
    };
    let times = proposal.times.len();
    let mut lines = vec![format!(
        "They are matched, and {from} has proposed {times} times, of which {to} may take one at {web}"
    )];
    if let Some(session) = &matched.next_session {
        let id = &session.id;
        lines.push(format!("They have taken one before: {web}/session/{id}"));
    }
    Ok(lines)
}

/// By the whole minute.
fn proposed_times(now: UnixMs) -> Vec<UnixMs> {
    let minute = now.0.div_euclid(MINUTE_MS);
    let times = PROPOSED_MINUTES.map(|ahead| UnixMs((minute + ahead) * MINUTE_MS));
    times.to_vec()
}

fn unusable(error: std::io::Error) -> Failure {
    Failure::config(format!(
        "the people of the demo can't be kept in the data directory: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_62_the_times_of_the_demo_are_whole_minutes_ahead() {
        let now = UnixMs(1_700_000_059_999);
        let times = proposed_times(now);
        assert_eq!(times.len(), PROPOSED_MINUTES.len());
        for time in times {
            assert!(time.since(now) > 2 * MINUTE_MS, "{time:?}");
            assert_eq!(time.0 % MINUTE_MS, 0);
        }
    }
}
