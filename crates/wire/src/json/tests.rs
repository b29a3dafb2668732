use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::RawJson;

#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    count: u64,
    #[serde(default)]
    at: Vec<i64>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    payload: Option<RawJson>,
}

fn sample(text: &str) -> Result<Sample, JsonError> {
    read(text)
}

#[test]
fn wir_14_whole_numbers_may_be_written_with_a_point_or_an_exponent() {
    let exact = 9_007_199_254_740_993;
    for (text, value) in [
        ("0.0", Some(0)),
        ("-0", Some(0)),
        ("-0.0e7", Some(0)),
        ("50.0", Some(50)),
        ("1e12", Some(1_000_000_000_000)),
        ("1E+3", Some(1_000)),
        ("1200e-2", Some(12)),
        ("1.5e1", Some(15)),
        ("1795900935791.0", Some(1_795_900_935_791)),
        ("9007199254740993.0", Some(exact)),
        ("0.009007199254740993e18", Some(exact)),
        ("18446744073709551615.0", Some(i128::from(u64::MAX))),
        ("-9223372036854775808.0", Some(i128::from(i64::MIN))),
        ("18446744073709551616.0", None),
        ("1.5", None),
        ("1e-1", None),
        ("1e400", None),
        ("1e99999999999999999999", None),
        ("1e-99999999999999999999", None),
        ("0e99999999999999999999", Some(0)),
        ("01.0", None),
        ("1.", None),
        (".5", None),
        ("1e", None),
        ("", None),
        ("-", None),
        ("+1", None),
    ] {
        assert_eq!(whole_number(text), value, "{text}");
    }
}

#[test]
fn wir_14_only_what_is_no_whole_number_is_refused_and_named() {
    let read = sample(r#"{"at":[1e3,-2.0,3],"count":9007199254740993.0}"#).unwrap();
    assert_eq!(read.count, 9_007_199_254_740_993);
    assert_eq!(read.at, [1_000, -2, 3]);
    for (text, field) in [
        (r#"{"count":1.5}"#, "count"),
        (r#"{"count":1e400}"#, "count"),
        (r#"{"count":-1.0}"#, "count"),
        (r#"{"count":1.0,"at":[2.0,2.5]}"#, "at[1]"),
        (r#"{"at":[1.0]}"#, "count"),
        (r#"{"count":1,"count":1.0}"#, "count"),
    ] {
        match sample(text) {
            Err(JsonError::Field { path, message }) => {
                assert_eq!(field_of(&path, &message), field, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "{",
        r#"{"count":1.0} 2"#,
        r#"{"count":01.0}"#,
        "",
        "\u{feff}",
    ] {
        assert_eq!(sample(text), Err(JsonError::NotJson), "{text}");
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Outer {
    #[serde(default)]
    one: Option<Inner>,
    #[serde(default)]
    many: Vec<Inner>,
    #[serde(default)]
    named: BTreeMap<String, Inner>,
    #[serde(default)]
    either: Option<Either>,
    #[serde(default)]
    pair: Option<(u8, Inner)>,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    #[serde(default)]
    at: Option<i64>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Either {
    Held(Inner),
    Fields { at: i64 },
}

#[test]
fn edg_149_an_array_is_no_object_at_any_depth() {
    for (text, field) in [
        ("[]", ""),
        (r#"{"one":[]}"#, "one"),
        (r#"{"one":[1]}"#, "one"),
        (r#"{"one":[null]}"#, "one"),
        (r#"{"many":[{"at":1.0},[1]]}"#, "many[1]"),
        (r#"{"named":{"a":[1]}}"#, "named.a"),
        (r#"{"either":{"Held":[1]}}"#, "either.Held"),
        (r#"{"either":{"Fields":[1]}}"#, "either.Fields"),
        (r#"{"pair":[1,[1]]}"#, "pair[1]"),
    ] {
        match read::<Outer>(text) {
            Err(JsonError::Field { path, message }) => {
                assert_eq!(field_of(&path, &message), field, "{text}");
                assert!(message.starts_with("invalid type: sequence"), "{message}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn edg_149_what_is_an_object_or_any_value_reads_as_before() {
    let text = r#"{"one":{"at":1},"many":[{"at":2.0}],"named":{"a":{}},"either":{"Fields":{"at":3}},
        "pair":[4,{"at":5}],"metadata":{"list":[[1],{"a":[]}]}}"#;
    let at = |at| Inner { at: Some(at) };
    let outer = Outer {
        one: Some(at(1)),
        many: vec![at(2)],
        named: BTreeMap::from([("a".to_owned(), Inner { at: None })]),
        either: Some(Either::Fields { at: 3 }),
        pair: Some((4, at(5))),
        metadata: Some(serde_json::json!({"list": [[1], {"a": []}]})),
    };
    assert_eq!(read::<Outer>(text), Ok(outer));
}

#[test]
fn wir_15_a_byte_order_mark_is_skipped_and_half_a_pair_is_replaced() {
    let read = sample("\u{feff}{\"count\":1}").unwrap();
    assert_eq!(read.count, 1);
    let read = sample(r#"{"count":1,"name":"a\ud800b\udc00\\ud800 \ud83d\ude00\ud83d"}"#).unwrap();
    assert_eq!(read.name, "a\u{fffd}b\u{fffd}\\ud800 \u{1f600}\u{fffd}");
}

#[test]
fn wir_16_what_is_passed_on_keeps_its_numbers() {
    for (payload, kept) in [
        (
            r#"{"n":1.0,"payload":[2.0]}"#,
            r#"{"n":1.0,"payload":[2.0]}"#,
        ),
        ("1.0", "1.0"),
        (r#""\ud800""#, r#""\ufffd""#),
    ] {
        let read = sample(&format!(r#"{{"payload":{payload},"count":1.0}}"#)).unwrap();
        assert_eq!(read.payload.unwrap().text(), kept);
        assert_eq!(read.count, 1);
    }
}

proptest! {
    #[test]
    fn wir_14_any_text_reads_as_a_strict_parser_reads_it_or_better(text in ".{0,40}") {
        let wrapped = format!(r#"{{"count":1,"name":{text}}}"#);
        for text in [text.as_str(), wrapped.as_str()] {
            if let Ok(strict) = serde_json::from_str::<Value>(text) {
                prop_assert_eq!(read::<Value>(text), Ok(strict));
            } else {
                // Nothing is put right that is no JSON.
                let is_json = serde_json::from_str::<IgnoredAny>(without_mark(text)).is_ok();
                prop_assert_eq!(is_json || read::<Value>(text).is_err(), true);
            }
        }
    }

    #[test]
    fn wir_14_every_number_reads_alike_however_it_is_written(number: i64, zeros in 0_usize..6) {
        let point = format!("{number}.{}", "0".repeat(zeros + 1));
        prop_assert_eq!(whole_number(&point), Some(i128::from(number)));
        let exponent = format!("{number}{}e-{zeros}", "0".repeat(zeros));
        prop_assert_eq!(whole_number(&exponent), Some(i128::from(number)));
    }
}
