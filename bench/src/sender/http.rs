//! OTLP/HTTP with protobuf.

use std::time::Duration;

use anyhow::bail;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode};

use super::{Answer, RETRY_AFTER_DEFAULT, rejected_spans};

pub(crate) struct Http {
    client: Client,
    url: String,
}

impl Http {
    pub(super) fn new(endpoint: &str) -> anyhow::Result<Self> {
        // One client has one connection, since it never has two requests at once.
        let client = Client::builder().no_proxy().tcp_nodelay(true).build()?;
        Ok(Self { client, url: format!("{}/v1/traces", endpoint.trim_end_matches('/')) })
    }

    pub(super) async fn send(&mut self, body: Bytes) -> anyhow::Result<Answer> {
        let request = self.client.post(&self.url).header(CONTENT_TYPE, "application/x-protobuf");
        let response = request.body(body).send().await?;
        let status = response.status();
        match status {
            StatusCode::OK => {
                let rejected_spans = rejected_spans(response.bytes().await?)?;
                Ok(Answer::Taken { rejected_spans })
            }
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let seconds = response
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
                let retry_after = seconds.map_or(RETRY_AFTER_DEFAULT, Duration::from_secs);
                Ok(Answer::Refused { retry_after })
            }
            _ => bail!("the receiver answered {status}: {}", response.text().await?),
        }
    }
}
