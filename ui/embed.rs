//! The web viewer, embedded: its files are in the binary, so that one program is
//! the whole of Hopline.
//!
//! [`router`] answers every `GET` and `HEAD` that the API did not. It works under
//! any path prefix a reverse proxy strips: `index.html` names its files relative
//! to a `<base>`, which is filled in from the depth of the requested path.

use std::borrow::Cow;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// What `build.rs` made, see there for `UI_BUILD`.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/dist"]
struct Bundle;

const INDEX: &str = "index.html";

/// As it stands in `index.html` and in the placeholder.
const BASE: &str = r#"<base href="./">"#;

/// Everything comes from here and nothing is inline, neither script nor style.
/// `data:` images are the check marks in the component library's style sheet.
/// Trusted types make the browser refuse any text that would become markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
     manifest-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// A file whose name carries a hash of its content never changes.
const CACHE_FOR_EVER: &str = "public, max-age=31536000, immutable";

/// May be kept, but has to be asked about: the answer is then a 304.
const CACHE_BUT_ASK: &str = "no-cache";

/// Serves the viewer's files, and `index.html` for any other path that a browser
/// asks for as a page. Paths under `/api` are not answered with a page: they get
/// the JSON 404 of the API.
pub fn router() -> Router {
    Router::new().fallback(serve)
}

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = if method == Method::GET || method == Method::HEAD {
        answer(uri.path(), &headers)
    } else {
        not_allowed()
    };
    if method == Method::HEAD {
        // The length is already in the header, as it would be for GET.
        *response.body_mut() = Body::empty();
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Trace ids and search words are in our URLs; they go to nobody.
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    if name == "api" || name.starts_with("api/") {
        return api_not_found();
    }
    if name != INDEX
        && let Some(file) = Bundle::get(name)
    {
        let kind = ContentType::of(file.metadata.mimetype());
        let caching = if name.starts_with("assets/") { CACHE_FOR_EVER } else { CACHE_BUT_ASK };
        let tag = format!("\"{}\"", short_hex(&file.metadata.sha256_hash()));
        return file_response(file.data, kind, caching, &tag, headers);
    }
    // A missing script answered with a page would fail far from its cause. The root is
    // the page for everyone, `curl` included.
    if name.starts_with("assets/") || (!name.is_empty() && !accepts_html(headers)) {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "not found")
            .into_response();
    }
    index(name, headers)
}

fn index(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Bundle::get(INDEX) else {
        return (StatusCode::NOT_FOUND, "the web viewer has no index.html").into_response();
    };
    let depth = name.matches('/').count();
    let tag = format!("\"{}-{depth}\"", short_hex(&file.metadata.sha256_hash()));
    let page = String::from_utf8_lossy(&file.data).replacen(BASE, &base_element(depth), 1);
    file_response(
        Cow::Owned(page.into_bytes()),
        ContentType::of("text/html"),
        CACHE_BUT_ASK,
        &tag,
        headers,
    )
}

/// Leads from a page `depth` folders down back to the folder of the viewer.
fn base_element(depth: usize) -> String {
    match depth {
        0 => BASE.to_owned(),
        _ => format!(r#"<base href="{}">"#, "../".repeat(depth)),
    }
}

/// A media type, with the character set where it is text.
struct ContentType(HeaderValue);

impl ContentType {
    fn of(media_type: &str) -> Self {
        let textual = media_type.starts_with("text/")
            || matches!(media_type, "application/json" | "image/svg+xml");
        let value =
            if textual { format!("{media_type}; charset=utf-8") } else { media_type.to_owned() };
        Self(
            HeaderValue::from_str(&value)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
        )
    }
}

fn file_response(
    data: Cow<'static, [u8]>,
    kind: ContentType,
    caching: &'static str,
    tag: &str,
    request: &HeaderMap,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(value) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, value);
    }
    if is_known(request, tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, kind.0);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(data.len()));
    let body = match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    (headers, body).into_response()
}

/// Whether `If-None-Match` names this tag (RFC 9110 §13.1.2, weak comparison).
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}

fn not_allowed() -> Response {
    (
        StatusCode::METHOD_NOT_ALLOWED,
        [(header::ALLOW, "GET, HEAD")],
        "the web viewer is read with GET or HEAD; spans are sent to the OTLP ports, by default 4317 \
         (gRPC) and 4318 (HTTP)",
    )
        .into_response()
}

fn api_not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "application/json")],
        r#"{"error":"no such path: the API is described at /api/v1/openapi.json","code":"not_found"}"#,
    )
        .into_response()
}

/// Enough of the hash to tell two builds apart.
fn short_hex(hash: &[u8; 32]) -> String {
    hash.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[path = "embed_tests.rs"]
mod tests;
