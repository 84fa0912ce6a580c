//! `bridgewatch probe kinds [KIND]`.

use std::fmt::{self, Write};

use clap::Args;
use rules::kind::{CelKind, Kind, OptionKind, OptionSpec};

use crate::ServerError;

/// Which kinds.
#[derive(Debug, Clone, Args)]
pub struct KindsArgs {
    /// The kind whose options and names are listed; all kinds with their options if absent
    pub kind: Option<String>,
}

/// Prints them.
pub fn kinds(args: &KindsArgs) -> Result<(), ServerError> {
    let known = probe::kinds();
    let text = match &args.kind {
        None => known.iter().map(|kind| listed(kind, false)).collect::<Result<Vec<_>, _>>(),
        Some(name) => {
            let names = || known.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ");
            let unknown = || ServerError::Config(format!("`{name}` is no kind of probe; there are {}", names()));
            let kind = Kind::find(known, name).ok_or_else(unknown)?;
            listed(kind, true).map(|text| vec![text])
        }
    };
    let text = text.map_err(|why| ServerError::Config(why.to_string()))?;
    print!("{}", text.join("\n"));
    Ok(())
}

/// A kind, its options, and if asked for the names of its expressions.
fn listed(kind: &Kind, with_names: bool) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}  {}", kind.name, kind.summary)?;
    options(&mut text, kind.options, 1)?;
    if with_names && !kind.names.is_empty() {
        writeln!(text, "names for expressions:")?;
        for name in kind.names {
            writeln!(text, "  {:<18} {:<14} {}", name.name, type_of(name.cel), name.help)?;
        }
    }
    Ok(text)
}

fn options(text: &mut String, table: &[OptionSpec], depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for option in table {
        let usual = match (option.required, option.default) {
            (true, _) => " (must be there)".to_owned(),
            (false, Some(usual)) => format!(" (usually {usual})"),
            (false, None) => String::new(),
        };
        writeln!(text, "{indent}{:<18} {}: {}{usual}", option.name, option.help, shape(option.kind))?;
        if let OptionKind::Group(table) | OptionKind::Groups(table) = option.kind {
            options(text, table, depth + 1)?;
        }
    }
    Ok(())
}

/// What an option may hold. The tables of maps are listed below them.
fn shape(kind: OptionKind) -> String {
    match kind {
        OptionKind::Group(_) => "a map of".to_owned(),
        OptionKind::Groups(_) => "a list of maps of".to_owned(),
        kind => kind.allowed(),
    }
}

fn type_of(cel: CelKind) -> &'static str {
    match cel {
        CelKind::Int => "whole number",
        CelKind::Double => "number",
        CelKind::Text => "text",
        CelKind::Bool => "true or false",
        CelKind::Duration => "length of time",
        CelKind::Map => "map",
        CelKind::List => "list",
        CelKind::Dyn => "anything",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{KindsArgs, kinds, listed};
    use crate::cli::{Cli, Command, probe::ProbeCommand};

    #[test]
    fn every_option_and_every_name_is_listed() {
        for kind in probe::kinds() {
            let text = listed(kind, true).expect("a text");
            assert!(text.starts_with(&format!("{}  {}\n", kind.name, kind.summary)));
            for option in kind.options {
                assert!(text.contains(option.name) && text.contains(option.help), "{}: {}", kind.name, option.name);
            }
            assert!(kind.names.iter().all(|name| text.contains(name.help)), "{}", kind.name);
        }
        let tcp = listed(probe::kinds().iter().find(|kind| kind.name == "tcp").expect("tcp"), false).expect("a text");
        assert!(
            tcp.contains("port               The port to connect to: a whole number from 1 to 65535 (must be there)"),
            "{tcp}"
        );
        assert!(!tcp.contains("names for expressions"));
    }

    #[test]
    fn an_unknown_kind_is_told_what_there_is() {
        let why = kinds(&KindsArgs { kind: Some("telepathy".to_owned()) }).expect_err("refused").to_string();
        assert!(why.contains("telepathy") && why.contains("http, http_steps"), "{why}");
    }

    #[test]
    fn a_file_and_the_list_of_kinds_are_told_apart() {
        let read = |words: &[&str]| {
            let all = ["bridgewatch", "probe"].into_iter().chain(words.iter().copied());
            match Cli::try_parse_from(all).map(|cli| cli.command) {
                Ok(Command::Probe(args)) => Ok(args),
                other => Err(format!("{other:?}")),
            }
        };
        let listing = read(&["kinds", "tcp"]).expect("it reads");
        let Some(ProbeCommand::Kinds(of)) = listing.command else { panic!("a list") };
        assert_eq!(of.kind.as_deref(), Some("tcp"));
        let asking = read(&["landscape.yaml", "orders/api"]).expect("it reads");
        assert!(asking.command.is_none() && asking.name.as_deref() == Some("orders/api"));
        assert!(read(&[]).is_err(), "a file is needed");
    }
}
