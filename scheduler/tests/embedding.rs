//! The page that an application's own pages have in a frame, and the links that count there.

mod running;

use running::{Running, offer, token};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse};

const SHOP: &str = "https://shop.example";
const BLOG: &str = "https://blog.shop.example:8443";

async fn embedders(of: &Http, scheduler: &Running, origins: &[&str]) {
    let url = scheduler.at("/v1/application");
    let said = json!({"allowed_embedders": origins});
    of.patch(&url, said).await.json::<Value>(200);
}

async fn page(scheduler: &Running, path: &str) -> HttpResponse {
    Http::new().get(&scheduler.at(path)).await
}

fn header<'a>(page: &'a HttpResponse, name: &str) -> &'a str {
    page.headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// The directive of the policy that says who may have the page in a frame.
fn frame_ancestors(page: &HttpResponse) -> &str {
    let policy = header(page, "content-security-policy");
    let directives = policy.split("; ");
    let mut named = directives.filter_map(|one| one.strip_prefix("frame-ancestors "));
    let first = named.next().unwrap_or_else(|| panic!("{policy}"));
    assert_eq!(named.next(), None, "{policy}");
    first
}

#[tokio::test]
async fn sch_480_the_page_for_embedding_is_framed_by_its_applications_embedders_alone() {
    let scheduler = Running::start().await;
    let rival = scheduler.key("rival").await;
    embedders(&scheduler.app, &scheduler, &[SHOP, BLOG]).await;
    let shown = page(&scheduler, "/embed/shop").await;
    if shown.status == 503 {
        assert_eq!(shown.problem(503), "unavailable");
        return;
    }
    assert_eq!(shown.status, 200);
    assert_eq!(frame_ancestors(&shown), format!("{SHOP} {BLOG}"));
    assert_eq!(header(&shown, "x-frame-options"), "", "it knows no list");
    let permissions = header(&shown, "permissions-policy");
    for feature in ["camera", "microphone", "display-capture", "autoplay"] {
        assert!(
            permissions.contains(&format!("{feature}=(self)")),
            "{permissions}"
        );
    }
    let html = shown.body.as_str().unwrap();
    let (head, _) = html.split_once("</head>").unwrap();
    assert!(
        head.contains("<meta name=\"application\" content=\"shop\">"),
        "{head}"
    );

    for path in [
        "/",
        "/join",
        "/login",
        "/embed/rival",
        "/embed/nobody",
        "/v1/application",
    ] {
        let other = page(&scheduler, path).await;
        assert_eq!(frame_ancestors(&other), "'none'", "{path}");
        assert_eq!(header(&other, "x-frame-options"), "DENY", "{path}");
    }
    for unknown in ["/embed/rival", "/embed/nobody", "/embed/", "/embed/shop/x"] {
        assert_eq!(
            page(&scheduler, unknown).await.problem(404),
            "not_found",
            "{unknown}"
        );
    }
    embedders(&rival, &scheduler, &["https://rival.example"]).await;
    let theirs = page(&scheduler, "/embed/rival").await;
    assert_eq!(frame_ancestors(&theirs), "https://rival.example");
}

#[tokio::test]
async fn sch_481_a_kept_page_is_sent_anew_when_its_embedders_change() {
    let scheduler = Running::start().await;
    embedders(&scheduler.app, &scheduler, &[SHOP]).await;
    let first = page(&scheduler, "/embed/shop").await;
    if first.status == 503 {
        return;
    }
    let known = header(&first, "etag").to_owned();
    let again = async || {
        let headers = [("if-none-match", known.as_str())];
        let url = scheduler.at("/embed/shop");
        Http::new()
            .send(reqwest::Method::GET, &url, None, &headers)
            .await
    };
    assert_eq!(again().await.status, 304);
    embedders(&scheduler.app, &scheduler, &[BLOG]).await;
    let changed = again().await;
    assert_eq!((changed.status, frame_ancestors(&changed)), (200, BLOG));
    embedders(&scheduler.app, &scheduler, &[]).await;
    assert_eq!(again().await.problem(404), "not_found");
}

#[tokio::test]
async fn sch_482_a_link_counts_on_the_page_of_its_own_application_alone() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let link = token(&session, 0);
    let trade = async |application: Value| {
        let mut body = json!({"token": link});
        if !application.is_null() {
            body["application"] = application;
        }
        Http::new().post(&scheduler.at("/v1/join"), body).await
    };
    for other in ["rival", "nobody", "people", ""] {
        assert_eq!(
            trade(json!(other)).await.problem(404),
            "not_found",
            "{other}"
        );
    }
    let joined: Value = trade(json!("shop")).await.json(200);
    assert_eq!(joined["session"]["id"], session["id"]);
    trade(Value::Null).await.json::<Value>(200);
    let wrong = trade(json!(7)).await;
    assert_eq!(wrong.problem(422), "invalid_field");
}
