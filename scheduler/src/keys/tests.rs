use jsonwebtoken::{DecodingKey, Validation};

use super::*;

#[test]
fn sch_21_the_newest_key_signs_and_every_key_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let first = KeyRing::load_or_create(folder.path()).unwrap();
    let old = list(folder.path()).unwrap().remove(0);
    let new = rotate(folder.path()).unwrap();
    let ring = KeyRing::load_or_create(folder.path()).unwrap();
    let claims = json!({"sub": "ana", "exp": 32_503_680_000_i64});
    for (token, kid) in [
        (first.sign(&claims), old.kid),
        (ring.sign(&claims), new.kid),
    ] {
        let token = token.unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.kid.as_deref(), Some(kid.as_str()));
        assert_eq!(header.alg, Algorithm::EdDSA);
        let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(ring.jwks(UnixMs(0))).unwrap();
        let key = DecodingKey::from_jwk(jwks.find(&kid).unwrap()).unwrap();
        let rules = Validation::new(Algorithm::EdDSA);
        assert!(jsonwebtoken::decode::<Value>(&token, &key, &rules).is_ok());
    }
    let signs: Vec<_> = list(folder.path())
        .unwrap()
        .iter()
        .map(|k| k.signs)
        .collect();
    assert_eq!(signs, [true, false]);
}

#[test]
fn sch_21_a_file_that_is_no_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    rotate(folder.path()).unwrap();
    let path = keys_dir(folder.path()).join("ticket-x.pem");
    fs::write(&path, "hello").unwrap();
    let error = list(folder.path()).unwrap_err().to_string();
    assert!(error.contains("ticket-x.pem"), "{error}");
}

fn kids(data_dir: &Path, now: UnixMs) -> Vec<String> {
    let jwks = KeyRing::load(data_dir).unwrap().jwks(now);
    let keys = jwks["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn sch_93_a_retired_key_signs_no_more_and_verifies_until_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let old = rotate(data_dir).unwrap().kid;
    let claims = json!({"sub": "ana", "exp": 32_503_680_000_i64});
    let ticket = KeyRing::load(data_dir).unwrap().sign(&claims).unwrap();
    let end = UnixMs(1_000);
    retire(data_dir, &old, end).unwrap();

    let ring = KeyRing::load(data_dir).unwrap();
    let signed = jsonwebtoken::decode_header(ring.sign(&claims).unwrap()).unwrap();
    assert_ne!(signed.kid.as_deref(), Some(old.as_str()));
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(ring.jwks(end - 1)).unwrap();
    let key = DecodingKey::from_jwk(jwks.find(&old).unwrap()).unwrap();
    let rules = Validation::new(Algorithm::EdDSA);
    assert!(jsonwebtoken::decode::<Value>(&ticket, &key, &rules).is_ok());
    assert!(
        !ticket_file(data_dir, &old).exists(),
        "its private half stays"
    );

    assert!(kids(data_dir, end - 1).contains(&old));
    assert!(!kids(data_dir, end).contains(&old));
    ring.prune(data_dir, end - 1).unwrap();
    assert!(is_known(data_dir, &old).unwrap());
    ring.prune(data_dir, end).unwrap();
    assert!(!is_known(data_dir, &old).unwrap());
    assert!(matches!(
        retire(data_dir, &old, end),
        Err(KeyError::Unknown(_))
    ));
}

#[test]
fn sch_93_a_revoked_key_is_in_no_key_set_and_another_signs() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let (first, second) = (rotate(data_dir).unwrap().kid, rotate(data_dir).unwrap().kid);
    retire(data_dir, &first, UnixMs(1_000)).unwrap();
    for kid in [&first, &second] {
        revoke(data_dir, kid).unwrap();
        assert!(!kids(data_dir, UnixMs(0)).contains(kid));
        assert!(matches!(revoke(data_dir, kid), Err(KeyError::Unknown(_))));
    }
    assert!(KeyRing::load(data_dir).unwrap().can_sign());
}
