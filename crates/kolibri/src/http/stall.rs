//! A connection that breaks off when its other end does not take what it is sent: an answer that nobody reads would hold its
//! memory and its place as long as the reader likes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::pace::{LEAST, Pace};

/// A stream whose writes fail when less than [`LEAST`] bytes are taken within `patience`, while more wait.
pub(super) struct Stalling<S> {
    stream: S,
    pace: Arc<Pace>,
    patience: Duration,
    sleep: Pin<Box<Sleep>>,
    /// Bytes taken since the first write that had to wait; `None` while none has to.
    taken: Option<usize>,
}

impl<S: AsyncWrite + Unpin> Stalling<S> {
    pub(super) fn new(stream: S, patience: Duration, pace: Arc<Pace>) -> Self {
        Self { stream, pace, patience, sleep: Box::pin(tokio::time::sleep(patience)), taken: None }
    }

    fn count(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.pace.moved(*bytes);
        }
    }

    /// Judges what a write has come to: how many bytes were taken, or that it waits.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
        bytes: impl Fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        self.pace.stuck(written.is_pending());
        match (&written, &mut self.taken) {
            (Poll::Ready(Ok(done)), Some(taken)) => {
                *taken += bytes(done);
                if *taken >= LEAST {
                    self.taken = None;
                }
            }
            (Poll::Pending, taken) => {
                if taken.is_none() {
                    *taken = Some(0);
                    self.sleep.as_mut().reset(Instant::now() + self.patience);
                }
                ready!(self.sleep.as_mut().poll(context));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            _ => {}
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stalling<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.count(&written);
        self.judge(context, written, |bytes| *bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.count(&written);
        self.judge(context, written, |bytes| *bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        // Everything was taken, however slowly; what comes next begins anew.
        self.judge(context, flushed, |()| LEAST)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(context, shut, |()| 0)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stalling<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.pace.moved(buffer.filled().len() - before);
        read
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_given_up() {
        let (near, _far) = duplex(1024);
        let begun = Instant::now();
        let failed = Stalling::new(near, PATIENCE, Arc::default()).write_all(&[0; 4096]).await.unwrap_err();
        assert_eq!((failed.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_a_few_bytes_now_and_then_is_given_up_too() {
        let (near, mut far) = duplex(1024);
        let trickle = tokio::spawn(async move {
            let mut byte = [0; 16];
            while far.read_exact(&mut byte).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let failed = Stalling::new(near, PATIENCE, Arc::default()).write_all(&[0; 65536]).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        trickle.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_is_no_stall_and_neither_is_silence() {
        let (near, mut far) = duplex(1024);
        let slow = tokio::spawn(async move {
            let (mut some, mut all) = ([0; 1024], 0);
            while let Ok(read @ 1..) = far.read(&mut some).await {
                all += read;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            all
        });
        let mut near = Stalling::new(near, PATIENCE, Arc::default());
        near.write_all(&[0; 60000]).await.unwrap();
        near.flush().await.unwrap();
        tokio::time::sleep(10 * PATIENCE).await;
        near.write_all(&[0; 1024]).await.unwrap();
        drop(near);
        assert_eq!(slow.await.unwrap(), 60000 + 1024);
    }
}
