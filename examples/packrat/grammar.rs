//! The groups of Rust source, by a grammar of ordered choices:
//!
//! ```text
//! text       = trees (sep trees)*
//! trees      = (group / token)*                   token: anything but brackets, ',' and ';'
//! group      = '(' body ')' / '[' body ']' / '{' body '}'
//! body       = terminated / separated             sep: ',' or ';'
//! terminated = (trees sep)+ &close
//! separated  = trees (sep trees)* &close
//! ```
//!
//! Whether a body ends in a separator, as statements do, or in a value, is seen only at its end; then the
//! second choice starts from the beginning, with all that is nested in it. As it stands, that takes time
//! exponential in the depth; if each `trees` is remembered by its place, it is linear (packrat parsing,
//! Ford 2002).

/// What is known of a stretch of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Groups {
    /// Where it ends.
    pub(crate) end: usize,
    /// Groups that end in a separator.
    pub(crate) terminated: usize,
    /// Groups that end in a value, or are empty.
    pub(crate) separated: usize,
    /// How many brackets are open at the deepest place.
    pub(crate) depth: usize,
}

impl Groups {
    /// This, and what follows.
    fn then(self, next: Self) -> Self {
        Self {
            end: next.end,
            terminated: self.terminated + next.terminated,
            separated: self.separated + next.separated,
            depth: self.depth.max(next.depth),
        }
    }

    /// The group around this body, which ends here.
    fn closed(mut self, end: usize, terminated: bool) -> Self {
        *(if terminated { &mut self.terminated } else { &mut self.separated }) += 1;
        self.depth += 1;
        self.end = end;
        self
    }
}

/// A text, and a way to come by its `trees`: computed by [`trees`], or remembered.
pub(crate) trait Rules {
    /// The text.
    fn text(&self) -> &str;

    /// What [`trees`] gives at this place.
    fn trees(&self, at: usize) -> Groups;
}

/// `text`: all of it, or the place of a bracket that nothing opens, or closes.
pub(crate) fn parse(rules: &impl Rules) -> Result<Groups, usize> {
    let found = separated(rules, 0);
    if found.end < rules.text().len() { Err(found.end) } else { Ok(found) }
}

/// `trees`, as they are defined.
pub(crate) fn trees(rules: &impl Rules, at: usize) -> Groups {
    let text = rules.text();
    let mut found = Groups { end: at, ..Groups::default() };
    loop {
        found.end = space(text, found.end);
        if let Some(group) = group(rules, found.end) {
            found = found.then(group);
        } else if let Some(end) = token(text, found.end) {
            found.end = end;
        } else {
            return found;
        }
    }
}

fn group(rules: &impl Rules, at: usize) -> Option<Groups> {
    let close = closing(rules.text(), at)?;
    let closed = |body: Groups| byte(rules.text(), body.end) == Some(close);
    if let Some(body) = terminated(rules, at + 1).filter(|body| closed(*body)) {
        return Some(body.closed(body.end + 1, true));
    }
    let body = separated(rules, at + 1);
    closed(body).then(|| body.closed(body.end + 1, false))
}

fn terminated(rules: &impl Rules, at: usize) -> Option<Groups> {
    let mut found = None;
    let mut next = rules.trees(at);
    while separator(rules.text(), next.end) {
        let before = found.map_or(next, |found: Groups| found.then(next));
        found = Some(before);
        next = rules.trees(next.end + 1);
    }
    let mut found = found?;
    found.end = space(rules.text(), found.end + 1);
    Some(found)
}

fn separated(rules: &impl Rules, at: usize) -> Groups {
    let mut found = rules.trees(at);
    while separator(rules.text(), found.end) {
        found = found.then(rules.trees(found.end + 1));
    }
    found
}

/// The same, as one writes it by hand: in one pass, with a stack.
pub(crate) fn parse_in_one_pass(text: &str) -> Result<Groups, usize> {
    struct Open {
        at: usize,
        close: u8,
        terminated: bool,
        body: Groups,
    }
    // The text itself is like a group that nothing closes.
    let mut around: Vec<Open> = Vec::new();
    let mut open = Open { at: 0, close: 0, terminated: false, body: Groups::default() };
    let mut at = 0;
    loop {
        at = space(text, at);
        let Some(next) = byte(text, at) else {
            open.body.end = at;
            around.push(open);
            return around.get(1).map_or(Ok(around[0].body), |outermost| Err(outermost.at));
        };
        if let Some(close) = closing(text, at) {
            around.push(open);
            open = Open { at, close, terminated: false, body: Groups::default() };
        } else if separator(text, at) {
            open.terminated = true;
        } else if let Some(end) = token(text, at) {
            open.terminated = false;
            at = end;
            continue;
        } else {
            let Some(mut outer) = around.pop_if(|_| open.close == next) else {
                around.push(open);
                return Err(around.get(1).map_or(at, |outermost| outermost.at));
            };
            outer.terminated = false;
            outer.body = outer.body.then(open.body.closed(at + 1, open.terminated));
            open = outer;
        }
        at += 1;
    }
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// What closes the bracket that opens here.
fn closing(text: &str, at: usize) -> Option<u8> {
    match byte(text, at)? {
        b'(' => Some(b')'),
        b'[' => Some(b']'),
        b'{' => Some(b'}'),
        _ => None,
    }
}

fn separator(text: &str, at: usize) -> bool {
    matches!(byte(text, at), Some(b',' | b';'))
}

/// Behind white space and comments.
fn space(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text.as_bytes()[at..];
        at += match rest {
            [b' ' | b'\n' | b'\t' | b'\r', ..] => 1,
            [b'/', b'/', ..] => until(rest, b"\n"),
            [b'/', b'*', ..] => until(rest, b"*/"),
            _ => return at,
        };
    }
}

/// The end of the word, literal or sign that stands here.
fn token(text: &str, at: usize) -> Option<usize> {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..);
    let rest = &text.as_bytes()[at..];
    let length = match rest {
        [] | [b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';', ..] => return None,
        [b'"', ..] | [b'\'', b'\\', ..] => quoted(rest),
        // A character is closed behind it; the name of a lifetime is not.
        [b'\'', ..] => {
            let character = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            if rest.get(1 + character) == Some(&b'\'') { 2 + character } else { 1 }
        }
        [b'r', raw @ ..] | [b'b' | b'c', b'r', raw @ ..] if raw_string(raw).is_some() => {
            rest.len() - raw.len() + raw_string(raw)?
        }
        _ => rest.iter().take_while(|byte| word(byte)).count().max(1),
    };
    Some(at + length)
}

fn until(text: &[u8], end: &[u8]) -> usize {
    let found = text.windows(end.len()).position(|window| window == end);
    found.map_or(text.len(), |found| found + end.len())
}

/// The length of a literal that ends in what it began with.
fn quoted(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&next) = text.get(at) {
        at += 1 + usize::from(next == b'\\');
        if next == text[0] {
            break;
        }
    }
    at.min(text.len())
}

/// The length of what follows an `r`, if that is a raw string.
fn raw_string(text: &[u8]) -> Option<usize> {
    let hashes = text.iter().take_while(|byte| **byte == b'#').count();
    let opened = text.get(hashes) == Some(&b'"');
    opened.then(|| {
        let end = [&b"\""[..], &b"#".repeat(hashes)[..]].concat();
        1 + hashes + until(&text[1 + hashes..], &end)
    })
}
