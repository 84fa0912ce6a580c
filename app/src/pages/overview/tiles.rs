//! Every integration by tier, one small tile each; a thousand still fit.

use leptos::prelude::*;
use model::{
    Tier,
    overview::{Overview, Tile},
};

use crate::{href, words::amount};

/// Tiles by tier.
pub fn section(overview: &Overview) -> AnyView {
    let tiers = Tier::ALL.iter().filter_map(|&tier| group(overview, tier)).collect_view();
    view! {
        <section class="section" aria-labelledby="tiles" data-live="tiles">
            <div class="section-head">
                <h2 id="tiles">"All integrations by tier"</h2>
                <a href=href::href("/integrations")>"As a list"</a>
            </div>
            {tiers}
        </section>
    }
    .into_any()
}

fn group(overview: &Overview, tier: Tier) -> Option<AnyView> {
    let tiles: Vec<&Tile> = overview.tiles.iter().filter(|tile| tile.tier == tier).collect();
    let levels = overview.tiers.iter().find(|levels| levels.tier == tier)?;
    if tiles.is_empty() {
        return None;
    }
    let digit = tier.get();
    let tiles = tiles.into_iter().map(one).collect_view();
    Some(
        view! {
            <div class="tier-row">
                <h3>
                    <a href=href::with("/integrations", &[("tier", &digit)])>{format!("Tier {digit}")}</a>
                    <span class="muted">
                        {format!("{} of {} okay", amount::count(levels.okay), amount::count(levels.all()))}
                    </span>
                </h3>
                <ul class="tiles">{tiles}</ul>
            </div>
        }
        .into_any(),
    )
}

/// The shape is drawn by the style sheet: a thousand tiles must stay a small page.
fn one(tile: &Tile) -> AnyView {
    view! {
        <li>
            <a class=format!("tile {}", tile.level) href=href::integration(&tile.slug)>
                <span>{tile.name.clone()} ": " {tile.level.as_str()}</span>
            </a>
        </li>
    }
    .into_any()
}
