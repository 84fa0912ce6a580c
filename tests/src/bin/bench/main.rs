//! What checks, runs and pages cost, as one table that can be pasted:
//! `cargo xtask bench [all|cpu|saturated|tcp|tls|busy|late|many|assertions|flood|ingest|pages]`.
//!
//! Three processes take part, each with a CPU time of its own: a *target* that answers and notes when it was asked, the *house*
//! (a whole Bridgewatch with SQLite) or the *bare* loop (the same client without anything around it) that asks, and this one,
//! which only watches. Each is this very binary, started again with a hidden subcommand.
//!
//! ```text
//! plan (how long, how much) -> lab (folder, landscape over a protocol, children)
//!   -> cpu (http, tcp, tls: by samples of bare loop and house), busy, late and many, assertions, flood, ingest, pages -> table
//!                                    usage (/proc) and stored (the store's file) are where figures come from
//! ```

mod plan;
mod table;

mod child;
mod lab;
mod landscape;
mod protocol;
mod stored;
mod usage;

mod bare;
mod house;
mod target;

mod assertions;
mod busy;
mod cpu;
mod fill;
mod flood;
mod ingest;
mod late;
mod many;
mod pages;
mod sample;

use std::{error::Error, path::PathBuf};

use clap::{Parser, Subcommand};

use bare::Load;
use flood::Flood;
use lab::Lab;
use mimalloc::MiMalloc;
use plan::Plan;
use protocol::Protocol;
use table::Table;

// As the binary that ships has it; the bare loop is this binary too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// What may go wrong: anything, told as it is.
type Tried<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures Bridgewatch on this machine, over loopback only, and prints a table in Markdown.
#[derive(Parser)]
#[command(name = "bench")]
struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// A short version of everything: to see that it works, not for figures to quote
    #[arg(long, global = true)]
    quick: bool,
    /// How long to watch with 20 % of the targets hanging
    #[arg(long, global = true, value_name = "N", default_value_t = 10)]
    minutes: u32,
    /// Where stores lie while they are measured; commits are as slow as the disk below it [default: the temporary folder]
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Subcommand, PartialEq, Eq)]
enum Part {
    /// All of it (the default)
    All,
    /// CPU per check against a bare loop, and checks per second sustained
    Cpu,
    /// Of that only what is asked for beyond what can be stored
    Saturated,
    /// The same as `cpu` for probes that only connect
    Tcp,
    /// The same as `cpu` over HTTPS
    Tls,
    /// 5,000 checks a second, and lateness at half of that while ten clients load the overview
    Busy,
    /// Lateness and memory at 1,000 probes every 10 s while targets hang
    Late,
    /// The same at 10,000 probes every minute
    Many,
    /// What it costs to judge one assertion
    Assertions,
    /// Lateness and sign-in while a thousand wrong sign-ins a second come in
    Flood,
    /// Runs taken in over HTTP, per second
    Ingest,
    /// Server time of pages over a full store
    Pages,
    #[command(hide = true)]
    Target {
        /// What is spoken
        protocol: Protocol,
        /// Ports to listen on
        hosts: usize,
    },
    #[command(hide = true)]
    Bare(Load),
    #[command(hide = true)]
    Flooding(Flood),
    #[command(hide = true)]
    House,
}

fn main() -> Tried<()> {
    let args = Args::parse();
    child::runtime()?.block_on(run(args))
}

async fn run(args: Args) -> Tried<()> {
    let part = args.part.unwrap_or(Part::All);
    match part {
        Part::Target { protocol, hosts } => {
            return target::serve(protocol, hosts, &args.folder.unwrap_or_default()).await;
        }
        Part::Bare(load) => return bare::run(load, &args.folder.unwrap_or_default()).await,
        Part::Flooding(flood) => return flood::run(flood).await,
        Part::House => return house::run(&args.folder.unwrap_or_default()).await,
        _ => {}
    }
    let plan = if args.quick { Plan::quick() } else { Plan::full(args.minutes) };
    let lab = Lab::new(plan, args.folder.unwrap_or_else(std::env::temp_dir));
    let mut table = Table::new(&lab.describe(args.quick));
    measure(&lab, &part, &mut table).await?;
    println!("{table}");
    Ok(())
}

async fn measure(lab: &Lab, part: &Part, table: &mut Table) -> Tried<()> {
    let wants = |one: &Part| *part == Part::All || part == one;
    let compared = [Part::Late, Part::Many, Part::Ingest].iter().any(wants);
    let bare = match (wants(&Part::Cpu), compared) {
        (true, _) => Some(cpu::measure(lab, Protocol::Http, table).await?),
        (false, true) => Some(cpu::bare_only(lab).await?),
        (false, false) => None,
    };
    if *part == Part::Saturated {
        cpu::saturated(lab, Protocol::Http, table).await?;
    }
    for (one, protocol) in [(Part::Tcp, Protocol::Tcp), (Part::Tls, Protocol::Https)] {
        if wants(&one) {
            cpu::measure(lab, protocol, table).await?;
        }
    }
    if wants(&Part::Busy) {
        busy::measure(lab, table).await?;
    }
    if let Some(bare) = bare.filter(|_| wants(&Part::Late)) {
        late::measure(lab, bare, table).await?;
    }
    if let Some(bare) = bare.filter(|_| wants(&Part::Many)) {
        many::measure(lab, bare, table).await?;
    }
    if wants(&Part::Assertions) {
        assertions::measure(table)?;
    }
    if wants(&Part::Flood) {
        flood::measure(lab, table).await?;
    }
    if let Some(bare) = bare.filter(|_| wants(&Part::Ingest)) {
        ingest::measure(lab, bare, table).await?;
    }
    if wants(&Part::Pages) {
        pages::measure(lab, table).await?;
    }
    Ok(())
}
