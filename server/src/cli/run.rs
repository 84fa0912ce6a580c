//! `bridgewatch probe run INTEGRATION/PROBE --server URL`.

use std::{process::ExitCode, time::Duration};

use clap::Args;
use model::{Run, Slug, problem::ProblemDocument};
use reqwest::{Client, Response, StatusCode, header::AUTHORIZATION, redirect::Policy};
use rules::assess::Judgement;
use url::Url;

use super::probe::{print, went_well};
use crate::{ServerError, config::LISTEN, error::in_words, http::way::is_loopback};

/// Where the token stands: on a command line others on the machine could read it.
const TOKEN: &str = "BRIDGEWATCH_TOKEN";
/// The server answers within half of it, or says that it could not.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which probe, and where.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// `integration/probe`
    #[arg(value_name = "INTEGRATION/PROBE", value_parser = named)]
    pub name: Named,
    /// Where the server is, a path included; what it needs to know who asks is a token in `BRIDGEWATCH_TOKEN`
    #[arg(long, value_name = "URL", default_value_t = format!("http://{LISTEN}"))]
    pub server: String,
}

/// A probe by its slug and that of its integration.
#[derive(Debug, Clone)]
pub struct Named {
    integration: Slug,
    probe: Slug,
}

fn named(text: &str) -> Result<Named, String> {
    let (integration, probe) = text.split_once('/').ok_or("write it as integration/probe")?;
    let slug = |text: &str| Slug::parse(text).map_err(|why| why.to_string());
    Ok(Named { integration: slug(integration)?, probe: slug(probe)? })
}

/// Has the server ask now, out of turn, and prints what came of it; the exit status is 0 only if it did not fail.
pub async fn run(args: &RunArgs) -> Result<ExitCode, ServerError> {
    let Named { integration, probe } = &args.name;
    let server = args.server.trim_end_matches('/');
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    check(server, token.is_some())?;
    let failed = |why: String| ServerError::Server { server: server.to_owned(), why };

    // Whoever has the first client of the process has chosen already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).referer(false).no_proxy().build();
    let client = client.map_err(|why| failed(in_words(&why)))?;
    let mut asking = client.post(format!("{server}/api/v1/integrations/{integration}/probes/{probe}/run"));
    if let Some(token) = &token {
        asking = asking.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let answer = asking.send().await.map_err(|why| failed(in_words(&why.without_url())))?;
    if answer.status() != StatusCode::OK {
        return Err(failed(refusal(answer).await));
    }
    let run: Run = answer.json().await.map_err(|why| failed(format!("it answers no run: {}", in_words(&why))))?;

    let judgement = Judgement {
        outcome: run.outcome,
        reason: run.reason,
        message: run.message,
        assertions: run.assertions,
        measures: run.measures,
        untold: Vec::new(),
    };
    print(&format!("{integration}/{probe}"), &judgement, run.phases.unwrap_or_default(), run.latency_us);
    Ok(if went_well(run.outcome) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether it is an address, and a token does not cross a network in clear on the way there.
fn check(server: &str, with_token: bool) -> Result<(), ServerError> {
    let wrong = |why: &str| ServerError::Config(format!("--server: `{server}` {why}"));
    let url = Url::parse(server).map_err(|_| wrong("is no address; write https://bridges.example.com"))?;
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => Ok(()),
        "http" if !with_token || is_loopback(host) => Ok(()),
        "http" => Err(wrong("would have the token cross the network in clear; write https://")),
        _ => Err(wrong("is no address of a server; write https://bridges.example.com")),
    }
}

/// What a server says that does not do it.
async fn refusal(answer: Response) -> String {
    let status = answer.status();
    let said = match answer.json::<ProblemDocument>().await {
        Ok(problem) => problem.detail,
        Err(_) => format!("it answers {status}, and not as Bridgewatch does"),
    };
    if status == StatusCode::UNAUTHORIZED { format!("{said} Put a token of yours into {TOKEN}.") } else { said }
}

#[cfg(test)]
mod tests {
    use super::{check, named};

    #[test]
    fn a_probe_is_named_by_two_slugs() {
        let probe = named("orders/api").expect("a name");
        assert_eq!((probe.integration.as_str(), probe.probe.as_str()), ("orders", "api"));
        for wrong in ["orders", "orders/", "/api", "orders/api/run", "Orders/api", "../x"] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_does_not_cross_a_network_in_clear() {
        for (server, with_token, remedy) in [
            ("https://bridges.example.com/watch", true, None),
            ("http://127.0.0.1:7077", true, None),
            ("http://[::1]:7077", true, None),
            ("http://localhost:7077", true, None),
            ("http://bridges.example.com", false, None),
            ("http://bridges.example.com", true, Some("in clear; write https://")),
            ("bridges.example.com", true, Some("is no address")),
            ("ftp://bridges.example.com", true, Some("is no address")),
        ] {
            let told = check(server, with_token).map_err(|why| why.to_string());
            match remedy {
                None => assert_eq!(told, Ok(()), "{server}"),
                Some(remedy) => {
                    let why = told.expect_err(server);
                    assert!(why.contains(remedy) && why.contains(server), "{server}: {why}");
                }
            }
        }
    }
}
