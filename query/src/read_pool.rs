//! The one door between async and blocking on the read side: a fixed number of
//! threads that work on questions, and a bounded queue in front of them.
//!
//! A question that nobody waits for any more is not begun. A question that panics
//! harms no other. One that can be cut is worked on by several threads ([`ReadPool::share`]),
//! as long as no other question waits for them.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar as Signal, Mutex as Lock};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{mpsc, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// What a pool bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Threads, at least 1.
    pub(crate) threads: usize,
    /// Questions that wait for one.
    pub(crate) waiting_max: usize,
}

/// Threads for questions. When the last reference goes, they finish and end.
pub(crate) struct ReadPool {
    queue: SyncSender<Job>,
    waiting: Gauge,
}

/// Tells when the threads of a pool have ended.
pub(crate) struct ReadPoolEnd(mpsc::Receiver<()>);

/// Why a question was not answered by the pool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The queue is full.
    Busy,
    /// The question panicked, with this message.
    Panicked(String),
}

impl ReadPool {
    /// Starts the threads, named `name`. `waiting` shows the queue's length.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn start(
        name: &str,
        bounds: Bounds,
        waiting: Gauge,
    ) -> io::Result<(Self, ReadPoolEnd)> {
        let (queue, jobs) = sync_channel(bounds.waiting_max);
        let jobs = Arc::new(Mutex::new(jobs));
        // Nothing is ever sent: the channel closes when the last thread drops its end.
        let (alive, ended) = mpsc::channel(1);
        for number in 0..bounds.threads.max(1) {
            let jobs = Arc::clone(&jobs);
            let alive = alive.clone();
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                work(&jobs);
                drop(alive);
            })?;
        }
        Ok((Self { queue, waiting }, ReadPoolEnd(ended)))
    }

    /// Has a thread work on `question`.
    ///
    /// # Errors
    /// At once where the queue is full; later where the question panicked.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failed> {
        let (answer, answered) = oneshot::channel();
        let waiting = self.waiting.clone();
        let job = Box::new(move || {
            waiting.dec();
            if answer.is_closed() {
                return;
            }
            let outcome = catch_unwind(AssertUnwindSafe(question));
            // Fails where the client has left meanwhile.
            drop(answer.send(outcome.map_err(|panic| message(panic.as_ref()))));
        });
        self.waiting.inc();
        match self.queue.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.waiting.dec();
                return Err(Failed::Busy);
            }
        }
        match answered.await {
            Ok(outcome) => outcome.map_err(Failed::Panicked),
            Err(_) => Err(Failed::Panicked("the question was dropped".to_owned())),
        }
    }
}

/// A piece of work that several threads do together.
struct Shared<W, T> {
    work: W,
    parts: Lock<Parts<T>>,
    done: Signal,
}

struct Parts<T> {
    /// How many helpers are at work.
    working: usize,
    /// Whether no further one may begin.
    is_over: bool,
    done: Vec<thread::Result<T>>,
}

/// Whether a thread that helps should go on.
pub(crate) struct GoOn {
    waiting: Gauge,
    is_helper: bool,
}

impl GoOn {
    /// Not where it helps and another question waits for a thread.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.is_helper || self.waiting.get() <= 0
    }
}

impl ReadPool {
    /// Does `work` here, a thread of the pool, and at the same time in up to `helpers_max` others
    /// that have nothing else to do; what came of each. Each does as much of it as is left, so it
    /// is all done when this one finds no more, and the others that began have ended.
    pub(crate) fn share<T, W>(&self, helpers_max: usize, work: W) -> Vec<T>
    where
        T: Send + 'static,
        W: Fn(&GoOn) -> T + Send + Sync + 'static,
    {
        let parts = Parts { working: 0, is_over: false, done: Vec::new() };
        let shared = Arc::new(Shared { work, parts: Lock::new(parts), done: Signal::new() });
        let go_on = |is_helper| GoOn { waiting: self.waiting.clone(), is_helper };
        for _ in 0..helpers_max {
            if self.waiting.get() > 0 {
                break;
            }
            let (shared, go_on) = (Arc::clone(&shared), go_on(true));
            // A full queue has no thread to spare.
            drop(self.queue.try_send(Box::new(move || shared.help(&go_on))));
        }
        let own = (shared.work)(&go_on(false));
        let mut all = vec![own];
        for part in shared.end() {
            match part {
                Ok(part) => all.push(part),
                Err(panic) => resume_unwind(panic),
            }
        }
        all
    }
}

impl<W: Fn(&GoOn) -> T, T> Shared<W, T> {
    fn help(&self, go_on: &GoOn) {
        {
            let mut parts = self.parts.lock();
            if parts.is_over {
                return;
            }
            parts.working += 1;
        }
        let part = catch_unwind(AssertUnwindSafe(|| (self.work)(go_on)));
        let mut parts = self.parts.lock();
        parts.working -= 1;
        parts.done.push(part);
        drop(parts);
        self.done.notify_all();
    }

    /// Waits for the helpers that began.
    fn end(&self) -> Vec<thread::Result<T>> {
        let mut parts = self.parts.lock();
        parts.is_over = true;
        while parts.working > 0 {
            self.done.wait(&mut parts);
        }
        std::mem::take(&mut parts.done)
    }
}

impl ReadPoolEnd {
    /// Waits until the threads have ended, which they do once the pool is dropped and
    /// its questions are done. Answers whether they have within `timeout`.
    pub(crate) async fn wait(mut self, timeout: Duration) -> bool {
        tokio::time::timeout(timeout, self.0.recv()).await.is_ok()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // Bound first, so that the lock is not held during the work.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn one_thread() -> (ReadPool, ReadPoolEnd) {
        let bounds = Bounds { threads: 1, waiting_max: 1 };
        ReadPool::start("test", bounds, Gauge::default()).unwrap()
    }

    #[tokio::test]
    async fn a_question_that_panics_harms_no_other() {
        let (pool, _end) = one_thread();
        let answer = pool.ask(|| -> u8 { panic!("on purpose {}", 1) }).await;
        assert_eq!(answer, Err(Failed::Panicked("on purpose 1".to_owned())));
        assert_eq!(pool.ask(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_not_begun() {
        let (pool, end) = one_thread();
        let gate = Arc::new(Barrier::new(2));
        let entered = Arc::clone(&gate);
        let pool = Arc::new(pool);
        let asker = Arc::clone(&pool);
        let first = tokio::spawn(async move {
            asker.ask(move || (entered.wait(), entered.wait())).await.is_ok()
        });
        tokio::task::yield_now().await;
        // The thread is at work from here on.
        gate.wait();
        let abandoned = pool.ask(|| panic!("was begun"));
        assert!(poll_once(abandoned).await.is_pending());
        assert_eq!(pool.waiting.get(), 1);
        gate.wait();
        assert!(first.await.unwrap());
        // It ends cleanly, with the abandoned question taken out of the queue.
        let waiting = pool.waiting.clone();
        drop(pool);
        assert!(end.wait(Duration::from_secs(60)).await);
        assert_eq!(waiting.get(), 0);
    }

    /// Polls `question` once and drops it.
    async fn poll_once<T>(question: impl Future<Output = T>) -> std::task::Poll<()> {
        let mut question = std::pin::pin!(question);
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(question.as_mut().poll(context).map(|_| ()))
        })
        .await
    }

    #[tokio::test]
    async fn threads_with_nothing_to_do_help_and_those_that_come_late_do_not() {
        let bounds = Bounds { threads: 2, waiting_max: 8 };
        let (pool, _end) = ReadPool::start("test", bounds, Gauge::default()).unwrap();
        let pool = Arc::new(pool);
        let (asker, gate) = (Arc::clone(&pool), Arc::new(Barrier::new(2)));
        let together = pool.ask(move || {
            // Goes on when two threads are here.
            asker.share(1, move |_| gate.wait().is_leader())
        });
        let mut leaders = together.await.unwrap();
        leaders.sort_unstable();
        assert_eq!(leaders, [false, true]);
        let alone = Arc::new(one_thread().0);
        let asker = Arc::clone(&alone);
        assert_eq!(alone.ask(move || asker.share(1, |_| ())).await, Ok(vec![()]));
    }

    #[tokio::test]
    async fn a_helper_that_panics_is_told() {
        let bounds = Bounds { threads: 2, waiting_max: 8 };
        let (pool, _end) = ReadPool::start("test", bounds, Gauge::default()).unwrap();
        let pool = Arc::new(pool);
        let (asker, gate) = (Arc::clone(&pool), Arc::new(Barrier::new(2)));
        let work = move |_: &GoOn| assert!(gate.wait().is_leader(), "on purpose");
        let answer = pool.ask(move || asker.share(1, work).len()).await;
        assert!(matches!(answer, Err(Failed::Panicked(_))), "{answer:?}");
        assert_eq!(pool.ask(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_at_once() {
        let (pool, _end) = one_thread();
        let gate = Arc::new(Barrier::new(2));
        let pool = Arc::new(pool);
        let (asker, entered) = (Arc::clone(&pool), Arc::clone(&gate));
        let first = tokio::spawn(async move {
            asker.ask(move || (entered.wait(), entered.wait())).await.is_ok()
        });
        tokio::task::yield_now().await;
        gate.wait();
        assert!(poll_once(pool.ask(|| ())).await.is_pending());
        assert_eq!(pool.ask(|| ()).await, Err(Failed::Busy));
        gate.wait();
        assert!(first.await.unwrap());
    }
}
