use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::PATIENCE;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header, whose name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, which protobuf's strings can be looked for in.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An HTTP/1.1 request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { line: format!("{method} {path} HTTP/1.1"), headers: Vec::new(), body: Vec::new() }
    }

    /// `POST /v1/traces` of a protobuf body.
    pub(crate) fn protobuf(body: impl Into<Vec<u8>>) -> Self {
        Self::traces("application/x-protobuf", body)
    }

    /// `POST /v1/traces` of a JSON body.
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::traces("application/json", body)
    }

    /// `POST /v1/traces` of any body.
    pub(crate) fn traces(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", "/v1/traces").header("content-type", content_type).body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The line and the headers, with the body's length unless a header says how it
    /// is delimited.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("{}\r\nhost: hopline.test\r\n", self.line);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let says = |name: &str| self.headers.iter().any(|(key, _)| key == name);
        if !says("content-length") && !says("transfer-encoding") {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Sends it on a connection of its own.
    pub(crate) fn send(&self, address: SocketAddr) -> Answer {
        Connection::to(address).exchange(self)
    }
}

/// A connection that speaks HTTP/1.1.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    ahead: Vec<u8>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a listener");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, ahead: Vec::new() }
    }

    /// Sends a request whole and reads its answer.
    pub(crate) fn exchange(&mut self, request: &Request) -> Answer {
        self.write(&request.head());
        // A server may answer, and stop reading, before the body is through.
        self.try_write(&request.body);
        self.answer()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server reads");
    }

    /// Writes as much as the server takes; says whether that was all.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Writes one chunk of a chunked body; the empty chunk ends it.
    pub(crate) fn try_write_chunk(&mut self, bytes: &[u8]) -> bool {
        self.try_write(format!("{:x}\r\n", bytes.len()).as_bytes())
            && self.try_write(bytes)
            && self.try_write(b"\r\n")
    }

    /// The next answer, interim ones included.
    pub(crate) fn answer(&mut self) -> Answer {
        let answer = self.head_answer();
        self.body_of(answer)
    }

    /// The next answer without its body, for requests whose answer has none.
    pub(crate) fn head_answer(&mut self) -> Answer {
        let head_end = self.read_until_found(b"\r\n\r\n");
        let head: Vec<u8> = self.ahead.drain(..head_end).collect();
        let head = String::from_utf8(head).expect("ASCII");
        let mut lines = head.split("\r\n");
        let status_line = lines.next().expect("a status line");
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Answer { status: status.expect("a status code"), headers, body: Vec::new() }
    }

    /// An answer with its body, which follows.
    pub(crate) fn body_of(&mut self, mut answer: Answer) -> Answer {
        let length =
            answer.header("content-length").map_or(0, |text| text.parse().expect("a number"));
        while self.ahead.len() < length {
            assert!(self.read_more(), "connection closed inside a body: {answer:?}");
        }
        answer.body = self.ahead.drain(..length).collect();
        answer
    }

    /// Whether the server closes the connection without a further answer.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.ahead.is_empty() && !self.read_more()
    }

    /// Where `pattern` ends in what comes.
    fn read_until_found(&mut self, pattern: &[u8]) -> usize {
        loop {
            let found = self.ahead.windows(pattern.len()).position(|window| window == pattern);
            if let Some(start) = found {
                return start + pattern.len();
            }
            let ahead = String::from_utf8_lossy(&self.ahead).into_owned();
            assert!(self.read_more(), "connection closed before an answer: {ahead:?}");
        }
    }

    /// Reads on; false at the end of the connection.
    fn read_more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                self.ahead.extend_from_slice(&buffer[..count]);
                count > 0
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}
