//! Which of the deliveries whose turn has come are sent next. No target holds all places of a channel, and places go to
//! whichever application has the fewest: neither an endpoint that hangs nor thousands of deliveries of one application
//! keep others waiting.

use std::collections::{BTreeMap, BTreeSet};

use wire::UnixMs;

use super::Delivery;

/// How many attempts a channel makes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryShares {
    /// For everybody together.
    pub at_once: usize,
    /// To one target.
    pub per_target: usize,
    /// For one application.
    pub per_application: usize,
}

/// Attempts that have not come to an answer, by where they go and by whose they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptsInFlight {
    ids: BTreeSet<String>,
    targets: BTreeMap<String, usize>,
    applications: BTreeMap<String, usize>,
}

/// A delivery whose turn has come: what is looked at to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// Its own id, rising with time.
    pub id: String,
    /// Whose it is.
    pub application: String,
    /// Where it goes, if the delivery names it.
    pub target: Option<String>,
    /// Since when it waits.
    pub open_at: UnixMs,
}

/// A choice among deliveries that are looked at page by page, the longest due first.
#[derive(Debug)]
pub struct FairChoice {
    shares: DeliveryShares,
    in_flight: AttemptsInFlight,
    /// Attempts in flight, and what is kept so far, to each target.
    targets: BTreeMap<String, usize>,
    kept: BTreeMap<String, Vec<DueDelivery>>,
    full: BTreeSet<String>,
}

impl DeliveryShares {
    /// Shares of a channel that lets anybody have all of its places.
    #[must_use]
    pub fn undivided(at_once: usize) -> Self {
        Self {
            at_once,
            per_target: usize::MAX,
            per_application: usize::MAX,
        }
    }
}

impl AttemptsInFlight {
    /// One attempt more.
    pub fn add(&mut self, delivery: &Delivery) {
        self.ids.insert(delivery.id.clone());
        let application = delivery.application.clone();
        *self.applications.entry(application).or_default() += 1;
        if let Some(target) = &delivery.target {
            *self.targets.entry(target.clone()).or_default() += 1;
        }
    }

    /// An attempt that was added has come to its answer.
    pub fn remove(&mut self, delivery: &Delivery) {
        self.ids.remove(&delivery.id);
        take_one(&mut self.applications, &delivery.application);
        if let Some(target) = &delivery.target {
            take_one(&mut self.targets, target);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// Which deliveries they are of.
    #[must_use]
    pub fn ids(&self) -> &BTreeSet<String> {
        &self.ids
    }
}

impl FairChoice {
    /// A choice that fills the places which these attempts leave free.
    #[must_use]
    pub fn new(shares: DeliveryShares, in_flight: AttemptsInFlight) -> Self {
        let mut choice = Self {
            shares,
            targets: in_flight.targets.clone(),
            in_flight,
            kept: BTreeMap::new(),
            full: BTreeSet::new(),
        };
        let applications = &choice.in_flight.applications;
        let full = applications
            .iter()
            .filter(|(_, count)| **count >= shares.per_application)
            .map(|(application, _)| application.clone());
        choice.full = full.collect();
        choice
    }

    /// Places that are free.
    #[must_use]
    pub fn places(&self) -> usize {
        self.shares.at_once.saturating_sub(self.in_flight.count())
    }

    /// Looks at a page of what is due.
    pub fn look_at(&mut self, page: impl IntoIterator<Item = DueDelivery>) {
        let places = self.places();
        for due in page {
            // It is here also where its claim has lapsed, by a clock that was set.
            if self.full.contains(&due.application) || self.in_flight.ids.contains(&due.id) {
                continue;
            }
            if let Some(target) = &due.target {
                let count = self.targets.entry(target.clone()).or_default();
                if *count >= self.shares.per_target {
                    continue;
                }
                *count += 1;
            }
            let kept = self.kept.entry(due.application.clone()).or_default();
            kept.push(due);
        }
        for (application, kept) in &self.kept {
            if kept.len() >= places {
                self.full.insert(application.clone());
            }
        }
    }

    /// True where looking further changes nothing: one of each of so many applications fill all places.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.places() == 0 || self.kept.len() >= self.places()
    }

    /// Targets to which no more may be sent now.
    pub fn full_targets(&self) -> impl Iterator<Item = &str> {
        let full = self.targets.iter();
        let full = full.filter(|(_, count)| **count >= self.shares.per_target);
        full.map(|(target, _)| target.as_str())
    }

    /// Applications of which no more need to be looked at.
    pub fn full_applications(&self) -> impl Iterator<Item = &str> {
        self.full.iter().map(String::as_str)
    }

    /// What is to be claimed, by id: each place goes to the application that has the fewest, and of those to whoever
    /// waits longest.
    #[must_use]
    pub fn chosen(mut self) -> Vec<String> {
        let mut chosen = Vec::new();
        // The last of each list is next.
        for kept in self.kept.values_mut() {
            kept.reverse();
        }
        while chosen.len() < self.places() {
            let Some(due) = self.next() else {
                break;
            };
            *self
                .in_flight
                .applications
                .entry(due.application)
                .or_default() += 1;
            chosen.push(due.id);
        }
        chosen
    }

    fn next(&mut self) -> Option<DueDelivery> {
        let counts = &self.in_flight.applications;
        let waiting = self.kept.iter().filter_map(|(application, kept)| {
            let first = kept.last()?;
            let count = counts.get(application).copied().unwrap_or_default();
            let may_have_more = count < self.shares.per_application;
            may_have_more.then_some((count, first.open_at, &first.id, application))
        });
        let (.., application) = waiting.min()?;
        let application = application.clone();
        self.kept.get_mut(&application)?.pop()
    }
}

fn take_one(counts: &mut BTreeMap<String, usize>, of: &str) {
    if let Some(count) = counts.get_mut(of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::planning::tests::reminder;
    use crate::settlement::tests::session;

    const SHARES: DeliveryShares = DeliveryShares {
        at_once: 8,
        per_target: 2,
        per_application: 6,
    };

    fn due(id: &str, application: &str, target: &str) -> DueDelivery {
        DueDelivery {
            id: id.to_owned(),
            application: application.to_owned(),
            target: Some(target.to_owned()),
            open_at: UnixMs(1),
        }
    }

    fn in_flight(of: &[(&str, &str)]) -> AttemptsInFlight {
        let mut in_flight = AttemptsInFlight::default();
        for (number, (application, target)) in of.iter().enumerate() {
            in_flight.add(&attempt(number, application, target));
        }
        in_flight
    }

    fn attempt(number: usize, application: &str, target: &str) -> Delivery {
        let mut delivery = reminder(&session());
        delivery.id = format!("in flight {number}");
        application.clone_into(&mut delivery.application);
        delivery.target = Some(target.to_owned());
        delivery
    }

    fn chosen(in_flight: AttemptsInFlight, page: &[(&str, &str, &str)]) -> Vec<String> {
        let mut choice = FairChoice::new(SHARES, in_flight);
        choice.look_at(page.iter().map(|(id, of, to)| due(id, of, to)));
        choice.chosen()
    }

    #[test]
    fn sch_372_a_target_has_so_many_attempts_at_once_those_in_flight_included() {
        let page = [
            ("d1", "shop", "e"),
            ("d2", "shop", "e"),
            ("d3", "shop", "e"),
            ("d4", "shop", "f"),
        ];
        assert_eq!(chosen(in_flight(&[]), &page), ["d1", "d2", "d4"]);
        let one = in_flight(&[("shop", "e")]);
        assert_eq!(chosen(one.clone(), &page), ["d1", "d4"]);
        let mut two = in_flight(&[("shop", "e"), ("shop", "e")]);
        let choice = FairChoice::new(SHARES, two.clone());
        assert_eq!(choice.full_targets().collect::<Vec<_>>(), ["e"]);
        assert_eq!(chosen(two.clone(), &page), ["d4"]);
        two.remove(&attempt(1, "shop", "e"));
        assert_eq!(two, one, "an answer frees its place");
        two.remove(&attempt(0, "shop", "e"));
        assert_eq!(two, AttemptsInFlight::default());
    }

    #[test]
    fn sch_373_places_go_to_the_application_that_has_the_fewest() {
        let many: Vec<_> = (0..20).map(|n| (n, format!("t{n}"))).collect();
        let ids: Vec<_> = many.iter().map(|(n, _)| format!("a{n:02}")).collect();
        let mut page: Vec<_> = many
            .iter()
            .zip(&ids)
            .map(|((_, target), id)| (id.as_str(), "shop", target.as_str()))
            .collect();
        page.push(("b1", "rival", "r"));
        page.push(("b2", "rival", "r"));
        let first = chosen(in_flight(&[]), &page);
        assert_eq!(
            first,
            ["a00", "b1", "a01", "b2", "a02", "a03", "a04", "a05"]
        );
        let busy = in_flight(&[("shop", "x"), ("shop", "y"), ("shop", "z")]);
        assert_eq!(chosen(busy, &page), ["b1", "b2", "a00", "a01", "a02"]);
        let alone: Vec<_> = page[..20].to_vec();
        assert_eq!(
            chosen(in_flight(&[]), &alone).len(),
            SHARES.per_application,
            "some places stay free for others"
        );
    }

    #[test]
    fn sch_373_whoever_fills_a_page_is_left_out_of_the_next_one() {
        let mut choice = FairChoice::new(SHARES, AttemptsInFlight::default());
        choice.look_at((0..8).map(|n| due(&format!("a{n}"), "shop", &format!("t{n}"))));
        assert_eq!(choice.full_applications().collect::<Vec<_>>(), ["shop"]);
        assert!(!choice.is_settled());
        choice.look_at([due("b", "rival", "r")]);
        assert!(choice.chosen().contains(&"b".to_owned()));
        let mut settled = FairChoice::new(SHARES, AttemptsInFlight::default());
        settled.look_at((0..8).map(|n| due(&n.to_string(), &format!("shop {n}"), "t")));
        assert!(!settled.is_settled(), "six of them went to a full target");
        let none = DeliveryShares::undivided(0);
        assert!(FairChoice::new(none, AttemptsInFlight::default()).is_settled());
    }
}
