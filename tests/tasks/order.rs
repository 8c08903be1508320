//! Which task is polled next: in every way that there is, or on another thread each time.

use crate::support::Random;
use crate::tasks::Task;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread::{Scope, ScopedJoinHandle};

/// The tasks that are awake. Panics if all that are alive sleep.
pub(crate) fn awake<F: Future>(tasks: &[Task<F>]) -> Vec<usize> {
    let awake: Vec<usize> = (0..tasks.len()).filter(|&task| tasks[task].is_awake()).collect();
    assert!(!awake.is_empty() || !tasks.iter().any(Task::is_alive), "a lost wake-up, or a deadlock");
    awake
}

/// Polls one of those who are awake after the other until all are done, as `choices` say.
pub(crate) fn run<F: Future>(tasks: &mut [Task<F>], choices: &mut Choices) {
    loop {
        let awake = awake(tasks);
        if awake.is_empty() {
            return;
        }
        tasks[awake[choices.below(awake.len())]].poll();
    }
}

/// What happens in one of all possible runs.
pub(crate) struct Choices {
    taken: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    /// A number below `n`: in other runs, another.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if self.at == self.taken.len() {
            self.taken.push((0, n));
        }
        let (choice, of) = self.taken[self.at];
        assert_eq!(of, n, "a run depends on more than its choices");
        self.at += 1;
        choice
    }

    /// Those of the first run, which takes the first each time: for where the order is of no account.
    pub(crate) fn first() -> Self {
        Self { taken: Vec::new(), at: 0 }
    }
}

/// Runs `run` once for each way in which its choices can be made. Returns how many there are.
pub(crate) fn every_way(mut run: impl FnMut(&mut Choices)) -> usize {
    let mut choices = Choices::first();
    for runs in 1.. {
        choices.at = 0;
        run(&mut choices);
        choices.taken.truncate(choices.at);
        loop {
            match choices.taken.pop() {
                None => return runs,
                Some((choice, of)) if choice + 1 < of => {
                    choices.taken.push((choice + 1, of));
                    break;
                }
                Some(_) => {}
            }
        }
    }
    unreachable!("there are fewer ways than numbers")
}

/// Polls a future once.
pub(crate) async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// A thread that polls the tasks that it is sent.
type Hands<F> = (Sender<Task<F>>, Receiver<Task<F>>);

/// An executor without manners: polls who sleeps as well as who is awake, each time on another thread and with
/// another waker, and drops whom it is told to. One at a time, and the same in every run with one seed.
pub(crate) struct Rough<'scope, F: Future> {
    threads: Vec<Hands<F>>,
    workers: Vec<ScopedJoinHandle<'scope, ()>>,
    random: Random,
}

impl<'scope, F: Future<Output: Send> + Send + 'scope> Rough<'scope, F> {
    pub(crate) fn new(scope: &'scope Scope<'scope, '_>, seed: u64) -> Self {
        let mut workers = Vec::new();
        let mut thread = || {
            let (to, tasks) = channel::<Task<F>>();
            let (done, from) = channel();
            workers.push(scope.spawn(move || {
                for mut task in tasks {
                    task.poll();
                    if done.send(task).is_err() {
                        return;
                    }
                }
            }));
            (to, from)
        };
        let threads = (0..3).map(|_| thread()).collect();
        Self { threads, workers, random: Random(seed) }
    }

    /// Runs the tasks until all are done, or dropped as `doomed` says: (which, at which poll).
    pub(crate) fn run(mut self, mut tasks: Vec<Task<F>>, doomed: &[(usize, usize)]) -> Vec<Task<F>> {
        loop {
            for &(task, poll) in doomed {
                if tasks[task].polls() == poll {
                    tasks[task].cancel();
                }
            }
            let awake = awake(&tasks);
            if awake.is_empty() {
                break;
            }
            let alive: Vec<usize> = (0..tasks.len()).filter(|&task| tasks[task].is_alive()).collect();
            let from = if self.random.below(4) == 0 { alive } else { awake };
            let place = from[self.random.below(from.len())];
            let (to, back) = &self.threads[self.random.below(3)];
            to.send(tasks.remove(place)).expect("the worker runs");
            tasks.insert(place, back.recv().expect("the poll does not panic"));
        }
        drop(self.threads);
        for worker in self.workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        tasks
    }
}
