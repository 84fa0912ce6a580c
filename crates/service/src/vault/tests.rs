use std::{path::Path, sync::Arc};

use model::{Caller, Timestamp};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::json;
use store::{SealedSecret, Store, StoreUrl};

use super::{Filler, KeySource, Vault};
use crate::{ServiceError, core::Keys, identity::Office};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// Wherever a probe sends it.
fn any() -> [String; 1] {
    ["*".to_owned()]
}

fn vault(folder: &Path) -> Vault {
    Vault::open(KeySource::File(folder.join("secret.key")), [7; 32]).expect("a vault")
}

async fn store(folder: &Path) -> Store {
    Store::open(&StoreUrl::sqlite(folder.join("test.db"))).await.expect("a store")
}

async fn put(store: &Store, sealed: SealedSecret) {
    let name = sealed.name.clone();
    store.put_secret(&name, NOW, |_| Ok::<_, ()>((sealed, None))).await.expect("tried").expect("put");
}

/// Another process that has the same file; its seed is another.
fn another(folder: &Path, seed: u8) -> Vault {
    Vault::open(KeySource::File(folder.join("secret.key")), [seed; 32]).expect("a vault")
}

/// The keys in the file.
fn lines(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("secret.key")).expect("a file").lines().count()
}

#[test]
fn a_value_comes_out_as_it_went_in_and_under_its_own_name_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = vault(folder.path());
    assert_eq!(vault.key_id(), None, "no key before one is needed");
    let sealed = vault.seal("erp", &any(), "hush hush").expect("sealed");
    assert!(!String::from_utf8_lossy(&sealed.sealed).contains("hush"));
    assert_ne!(
        sealed.sealed,
        vault.seal("erp", &any(), "hush hush").expect("sealed").sealed,
        "each time another nonce"
    );
    assert_eq!(vault.unseal(&sealed).ok().as_deref(), Some("hush hush"));

    let renamed = SealedSecret { name: "crm".to_owned(), ..sealed.clone() };
    assert!(matches!(vault.unseal(&renamed), Err(ServiceError::Sealed(name)) if name == "crm"));
    let widened = SealedSecret { hosts: vec!["*.example".to_owned()], ..sealed.clone() };
    assert!(matches!(vault.unseal(&widened), Err(ServiceError::Sealed(_))), "where it goes is sealed with it");
    let mut tampered = sealed.clone();
    tampered.sealed[0] ^= 1;
    assert!(matches!(vault.unseal(&tampered), Err(ServiceError::Sealed(_))));
    let foreign = SealedSecret { key_id: "00000000".to_owned(), ..sealed };
    assert!(matches!(vault.unseal(&foreign), Err(ServiceError::OtherKey { .. })));
}

#[test]
fn a_key_file_is_made_once_for_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (vault(folder.path()), vault(folder.path()));
    let sealed = one.seal("erp", &any(), "hush").expect("sealed");
    // The other began when there was no key yet; it finds the one that was made meanwhile.
    assert_eq!(other.seal("crm", &any(), "x").expect("sealed").key_id, sealed.key_id);
    assert_eq!(other.unseal(&sealed).ok().as_deref(), Some("hush"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("secret.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").file_name());
    let mut left: Vec<_> = left.collect();
    left.sort();
    assert_eq!(left, ["secret.key", "secret.key.lock"], "nothing else is left beside it");
}

#[test]
fn what_is_derived_is_the_same_at_the_next_start_and_for_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let derived = |purpose: &str| vault(folder.path()).derived(purpose).expect("derived");
    assert_eq!(derived("cookies"), derived("cookies"));
    assert_ne!(derived("cookies"), derived("more"));
}

#[test]
fn a_key_that_is_none_is_refused_without_being_shown() {
    for text in ["", "hush", "aHVzaA=="] {
        let why = Vault::open(KeySource::Text(text.to_owned()), [7; 32]).expect_err(text).to_string();
        assert!(why.starts_with("BRIDGEWATCH_SECRET_KEY") && !why.contains("hush"), "{why}");
    }
}

#[tokio::test]
async fn a_rotation_seals_everything_anew_and_a_running_server_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, running) = (store(folder.path()).await, vault(folder.path()));
    for name in ["crm", "erp"] {
        let sealed = running.seal(name, &any(), &format!("hush {name}")).expect("sealed");
        put(&store, sealed).await;
    }
    let old = running.key_id().expect("a key");

    let rotating = another(folder.path(), 8);
    let (count, new) = rotating.rotate(&store, NOW).await.expect("rotated");

    assert_eq!(count, 2);
    assert_ne!(new, old);
    for record in store.secrets().await.expect("secrets") {
        assert_eq!(record.secret.key_id, new);
        assert_eq!(running.unseal(&record.secret).ok(), Some(format!("hush {}", record.secret.name)));
    }
    assert_eq!(running.key_id(), Some(new), "the old one is forgotten");
    store.close().await;
}

#[tokio::test]
async fn what_is_put_after_a_rotation_is_sealed_under_the_new_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, running) = (store(folder.path()).await, vault(folder.path()));
    put(&store, running.seal("erp", &any(), "hush").expect("sealed")).await;
    let rotating = another(folder.path(), 8);
    let (_, new) = rotating.rotate(&store, NOW).await.expect("rotated");

    assert_eq!(running.seal("crm", &any(), "hush").expect("sealed").key_id, new, "the old one is nowhere any more");
    std::fs::remove_file(folder.path().join("secret.key")).expect("gone");
    assert!(running.seal("crm", &any(), "hush").is_err(), "a new key in its place would hide that it is lost");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotations_at_once_lose_no_secret() {
    for round in 0..10 {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path()).await;
        put(&store, another(folder.path(), 7).seal("erp", &any(), "hush hush").expect("sealed")).await;

        // When several processes rotate at once,
        let rotating = (10..14).map(|seed| {
            let (vault, store) = (another(folder.path(), seed), store.clone());
            tokio::spawn(async move { vault.rotate(&store, NOW).await })
        });
        for done in rotating.collect::<Vec<_>>() {
            done.await.expect("no panic").expect("rotated");
        }

        // then what is there can be opened by whoever comes, under the one key that is left.
        let kept = store.secret("erp").await.expect("read").expect("a secret").secret;
        assert_eq!(another(folder.path(), 99).unseal(&kept).ok().as_deref(), Some("hush hush"), "round {round}");
        assert_eq!(lines(folder.path()), 1, "round {round}");
        store.close().await;
    }
}

#[tokio::test]
async fn who_rotates_waits_for_who_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, one) = (store(folder.path()).await, vault(folder.path()));
    let alone = one.source.lock().expect("locked");
    let other = another(folder.path(), 8);
    let mut rotating = Box::pin(other.rotate(&store, NOW));
    assert!(futures::poll!(&mut rotating).is_pending());
    assert!(!folder.path().join("secret.key").exists(), "nothing is written meanwhile");
    drop(alone);
    rotating.await.expect("rotated");
    assert_eq!(lines(folder.path()), 1);
    store.close().await;
}

#[test]
fn no_key_goes_where_one_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = KeySource::File(folder.path().join("secret.key"));
    source.begin([1; 32]).expect("begun");
    let keys = source.begin([2; 32]).expect("begun");
    let used = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();

    let why = source.end(&used(&[&keys[0].id, "00000000"])).expect_err("refused").to_string();
    assert!(why.contains("00000000") && lines(folder.path()) == 2, "{why}");
    assert_eq!(source.end(&used(&[&keys[0].id])).expect("ended").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_while_somebody_rotates_is_sealed_under_the_key_that_stays() {
    // Given somebody who is writing, and somebody who wants to put a secret next.
    let folder = tempfile::tempdir().expect("a folder");
    let (store, running) = (store(folder.path()).await, Arc::new(vault(folder.path())));
    let sealed = running.seal("crm", &any(), "hush hush").expect("sealed");
    let ((began, beginning), (go, going)) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel());
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            let writes = move |_: Option<&_>| {
                began.send(()).expect("awaited");
                going.recv().expect("told to go on");
                Ok::<_, ()>((sealed, None))
            };
            store.put_secret("crm", NOW, writes).await.expect("tried")
        }
    });
    beginning.await.expect("begun");
    let putting = tokio::spawn({
        let (store, running) = (store.clone(), Arc::clone(&running));
        async move {
            let keys = Keys::new(StdRng::from_seed([7; 32]));
            let office = Office { store: &store, keys: &keys, caller: &Caller::Local, now: NOW };
            super::put(&office, &running, &[], "erp", &json!({"value": "hush hush", "hosts": ["*"]})).await
        }
    });
    // Whatever it reads before it waits for its turn, it has had the time to.
    for _ in 0..100 {
        store.secrets().await.expect("a list");
    }

    // When a rotation begins before its turn comes.
    let rotating = another(folder.path(), 8);
    rotating.source.begin([8; 32]).expect("begun");
    go.send(()).expect("awaited");
    writing.await.expect("no panic").expect("put");
    let put = putting.await.expect("no panic").expect("put");

    // Then the rotation, which may have seen it already, need not.
    assert_eq!(put.key_id, rotating.source.read().expect("keys")[0].id);
    store.close().await;
}

#[tokio::test]
async fn values_that_are_too_short_are_not_filled_in() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("short"), " seven77 \n").expect("a file");
    std::fs::write(folder.path().join("long"), "eight888\n").expect("a file");
    let (store, vault) = (store(folder.path()).await, Arc::new(vault(folder.path())));
    put(&store, vault.seal("SHORT", &any(), "seven77").expect("sealed")).await;
    let environment = Arc::new(|name: &str| Some(if name == "SHORT" { "seven77" } else { "eight888" }.to_owned()));
    let variables = vec!["SHORT".to_owned(), "LONG".to_owned()];
    let folders = vec![folder.path().to_owned()];
    let filler = Filler { store: store.clone(), vault, environment, variables, folders };

    let file = |name: &str| format!("${{file:{}}}", folder.path().join(name).display());
    for short in ["${env:SHORT}", "${secret:SHORT}", &file("short")] {
        let why = filler.fill(short, None).await.expect_err(short);
        assert_eq!(why, format!("{short}: is too short to be kept out of what comes back"));
    }
    for long in ["${env:LONG}", &file("long")] {
        assert_eq!(filler.fill(long, None).await.expect("filled").text, "eight888");
    }
    store.close().await;
}

#[tokio::test]
async fn references_are_filled_from_what_is_open_to_probes_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = folder.path().join("open");
    std::fs::create_dir(&open).expect("a folder");
    std::fs::write(open.join("token"), "from a file\n").expect("a file");
    std::fs::write(folder.path().join("closed"), "never").expect("a file");
    let (store, vault) = (store(folder.path()).await, Arc::new(vault(folder.path())));
    put(&store, vault.seal("erp", &any(), "from the vault").expect("sealed")).await;
    let environment = Arc::new(|name: &str| Some(format!("variable {name}")));
    let filler = Filler {
        store: store.clone(),
        vault,
        environment,
        variables: vec!["HOST".to_owned(), "PROBE_*".to_owned(), "*".to_owned()],
        folders: vec![open.clone()],
    };

    let text = format!("a ${{secret:erp}} b ${{env:HOST}} c ${{file:{}}} $${{d}}", open.join("token").display());
    let mut told = filler.fill(&text, None).await.expect("filled");
    told.values.sort();
    assert_eq!(told.text, "a from the vault b variable HOST c from a file ${d}");
    assert_eq!(told.values, ["from a file", "from the vault", "variable HOST"], "all of them are to be masked");

    let dodge = format!("${{file:{}/../closed}}", open.display());
    for wrong in ["${secret:crm}", "${env:Bridgewatch_secret_key}", &dodge, "${file:/nowhere}", "${what:x}"] {
        let why = filler.fill(wrong, None).await.expect_err(wrong);
        assert!(!why.contains("never") && !why.contains("from the vault"), "{why}");
    }
    store.close().await;
}

#[tokio::test]
async fn values_go_where_they_may_and_variables_that_nobody_named_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, vault) = (store(folder.path()).await, Arc::new(vault(folder.path())));
    let hosts = ["erp.example".to_owned(), "*.corp.example".to_owned()];
    put(&store, vault.seal("erp", &hosts, "hush hush").expect("sealed")).await;
    let environment = Arc::new(|name: &str| Some(format!("variable {name}")));
    let variables = vec!["ERP_TOKEN".to_owned(), "PROBE_*".to_owned()];
    let filler = Filler { store: store.clone(), vault, environment, variables, folders: Vec::new() };

    for (host, goes) in [
        (Some("erp.example"), true),
        (Some("ERP.example"), true),
        (Some("a.corp.example"), true),
        (Some("corp.example"), false),
        (Some("evilcorp.example"), false),
        (Some("erp.example.evil.example"), false),
        (None, false),
    ] {
        let sent = filler.fill("${secret:erp}", host).await;
        assert_eq!(sent.is_ok(), goes, "{host:?}");
        if let Err(why) = sent {
            assert!(why.contains("erp.example, *.corp.example only") && !why.contains("hush"), "{why}");
        }
    }
    for (name, open) in [("ERP_TOKEN", true), ("PROBE_X", true), ("ERP_TOKEN_2", false), ("HOME", false)] {
        assert_eq!(filler.fill(&format!("${{env:{name}}}"), None).await.is_ok(), open, "{name}");
    }
    store.close().await;
}
