//! What is written is followed once, over a real `SQLite` file.

use std::sync::Arc;

use model::{Settings, SystemClock};
use serde_json::json;
use store::{Store, StoreUrl, Write};

use crate::{Clients, Handle, Monitor, MonitorConfig, landscape::Landscape, testing::START};

/// Writes a system.
async fn write(store: &Store, name: &str) {
    let spec = serde_json::from_value(json!({"slug": name, "name": name})).expect("a system");
    store.apply(&[Write::PutSystem { spec, catalogue: None }], START).await.expect("written");
}

/// The landscape after the engine was told that something may have been written.
async fn followed(handle: &Handle) -> Arc<Landscape> {
    handle.catalogue_changed().await.expect("followed");
    Arc::clone(&handle.0.landscape.borrow())
}

#[tokio::test]
async fn a_landscape_is_made_once_for_each_write_however_often_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&StoreUrl::sqlite(folder.path().join("house.db"))).await.expect("a store");
    write(&store, "erp").await;
    let (config, clients) = (MonitorConfig::new(folder.path().join("spool")), Clients::new().expect("clients"));
    let monitor = Monitor::start(Settings::default(), config, store.clone(), Arc::new(SystemClock), clients, 7);
    let monitor = monitor.await.expect("an engine");
    let handle = monitor.handle();

    // Given an engine that has just read all there is, when it looks again, then it has nothing to make.
    let first = Arc::clone(&handle.0.landscape.borrow());
    assert!(Arc::ptr_eq(&first, &followed(&handle).await));

    // When we write ourselves, then it is made, and whoever looks afterwards makes it no second time.
    write(&store, "shop").await;
    let second = followed(&handle).await;
    assert_eq!((first.systems.len(), second.systems.len()), (1, 2));
    assert!(Arc::ptr_eq(&second, &followed(&handle).await));

    // And so it is with two that look at once after a write of somebody else.
    write(&store, "stock").await;
    let (one, other) = tokio::join!(followed(&handle), followed(&handle));
    assert_eq!(one.systems.len(), 3);
    assert!(Arc::ptr_eq(&one, &other));
    monitor.shutdown().await;
    assert_eq!(handle.failed(), None);
}
