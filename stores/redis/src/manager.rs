//! Connections for calls that do not block: a manager a runtime, since what drives one ends with its runtime.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Pipeline, RedisResult, Value};
use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot::{self, Receiver};

use crate::config::Config;
use crate::error::Fault;
use crate::listen::Ready;
use crate::request::Requests;

/// Of so many runtimes, that is: of those used last.
const RUNTIMES: usize = 4;

#[derive(Default)]
pub(crate) struct Managers(Mutex<Vec<(Id, ConnectionManager)>>);

/// Whether the caller is on a runtime. Elsewhere there is nothing that would drive a connection.
pub(crate) fn is_on_runtime() -> bool {
    Handle::try_current().is_ok()
}

/// What tells a task that it need not wait any more.
pub(crate) fn call() -> (Ready, Receiver<()>) {
    let (tell, told) = oneshot::channel();
    (Box::new(move || tell.send(()).is_ok()), told)
}

/// Waits for that, no longer than the limit. (Who dropped it tells nobody any more.)
pub(crate) async fn is_called(told: &mut Receiver<()>, limit: Duration) -> bool {
    tokio::time::timeout(limit, told).await.is_ok()
}

impl Managers {
    fn get(&self, client: &Client, config: &Config) -> RedisResult<ConnectionManager> {
        let id = Handle::current().id();
        let mut managers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, manager)) = managers.iter().find(|(of, _)| *of == id) {
            return Ok(manager.clone());
        }
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(config.connect_timeout))
            .set_response_timeout(Some(config.response_timeout))
            // Whether it is worth while to try again the circuit decides.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), settings)?;
        managers.insert(0, (id, manager.clone()));
        managers.truncate(RUNTIMES);
        Ok(manager)
    }

    /// Asks the server, on the runtime of the caller.
    pub(crate) async fn run(
        &self,
        client: &Client,
        config: &Config,
        pipeline: Pipeline,
    ) -> Result<Value, Fault> {
        let mut manager = self.get(client, config)?;
        let ask = async move {
            let mut answer = pipeline.query_async(&mut manager).await;
            if answer.as_ref().is_err_and(Fault::is_no_script) {
                Requests::scripts().exec_async(&mut manager).await?;
                answer = pipeline.query_async(&mut manager).await;
            } else if answer.as_ref().is_err_and(redis::RedisError::is_connection_dropped) {
                // It has been idle for long, or the server was restarted. The manager connects again.
                answer = pipeline.query_async(&mut manager).await;
            }
            answer
        };
        match tokio::time::timeout(config.limit(), ask).await {
            Ok(answer) => answer.map_err(Fault::from),
            Err(_) => Err(Fault::TimedOut),
        }
    }
}
