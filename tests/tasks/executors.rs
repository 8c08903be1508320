//! Executors that people use.

use crate::order::Rough;
use crate::tasks::{Any, Gate, Task};
use futures_executor::LocalPool;
use futures_util::future::{LocalFutureObj, join_all};
use futures_util::task::LocalSpawn;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::{pin, thread};

/// Runs the tasks that `make` makes to their ends, on each of the executors anew, and checks what comes of it.
pub(crate) fn on_every_executor<T: Send + 'static>(
    make: impl Fn() -> Vec<Any<'static, T>>,
    check: impl Fn(&str, Vec<T>),
) {
    type Executor<T> = fn(Vec<Any<'static, T>>) -> Vec<T>;
    let executors: [(&str, Executor<T>); 7] = [
        ("tokio", tokio_of_two_threads),
        ("tokio in one thread", tokio_of_one_thread),
        ("smol", smol),
        ("block_on", |tasks| futures_executor::block_on(join_all(tasks))),
        ("LocalPool", local_pool),
        ("a thread for each", threads),
        ("without manners", rough),
    ];
    for (name, executor) in executors {
        check(name, executor(make()));
    }
}

fn tokio_of_two_threads<T: Send + 'static>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    on_tokio(tokio::runtime::Builder::new_multi_thread().worker_threads(2), tasks)
}

fn tokio_of_one_thread<T: Send + 'static>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    on_tokio(&mut tokio::runtime::Builder::new_current_thread(), tasks)
}

fn on_tokio<T: Send + 'static>(builder: &mut tokio::runtime::Builder, tasks: Vec<Any<'static, T>>) -> Vec<T> {
    builder.build().expect("a runtime").block_on(async {
        let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        let mut outputs = Vec::new();
        for task in tasks {
            outputs.push(task.await.expect("the task does not panic"));
        }
        outputs
    })
}

fn smol<T: Send + 'static>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    let executor = async_executor::Executor::new();
    let tasks: Vec<_> = tasks.into_iter().map(|task| executor.spawn(task)).collect();
    let done = Gate::new();
    thread::scope(|scope| {
        scope.spawn(|| futures_executor::block_on(executor.run(done.pass())));
        let outputs = futures_executor::block_on(executor.run(join_all(tasks)));
        done.open();
        outputs
    })
}

fn local_pool<T: 'static>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    let mut pool = LocalPool::new();
    let outputs: Vec<Arc<Mutex<Option<T>>>> = tasks.iter().map(|_| Arc::default()).collect();
    for (task, output) in tasks.into_iter().zip(outputs.clone()) {
        let task = async move { *output.lock().unwrap() = Some(task.await) };
        pool.spawner().spawn_local_obj(LocalFutureObj::new(Box::pin(task))).expect("the pool is there");
    }
    pool.run();
    outputs.into_iter().map(|output| output.lock().unwrap().take().expect("done")).collect()
}

fn threads<T: Send>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = tasks.into_iter().map(|task| scope.spawn(|| block_on(task))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the task does not panic")).collect()
    })
}

fn rough<T: Send + 'static>(tasks: Vec<Any<'static, T>>) -> Vec<T> {
    let tasks = tasks.into_iter().map(Task::new).collect();
    let done = thread::scope(|scope| Rough::new(scope, 1).run(tasks, &[]));
    done.into_iter().map(|task| task.into_output().expect("done")).collect()
}

/// Runs a future on this thread, which may be running another already.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    #[derive(Default)]
    struct Signal(Mutex<bool>, Condvar);
    impl Wake for Signal {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() = true;
            self.1.notify_one();
        }
    }
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(signal.clone());
    let mut future = pin::pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let mut woken = signal.1.wait_while(signal.0.lock().unwrap(), |woken| !*woken).unwrap();
        *woken = false;
    }
}
