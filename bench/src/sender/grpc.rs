//! OTLP/gRPC, with messages that are already encoded.

use anyhow::{Context, bail};
use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use tonic::client;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::{Answer, RETRY_AFTER_DEFAULT, rejected_spans};

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

pub(crate) struct Grpc(client::Grpc<Channel>);

impl Grpc {
    pub(super) async fn connect(endpoint: &str) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(endpoint.to_owned())?.tcp_nodelay(true);
        let channel = endpoint.connect().await.context("cannot connect")?;
        Ok(Self(client::Grpc::new(channel)))
    }

    pub(super) async fn send(&mut self, body: Bytes) -> anyhow::Result<Answer> {
        self.0.ready().await.context("the connection is gone")?;
        let path = PathAndQuery::from_static(EXPORT);
        match self.0.unary(Request::new(body), path, Plain).await {
            Ok(response) => {
                Ok(Answer::Taken { rejected_spans: rejected_spans(response.into_inner())? })
            }
            Err(status) => match status.code() {
                Code::ResourceExhausted | Code::Unavailable => {
                    Ok(Answer::Refused { retry_after: RETRY_AFTER_DEFAULT })
                }
                code => bail!("the receiver answered {code:?}: {}", status.message()),
            },
        }
    }
}

/// Messages as the bytes they are.
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
