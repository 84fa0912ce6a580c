//! What the environment says holds for every command, not for the server alone.

use std::fs;

use crate::BINARY;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_knows_of_the_environment_what_the_server_does() {
    // Given a file that is whole only with what the environment says.
    let here = tempfile::tempdir().expect("a folder");
    let settings = "listen = '10.0.0.5:7077'\ntrusted_proxies = ['10.0.0.2']\n";
    fs::write(here.path().join("bridgewatch.toml"), settings).expect("a file");
    let url = ("BRIDGEWATCH_PUBLIC_URL", "https://ops.example.com/bridges");
    let add = ["user", "add", "ada@example.com", "--role", "admin"];
    let without = BINARY.run_with(here.path(), &add, &[]).await;
    assert!(without.code == Some(1) && without.complained.contains("10.0.0.5:7077"), "{without:?}");

    // When they are told, then every command works, and links lead where people come in.
    let added = BINARY.run_with(here.path(), &add, &[url]).await;
    assert!(added.printed.contains("\nhttps://ops.example.com/bridges/invitation/"), "{added:?}");
    for command in [["user", "list"], ["secrets", "list"], ["audit", "verify"]] {
        let ran = BINARY.run_with(here.path(), &command, &[url]).await;
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    }

    // And so it is with where the server listens, and with the demo's store.
    let plain = tempfile::tempdir().expect("a folder");
    let environment = [("BRIDGEWATCH_LISTEN", "127.0.0.1:7999"), ("BRIDGEWATCH_DEMO", "true")];
    let added = BINARY.run_with(plain.path(), &add, &environment).await;
    assert!(added.printed.contains("\nhttp://127.0.0.1:7999/invitation/"), "{added:?}");
    assert!(plain.path().join("data/demo.db").exists() && !plain.path().join("data/bridgewatch.db").exists());
    let wrong = BINARY.run_with(plain.path(), &["user", "list"], &[("BRIDGEWATCH_LISTEN", "nowhere")]).await;
    assert!(wrong.code == Some(1) && wrong.complained.contains("nowhere"), "{wrong:?}");
}
