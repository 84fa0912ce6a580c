//! How this integration sends word of its runs: ready to paste.

use leptos::prelude::*;
use model::IntegrationDetail;

use crate::{
    href::{self, href},
    parts::{button, fact},
    surroundings::Surroundings,
};

/// The section: one snippet open, two to open.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let spec = &detail.integration.spec;
    let address = format!("{}{}", here.origin, href(&format!("/api/v1/integrations/{}/runs", spec.slug)));
    let snippets = [
        ("curl", "snippet-curl", curl(&address), true),
        ("Python", "snippet-python", python(&address), false),
        ("GitLab CI", "snippet-gitlab", gitlab(&address), false),
    ]
    .into_iter()
    .map(|(name, id, text, open)| {
        view! {
            <details class="snippet" open=open>
                <summary>{name}</summary>
                <div class="code">
                    {button::copy(id, "Copy")} <pre id=id tabindex="0">
                        {text}
                    </pre>
                </div>
            </details>
        }
    })
    .collect_view();
    let unit = spec.unit.clone().unwrap_or_default().many;
    view! {
        <section class="section" id="send">
            {fact::section_head("Send its runs", None)}
            <p class="prose">
                {format!(
                    "After each piece of work, send how it ended and how many {unit} it moved. Sending the same external_id again changes nothing; an array of up to 1,000 is taken or refused as a whole.",
                )}
            </p>
            <p class="prose">
                "It asks with a token of its own, in " <code>"BRIDGEWATCH_TOKEN"</code> ", which can do nothing else: "
                <a href=href::with("/account", &[("for", &spec.slug)])>"make a token for it"</a> "."
            </p>
            <div class="snippets">{snippets}</div>
        </section>
    }
    .into_any()
}

fn curl(address: &str) -> String {
    format!(
        r#"curl --fail-with-body {address} \
  --header "authorization: Bearer $BRIDGEWATCH_TOKEN" \
  --header 'content-type: application/json' \
  --data '{{
    "external_id": "job-4711",
    "outcome": "ok",
    "duration_ms": 5300,
    "units": 12,
    "records": {{"read": 12, "written": 12}}
  }}'"#
    )
}

fn python(address: &str) -> String {
    format!(
        r#"import json, os, time, urllib.request

def tell(**run):
    request = urllib.request.Request(
        "{address}",
        data=json.dumps(run).encode(),
        headers={{
            "authorization": "Bearer " + os.environ["BRIDGEWATCH_TOKEN"],
            "content-type": "application/json",
        }},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)

began = time.monotonic()
moved = 12  # your work goes here
tell(
    external_id="job-4711",
    outcome="ok",
    duration_ms=int((time.monotonic() - began) * 1000),
    units=moved,
)"#
    )
}

fn gitlab(address: &str) -> String {
    format!(
        r#"sync:
  script:
    - ./sync.sh
  after_script:
    - |
      if [ "$CI_JOB_STATUS" = "success" ]; then outcome=ok; else outcome=failed; fi
      curl --fail-with-body "{address}" \
        --header "authorization: Bearer $BRIDGEWATCH_TOKEN" \
        --header "content-type: application/json" \
        --data "{{\"external_id\": \"gitlab-$CI_JOB_ID\", \"started_at\": \"$CI_JOB_STARTED_AT\", \"outcome\": \"$outcome\", \"message\": \"$CI_JOB_URL\"}}""#
    )
}
