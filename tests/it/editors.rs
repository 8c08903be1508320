//! That rust-analyzer sees through the attributes, in files that compile and in files that do not.
//!
//! Not among the tests that always run, as it takes `rustup component add rust-analyzer`.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

const GOOD: &str = "
use weakcache::interned;

mod broken;

#[interned]
pub struct Date {
    pub year: i32,
    pub month: u8,
}

#[interned]
pub enum Expr {
    Num(i64),
}

pub fn uses() {
    let date = Date::new(2022, 12);
    let _ = Date { year: 2022, month: 12 }.month;
    let _ = Expr::num(1);
}
";

const BROKEN: &str = r#"
use weakcache::interned;

#[interned(nwe = "make", shards = 0)]
pub struct Time {
    pub hour: u8,
    pub height: f64,
}

#[interned(new = false)]
pub struct Parsed {
    pub text: String,
}

#[interned]
impl Parsed {
    pub fn parse(text: &str) -> Result<Self, String> {
        let time = Time::new(12, 1.0);
        let _ = Time { hour: 12, height: 1.0 }.hour;
        let half_typed = Parsed::
    }
}
"#;

#[test]
#[ignore = "needs rust-analyzer"]
fn rust_analyzer_answers() {
    let mut editor = Editor::start();
    let (good, broken) = (editor.open("lib.rs", GOOD), editor.open("broken.rs", BROKEN));

    editor.completes(&good, "Date::|new", &["new", "get", "registry"]);
    editor.completes(&good, "Expr::|num", &["num", "get_num", "Num"]);
    editor.hovers(&good, "}.mo|nth", "pub month: u8");
    editor.hovers(&good, "let da|te", "Interned<Date>");
    editor.hovers(&good, "Date::n|ew", "The value of this key");
    editor.leads(&good, "Date::n|ew", "pub struct |Date");
    editor.leads(&good, "Expr::nu|m(1)", "    |Num(i64)");
    editor.leads(&good, "}.mo|nth", "pub |month");

    editor.completes(&broken, "Time::|new", &["new", "get"]);
    editor.completes(&broken, "Parsed::|\n", &["parse", "registry"]);
    editor.hovers(&broken, "}.ho|ur", "pub hour: u8");
    editor.hovers(&broken, "pub te|xt", "pub text");
    editor.leads(&broken, "Time::n|ew", "pub struct |Time");
}

struct Document {
    uri: String,
    text: &'static str,
}

impl Document {
    /// The position of the `|` in `place`, as the protocol has it.
    fn position(&self, place: &str) -> Value {
        let (before, after) = place.split_once('|').expect("a place has a cursor");
        let start = self.text.find(&format!("{before}{after}")).expect("the place is in the file");
        let head = &self.text[..start + before.len()];
        let line = head.matches('\n').count();
        json!({ "line": line, "character": head.len() - head.rfind('\n').map_or(0, |at| at + 1) })
    }

    fn at(&self, place: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri }, "position": self.position(place) })
    }
}

/// rust-analyzer, run on a package of its own, as an editor runs it.
struct Editor {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    sources: PathBuf,
    requests: u64,
}

impl Editor {
    fn start() -> Self {
        let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editors");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = package.join("src");
        fs::create_dir_all(&sources).unwrap();
        let manifest = format!(
            "[package]\nname = \"edited\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nweakcache = {{ path = '{}' }}\n",
            root.display()
        );
        fs::write(package.join("Cargo.toml"), manifest).unwrap();
        // The same dependencies, none of which need be fetched.
        fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
        fs::write(sources.join("lib.rs"), GOOD).unwrap();
        fs::write(sources.join("broken.rs"), BROKEN).unwrap();

        let mut server = Command::new("rust-analyzer")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("rust-analyzer runs: `rustup component add rust-analyzer`");
        let input = server.stdin.take().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (send, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let mut editor = Self { server, input, messages, sources, requests: 0 };
        let options = json!({
            "checkOnSave": false,
            // The sources of std are not needed, and would be installed if they are not there.
            "cargo": { "targetDir": package.join("target"), "sysrootSrc": package.join("src") },
        });
        editor.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": format!("file://{}", package.display()),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "general": { "positionEncodings": ["utf-8"] },
                },
                "initializationOptions": options,
            }),
        );
        editor.notify("initialized", &json!({}));
        // Until the package is loaded and the macros are built.
        loop {
            let message = editor.receive();
            if message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true {
                return editor;
            }
        }
    }

    fn open(&mut self, name: &str, text: &'static str) -> Document {
        let uri = format!("file://{}", self.sources.join(name).display());
        let item = json!({ "uri": uri, "languageId": "rust", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": item }));
        Document { uri, text }
    }

    /// Completion at `place` offers all of `expected`.
    fn completes(&mut self, document: &Document, place: &str, expected: &[&str]) {
        let answer = self.request("textDocument/completion", &document.at(place));
        let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
        let labels: Vec<_> = items.iter().filter_map(|item| item["label"].as_str()).collect();
        let offers =
            |name: &str| labels.iter().any(|label| label.split(['(', ' ', '…']).next() == Some(name));
        let missing: Vec<_> = expected.iter().filter(|name| !offers(name)).collect();
        assert!(missing.is_empty(), "at {place:?}: {missing:?} not among {labels:?}");
    }

    /// What is shown over `place` has `expected` in it.
    fn hovers(&mut self, document: &Document, place: &str, expected: &str) {
        let answer = self.request("textDocument/hover", &document.at(place));
        let text = answer["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "at {place:?}: {answer}");
    }

    /// The definition of what stands at `place` is found at `target`.
    fn leads(&mut self, document: &Document, place: &str, target: &str) {
        let answer = self.request("textDocument/definition", &document.at(place));
        let targets = answer.as_array().cloned().unwrap_or_default();
        let starts: Vec<_> = targets.iter().map(|target| &target["range"]["start"]).collect();
        assert_eq!(starts, [&document.position(target)], "at {place:?}: {answer}");
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        // What was loaded meanwhile may have cancelled the request.
        const CANCELLED: [i64; 2] = [-32801, -32802];
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.receive();
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
            };
            match answer["error"]["code"].as_i64() {
                None => return answer["result"].clone(),
                Some(code) => assert!(CANCELLED.contains(&code), "{answer}"),
            }
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// The next message; what the server asks for is answered with nothing.
    fn receive(&mut self) -> Value {
        let message = self.messages.recv_timeout(Duration::from_mins(10)).expect("rust-analyzer goes on");
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut header = String::new();
        if output.read_line(&mut header).ok()? == 0 {
            return None;
        }
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("Content-Length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
