//! `bridgewatch apply FILE`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use model::{Catalogue, Clock, Fault, Plan, SystemClock, Timestamp};
use rules::catalogue;
use store::Store;

use super::StoreArgs;
use crate::ServerError;

/// What to apply, and where.
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// A YAML file, a folder of them, or the CSV of a spreadsheet (name, from, to, owner, tier, business process ...)
    pub file: PathBuf,
    /// Only print the plan
    #[arg(long)]
    pub dry_run: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Plans, prints, and unless told otherwise carries out.
pub async fn apply(args: ApplyArgs) -> Result<ExitCode, ServerError> {
    let store = Store::open(&args.store.config()?.store()?).await?;
    let plan = apply_file(&store, &args.file, args.dry_run, SystemClock.now()).await;
    store.close().await;
    let plan = plan?;
    for change in &plan.changes {
        let fields = if change.fields.is_empty() { String::new() } else { format!("  ({})", change.fields.join(", ")) };
        println!("{:<7} {:<11} {}{fields}", change.kind, change.noun, change.slug);
    }
    match (plan.changes.len(), plan.applied) {
        (0, _) => println!("Nothing to change: `{}` is as the file says.", plan.catalogue),
        (count, true) => println!("{count} changed in `{}`.", plan.catalogue),
        (count, false) => println!("{count} would change in `{}`. Nothing was changed (--dry-run).", plan.catalogue),
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a catalogue whole, then carries it out in one transaction.
pub async fn apply_file(store: &Store, file: &Path, dry_run: bool, now: Timestamp) -> Result<Plan, ServerError> {
    let want = read(file)?;
    Ok(service::offline::apply(store, probe::kinds(), want, dry_run, crate::house::seed(), now).await?)
}

/// Reads a catalogue from YAML, a folder or CSV; all faults at once.
pub fn read(path: &Path) -> Result<Catalogue, ServerError> {
    let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    let files = texts(path)?;
    let read = match files.as_slice() {
        [(name, text)] if is_csv => catalogue::read_csv(name, text),
        files => catalogue::read(files, probe::kinds()),
    };
    read.map_err(|faults| ServerError::Catalogue(lines(&faults)))
}

/// The text of a file, or of every YAML file of a folder by name.
fn texts(path: &Path) -> Result<Vec<(String, String)>, ServerError> {
    let mut paths = vec![path.to_owned()];
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| ServerError::Read { path, source }
    };
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(failed(path))?;
        paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml"));
        paths.sort();
    }
    paths
        .into_iter()
        .map(|path| Ok((path.display().to_string(), fs::read_to_string(&path).map_err(failed(&path))?)))
        .collect()
}

/// One line a fault: where, what, what would be right.
fn lines(faults: &[Fault]) -> String {
    let line = |fault: &Fault| {
        let file = fault.file.as_deref().unwrap_or_default();
        let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
        let allowed = fault.allowed.as_ref().map(|allowed| format!(" (allowed: {allowed})")).unwrap_or_default();
        format!("  {file}{line}  {}: {}{allowed}", fault.field, fault.message)
    };
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}
