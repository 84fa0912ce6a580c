//! What can be written of a request, and of the way to who answers it. Kinds that speak HTTP list what they read of it.

use rules::kind::{OptionKind, OptionSpec};

use super::version;
use crate::{
    dial,
    options::{optional, required, secret},
    secure,
};

pub(crate) const URL: OptionSpec = required("url", OptionKind::Url, "The address to ask");
pub(crate) const METHOD: OptionSpec = optional(
    "method",
    OptionKind::OneOf(METHODS),
    None,
    "The request's method; without it GET, or POST where there is a body",
);
pub(crate) const QUERY: OptionSpec =
    optional("query", OptionKind::Map, None, "Parameters to add to the query of the address");
pub(crate) const HEADERS: OptionSpec = optional("headers", OptionKind::Map, None, "Headers to send");

pub(crate) const BODY: OptionSpec = optional("body", OptionKind::Text, None, "The body to send, as it is written");
pub(crate) const BODY_JSON: OptionSpec = optional("body_json", OptionKind::Json, None, "A body to send as JSON");
pub(crate) const BODY_FORM: OptionSpec = optional("body_form", OptionKind::Map, None, "The fields of a form to send");
pub(crate) const BODY_XML: OptionSpec =
    optional("body_xml", OptionKind::Text, None, "A body to send as `application/xml`");
pub(crate) const BODY_FILE: OptionSpec = optional(
    "body_file",
    OptionKind::Text,
    None,
    "The path of a file to send, in a folder that the server's configuration opens by `body_folders`; at most 1 MiB",
);
pub(crate) const GRAPHQL: OptionSpec = optional(
    "graphql",
    OptionKind::Group(&[
        required("query", OptionKind::Text, "The query"),
        optional("variables", OptionKind::Json, None, "Its variables"),
        optional("operation", OptionKind::Text, None, "Which operation of the query to run, if it holds several"),
    ]),
    None,
    "A GraphQL query to post; `errors` in the answer are trouble",
);

pub(crate) const USERNAME: OptionSpec =
    optional("username", OptionKind::Text, None, "The user of basic authentication");
pub(crate) const PASSWORD: OptionSpec = secret("password", "The password of basic authentication");
pub(crate) const BEARER: OptionSpec = secret("bearer", "A token to send as `Authorization: Bearer`");
pub(crate) const API_KEY: OptionSpec = secret("api_key", "A key to send in a header or in the query");
pub(crate) const API_KEY_HEADER: OptionSpec = optional(
    "api_key_header",
    OptionKind::Text,
    None,
    "The header that holds `api_key`; `X-API-Key` where neither this nor `api_key_query` is given",
);
pub(crate) const API_KEY_QUERY: OptionSpec =
    optional("api_key_query", OptionKind::Text, None, "The parameter of the query that holds `api_key`");
pub(crate) const OAUTH2: OptionSpec = optional(
    "oauth2",
    OptionKind::Group(&[
        required("url", OptionKind::Url, "Where tokens are granted"),
        required("client_id", OptionKind::Text, "Who asks"),
        secret("client_secret", "The secret of who asks"),
        optional("scope", OptionKind::TextList, None, "Scopes to ask for"),
        optional("audience", OptionKind::Text, None, "Whom the token is for, where the server wants to know"),
        optional(
            "send_in",
            OptionKind::OneOf(&["header", "body"]),
            Some("header"),
            "Whether id and secret are sent as basic authentication or in the body",
        ),
    ]),
    None,
    "A token by OAuth 2.0 client credentials, kept in memory until it expires and fetched once more when it is refused",
);

pub(crate) const PROXY: OptionSpec = optional(
    "proxy",
    OptionKind::UrlOf(&["http", "https"]),
    None,
    "The proxy to ask through, with user and password in its address if it wants them",
);
pub(crate) const HTTP_VERSION: OptionSpec = optional(
    "http_version",
    OptionKind::OneOf(version::WORDS),
    Some("any"),
    "Which version to speak: what the server prefers, 1.1 alone, or 2 alone (without TLS as well)",
);
pub(crate) const COMPRESSION: OptionSpec = optional(
    "compression",
    OptionKind::Bool,
    Some("true"),
    "Whether to accept answers in gzip, br and deflate, and to unpack them",
);
pub(crate) const COOKIES: OptionSpec = optional(
    "cookies",
    OptionKind::Bool,
    Some("true"),
    "Whether cookies of an answer are sent with what follows in the same check",
);
pub(crate) const FOLLOW_REDIRECTS: OptionSpec = optional(
    "follow_redirects",
    OptionKind::Bool,
    Some("true"),
    "Whether to follow redirects; headers and secrets are not taken to another host",
);
pub(crate) const MAX_REDIRECTS: OptionSpec =
    optional("max_redirects", OptionKind::Int { min: 1, max: 20 }, Some("10"), "How many are followed at most");
pub(crate) const REDIRECTS_TO: OptionSpec = optional(
    "redirects_to",
    OptionKind::OneOf(&["anywhere", "same_host"]),
    Some("anywhere"),
    "Where they may lead; to another host is trouble with `same_host`",
);
pub(crate) const MAX_BODY_BYTES: OptionSpec = optional(
    "max_body_bytes",
    OptionKind::Int { min: 1, max: 16 * 1_048_576 },
    Some("1048576"),
    "A larger answer, packed or unpacked, is not read to its end and fails as too_large",
);

/// What is asked for.
pub(crate) const REQUEST: &[OptionSpec] =
    &[URL, METHOD, QUERY, HEADERS, BODY, BODY_JSON, BODY_FORM, BODY_XML, BODY_FILE, GRAPHQL];
/// Who asks.
pub(crate) const CREDENTIALS: &[OptionSpec] = &[USERNAME, PASSWORD, BEARER, API_KEY, API_KEY_HEADER, API_KEY_QUERY];
/// On which way, and what is read of the answer.
pub(crate) const WAY: &[OptionSpec] = &[
    FOLLOW_REDIRECTS,
    MAX_REDIRECTS,
    REDIRECTS_TO,
    COOKIES,
    COMPRESSION,
    MAX_BODY_BYTES,
    HTTP_VERSION,
    PROXY,
    dial::IP,
    dial::RESOLVE,
    secure::CA,
    secure::SERVER_NAME,
    secure::CLIENT_CERTIFICATE,
    secure::CLIENT_KEY,
    secure::INSECURE,
];

/// Those of RFC 9110 without CONNECT, PATCH, and those of read-only questions elsewhere.
const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"];
