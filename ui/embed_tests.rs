//! What a browser sees, with the whole bundle or with the placeholder alike.

use axum::body::to_bytes;
use axum::http::Request;
use tower::ServiceExt;

use super::*;

const BODY_BYTES_MAX: usize = 16 << 20;

async fn ask(request: axum::http::request::Builder) -> (StatusCode, HeaderMap, String) {
    let response = router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
    let text = String::from_utf8_lossy(&body).into_owned();
    (parts.status, parts.headers, text)
}

fn page(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::ACCEPT, "text/html,*/*;q=0.8")
}

#[tokio::test]
async fn the_first_page_is_html_that_must_be_asked_about() {
    let (status, headers, body) = ask(page("/")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert!(body.contains(BASE), "{body}");
}

#[tokio::test]
async fn the_first_page_is_there_for_those_who_take_anything() {
    let (status, headers, _) = ask(Request::get("/").header(header::ACCEPT, "*/*")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_known_page_is_not_sent_again() {
    let (_, headers, _) = ask(page("/")).await;
    let tag = headers[header::ETAG].to_str().unwrap().to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let (status, headers, body) = ask(page("/").header(header::IF_NONE_MATCH, known)).await;
        assert_eq!(status, StatusCode::NOT_MODIFIED);
        assert_eq!(headers[header::ETAG], tag);
        assert!(body.is_empty());
    }
    let (status, ..) = ask(page("/").header(header::IF_NONE_MATCH, "\"other\"")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_deep_link_gets_the_page_with_the_way_back() {
    let (status, _, body) = ask(page("/trace/0af7651916cd43dd8448eb211c80319c")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains(r#"<base href="../">"#), "{body}");
    assert!(!body.contains(BASE), "{body}");
}

#[tokio::test]
async fn two_depths_are_two_pages() {
    let (_, shallow, _) = ask(page("/trace")).await;
    let (_, deep, _) = ask(page("/trace/1")).await;
    assert_ne!(shallow[header::ETAG], deep[header::ETAG]);
}

#[tokio::test]
async fn the_api_is_never_answered_with_a_page() {
    for path in ["/api", "/api/v1/nothing"] {
        let (status, headers, body) = ask(page(path)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        assert!(body.contains("not_found"), "{body}");
    }
}

#[tokio::test]
async fn a_missing_file_is_not_answered_with_a_page() {
    for request in [page("/assets/gone.js"), Request::get("/favicon.gone")] {
        let (status, ..) = ask(request).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for path in ["/", "/assets/gone.js", "/api/x"] {
        let (_, headers, _) = ask(page(path)).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    }
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let (_, get, body) = ask(page("/")).await;
    let (status, head, nothing) = ask(Request::head("/").header(header::ACCEPT, "text/html")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(head[header::CONTENT_LENGTH], get[header::CONTENT_LENGTH]);
    assert_eq!(head[header::CONTENT_LENGTH], body.len().to_string());
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn other_methods_are_told_what_is_allowed() {
    let (status, headers, _) = ask(Request::post("/")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers[header::ALLOW], "GET, HEAD");
}

/// With the placeholder there are no assets, and nothing to check.
#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_have_their_media_type() {
    for name in Bundle::iter().filter(|n| n.starts_with("assets/")) {
        let (status, headers, _) = ask(Request::get(format!("/{name}"))).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CACHE_CONTROL], CACHE_FOR_EVER);
        let expected = match name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => continue,
        };
        assert_eq!(headers[header::CONTENT_TYPE], expected, "{name}");
    }
}

#[tokio::test]
async fn the_bundle_ships_its_third_party_licences() {
    let has_assets = Bundle::iter().any(|n| n.starts_with("assets/"));
    if has_assets {
        let (status, headers, body) = ask(Request::get("/licenses.md")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/markdown; charset=utf-8");
        assert!(body.contains("react"), "{body}");
    }
}
