//! Where a secret can enter, and the canary that is planted there.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tests::canary::Canary;

use super::scene::Scene;

/// In a vault, the environment or a file, and named by the options of a probe or by a channel: each with the name of its secret.
pub static SECRETS: [(&str, Canary); 18] = [
    ("BEARER", Canary::of("bearer")),
    ("BODY", Canary::of("body")),
    ("CHANNELHEADER", Canary::of("channelheader")),
    ("CHANNELKEY", Canary::of("channelkey")),
    ("CHANNELPATH", Canary::of("channelpath")),
    ("COMMAND", Canary::of("putbycommand")),
    ("FINE", Canary::of("answeredfine")),
    ("FORM", Canary::of("putbyform")),
    ("HEADER", Canary::of("header")),
    ("NOISE", Canary::of("amongnoise")),
    ("PASSWORD", Canary::of("basicpassword")),
    ("QUERY", Canary::of("query")),
    ("REDIRECT", Canary::of("redirect")),
    ("AWAY", Canary::of("redirectaway")),
    ("SPOOL", Canary::of("spool")),
    ("TCP", Canary::of("tcpsaid")),
    ("TLS", Canary::of("tlserror")),
    ("USERINFO", Canary::of("userinfo")),
];
pub static ENVIRONMENT: Canary = Canary::of("environment");
pub static FILE: Canary = Canary::of("file");
/// Waited for by a TCP probe, and never sent.
pub static WANTED: Canary = Canary::of("tcpwanted");
/// Bridgewatch's own at a provider.
pub static CLIENT: Canary = Canary::of("clientsecret");

/// Said to us, and meant for nobody.
pub static SAID: [Canary; 16] = [
    Canary::of("ownpassword"),
    Canary::of("anotherspassword"),
    Canary::of("wrongpassword"),
    Canary::of("passwordasemail"),
    Canary::of("wrongtoken"),
    Canary::of("wrongcookie"),
    Canary::of("wronglink"),
    Canary::of("codeofaprovider"),
    Canary::of("refusedvalue"),
    Canary::of("refusedform"),
    Canary::of("refusedoption"),
    Canary::of("refusedpassword"),
    Canary::of("triedbearer"),
    Canary::of("runmessage"),
    Canary::of("stepmessage"),
    Canary::of("databasepassword"),
];

/// Written into options as they are, where a reference should stand: nobody is shown them, but the store has to keep them.
pub static WRITTEN: [Canary; 7] = [
    Canary::of("writtenbearer"),
    Canary::of("writtenuserinfo"),
    Canary::of("writtenquery"),
    Canary::of("writtenheader"),
    Canary::of("writtencookie"),
    Canary::of("writtenbroken"),
    Canary::of("writtenincatalogue"),
];

/// A name that everybody may read: the search must find it wherever there is anything to find.
pub static CONTROL: Canary = Canary::of("control");

/// One of [`SAID`] by its place.
pub fn said(place: &'static str) -> Canary {
    let canary = Canary::of(place);
    assert!(SAID.contains(&canary), "{place} is searched for");
    canary
}

/// The value of one of [`WRITTEN`].
fn written(place: &'static str) -> String {
    let canary = Canary::of(place);
    assert!(WRITTEN.contains(&canary), "{place} is searched for");
    canary.value()
}

/// As part of an address.
pub fn escaped(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// What is applied at start.
pub fn catalogue() -> String {
    let bearer = json!(written("writtenincatalogue"));
    let name = CONTROL.song();
    format!(
        "catalogue: {name}\nsystems: [{{slug: shop, name: Shop}}, {{slug: erp, name: ERP}}]\nintegrations:\n  - slug: applied\n    \
         name: Applied\n    from: shop\n    to: erp\n    probes:\n      - {{slug: api, kind: http, every: 1h, \
         url: 'http://127.0.0.1:9/', bearer: {bearer}}}\n"
    )
}

/// An integration whose probes say every canary to servers that repeat them.
pub fn bridge(scene: &Scene) -> Value {
    let (http, tls, tcp) = (scene.http.address, scene.tls.address, scene.tcp.address);
    let control = CONTROL.song();
    let file = scene.file();
    let basic = Scene::basic(&written("writtenheader"));
    let probe = |slug: &str, options: Value, assert: Value| {
        let kind = if options.get("url").is_some() { "http" } else { "tcp" };
        json!({ "slug": slug, "kind": kind, "every": "1h", "timeout": "5s", "options": options, "assert": assert })
    };
    let bearer = |path: &str, name: &str| json!({ "url": format!("http://{http}/{path}"), "bearer": format!("${{secret:{name}}}") });
    let values = json!(["body == 'no'", "headers['x-echo'] == 'no'"]);
    let all_over = json!({
        "url": format!("http://{http}/any/{control}?q=${{secret:QUERY}}"),
        "method": "POST",
        "bearer": "${secret:BEARER}",
        "headers": { "x-plain": "a ${secret:HEADER}" },
        "body": "{\"key\": \"${secret:BODY}\"}",
    });
    let basic_auth =
        json!({ "url": format!("http://{http}/any"), "username": "ada", "password": "${secret:PASSWORD}" });
    let environment = json!({
        "url": format!("http://{http}/any"),
        "method": "POST",
        "headers": { "x-plain": "${env:CANARY_OF_TEST}" },
        "body": format!("${{file:{file}}}"),
    });
    let listening =
        json!({ "host": "127.0.0.1", "port": tcp.port(), "send": "${secret:TCP}", "expect": "${secret:WANTED}" });
    let query = escaped(&written("writtenquery"));
    let user = escaped(&written("writtenuserinfo"));
    json!({
        "slug": "bridge", "name": format!("Bridge {control}"), "from": "shop", "to": "erp",
        "probes": [
            probe("all-over", all_over, values.clone()),
            probe("user-info", json!({ "url": format!("http://ada:${{secret:USERINFO}}@{http}/any") }), values.clone()),
            probe("basic", basic_auth, values.clone()),
            probe("redirect", bearer("on", "REDIRECT"), values.clone()),
            probe("away", bearer("away", "AWAY"), json!([])),
            probe("noise", bearer("noise", "NOISE"), values.clone()),
            probe("fine", bearer("fine", "FINE"), values.clone()),
            probe("tls", json!({ "url": format!("https://ada:${{secret:TLS}}@{tls}/") }), json!([])),
            probe("environment", environment, values.clone()),
            probe("tcp", listening, json!(["banner == 'no'"])),
            probe("command", bearer("any", "COMMAND"), json!([])),
            probe("form", bearer("any", "FORM"), json!([])),
            probe("written-bearer", json!({ "url": format!("http://{http}/any"), "bearer": written("writtenbearer") }), values.clone()),
            probe("written-user", json!({ "url": format!("http://ada:{user}@{http}/any") }), values.clone()),
            probe("written-query", json!({ "url": format!("http://{http}/any?api_key={query}") }), values.clone()),
            probe("written-header", json!({ "url": format!("http://{http}/any"), "headers": { "Authorization": basic } }), values.clone()),
            probe("written-broken", json!({ "url": format!("http://{http}/any"), "bearer": format!("{}\n", written("writtenbroken")) }), json!([])),
            probe("written-cookie", json!({ "url": format!("http://{http}/any"),
                "headers": { "Cookie": format!("session={}", Canary::of("writtencookie").song()) } }), values),
        ],
    })
}

/// One whose only probe goes on asking.
pub fn lasting(scene: &Scene) -> Value {
    let url = scene.http.url(&format!("/any/{}", CONTROL.song()));
    let probe = json!({ "slug": "api", "kind": "http", "every": "1s", "timeout": "1s",
                        "options": { "url": url, "bearer": "${secret:SPOOL}" }, "assert": ["body == 'no'"] });
    json!({ "slug": "lasting", "name": "Lasting", "from": "shop", "to": "erp", "probes": [probe] })
}
