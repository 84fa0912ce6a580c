//! The demo as a visitor meets it: six stories, each with its cause; a server that they stop; and the picture in the README.

use std::{path::Path, sync::Arc, time::Duration};

use fantoccini::Locator;
use model::SystemClock;
use server::{Config, House};
use tempfile::TempDir;
use tests::{
    browser::{Browser, DESKTOP},
    wait::{until, within},
};

/// Each story's integration, and what the page that its sentence leads to says of the cause.
const STORIES: [(&str, &str); 6] = [
    ("Orders to NetSuite", "401"),
    ("Web orders to Salesforce", "missed"),
    ("Payroll export", "missed"),
    ("Leads to Salesforce", "latency"),
    ("Usage to billing", "503"),
    ("Contracts to Salesforce", "never evidenced"),
];

/// A build without optimizations folds 90 days for so long.
const WHOLE_PAST: Duration = Duration::from_mins(5);
/// From the click to the words.
const PROMISED: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_tells_six_stories_with_their_causes_and_shows_what_a_stop_costs() {
    // Given the demo, its past still being folded.
    let folder = tempfile::tempdir().expect("a folder");
    let house = demo(&folder).await;
    let browser = Browser::open(DESKTOP).await;
    let overview = format!("{}/", house.url());
    browser.go(&overview).await;
    until("six stories", async || {
        let text = browser.text().await;
        STORIES.iter().all(|(name, _)| text.contains(name)).then_some(())
    })
    .await;
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        within(WHOLE_PAST, "the whole past", async || {
            (!browser.text().await.contains("still being made up")).then_some(())
        })
        .await;
        until("the page to be live", async || shows(&browser, "Stop NetSuite").await).await;
        browser.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/overview.png")).await;
    }

    // Then each sentence, or the name where no run exists, leads to its cause.
    for (name, cause) in STORIES {
        browser.go(&overview).await;
        let row = format!("//table[contains(@class,'attention')]//tr[th[contains(.,'{name}')]]");
        let within_row = |path: &str| format!("{row}{path}");
        let sentence = browser.client().find(Locator::XPath(&within_row("/td[@class='c-why']/a"))).await;
        let link = match sentence {
            Ok(link) => link,
            Err(_) => browser.client().find(Locator::XPath(&within_row("/th/a"))).await.expect(name),
        };
        link.click().await.expect(name);
        until(&format!("the cause of {name}: {cause}"), async || shows(&browser, cause).await).await;
    }

    // When a visitor stops NetSuite, then the page names that and its cost.
    browser.go(&overview).await;
    until("the page to be live", async || shows(&browser, "Stop NetSuite").await).await;
    browser.click("[aria-label='Stop NetSuite']").await;
    within(PROMISED, "what is wrong with NetSuite, and its cost", async || {
        let text = browser.text().await;
        let row = text.lines().skip_while(|line| !line.contains("Orders to NetSuite")).take(4).collect::<String>();
        (row.contains("no connection to NetSuite") && row.contains("of hand work")).then_some(())
    })
    .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}

async fn shows(browser: &Browser, words: &str) -> Option<()> {
    browser.text().await.contains(words).then_some(())
}

async fn demo(folder: &TempDir) -> House {
    let config = Config {
        database: folder.path().join("demo.db").display().to_string(),
        demo: true,
        ..Config::within(folder.path())
    };
    House::start_with(config, Arc::new(SystemClock)).await.expect("the demo")
}
