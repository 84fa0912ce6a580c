use std::path::PathBuf;

use super::Config;
use crate::{ServerError, cli::ServeArgs};

pub(super) fn with_file(text: &str, args: ServeArgs) -> Result<Config, ServerError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bridgewatch.toml");
    std::fs::write(&path, text).expect("a file");
    Config::read(&ServeArgs { config: Some(path), ..args })
}

#[test]
fn a_flag_goes_before_the_file_and_the_file_before_the_usual() {
    let file = "listen = '127.0.0.1:1'\ndatabase = 'file.db'\n[settings]\nreporting_zone = 'Europe/Berlin'\n";
    let flags = ServeArgs { listen: "127.0.0.1:2".parse().ok(), ..ServeArgs::default() };
    let config = with_file(file, flags).expect("a configuration");
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.database, "file.db");
    assert_eq!(config.settings.reporting_zone, "Europe/Berlin");
    assert_eq!(config.data, PathBuf::from("data"));
}

#[test]
fn the_demo_has_a_database_of_its_own() {
    let flags = ServeArgs { demo: true, ..ServeArgs::default() };
    assert_eq!(with_file("", flags).expect("a configuration").database, "data/demo.db");
}

#[test]
fn what_is_wrong_is_refused_with_its_name() {
    for (file, named) in [
        ("lisen = '127.0.0.1:1'", "lisen"),
        ("[settings]\nzone = 'UTC'", "zone"),
        ("[settings]\nreporting_zone = 'Berlin'", "reporting_zone"),
        ("[settings]\nfiscal_year_start = 13", "fiscal_year_start"),
        ("listen = '0.0.0.0:7077'", "0.0.0.0:7077"),
        ("listen = '0.0.0.0:7077'\ndemo = true", "--demo"),
        ("public_url = 'ops.example.com'", "public_url"),
        ("public_url = 'https://ops.example.com'", "trusted_proxies"),
        ("public_url = 'https://ops.example.com'\ntrusted_proxies = ['::1']\ndemo = true", "--demo"),
        ("trusted_proxies = ['10.0.0.0/40']", "trusted_proxies"),
        ("denied_networks = ['10.0.0.0/40']", "denied_networks"),
        ("allowed_networks = ['10.0.0.0/40']", "allowed_networks"),
        ("deny_private = 'yes'", "deny_private"),
        ("deny_loopback = true\ndemo = true", "deny_loopback"),
        ("command_folder = 'plugins'", "command_folder"),
        ("sqlite_folder = 'databases'", "sqlite_folder"),
        ("proxy_header = 'x-real-ip'", "x-real-ip"),
        ("[tls]\ncertificate = 'cert.pem'", "key"),
        ("[sessions]\nidle = '2h'\nabsolute = '1h'", "sessions"),
        ("[limits]\ntoken_burst = 0", "token_burst"),
    ] {
        let why = with_file(file, ServeArgs::default()).expect_err(file).to_string();
        assert!(why.contains(named), "{file}: {why}");
    }
}

#[test]
fn where_probes_may_go_is_what_the_file_says() {
    let may_ask = |config: &Config, address: &str| config.egress().check(address.parse().expect("an address")).is_ok();
    let usual = with_file("", ServeArgs::default()).expect("a configuration");
    let file = "deny_loopback = true\ndeny_private = true\ndenied_networks = ['192.0.2.0/24']\n\
                allowed_networks = ['10.20.0.0/16', '192.0.2.7']\n";
    let strict = with_file(file, ServeArgs::default()).expect("a configuration");
    for (address, by_default, by_file) in [
        ("127.0.0.1", true, false),
        ("10.1.0.1", true, false),
        ("10.20.0.1", true, true),
        ("192.0.2.1", true, false),
        ("192.0.2.7", true, true),
        ("169.254.169.254", false, false),
        ("198.51.100.1", true, true),
    ] {
        assert_eq!((may_ask(&usual, address), may_ask(&strict, address)), (by_default, by_file), "{address}");
    }
}

#[test]
fn beyond_loopback_it_takes_tls_or_a_proxy_that_has_it() {
    let tls = "[tls]\ncertificate = 'cert.pem'\nkey = 'key.pem'\n";
    let public = "public_url = 'https://ops.example.com/bridges'\n";
    let proxies = "trusted_proxies = ['10.0.0.0/8', '::1']\n";
    let open = "listen = '0.0.0.0:7077'\n";
    let read = |file: &str| with_file(file, ServeArgs::default());
    assert!(read(&format!("{open}{tls}")).is_ok());
    assert!(read(&format!("{open}{public}{proxies}")).is_ok());
    for file in [open.to_owned(), format!("{open}{public}"), format!("{open}{proxies}")] {
        let why = read(&file).expect_err(&file).to_string();
        assert!(why.contains("tls.certificate") && why.contains("trusted_proxies"), "{file}: {why}");
    }
}

#[test]
fn people_on_other_machines_are_not_led_here_in_clear() {
    let tls = "[tls]\ncertificate = 'cert.pem'\nkey = 'key.pem'\n";
    let proxies = "trusted_proxies = ['10.0.0.2', '::1']\n";
    let url = |url: &str| format!("public_url = '{url}'\n");
    let read = |file: &str| with_file(file, ServeArgs::default());
    let ops = url("http://ops.example.com/bridges");
    let listening = format!("listen = '0.0.0.0:7077'\n{ops}{proxies}{tls}");
    for file in [format!("{ops}{proxies}"), format!("{ops}{tls}"), ops.clone(), listening] {
        let why = read(&file).expect_err(&file).to_string();
        assert!(why.contains("public_url: `http://ops.example.com/bridges`"), "{file}: {why}");
        assert!(why.contains("write https://ops.example.com/bridges"), "{file}: {why}");
    }
    for local in ["http://localhost:7077", "http://127.0.0.1:7077/bridges", "http://[::1]:7077"] {
        let local = url(local);
        assert!(read(&local).is_ok() && read(&format!("{local}{proxies}")).is_ok(), "{local}");
        let why = read(&format!("{local}{tls}")).expect_err(&local).to_string();
        assert!(why.contains("public_url: with [tls]"), "{local}: {why}");
    }
    for file in
        [format!("{}{proxies}", url("https://ops.example.com")), format!("{}{tls}", url("https://ops.example.com"))]
    {
        assert!(read(&file).is_ok(), "{file}");
    }
}

#[test]
fn a_slip_is_told_by_its_line_and_key_and_never_by_what_stands_there() {
    let provider = "[[sign_in.provider]]\nname = 'contoso'\nissuer = 'https://login.example'\nclient_id = 'us'\n";
    for (slip, named) in [
        ("client_sceret = 'hush-hush'", "client_sceret"),
        ("client_secret = ['hush-hush']", "client_secret"),
        ("client_secret = 4711008154711", "client_secret"),
        ("client_secret = hush-hush", "quote"),
        ("client_secret = 'hush-hush", ""),
        ("client_secret 'hush-hush'", ""),
        ("client_secret = 'x'\nclient_secret = 'hush-hush'", "duplicate"),
        ("trust_email = 'hush-hush'", "trust_email"),
    ] {
        let why = with_file(&format!("{provider}{slip}\n"), ServeArgs::default()).expect_err(slip).to_string();
        assert!(!why.contains("hush") && !why.contains("4711"), "{slip}: {why}");
        let line = 5 + slip.matches('\n').count();
        assert!(why.contains(&format!("bridgewatch.toml:{line}: ")) && why.contains(named), "{slip}: {why}");
    }
}
