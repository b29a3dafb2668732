//! People with an account: signing up, logging in, and what is theirs.

mod running;

use running::Running;
use running::browser::{Browser, PASSWORD, address, signup};
use scheduler::SignupPolicy;
use serde_json::{Value, json};
use testkit::Http;

fn codes(answer: &testkit::HttpResponse) -> Vec<(String, String)> {
    let errors = answer.body["errors"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |error: &Value| (text(&error["field"]), text(&error["code"]));
    errors.iter().map(pair).collect()
}

#[tokio::test]
async fn sch_130_who_signs_up_is_logged_in_and_sees_their_account() {
    let scheduler = Running::start().await;
    let mut ana = Browser::of(&scheduler);
    let answer = ana.post("/v1/signup", signup("Ana")).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("rendezvous="), "{cookie}");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(answer.headers["cache-control"], "no-store");
    let user: Value = answer.json(201);
    assert_eq!(user["email"], "ana@example.org");
    assert_eq!(user["email_verified"], false);
    assert_eq!(user["discoverable"], false);
    assert_eq!(user["locale"], "en");
    assert_eq!(user["time_zone"], "Asia/Seoul");
    assert_eq!(
        user["notify"],
        json!({"email": true, "push": true, "preview": true})
    );
    let me = ana.get("/v1/me").await;
    assert_eq!(me.json::<Value>(200), user);
    assert!(me.headers.contains_key("set-cookie"), "it slides");
    assert_eq!(
        Browser::of(&scheduler).get("/v1/me").await.problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn sch_130_each_wrong_field_of_a_sign_up_is_named() {
    let scheduler = Running::start().await;
    let mut browser = Browser::of(&scheduler);
    let wrong = json!({"email": "ana", "password": "password", "name": ""});
    let answer = browser.post("/v1/signup", wrong).await;
    assert_eq!(answer.problem(422), "invalid_field");
    let due = [
        ("email", "bad_email"),
        ("name", "required"),
        ("password", "weak_password"),
    ];
    assert_eq!(
        codes(&answer),
        due.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    let mut more = signup("Ana");
    more["admin"] = json!(true);
    assert_eq!(
        browser.post("/v1/signup", more).await.problem(422),
        "unknown_field"
    );
    for weak in ["password123", "seven77", "ana@example.org"] {
        let mut body = signup("Ana");
        body["password"] = json!(weak);
        let answer = browser.post("/v1/signup", body).await;
        assert_eq!(answer.problem(422), "weak_password", "{weak}");
        assert_eq!(answer.body["errors"][0]["field"], "password");
    }
}

#[tokio::test]
async fn edg_149_an_array_changes_nothing_of_an_account() {
    let scheduler = Running::start().await;
    let mut ana = Browser::of(&scheduler);
    ana.post("/v1/signup", signup("Ana")).await;
    let nulls = json!({"notify": [null, null]});
    let answer = ana.patch("/v1/me", nulls).await;
    assert_eq!(answer.problem(422), "invalid_field");
    let due = ("notify".to_owned(), "wrong_type".to_owned());
    assert_eq!(codes(&answer), [due]);
}

#[tokio::test]
async fn sch_131_an_address_has_one_account_in_whatever_case_it_is_written() {
    let scheduler = Running::start().await;
    Browser::signed_up(&scheduler, "Ana").await;
    let mut body = signup("Ana");
    body["email"] = json!(" ANA@Example.ORG ");
    let mut other = Browser::of(&scheduler);
    assert_eq!(
        other.post("/v1/signup", body).await.problem(409),
        "email_taken"
    );
    assert_eq!(other.cookie, None);
    let login = json!({"email": "Ana@EXAMPLE.org", "password": PASSWORD});
    assert_eq!(other.post("/v1/login", login).await.status, 200);
}

#[tokio::test]
async fn sch_134_a_wrong_password_and_an_unknown_address_get_the_same_answer_and_are_limited() {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.limits.logins_per_hour = 3;
    })
    .await;
    Browser::signed_up(&scheduler, "Ana").await;
    let mut browser = Browser::of(&scheduler);
    let wrong = |email: &str| json!({"email": email, "password": "wrong horse battery"});
    let known = browser.post("/v1/login", wrong("ana@example.org")).await;
    let unknown = browser.post("/v1/login", wrong("nobody@example.org")).await;
    let no_address = browser.post("/v1/login", wrong("nobody")).await;
    for answer in [&known, &unknown, &no_address] {
        assert_eq!(answer.problem(401), "bad_login");
        assert_eq!(answer.body, known.body);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    for _ in 0..2 {
        browser.post("/v1/login", wrong("ana@example.org")).await;
    }
    // The right one does not help either: what is tried must not be told.
    let right = json!({"email": "ana@example.org", "password": PASSWORD});
    let answer = browser.post("/v1/login", right).await;
    assert_eq!(answer.problem(429), "rate_limited");
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn sch_133_a_cookie_changes_nothing_without_the_origin_of_the_web_front_end() {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.allowed_origins = vec!["https://shop.example".to_owned()];
    })
    .await;
    let (ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let change = json!({"name": "Anna"});
    for origin in [None, Some("https://shop.example"), Some("null")] {
        let mut forged = ana.clone();
        forged.origin = origin.map(str::to_owned);
        let refused = forged.patch("/v1/me", change.clone()).await;
        assert_eq!(refused.problem(403), "origin_not_allowed", "{origin:?}");
        let refused = forged.post("/v1/logout", json!({})).await;
        assert_eq!(refused.problem(403), "origin_not_allowed", "{origin:?}");
        assert_eq!(forged.get("/v1/me").await.status, 200);
    }
    // Of another site nobody is logged in, as whom they did not choose.
    let mut forged = Browser::of(&scheduler);
    forged.origin = Some("https://shop.example".to_owned());
    let login = json!({"email": address("Ana"), "password": PASSWORD});
    assert_eq!(
        forged.post("/v1/login", login.clone()).await.problem(403),
        "origin_not_allowed"
    );
    forged.origin = None;
    assert_eq!(
        forged.post("/v1/login", login).await.status,
        200,
        "a program"
    );
}

#[tokio::test]
async fn sch_133_a_bearer_wins_over_a_cookie() {
    let scheduler = Running::start().await;
    let (ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let cookie = ana.cookie.unwrap();
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", scheduler.url.as_str()),
    ];
    let url = scheduler.at("/v1/me");
    let get = async |http: &Http| http.send(reqwest::Method::GET, &url, None, &headers).await;
    assert_eq!(get(&Http::new()).await.status, 200);
    assert_eq!(get(&scheduler.app).await.problem(403), "forbidden");
    assert_eq!(
        get(&Http::bearer("rk_none")).await.problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn sch_136_a_login_ends_by_logging_out_by_its_id_and_by_another_password() {
    let scheduler = Running::start().await;
    let (mut phone, _) = Browser::signed_up(&scheduler, "Ana").await;
    let mut laptop = Browser::logged_in(&scheduler, "Ana").await;
    let mut tablet = Browser::logged_in(&scheduler, "Ana").await;
    let kept = tablet.cookie.clone();
    assert_eq!(tablet.post("/v1/logout", json!({})).await.status, 204);
    assert_eq!(tablet.cookie, None, "it is taken away");
    tablet.cookie = kept;
    assert_eq!(tablet.get("/v1/me").await.problem(401), "unauthenticated");

    let logins: Value = phone.get("/v1/me/logins").await.json(200);
    let logins = logins["items"].as_array().unwrap();
    let current: Vec<_> = logins
        .iter()
        .map(|login| login["current"].clone())
        .collect();
    assert_eq!(current, [json!(false), json!(true)], "the newest first");
    let path = format!("/v1/me/logins/{}", logins[0]["id"].as_str().unwrap());
    let (mut bo, _) = Browser::signed_up(&scheduler, "Bo").await;
    assert_eq!(bo.delete(&path).await.problem(404), "not_found");
    assert_eq!(phone.delete(&path).await.status, 204);
    assert_eq!(laptop.get("/v1/me").await.problem(401), "unauthenticated");

    let mut laptop = Browser::logged_in(&scheduler, "Ana").await;
    let change = |current: &str, new: &str| json!({"current": current, "new": new});
    let wrong = phone.post(
        "/v1/me/password",
        change("wrong horse", "another horse battery"),
    );
    assert_eq!(codes(&wrong.await)[0].1, "wrong_password");
    let weak = phone
        .post("/v1/me/password", change(PASSWORD, "password"))
        .await;
    assert_eq!(weak.problem(422), "weak_password");
    let changed = phone.post("/v1/me/password", change(PASSWORD, "another horse battery"));
    assert_eq!(changed.await.status, 204);
    assert_eq!(phone.get("/v1/me").await.status, 200);
    assert_eq!(laptop.get("/v1/me").await.problem(401), "unauthenticated");
    let login = json!({"email": address("Ana"), "password": PASSWORD});
    assert_eq!(
        laptop.post("/v1/login", login).await.problem(401),
        "bad_login"
    );
}

#[tokio::test]
async fn sch_135_a_person_changes_their_account_field_by_field() {
    let scheduler = Running::start().await;
    let (mut ana, before) = Browser::signed_up(&scheduler, "Ana").await;
    let change = json!({"name": "Anna", "locale": "ko_KR", "discoverable": true,
        "notify": {"push": false, "kinds": ["session_reminder"], "quiet": {"from": "22:00", "to": "08:00"}}});
    let after: Value = ana.patch("/v1/me", change).await.json(200);
    assert_eq!(after["name"], "Anna");
    assert_eq!(after["locale"], "ko-KR");
    assert_eq!(after["time_zone"], before["time_zone"]);
    assert_eq!(after["notify"]["quiet"]["to"], "08:00");
    let after: Value = ana
        .patch("/v1/me", json!({"notify": {"quiet": null}}))
        .await
        .json(200);
    assert_eq!(
        after["notify"],
        json!({"email": true, "push": false, "preview": true, "kinds": ["session_reminder"]})
    );
    let wrong =
        json!({"time_zone": "Mars/Base", "notify": {"quiet": {"from": "25:00", "to": "08:00"}}});
    let answer = ana.patch("/v1/me", wrong).await;
    let fields: Vec<_> = codes(&answer).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["time_zone", "notify.quiet.from"]);
    let answer = ana
        .patch("/v1/me", json!({"email": "new@example.org"}))
        .await;
    assert_eq!(
        codes(&answer)[0].1,
        "not_configured",
        "no mail is sent here"
    );
    assert_eq!(ana.get("/v1/me").await.json::<Value>(200), after);
}

#[tokio::test]
async fn sch_137_people_are_found_by_the_words_of_their_name_if_they_want_to_be() {
    let scheduler = Running::start().await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let (mut bo, user) = Browser::signed_up(&scheduler, "Bo").await;
    let named = json!({"name": "Bo Ångström_%", "discoverable": true});
    bo.patch("/v1/me", named).await.json::<Value>(200);
    for (query, found) in [
        ("bo", true),
        ("%C3%A5NG", true),
        ("bo%20%C3%A5", true),
        ("ngstr", false),
        ("ana", false),
        ("_%25", false),
    ] {
        let answer: Value = ana.get(&format!("/v1/users?query={query}")).await.json(200);
        let due = match found {
            true => json!([{"id": user["id"], "name": "Bo Ångström_%"}]),
            false => json!([]),
        };
        assert_eq!(answer["items"], due, "{query}");
    }
    for short in ["?query=b", "?query=%20%20b", "", "?query="] {
        let answer = ana.get(&format!("/v1/users{short}")).await;
        assert_eq!(
            codes(&answer)[0],
            ("query".to_owned(), "too_short".to_owned())
        );
    }
    bo.patch("/v1/me", json!({"discoverable": false}))
        .await
        .json::<Value>(200);
    let answer: Value = ana.get("/v1/users?query=bo").await.json(200);
    assert_eq!(answer["items"], json!([]));
}

#[tokio::test]
async fn sch_138_an_invitation_opens_one_account() {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.signup = SignupPolicy::Invite;
    })
    .await;
    let code = scheduler::invites::create(&scheduler.store, 7, "test")
        .await
        .unwrap();
    let mut browser = Browser::of(&scheduler);
    let none = browser.post("/v1/signup", signup("Ana")).await;
    assert_eq!(codes(&none), [("invite".to_owned(), "required".to_owned())]);
    let mut with_code = signup("Ana");
    with_code["invite"] = json!(format!(" {code} "));
    assert_eq!(
        browser.post("/v1/signup", with_code.clone()).await.status,
        201
    );
    with_code["email"] = json!("bo@example.org");
    let again = browser.post("/v1/signup", with_code).await;
    assert_eq!(
        codes(&again),
        [("invite".to_owned(), "bad_invite".to_owned())]
    );
}

#[tokio::test]
async fn sch_138_where_accounts_are_off_none_of_their_routes_is_there() {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.signup = SignupPolicy::Off;
    })
    .await;
    let mut browser = Browser::of(&scheduler);
    for path in ["/v1/signup", "/v1/login", "/v1/password-reset"] {
        assert_eq!(
            browser.post(path, signup("Ana")).await.status,
            404,
            "{path}"
        );
    }
    let document: Value = Http::new()
        .get(&scheduler.at("/openapi.json"))
        .await
        .json(200);
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/v1/sessions"));
    assert!(
        !paths
            .keys()
            .any(|path| path.contains("/v1/me") || path.contains("signup"))
    );
    browser.cookie = Some("rendezvous=anything".to_owned());
    assert_eq!(
        browser.get("/v1/sessions").await.problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn sch_130_no_application_is_called_as_the_people_are() {
    let scheduler = Running::start().await;
    let refused = scheduler::api_keys::create(
        &scheduler.store,
        scheduler_core::PEOPLE,
        scheduler::api_keys::Scope::App,
        "test",
    );
    assert!(refused.await.is_err());
}
