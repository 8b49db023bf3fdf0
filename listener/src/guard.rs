//! The two deadlines that hyper does not have.
//!
//! hyper's header timeout starts once the protocol is known; until then, which
//! takes up to 24 bytes, a silent client would hold the connection for ever. And a
//! client that asks for much and reads nothing of it would hold the answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::Config;

/// A stream with deadlines; it fails with [`io::ErrorKind::TimedOut`] past them.
pub(crate) struct Guard<I> {
    io: I,
    prelude: Prelude,
    stalled: Stalled,
}

/// The first [`Config::PRELUDE_BYTES`] bytes must come in time.
struct Prelude {
    /// `None` once enough has come.
    deadline: Option<Pin<Box<Sleep>>>,
    missing: usize,
}

/// The client must take something of what is written now and then.
struct Stalled {
    timeout: Duration,
    /// `None` while it does.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<I> Guard<I> {
    pub(crate) fn new(io: I, config: &Config) -> Self {
        let deadline = Some(Box::pin(tokio::time::sleep(config.prelude_timeout)));
        Self {
            io,
            prelude: Prelude { deadline, missing: Config::PRELUDE_BYTES },
            stalled: Stalled { timeout: config.write_timeout, deadline: None },
        }
    }
}

impl Prelude {
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        match &mut self.deadline {
            Some(deadline) => deadline.as_mut().poll(context).is_ready(),
            None => false,
        }
    }

    /// So many bytes came; 0 is the end of the stream, which ends the wait as well.
    fn came(&mut self, bytes: usize) {
        self.missing = self.missing.saturating_sub(bytes);
        if self.missing == 0 || bytes == 0 {
            self.deadline = None;
        }
    }
}

impl Stalled {
    /// `written`, or the failure that it has been pending for too long.
    fn check<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.deadline = None;
            return written;
        }
        let timeout = self.timeout;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Guard<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.prelude.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(context, buffer))?;
        self.prelude.came(buffer.filled().len().saturating_sub(before));
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Guard<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.stalled.check(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.stalled.check(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
