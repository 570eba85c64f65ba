use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};

use super::{
    jwks::{PublicKeys, thumbprint},
    token::{Claims, TokenError, sign, verify},
};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

fn known() -> PublicKeys {
    let key = key(1).verifying_key();
    [(thumbprint(&key), key)].into_iter().collect()
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "at+jwt", "kid": thumbprint(&key(1).verifying_key())})
}

fn claims() -> Value {
    let iat = now().timestamp();
    json!({
        "iss": "folkmoot", "aud": "folkmoot", "sub": "0192", "name": "ann", "roles": ["member"], "sid": "s",
        "iat": iat, "exp": iat + 900,
    })
}

/// Any JSON, rightly signed.
fn signed(header: &str, claims: &str, key: &SigningKey) -> String {
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let signature = key.sign(text.as_bytes()).to_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn check(header: &Value, claims: &Value) -> Result<String, TokenError> {
    let token = signed(&header.to_string(), &claims.to_string(), &key(1));
    verify(&token, &known(), now()).map(|principal| principal.username)
}

fn with(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    for (name, value) in changes.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}

fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().expect("an object").remove(name);
    object
}

#[test]
fn what_is_signed_is_verified() {
    let (key, now) = (key(1), now());
    let claims: Claims = serde_json::from_value(claims()).unwrap();
    let token = sign(&claims, &thumbprint(&key.verifying_key()), &key).unwrap();
    let principal = verify(&token, &known(), now).unwrap();
    assert_eq!(
        (principal.user_id.as_str(), principal.username.as_str()),
        ("0192", "ann")
    );
    assert_eq!(principal.session_id.as_deref(), Some("s"));
    assert!(principal.has_role("member") && !principal.has_role("admin"));
    assert_eq!(principal.expires_at, Some(now + TimeDelta::minutes(15)));
}

/// RFC 8037, appendix A.4: the key, the signed text and the signature are the RFC's.
#[test]
fn signatures_are_those_of_the_rfc() {
    let secret = URL_SAFE_NO_PAD
        .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        .unwrap();
    let key = SigningKey::from_bytes(&secret.try_into().unwrap());
    let signature = key
        .sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")
        .to_bytes();
    let expected =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(URL_SAFE_NO_PAD.encode(signature), expected);
}

#[test]
fn only_our_algorithm_and_type_count() {
    assert_eq!(check(&header(), &claims()), Ok("ann".to_owned()));
    assert_eq!(
        check(
            &with(&header(), &json!({"typ": "application/AT+JWT"})),
            &claims()
        ),
        Ok("ann".to_owned())
    );
    for changes in [
        json!({"alg": "none"}),
        json!({"alg": "None"}),
        json!({"alg": ""}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS256"}),
        json!({"alg": "eddsa"}),
        json!({"alg": ["EdDSA"]}),
        json!({"alg": null}),
        json!({"typ": "JWT"}),
        json!({"typ": "rt+jwt"}),
        json!({"typ": 1}),
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"kid": 1}),
        json!({"kid": null}),
    ] {
        assert_eq!(
            check(&with(&header(), &changes), &claims()),
            Err(TokenError::Invalid),
            "{changes}"
        );
    }
    for name in ["alg", "typ", "kid"] {
        assert_eq!(
            check(&without(&header(), name), &claims()),
            Err(TokenError::Invalid),
            "{name}"
        );
    }
    // An algorithm named twice is no algorithm.
    let twice = header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    let token = signed(&twice, &claims().to_string(), &key(1));
    assert_eq!(verify(&token, &known(), now()), Err(TokenError::Invalid));
}

#[test]
fn a_key_is_only_ever_looked_up() {
    for kid in [
        "",
        "../../keys/a",
        "/dev/null",
        "'; drop table users; --",
        "http://evil.example/jwks",
        &"x".repeat(1000),
    ] {
        let header = with(
            &header(),
            &json!({"kid": kid, "jku": "http://evil.example", "x5u": "http://evil.example"}),
        );
        assert_eq!(
            check(&header, &claims()),
            Err(TokenError::UnknownKey(kid.to_owned())),
            "{kid}"
        );
    }
    // The header's own key is not believed.
    let own = with(
        &header(),
        &json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key(2).verifying_key().as_bytes())}}),
    );
    let token = signed(&own.to_string(), &claims().to_string(), &key(2));
    assert_eq!(verify(&token, &known(), now()), Err(TokenError::Invalid));
}

#[test]
fn every_claim_must_be_there_and_of_its_type() {
    for name in ["iss", "aud", "sub", "name", "iat", "exp"] {
        assert_eq!(
            check(&header(), &without(&claims(), name)),
            Err(TokenError::Invalid),
            "{name}"
        );
        for value in [
            json!(null),
            json!(true),
            json!({}),
            json!([["x"]]),
            json!("99999999999"),
            json!(1e300),
        ] {
            let changed = with(&claims(), &json!({name: value}));
            // A text where a text is due is only another text.
            if value.is_string() && ["sub", "name"].contains(&name) {
                continue;
            }
            assert_eq!(
                check(&header(), &changed),
                Err(TokenError::Invalid),
                "{name}: {value}"
            );
        }
    }
    for changes in [
        json!({"aud": "another"}),
        json!({"aud": ["folkmoot"]}),
        json!({"iss": "https://evil.example"}),
        json!({"iss": "Folkmoot"}),
        json!({"sub": ""}),
        json!({"sub": "../admin"}),
        json!({"sub": "a b"}),
        json!({"name": ""}),
        json!({"name": "a\nb"}),
        json!({"name": "\u{202e}nna"}),
        json!({"roles": "admin"}),
        json!({"roles": [1]}),
        json!({"sid": 1}),
        json!({"exp": now().timestamp() as f64 + 900.5}),
        json!({"exp": i64::MAX}),
        json!({"exp": i64::MIN}),
        json!({"exp": u64::MAX}),
        json!({"nbf": "0"}),
    ] {
        assert_eq!(
            check(&header(), &with(&claims(), &changes)),
            Err(TokenError::Invalid),
            "{changes}"
        );
    }
    let roles = without(&without(&claims(), "roles"), "sid");
    assert_eq!(check(&header(), &roles), Ok("ann".to_owned()));
    assert_eq!(
        check(
            &header(),
            &with(&claims(), &json!({"email": "x", "scope": 1}))
        ),
        Ok("ann".to_owned())
    );
}

#[test]
fn times_count_with_half_a_minute_of_leeway() {
    let at = |claim: &str, seconds: i64| {
        check(
            &header(),
            &with(&claims(), &json!({claim: now().timestamp() + seconds})),
        )
    };
    assert_eq!(at("exp", -29), Ok("ann".to_owned()));
    assert_eq!(at("exp", -30), Err(TokenError::Expired));
    assert_eq!(at("exp", -100_000), Err(TokenError::Expired));
    assert_eq!(at("iat", 30), Ok("ann".to_owned()));
    assert_eq!(at("iat", 31), Err(TokenError::Invalid));
    assert_eq!(at("nbf", 30), Ok("ann".to_owned()));
    assert_eq!(at("nbf", 31), Err(TokenError::Invalid));
}

#[test]
fn a_token_changed_anywhere_is_refused() {
    let token = signed(&header().to_string(), &claims().to_string(), &key(1));
    let mut accepted = Vec::new();
    for position in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[position] = if changed[position] == b'A' {
            b'B'
        } else {
            b'A'
        };
        if verify(&String::from_utf8(changed).unwrap(), &known(), now()).is_ok() {
            accepted.push(position);
        }
    }
    assert_eq!(accepted, Vec::<usize>::new());
    let (signed_text, signature) = token.rsplit_once('.').unwrap();
    let hostile = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{signed_text}."),
        signed_text.to_owned(),
        format!("{token}."),
        format!("{token}="),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!(" {token}"),
        token.replace('.', " "),
        format!("{signed_text}.{signature}AA"),
        "é.é.é".to_owned(),
        "A".repeat(4_000_000),
        "[".repeat(4_000),
    ];
    for token in hostile {
        assert_eq!(
            verify(&token, &known(), now()),
            Err(TokenError::Invalid),
            "{}",
            &token[..token.len().min(60)]
        );
    }
    let other = signed(&header().to_string(), &claims().to_string(), &key(2));
    assert_eq!(verify(&other, &known(), now()), Err(TokenError::Invalid));
    assert!(matches!(
        verify(&token, &PublicKeys::default(), now()),
        Err(TokenError::UnknownKey(_))
    ));
}

#[test]
fn the_public_key_is_no_shared_secret() {
    // HMAC keyed by the public key, as a library that lets the token choose would check it.
    let public = key(1).verifying_key();
    let header = with(&header(), &json!({"alg": "HS256"}));
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    let mac = hmac_sha256(public.as_bytes(), text.as_bytes());
    let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac));
    assert_eq!(verify(&token, &known(), now()), Err(TokenError::Invalid));
}

/// RFC 2104, for a key that is no longer than a block.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let pad = |byte: u8| -> Vec<u8> {
        let padded = key.iter().copied().chain(std::iter::repeat(0)).take(64);
        padded.map(|key| key ^ byte).collect()
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(text)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}
