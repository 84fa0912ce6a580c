//! THROWAWAY
mod fake;
use fake::{World, render};
#[tokio::test]
async fn look() {
    let Ok(out) = std::env::var("BW_LOOK") else { return };
    for (w, n) in [(World::Nothing, "nothing"), (World::Rich, "rich"), (World::Long, "long")] {
        for (a, f) in [
            ("/", "overview"),
            ("/integrations", "list"),
            ("/integrations/new", "add"),
            ("/integrations/orders-to-netsuite", "integration"),
            ("/runs", "runs"),
            ("/runs/01980000-0000-7000-8000-000000000001", "run"),
            ("/runs/01980000-0000-7000-8000-000000000002", "sent"),
            ("/nowhere", "404"),
        ] {
            let r = render(w, a, true).await;
            std::fs::write(format!("{out}/{n}-{f}.html"), r.html).unwrap();
        }
    }
}
