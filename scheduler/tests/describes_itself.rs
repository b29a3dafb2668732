//! The OpenAPI description and its page match the routes.

mod running;

use running::Running;
use testkit::{Http, described};

#[tokio::test]
async fn edg_40_every_route_is_described_and_every_description_is_answered() {
    let scheduler = Running::start().await;
    let router = include_str!("../src/router.rs");
    described::every_route_is_described(&scheduler.url, router).await;
    let asyncapi = Http::new().get(&scheduler.at("/asyncapi.json")).await;
    assert_eq!(asyncapi.problem(404), "not_found");
}

#[tokio::test]
async fn edg_42_the_page_for_people_runs_and_loads_nothing() {
    let scheduler = Running::start().await;
    described::the_page_is_plain(&scheduler.url).await;
}
