//! A Redis server for the time of a run.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

pub(crate) struct Server {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let folder = tempfile::tempdir().expect("a folder");
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &port.to_string(), "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("`redis-server`: on Debian, `apt-get install redis-server`");
        let server = Self { process, port, _folder: folder };
        for _ in 0..1000 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// What a key takes, of those whose names match, on the average.
    pub(crate) fn bytes_a_key(&self, names: &str) -> f64 {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("it is there");
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg(names).query(&mut connection).expect("an answer");
        let mut bytes = 0;
        for key in &keys {
            let usage: u32 =
                redis::cmd("MEMORY").arg("USAGE").arg(key).query(&mut connection).expect("an answer");
            bytes += usage;
        }
        f64::from(bytes) / f64::from(u32::try_from(keys.len()).expect("not so many"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
