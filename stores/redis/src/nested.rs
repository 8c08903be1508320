//! How much lies in each other in what a server answers.
//!
//! The client goes down to a hundred arrays in arrays, and takes some ten kilobytes of the stack for each: more than a thread
//! may have that was made with a small one, and an overflow ends the process. No answers to what is asked here have more than
//! two in all, so they are counted as the bytes come in. Where that is told from a text, it is as the client tells it.
//!
//! This is for [`Wire`](crate::wire::Wire) alone: what tokio drives, and a session, the client reads by itself.

use std::io;

/// In the answers to one request: twice as many as there ever are.
const MOST: usize = 4;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// What kind of a value it is.
    Kind,
    /// The rest of a line, which only `\r\n` ends, and whether that has begun. Of a text with a length, its digits so far.
    Line { length: Option<u64>, is_over: bool },
    /// So many bytes of a text, and the end of its line.
    Text(u64),
}

/// Counts what has values in it.
#[derive(Debug)]
pub(crate) struct Nested {
    next: Next,
    count: usize,
}

impl Nested {
    pub(crate) fn new() -> Self {
        Self { next: Next::Kind, count: 0 }
    }

    /// Another request, of which nothing has come in.
    pub(crate) fn begin(&mut self) {
        *self = Self::new();
    }

    /// Of the bytes that come next.
    ///
    /// # Errors
    ///
    /// If there are too many.
    pub(crate) fn add(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let [first, rest @ ..] = bytes {
            (self.next, bytes) = match self.next {
                Next::Kind => {
                    if matches!(first, b'*' | b'%' | b'~' | b'>' | b'|') {
                        self.count += 1;
                    }
                    let is_text = matches!(first, b'$' | b'=' | b'!');
                    (Next::Line { length: is_text.then_some(0), is_over: *first == b'\r' }, rest)
                }
                Next::Line { length, is_over: true } if *first == b'\n' => {
                    (length.map_or(Next::Kind, |length| Next::Text(length.saturating_add(2))), rest)
                }
                Next::Line { length, .. } => {
                    let length = match (length, first) {
                        (Some(length), b'0'..=b'9') => {
                            Some(length.saturating_mul(10).saturating_add(u64::from(first - b'0')))
                        }
                        // There is none. (After a `-0` the client wants the end of a line, which is one without a kind here.)
                        (_, b'-') => None,
                        (length, _) => length,
                    };
                    (Next::Line { length, is_over: *first == b'\r' }, rest)
                }
                Next::Text(left) => {
                    let skipped = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    match left - skipped as u64 {
                        0 => (Next::Kind, &bytes[skipped..]),
                        left => (Next::Text(left), &bytes[skipped..]),
                    }
                }
            };
        }
        self.check()
    }

    fn check(&self) -> io::Result<()> {
        if self.count <= MOST { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(pieces: &[&[u8]]) -> usize {
        let mut nested = Nested::new();
        for piece in pieces {
            nested.add(piece).unwrap();
        }
        assert_eq!(nested.next, Next::Kind, "it is whole");
        nested.count
    }

    #[test]
    fn what_is_in_a_text_is_no_value() {
        let answer = b"+OK\r\n*2\r\n*2\r\n$8\r\n*1\r\n*1\r\n\r\n$-1\r\n:-1\r\n$0\r\n\r\n_\r\n%0\r\n";
        assert_eq!(count(&[answer]), 3);
        for middle in 0..answer.len() {
            let (one, other) = answer.split_at(middle);
            assert_eq!(count(&[one, other]), 3, "cut after {middle} bytes");
        }
        let bytes: Vec<&[u8]> = answer.chunks(1).collect();
        assert_eq!(count(&bytes), 3);
    }

    #[test]
    fn too_many_are_an_error_for_one_request() {
        let mut nested = Nested::new();
        for _ in 0..3 {
            nested.begin();
            nested.add(&b"*1\r\n".repeat(MOST)).unwrap();
        }
        for around in [b"*1\r\n", b"%1\r\n", b"~1\r\n", b">1\r\n", b"|1\r\n"] {
            nested.begin();
            nested.add(&around.repeat(MOST + 1)).unwrap_err();
        }
        // Behind what has a length to who does not end lines as the client does, or reads numbers in another way.
        for before in [&b"*2\r\n+\n$9999\r\n"[..], b"*2\r\n$5\n\n\r\nabc$x\r\n", b"*2\r\n$-0\r\n\r\n"] {
            let mut nested = Nested::new();
            nested.add(&[before, &b"*1\r\n".repeat(MOST + 1)].concat()).unwrap_err();
        }
    }

    #[test]
    fn lengths_that_lie_are_no_panic() {
        for answer in
            [&b"$99999999999999999999999999\r\n*1\r\n"[..], b"$\r\n", b"$x\r\n", b"\r\n", b"$--\r\n*1"]
        {
            let mut nested = Nested::new();
            nested.add(answer).unwrap();
        }
    }
}
