//! The page about the caches, in a real browser.
//!
//! Needs Chromium: Debian's package `chromium`, or the path of another in `CHROMIUM`. Pictures are left in `target/tmp`.

mod chromium;

use chromium::Chromium;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use weakcache::memoize;
use web::{App, service, tour::Client};

/// What a name must not do.
const HOSTILE: &str =
    "</script><img src=x onerror=\"window.stolen=1\"><b>'&amp;\u{2028}\u{202e}\\\" ${window.stolen=1}";

/// A service in this process, which lives as long as that.
fn serve() -> (SocketAddr, Client) {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let app = App::new().unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            sender.send((address, Client::new(address, Arc::clone(&app)))).unwrap();
            axum::serve(listener, service(app)).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// The cell of a column in the row of the cache whose name ends so.
fn cell(column: &str, name: &str) -> String {
    format!(
        "[...document.querySelectorAll('tbody tr')].find(row => row.cells[0].textContent.endsWith('{name}'))\
         ?.cells[[...document.querySelectorAll('thead th')].findIndex(head => head.textContent === '{column}')].textContent"
    )
}

/// All cells of a column, from above.
fn column(at: usize) -> String {
    format!("[...document.querySelectorAll('tbody tr')].map(row => row.cells[{at}].textContent).join('|')")
}

const NO_COMPLAINTS: [serde_json::Value; 0] = [];

#[test]
fn it_opens_and_asks_nobody_else() {
    let (address, client) = serve();
    client.ask("GET /rates/EUR").unwrap();
    client.ask("GET /users/ann/notes").unwrap();
    let mut page = Chromium::start("opens");
    page.open(&format!("http://{address}/caches"));
    assert_eq!(page.text("document.title"), "Caches");
    // Other tests of this process call them too.
    page.until(&format!("{} > 0", cell("Misses", "::rate")));
    page.until(&format!("{} > 0", cell("Misses", "::list")));
    page.until("document.getElementById('state').textContent.startsWith('updated every 2 s')");
    assert_eq!(page.complaints(), NO_COMPLAINTS);
    let requests = page.requests();
    let is_own = |url: &&String| {
        url.starts_with(&format!("http://{address}/caches"))
            || url.starts_with("data:")
            || *url == "about:blank"
    };
    assert_eq!(requests.iter().find(|url| !is_own(url)), None, "{requests:?}");
    assert!(requests.contains(&format!("http://{address}/caches.json")), "{requests:?}");
}

#[test]
fn it_sorts_by_mouse_and_by_keyboard() {
    let (address, client) = serve();
    for user in ["ann", "bob", "cleo"] {
        client.ask(&format!("GET /users/{user}/notes")).unwrap();
    }
    client.ask("GET /users/ann/notes/count").unwrap();
    client.ask("GET /rates/EUR").unwrap();
    let mut page = Chromium::start("sorts");
    page.open(&format!("http://{address}/caches"));
    let sorted = "[...document.querySelectorAll('th[aria-sort]')].filter(head => head.ariaSort !== 'none')\
                  .map(head => head.textContent + ' ' + head.ariaSort).join()";
    assert_eq!(page.text(sorted), "Hits descending");

    let names = |page: &mut Chromium| page.text(&column(0)).split('|').map(str::to_owned).collect::<Vec<_>>();
    page.eval("document.querySelector('thead button').click()");
    assert_eq!(page.text(sorted), "Name ascending");
    let ascending = names(&mut page);
    assert!(ascending.len() >= 3 && ascending.is_sorted(), "{ascending:?}");

    // By keys alone: from the box, over the button of all caches, which is hidden, and what scrolls.
    page.eval("document.getElementById('filter').focus()");
    page.press("Tab");
    assert_eq!(page.text("document.activeElement.id"), "scroll");
    page.press("Tab");
    assert_eq!(page.text("document.activeElement.textContent"), "Name");
    page.press("Enter");
    assert_eq!(page.text(sorted), "Name descending");
    let mut descending = names(&mut page);
    descending.reverse();
    assert_eq!(descending, ascending);
    for _ in 0..5 {
        page.press("Tab");
    }
    page.press(" ");
    assert_eq!(page.text(sorted), "Misses descending");
    let misses: Vec<u64> = page.text(&column(5)).split('|').map(|cell| cell.parse().unwrap()).collect();
    assert!(misses.is_sorted_by(|a, b| a >= b) && misses[0] > *misses.last().unwrap(), "{misses:?}");

    // What has no value is last, either way; and the order stays when figures come.
    page.eval("[...document.querySelectorAll('thead button')].find(head => head.textContent === 'Capacity').click()");
    for _ in 0..2 {
        let capacities = page.text(&column(3));
        let first_empty = capacities.split('|').position(|cell| cell == "–");
        let last_full = capacities.split('|').map(|cell| cell != "–").collect::<Vec<_>>();
        let last_full = last_full.iter().rposition(|&is_full| is_full);
        assert!(first_empty.is_none_or(|empty| last_full.is_some_and(|full| full < empty)), "{capacities}");
        page.eval("[...document.querySelectorAll('thead button')].find(head => head.textContent === 'Capacity').click()");
    }
    assert_eq!(page.complaints(), NO_COMPLAINTS);
}

#[test]
fn its_figures_move() {
    let (address, client) = serve();
    client.ask("GET /users/hanna/notes").unwrap();
    let mut page = Chromium::start("moves");
    page.open(&format!("http://{address}/caches"));
    let hits = cell("Hits", "::list");
    let before: u64 = page.text(&hits).parse().unwrap();
    page.eval("[...document.querySelectorAll('tbody button')].find(name => name.textContent.endsWith('::list')).click()");
    assert!(page.text("document.getElementById('whose').textContent").ends_with("::list"));
    for _ in 0..25 {
        client.ask("GET /users/hanna/notes").unwrap();
    }
    // Other tests of this process may call it too.
    page.until(&format!("+({hits}) >= {}", before + 25));
    let line = |at: usize| format!("document.querySelectorAll('svg path')[{at}].getAttribute('d')");
    page.until(&format!("/L/.test({})", line(0)));
    page.until("[...document.querySelectorAll('figure b')].some(now => /^[1-9]/.test(now.textContent))");
    let (drawn, label) = (page.text(&line(0)), page.text("document.querySelector('svg').ariaLabel"));
    assert!(label.starts_with("Hits of the last five minutes: now "), "{label}");
    client.ask("GET /users/hanna/notes").unwrap();
    page.until(&format!("{} !== {}", line(0), json!(drawn)));
    let places = "[...document.querySelectorAll('svg path')].every(path => !/NaN|Infinity|undefined/.test(path.getAttribute('d')))";
    assert_eq!(page.eval(places), true);

    // The focus stays where it is while rows are filled anew, and move.
    page.eval("[...document.querySelectorAll('tbody button')].find(name => name.textContent.endsWith('::list')).focus()");
    let samples = "document.querySelectorAll('svg path')[2].getAttribute('d')";
    let drawn = page.text(samples);
    page.until(&format!("{samples} !== {}", json!(drawn)));
    assert!(page.text("document.activeElement.textContent").ends_with("::list"));

    page.eval("document.getElementById('all').click()");
    assert_eq!(page.text("document.getElementById('whose').textContent"), "All caches");
    page.eval("(filter => { filter.value = '::LIST'; filter.oninput() })(document.getElementById('filter'))");
    assert!(page.text(&column(0)).split('|').all(|name| name.ends_with("::list")));
    assert_eq!(page.complaints(), NO_COMPLAINTS);
}

#[test]
fn names_are_shown_and_do_nothing() {
    #[memoize(
        name = "</script><img src=x onerror=\"window.stolen=1\"><b>'&amp;\u{2028}\u{202e}\\\" ${window.stolen=1}"
    )]
    fn hostile(n: u8) -> u8 {
        n
    }

    hostile(1);
    let (address, _) = serve();
    let mut page = Chromium::start("names");
    page.open(&format!("http://{address}/caches"));
    page.until("document.getElementById('state').textContent.startsWith('updated every 2 s')");
    let names = page.eval("[...document.querySelectorAll('tbody th')].map(name => name.textContent)");
    assert!(names.as_array().unwrap().contains(&json!(HOSTILE)), "{names}");
    page.eval(&format!(
        "[...document.querySelectorAll('tbody button')].find(name => name.textContent === {}).click()",
        json!(HOSTILE)
    ));
    assert_eq!(page.text("document.getElementById('whose').textContent"), HOSTILE);
    assert_eq!(
        page.eval("window.stolen === undefined && document.querySelectorAll('img, b:not(figure b)').length"),
        0
    );
    assert_eq!(page.complaints(), NO_COMPLAINTS);
}

/// The least contrast of a text with what is behind it, and whose that is: <https://www.w3.org/TR/WCAG22/#contrast-minimum>.
const CONTRAST: &str = "(() => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = parts(colour).slice(0, 3).map(part => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const behind = element => {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor, [, , , alpha = 1] = parts(colour);
            if (alpha > 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    let least = [Infinity, ''];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!(own || element.placeholder) || !element.getClientRects().length) continue;
        const style = element.placeholder ? getComputedStyle(element, '::placeholder') : getComputedStyle(element);
        const [a, b] = [light(style.color), light(behind(element))];
        const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (contrast < least[0]) least = [contrast, element.outerHTML];
    }
    return least;
})()";

#[test]
fn it_is_to_be_read_light_and_dark_narrow_and_wide() {
    #[memoize(
        name = "a_long_name::without_a_space::or_anything_else::where_a_line_could_end::so_that_it_has_to_be_broken"
    )]
    fn long(n: u8) -> u8 {
        n
    }

    long(1);
    let (address, client) = serve();
    client.ask("GET /rates/EUR").unwrap();
    let mut page = Chromium::start("looks");
    page.open(&format!("http://{address}/caches"));
    let mut grounds = Vec::new();
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")] {
        page.look(width, scheme);
        for _ in 0..3 {
            client.ask("GET /users/ann/notes").unwrap();
        }
        page.until(&format!("innerWidth === {width}"));
        page.until("/L/.test(document.querySelector('svg path').getAttribute('d'))");
        let (content, window) = (page.eval("document.documentElement.scrollWidth"), page.eval("innerWidth"));
        assert!(content.as_u64() <= window.as_u64(), "{content} in {window}");
        let least = page.eval(CONTRAST);
        assert!(least[0].as_f64().unwrap() >= 4.5, "{scheme}: {least}");
        grounds.push(page.text("getComputedStyle(document.body).backgroundColor"));
        // All four charts can be seen, or reached by scrolling down.
        assert_eq!(
            page.eval("[...document.querySelectorAll('svg')].filter(svg => svg.clientWidth > 100).length"),
            4
        );
        page.picture(&format!("caches-{width}-{scheme}"));
    }
    assert_eq!((&grounds[0], &grounds[1]), (&grounds[2], &grounds[3]));
    assert_ne!(grounds[0], grounds[1], "dark is another than light");
    assert_eq!(page.complaints(), NO_COMPLAINTS);
}

/// The program, at an address.
fn start(address: SocketAddr) -> Child {
    let mut server = Command::new(env!("CARGO_BIN_EXE_web"))
        .args(["--serve", &address.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("http://{address}\n"));
    server
}

#[test]
fn it_goes_on_when_the_process_is_started_anew() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = start(address);
    let mut page = Chromium::start("restart");
    ureq::get(format!("http://{address}/rates/EUR")).call().unwrap();
    page.open(&format!("http://{address}/caches"));
    page.until("document.getElementById('state').textContent === 'updated every 2 s'");
    assert_eq!(page.complaints(), NO_COMPLAINTS);
    server.kill().unwrap();
    server.wait().unwrap();
    page.until("document.getElementById('state').textContent.startsWith('no answer since')");
    let mut server = start(address);
    page.until("document.getElementById('state').textContent.includes('restarted at')");
    ureq::get(format!("http://{address}/rates/USD")).call().unwrap();
    page.until(&format!("{} === '1'", cell("Misses", "::rate")));
    // A gap in the line, which begins anew.
    page.until("(document.querySelectorAll('svg path')[2].getAttribute('d').match(/M/g) || []).length === 2");
    server.kill().unwrap();
    server.wait().unwrap();
}
