//! What a run is told.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::chaos::Fault;

pub(crate) const USAGE: &str = "\
usage: weakcache-soak [--seconds N] [--seed N] [--plot FILE.svg] [--patience SECONDS] [--fault NAME]
  --seconds   how long (60)
  --seed      of the random numbers (by the clock); printed, so that a run can be had again, but for the schedule
  --plot      where memory over time is drawn (nowhere)
  --patience  for how long a thread may do one thing before it hangs (60)
  --fault     what is to go wrong, so that the run has to fail: leak, double, twice, wrong, wake, hoard";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) time: Duration,
    pub(crate) seed: u64,
    pub(crate) plot: Option<PathBuf>,
    pub(crate) patience: Duration,
    pub(crate) fault: Option<Fault>,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut options = Self {
            time: Duration::from_mins(1),
            seed: clock.as_secs() ^ u64::from(clock.subsec_nanos()) << 32,
            plot: None,
            patience: Duration::from_mins(1),
            fault: None,
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next();
            let text = || value.ok_or_else(|| format!("`{name}` of what?"));
            match &*name {
                "--seconds" => options.time = seconds(&name, &text()?)?,
                "--seed" => options.seed = number(&name, &text()?)?,
                "--plot" => options.plot = Some(text()?.into()),
                "--patience" => options.patience = seconds(&name, &text()?)?,
                "--fault" => options.fault = Some(text()?.parse()?),
                _ => return Err(format!("no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn number(name: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("`{name}` takes a number, not `{value}`"))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    match number(name, value)? {
        0 => Err(format!("`{name}` takes a second at least")),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}
