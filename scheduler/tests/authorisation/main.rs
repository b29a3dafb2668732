//! Who may ask what: every route of the scheduler, asked by every kind of caller, for what is theirs and what is not.
//!
//! What is expected stands in `rows/`, a file for each subject. A route without a row fails by its name.

mod accounts;
mod callers;
mod conventions;
mod described;
mod hooks;
mod rows;
#[path = "../running/mod.rs"]
mod running;
mod table;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use callers::Caller;
use described::Route;
use table::{Answer, Row};
use world::{Target, World};

#[tokio::test]
async fn edg_130_each_route_answers_each_caller_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    let mut world = World::new().await;
    let mut rows = rows::all();
    // What only reads shares its objects.
    rows.sort_by_key(Row::changes);
    let mut fresh = None;
    for row in rows {
        for target in row.targets.iter().copied() {
            if row.changes() || fresh != Some(target) {
                world.begin_anew(target).await;
                if row.is_of_hooks() {
                    world.renew_hooks().await;
                }
                fresh = Some(target);
            }
            let before = world.state_of(target).await;
            // Refusals first: they must change nothing, and what is granted may.
            let (granted, refused): (Vec<_>, Vec<_>) = Caller::ALL
                .into_iter()
                .map(|caller| (caller, row.expected(caller, target)))
                .partition(|(_, expected)| expected.is_granted());
            wrong.extend(differing(&row, &world, target, &refused).await);
            let after = world.state_of(target).await;
            if before != after {
                wrong.push(format!("{row} of {target:?}: a refusal changed something"));
            }
            wrong.extend(differing(&row, &world, target, &granted).await);
            asked += refused.len() + granted.len();
        }
    }
    assert!(wrong.is_empty(), "of {asked}:\n{}", wrong.join("\n"));
}

async fn differing(
    row: &Row,
    world: &World,
    target: Target,
    expected: &[(Caller, Answer)],
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (caller, expected) in expected {
        let answer = world.ask(row, target, *caller).await;
        if answer != *expected {
            wrong.push(format!(
                "{row} of {target:?} by {caller:?}: {answer}, not {expected}"
            ));
        }
    }
    wrong
}

#[tokio::test]
async fn edg_131_each_route_has_a_row_and_its_description_names_who_may_ask() {
    let scheduler = running::Running::start().await;
    let described = described::operations(&scheduler.url).await;
    let mut granted: BTreeMap<Route, BTreeSet<String>> = BTreeMap::new();
    for row in rows::all() {
        let route = (row.method.to_owned(), row.path.to_owned());
        let credentials = row.credentials().into_iter().map(str::to_owned);
        granted.entry(route).or_default().extend(credentials);
    }
    let has_none = |route: &&Route| !granted.contains_key(*route);
    let without: Vec<_> = described.keys().filter(has_none).collect();
    assert!(
        without.is_empty(),
        "routes without a row in rows/: {without:?}"
    );
    let mut wrong = Vec::new();
    for (route, granted) in granted {
        match described.get(&route).map(described::credentials) {
            None => wrong.push(format!("{route:?} has a row, and is no route")),
            Some(named) if named != granted => {
                wrong.push(format!("{route:?} names {named:?} and grants {granted:?}"));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
