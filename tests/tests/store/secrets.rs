//! Sealed values.

use model::Timestamp;
use store::{SealedSecret, SecretRecord, Store};

use crate::given::{Given, NOW, at};

fn sealed(name: &str, value: &[u8]) -> SealedSecret {
    let hosts = vec![format!("{name}.example")];
    SealedSecret { name: name.to_owned(), key_id: "old".to_owned(), hosts, nonce: vec![7; 12], sealed: value.to_vec() }
}

/// The same value, as if under another key.
fn anew(record: &SecretRecord) -> SealedSecret {
    SealedSecret { key_id: "new".to_owned(), nonce: vec![8; 12], ..record.secret.clone() }
}

async fn put(store: &Store, secret: SealedSecret, now: Timestamp) {
    let name = secret.name.clone();
    store.put_secret(&name, now, |_| Ok::<_, ()>((secret, None))).await.expect("tried").expect("put");
}

async fn secret(store: &Store, name: &str) -> SecretRecord {
    store.secret(name).await.expect("readable").expect("a secret")
}

pub async fn a_secret_comes_back_until_it_is_deleted(given: &Given) {
    let bytes: Vec<u8> = (0..=255).collect();
    for name in ["b", "B", "a.c-d_e"] {
        put(&given.store, sealed(name, &bytes), NOW).await;
    }
    let expected = SecretRecord { secret: sealed("B", &bytes), created_at: NOW, changed_at: NOW };
    assert_eq!(secret(&given.store, "B").await, expected);
    let names = async || {
        let secrets = given.store.secrets().await.expect("a list");
        secrets.into_iter().map(|record| record.secret.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["B", "a.c-d_e", "b"]);
    assert!(given.store.delete_secret("B", None).await.expect("deleted"));
    assert!(!given.store.delete_secret("B", None).await.expect("nothing to delete"));
    assert_eq!(given.store.secret("B").await.expect("readable"), None);
    assert_eq!(names().await, ["a.c-d_e", "b"]);
}

pub async fn another_value_takes_the_place(given: &Given) {
    put(&given.store, sealed("token", b"one"), NOW).await;
    put(&given.store, sealed("token", b""), at(1)).await;
    let expected = SecretRecord { secret: sealed("token", b""), created_at: NOW, changed_at: at(1) };
    assert_eq!(given.store.secrets().await.expect("a list"), [expected]);
}

pub async fn what_is_put_is_sealed_knowing_what_is_there_or_not_at_all(given: &Given) {
    let store = &given.store;
    let first = store.put_secret("token", NOW, |before| {
        assert_eq!(before, None);
        Ok::<_, ()>((SealedSecret { name: "x".to_owned(), ..sealed("token", b"one") }, None))
    });
    assert_eq!(first.await.expect("tried"), Ok(()));
    assert_eq!(secret(store, "token").await.secret, sealed("token", b"one"), "the name asked for counts");
    let refused = store.put_secret("token", at(1), |before| {
        assert_eq!(before.map(|before| before.secret.sealed.as_slice()), Some(b"one".as_slice()));
        Err("no key")
    });
    assert_eq!(refused.await.expect("tried"), Err("no key"));
    assert_eq!(secret(store, "token").await.secret, sealed("token", b"one"), "nothing was changed");
    // The transaction is over: the next one writes.
    put(store, sealed("token", b"two"), at(2)).await;
}

pub async fn all_are_sealed_anew_or_none(given: &Given) {
    for name in ["a", "b", "c"] {
        put(&given.store, sealed(name, name.as_bytes()), NOW).await;
    }
    let before = given.store.secrets().await.expect("a list");
    let only_a = |record: &SecretRecord| if record.secret.name == "a" { Ok(anew(record)) } else { Err("no such key") };
    let resealed = given.store.reseal_secrets(only_a, None).await.expect("tried");
    assert_eq!(resealed, Err("no such key"));
    assert_eq!(given.store.secrets().await.expect("a list"), before);

    let every = |record: &SecretRecord| Ok::<_, ()>(SealedSecret { name: "x".to_owned(), ..anew(record) });
    assert_eq!(given.store.reseal_secrets(every, None).await.expect("sealed"), Ok(3));
    let after = given.store.secrets().await.expect("a list");
    let expected: Vec<_> = before.iter().map(|one| SecretRecord { secret: anew(one), ..one.clone() }).collect();
    assert_eq!(after, expected, "names and times stay");
}

pub async fn a_secret_put_meanwhile_is_not_lost(given: &Given) {
    let other = Store::open(&given.url).await.expect("a second store");
    for number in 0..10_u8 {
        put(&given.store, sealed("token", b"before"), NOW).await;
        let (resealed, ()) = tokio::join!(
            given.store.reseal_secrets(|record| Ok::<_, ()>(anew(record)), None),
            put(&other, sealed("token", &[number]), at(1))
        );
        assert_eq!(resealed.expect("sealed"), Ok(1));
        assert_eq!(secret(&given.store, "token").await.secret.sealed, [number]);
    }
    other.close().await;
}
