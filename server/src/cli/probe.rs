//! `bridgewatch probe FILE [NAME]`, `bridgewatch probe kinds`, `bridgewatch probe run`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};
use model::{Assertion, Clock, Fault, Outcome, Phases, ProbeSpec, SystemClock};
use probe::{Asking, Clients, Fill, Filled, Filling, Outside};
use rules::assess::{Compiled, Judgement, assess};

use super::{
    StoreArgs, apply,
    kinds::{self, KindsArgs},
    run::{self, RunArgs},
};
use crate::{ServerError, config, outside};

/// Which probe.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ProbeArgs {
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<ProbeCommand>,
    /// The catalogue that it stands in
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// `integration/probe`, or one of the two; all probes if absent
    pub name: Option<String>,
    /// The configuration file, whose `extra_roots` are trusted and whose `sqlite_folder` is read [default: bridgewatch.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "BRIDGEWATCH_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder whose programs may be run [default: none]
    #[arg(long, value_name = "FOLDER")]
    pub command_folder: Option<PathBuf>,
}

/// What there is to know of probes.
#[derive(Debug, Clone, Subcommand)]
pub enum ProbeCommand {
    /// List the kinds of probes and their options
    Kinds(KindsArgs),
    /// Have a running server ask one of its probes now and print phases, assertions and outcome; the run is recorded
    Run(RunArgs),
}

/// Runs them now, one after another; the exit status is 0 only if none failed.
pub async fn probe(args: ProbeArgs) -> Result<ExitCode, ServerError> {
    match args.command {
        Some(ProbeCommand::Kinds(args)) => return kinds::kinds(&args).map(|()| ExitCode::SUCCESS),
        Some(ProbeCommand::Run(args)) => return run::run(&args).await,
        None => {}
    }
    let Some(file) = args.file else {
        return Err(ServerError::Config("name the catalogue that the probe stands in".to_owned()));
    };
    let catalogue = apply::read(&file)?;
    let named = |integration: &str, probe: &str| match args.name.as_deref() {
        None => true,
        Some(name) => name == integration || name == probe || name == format!("{integration}/{probe}"),
    };
    // There is no store here, so what is left is `${env:NAME}` and `${file:PATH}`. What is printed is whoever's who typed this.
    let values: Fill = Arc::new(|text: String, _host: Option<String>| -> Filling {
        Box::pin(async move { config::filled(&text).map(|text| Filled { text, values: Vec::new() }) })
    });
    let config = StoreArgs { config: args.config, ..StoreArgs::default() }.config()?;
    let sqlite_folder = config.sqlite_folder.clone();
    let outside = Outside { command_folder: args.command_folder, sqlite_folder, ..Outside::default() };
    let clients = outside::trusting(&config, outside)?.filling(values);
    let mut asked = 0;
    let mut failed = 0;
    for integration in &catalogue.integrations {
        for spec in &integration.probes {
            if named(integration.slug.as_str(), spec.slug.as_str()) && spec.kind != "heartbeat" {
                asked += 1;
                failed += usize::from(!ask(&format!("{}/{}", integration.slug, spec.slug), spec, &clients).await?);
            }
        }
    }
    if asked == 0 {
        let name = args.name.unwrap_or_else(|| "any probe that asks".to_owned());
        return Err(ServerError::Config(format!("{} does not name {name}", file.display())));
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks once and prints what came of it; answers whether it worked.
async fn ask(name: &str, spec: &ProbeSpec, clients: &Clients) -> Result<bool, ServerError> {
    let wrong = |faults: Vec<Fault>| ServerError::Problem(model::Problem::invalid(faults));
    let kind = probe::kinds().iter().find(|kind| kind.name == spec.kind);
    let kind = kind.ok_or_else(|| ServerError::Config(format!("`{}` is no kind of probe", spec.kind)))?;
    let compiled = Compiled::compile(spec, kind).map_err(wrong)?;
    let asker = probe::build(spec, clients).map_err(wrong)?;
    let observation = asker.ask(&Asking { at: SystemClock.now(), timeout: spec.timeout }).await;
    let judgement = assess(&compiled, &observation);
    print(name, &judgement, observation.phases, Some(observation.latency_us));
    Ok(went_well(judgement.outcome))
}

/// Whether the exit status says so.
pub(super) fn went_well(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Ok | Outcome::Warn | Outcome::Partial)
}

/// Prints what came of a probe.
pub(super) fn print(name: &str, judgement: &Judgement, phases: Phases, latency_us: Option<i64>) {
    let reason = judgement.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    println!("{name}  {}{reason}", judgement.outcome);
    if let Some(message) = &judgement.message {
        println!("  {message}");
    }
    let parts = [
        ("dns", phases.dns_us),
        ("connect", phases.connect_us),
        ("tls", phases.tls_us),
        ("first byte", phases.first_byte_us),
        ("transfer", phases.transfer_us),
        ("in all", latency_us),
    ];
    for (phase, us) in parts {
        if let Some(us) = us {
            println!("  {phase:<11}{:>6}.{:03} ms", us / 1_000, us % 1_000);
        }
    }
    for assertion in &judgement.assertions {
        println!("  {} {}{}", if assertion.passed { "holds" } else { "fails" }, assertion.expr, sides(assertion));
    }
    for (measure, value) in &judgement.measures {
        println!("  {measure} = {value}");
    }
}

fn sides(assertion: &Assertion) -> String {
    match (&assertion.error, &assertion.left, &assertion.right) {
        (Some(error), ..) => format!("  ({error})"),
        (None, Some(left), Some(right)) => format!("  ({left}, {right})"),
        _ => String::new(),
    }
}
