//! The way to PostgreSQL: encrypted where it is asked for, and only to who has the right certificate.

use std::{error::Error as _, path::Path};

use sqlx::{Connection as _, PgConnection};
use store::{Store, StoreError};
use tests::{authority::Authority, postgres::Postgres};

/// Opens the store at this address; answers how many of its connections are encrypted, and how many are not.
async fn connections(url: &str, watcher: &mut PgConnection) -> Result<(i64, i64), StoreError> {
    let store = Store::open(&url.parse()?).await?;
    // Readers connect when they are needed.
    store.setting("any").await?;
    let counted = sqlx::query_as(
        "select count(*) filter (where ssl), count(*) filter (where not ssl)
         from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'bridgewatch'",
    );
    let counted = counted.fetch_one(watcher).await.expect("the server tells");
    store.close().await;
    Ok(counted)
}

/// All that is said of why it was not opened.
fn why(refused: &StoreError) -> String {
    let mut said = refused.to_string();
    let mut source = refused.source();
    while let Some(error) = source {
        said = format!("{said}: {error}");
        source = error.source();
    }
    said
}

#[tokio::test]
async fn postgres_is_spoken_to_by_tls_and_only_with_the_certificate_that_is_expected() {
    // Given a PostgreSQL with a certificate for `localhost` of an authority that only a file names.
    let (ours, other) = (Authority::new("Ours"), Authority::new("Another"));
    let (certificate, key) = ours.issue("localhost");
    let postgres = Postgres::start_with_tls(&certificate, &key);
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, other) = (ours.write(folder.path(), "ours.pem"), other.write(folder.path(), "other.pem"));
    let by_socket = postgres.database().await;
    let by_port = by_socket.split_once('?').expect("a socket").0;
    let verified = |url: &str, roots: &Path| format!("{url}?sslmode=verify-full&sslrootcert={}", roots.display());
    let mut watcher = PgConnection::connect(&by_socket).await.expect("a connection");

    // When it is asked for, then every connection is encrypted; and where nothing is said, what can be is.
    for url in [verified(by_port, &ours), format!("{by_port}?sslmode=require"), by_port.to_owned()] {
        let (encrypted, in_clear) =
            connections(&url, &mut watcher).await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        assert!(encrypted >= 2 && in_clear == 0, "{url}: {encrypted} encrypted, {in_clear} in clear");
    }
    let in_clear = connections(&format!("{by_port}?sslmode=disable"), &mut watcher).await.expect("opened");
    assert!(in_clear.0 == 0 && in_clear.1 >= 2, "what is counted tells them apart: {in_clear:?}");

    // When the certificate is another authority's, nobody's that is known, or another name's, then nothing is said to it.
    let nobodys = format!("{by_port}?sslmode=verify-full");
    let named_otherwise = verified(&by_port.replace("localhost", "127.0.0.1"), &ours);
    for url in [verified(by_port, &other), nobodys, named_otherwise] {
        let refused = connections(&url, &mut watcher).await.expect_err(&url);
        assert!(why(&refused).to_lowercase().contains("certificate"), "{url}: {}", why(&refused));
    }

    // And where it has to be encrypted and cannot be, it is not spoken to in clear.
    let plain = Postgres::shared().database().await;
    let refused = connections(&format!("{plain}&sslmode=require"), &mut watcher).await.expect_err("refused");
    assert!(why(&refused).contains("TLS"), "{}", why(&refused));
    watcher.close().await.expect("closed");
}
