//! A number for the tokens of an item, which an edit that may matter changes.
//!
//! It is [FNV-1a] of 128 bits over the tokens in an order and a form of our own, so that it depends neither on
//! the compiler nor on the platform: each token is a letter for its sort, and its text with the length before it; a group is
//! its tokens between two letters. Nothing of places goes in, and so neither white space nor comments.
//!
//! What cannot change a result is left out:
//!
//! * attributes for readers and lints, documentation among them ([`QUIET`]);
//! * a comma at the end of a list, which formatting adds and takes away. The one that makes a tuple stays;
//! * whether two characters touch, where that decides nothing: `Vec<Vec<u8> >`;
//! * the invisible parentheses that macros by example put around what they were given, where they are around one token.
//!
//! All else counts as it is spelt: `1_000` is not `1000`, `r"a"` not `"a"`. What stands between the delimiters of a macro's
//! call counts to the last comma, since nobody knows what the macro makes of it. In doubt a token counts: to compute
//! once more is dear, to serve what is of another code is wrong.
//!
//! [FNV-1a]: http://www.isthe.com/chongo/tech/comp/fnv/

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// The number of `tokens`.
pub(crate) fn hash(tokens: TokenStream) -> u128 {
    let mut hasher = Fnv(OFFSET_BASIS);
    sequence(tokens, Sort::Code(None), &mut hasher);
    hasher.0
}

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

struct Fnv(u128);

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }

    fn token(&mut self, sort: u8, text: &str) {
        self.write(&[sort]);
        self.write(&(text.len() as u64).to_le_bytes());
        self.write(text.as_bytes());
    }
}

/// What a sequence of tokens is.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    /// Code, in delimiters unless it is all there is.
    Code(Option<Delimiter>),
    /// A list of arguments, in parentheses, where a comma at the end makes no tuple.
    List,
    /// What a macro is given.
    Verbatim,
}

/// Attributes that change no result.
const QUIET: &[&str] = &[
    "doc",
    "allow",
    "warn",
    "deny",
    "forbid",
    "expect",
    "inline",
    "cold",
    "must_use",
    "deprecated",
    "rustfmt",
    "clippy",
];

/// Words behind which parentheses are no arguments. (`Self` is a constructor.)
const KEYWORDS: &[&str] = &[
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Pairs of characters that the compiler reads as one where they touch.
const PAIRS: &[&str] = &[
    "&&", "||", "<<", ">>", "==", "!=", "<=", ">=", "=>", "->", "::", "..", ".=", "+=", "-=", "*=", "/=",
    "%=", "^=", "&=", "|=",
];

/// Those of them that mean something else where they do not.
const TELLING_PAIRS: &[&str] = &["&&", "||", "<<"];

fn sequence(tokens: TokenStream, sort: Sort, hasher: &mut Fnv) {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().map(without_needless_group).collect();
    if sort != Sort::Verbatim {
        tokens = without_quiet_attributes(tokens);
    }
    let mut behind = Behind::default();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        match token {
            TokenTree::Ident(ident) => hasher.token(b'i', &ident.to_string()),
            TokenTree::Literal(literal) => hasher.token(b'l', &literal.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ',' && is_idle(&tokens, at, sort, &behind) => {}
            TokenTree::Punct(punct) => {
                let mut pair = String::from(punct.as_char());
                hasher.token(b'p', &pair);
                if let (Spacing::Joint, Some(TokenTree::Punct(next))) = (punct.spacing(), next) {
                    pair.push(next.as_char());
                    let pairs = if sort == Sort::Verbatim { PAIRS } else { TELLING_PAIRS };
                    if pairs.contains(&pair.as_str()) {
                        hasher.write(b"+");
                    }
                }
            }
            TokenTree::Group(inner) => group(inner, sort, &behind, hasher),
        }
        behind.pass(token);
    }
}

fn group(group: &Group, within: Sort, behind: &Behind, hasher: &mut Fnv) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => (b'(', b')'),
        Delimiter::Brace => (b'{', b'}'),
        Delimiter::Bracket => (b'[', b']'),
        Delimiter::None => (b'<', b'>'),
    };
    let sort = match group.delimiter() {
        _ if within == Sort::Verbatim || behind.is_macro() => Sort::Verbatim,
        Delimiter::Parenthesis if behind.is_called() => Sort::List,
        delimiter => Sort::Code(Some(delimiter)),
    };
    hasher.write(&[open]);
    sequence(group.stream(), sort, hasher);
    hasher.write(&[close]);
}

/// Whether the comma at a place separates nothing.
fn is_idle(tokens: &[TokenTree], at: usize, sort: Sort, behind: &Behind) -> bool {
    let in_list = match sort {
        Sort::Verbatim => return false,
        Sort::Code(Some(Delimiter::Parenthesis)) => tokens[..at].iter().any(|token| is_punct(token, ',')),
        Sort::Code(Some(Delimiter::Brace | Delimiter::Bracket)) | Sort::List => true,
        Sort::Code(_) => false,
    };
    match tokens.get(at + 1) {
        None => in_list,
        // Generics.
        Some(next) if is_punct(next, '>') => true,
        // A clause with bounds.
        Some(TokenTree::Group(next)) if next.delimiter() == Delimiter::Brace && behind.in_where => true,
        Some(next) if is_punct(next, ';') && behind.in_where => true,
        // The arm of a match.
        Some(_) => behind.last == Last::ArmInBraces,
    }
}

/// What stands before a token.
#[derive(Default)]
struct Behind {
    last: Last,
    /// Whether there was a `fn`, and no parentheses since.
    header_of_fn: bool,
    /// Whether there was a `where`, and neither braces nor a `;` since.
    in_where: bool,
}

#[derive(Default, PartialEq)]
enum Last {
    #[default]
    Other,
    /// `'`
    Quote,
    /// A word that is no keyword, nor a lifetime: parentheses behind it are arguments.
    Callee,
    /// That and `!`.
    Macro,
    /// That and a word, as in `macro_rules! name`.
    MacroName,
    /// `=`
    Equals,
    /// `=>`
    Arrow,
    /// `=> {}`
    ArmInBraces,
}

impl Behind {
    fn pass(&mut self, token: &TokenTree) {
        let before = std::mem::take(&mut self.last);
        match token {
            TokenTree::Ident(word) => {
                let word = word.to_string();
                self.header_of_fn |= word == "fn";
                self.in_where |= word == "where";
                if before != Last::Quote && !KEYWORDS.contains(&word.as_str()) {
                    self.last = if before == Last::Macro { Last::MacroName } else { Last::Callee };
                }
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '\'' => self.last = Last::Quote,
                '!' if before == Last::Callee => self.last = Last::Macro,
                '=' => self.last = Last::Equals,
                '>' if before == Last::Equals => self.last = Last::Arrow,
                ';' => self.in_where = false,
                _ => {}
            },
            TokenTree::Group(group) => match group.delimiter() {
                Delimiter::Brace => {
                    self.in_where = false;
                    if before == Last::Arrow {
                        self.last = Last::ArmInBraces;
                    }
                }
                Delimiter::Parenthesis => self.header_of_fn = false,
                _ => {}
            },
            TokenTree::Literal(_) => {}
        }
    }

    /// Whether a group behind it is what a macro is given.
    fn is_macro(&self) -> bool {
        matches!(self.last, Last::Macro | Last::MacroName)
    }

    /// Whether parentheses behind it are arguments, or those of a declaration.
    fn is_called(&self) -> bool {
        matches!(self.last, Last::Callee) || self.header_of_fn
    }
}

/// The token, out of invisible parentheses that are around nothing else.
fn without_needless_group(token: TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = &token
        && group.delimiter() == Delimiter::None
    {
        let mut inner = group.stream().into_iter();
        if let (Some(only), None) = (inner.next(), inner.next()) {
            return without_needless_group(only);
        }
    }
    token
}

/// The tokens without attributes that change no result.
fn without_quiet_attributes(tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    let mut loud = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if !is_punct(&token, '#') {
            loud.push(token);
            continue;
        }
        let inner = tokens.next_if(|token| is_punct(token, '!'));
        if tokens.next_if(is_quiet).is_none() {
            loud.push(token);
            loud.extend(inner);
        }
    }
    loud
}

fn is_quiet(attribute: &TokenTree) -> bool {
    let TokenTree::Group(group) = attribute else { return false };
    group.delimiter() == Delimiter::Bracket
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if is_quiet_name(&name.to_string()))
}

/// Whether an attribute whose path begins with this changes no result.
pub(crate) fn is_quiet_name(name: &str) -> bool {
    QUIET.contains(&name)
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

#[cfg(test)]
mod tests {
    use super::hash;

    fn of(code: &str) -> u128 {
        hash(code.parse().unwrap())
    }

    /// One that has something of everything. `tests/store/fingerprint.rs` has the same, by way of the compiler.
    const SAMPLE: &str = r#"
        fn sample<T: Clone>(text: &str, (a, b): (u64, i8)) -> Result<Vec<Vec<T>>, (u8,)> where T: Default {
            let count = text.split(',').filter(|part| !part.is_empty() && *part != "x\n").count() as u64;
            let scale = match b { 0 => { 1 } -1 | 1..=9 if a << 2 >= count => { 0x1F_u64 } _ => r"a".len() as u64 };
            'outer: loop { break 'outer; }
            if count * scale > a { return Err((0,)); }
            Ok(vec![vec![T::default(); usize::try_from(count).unwrap_or(1_000)]])
        }
    "#;

    #[test]
    fn the_numbers_are_for_good() {
        // What is stored under them would be lost.
        assert_eq!(of(""), super::OFFSET_BASIS);
        assert_eq!(of("x"), 0xd7c0_310d_cb42_c95d_cab0_987d_636a_4257);
        assert_eq!(of(SAMPLE), 0x261c_cc42_eb24_4319_b60c_2fb9_ff6a_d4b3);
    }

    #[test]
    fn fnv_of_the_reference() {
        for (text, expected) in [
            ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964_u128),
            ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
        ] {
            let mut hasher = super::Fnv(super::OFFSET_BASIS);
            hasher.write(text.as_bytes());
            assert_eq!(hasher.0, expected, "{text}");
        }
    }

    #[test]
    fn comments_and_layout_do_not_count() {
        let sparse = SAMPLE.replace(' ', "\n\n  ").replace("{\n", "{ // {\n").replace(';', "; /* ; */ ");
        assert_ne!(sparse, SAMPLE);
        assert_eq!(of(&sparse), of(SAMPLE));
        assert_eq!(of(&SAMPLE.replace('\n', "\r\n")), of(SAMPLE));
    }

    /// Each pair is one function before and after an edit.
    fn assert_alike(pairs: &[(&str, &str)]) {
        for (before, after) in pairs {
            assert_eq!(of(before), of(after), "{before}\n{after}");
        }
    }

    fn assert_unlike(pairs: &[(&str, &str)]) {
        for (before, after) in pairs {
            assert_ne!(of(before), of(after), "{before}\n{after}");
        }
    }

    #[test]
    fn what_readers_and_lints_are_told_does_not_count() {
        assert_alike(&[
            ("fn f() {}", "/// Documented.\n fn f() {}"),
            ("fn f() { 1 }", "fn f() { //! Inner.\n 1 }"),
            ("fn f() { let x = 1; }", "#[inline(always)] #[must_use] fn f() { #[allow(unused)] let x = 1; }"),
            ("fn f() { 1 }", "#[doc(hidden)] #[cold] fn f() { #![expect(clippy::all, reason = \"r\")] 1 }"),
            ("struct S { a: u8 }", "/** S */ struct S { /// Field.\n a: u8 }"),
            ("fn f() { g() }", "#[rustfmt::skip] #[clippy::msrv = \"1\"] fn f() { g() }"),
        ]);
        assert_unlike(&[
            ("fn f() {}", "#[track_caller] fn f() {}"),
            ("struct S;", "#[derive(Debug)] struct S;"),
            ("struct S { a: u8 }", "struct S { #[serde(skip)] a: u8 }"),
            ("fn f() { g() }", "fn f() { #[cfg(unix)] g() }"),
            // A macro may make something of them.
            ("m! { struct S; }", "m! { /// S\n struct S; }"),
        ]);
    }

    #[test]
    fn commas_that_formatting_adds_do_not_count() {
        assert_alike(&[
            ("fn f(a: u8) {}", "fn f(a: u8,) {}"),
            ("fn f<T>(a: T) {}", "fn f<T,>(a: T,) {}"),
            ("fn f() { g(a)(b, c); h.i::<u8>(d, e) }", "fn f() { g(a,)(b, c,); h.i::<u8>(d, e,) }"),
            ("fn f() { Self(a) }", "fn f() { Self(a,) }"),
            ("let x = [a, [b]];", "let x = [a, [b,],];"),
            ("let S { a, b } = S { a: 1, b: 2 };", "let S { a, b, } = S { a: 1, b: 2, };"),
            ("let (a, b) = (1, 2);", "let (a, b,) = (1, 2,);"),
            ("match a { B => 1, C => 2 }", "match a { B => 1, C => 2, }"),
            ("match a { B => { 1 } C => { 2 } }", "match a { B => { 1 }, C => { 2 }, }"),
            ("let f: fn(u8) -> Vec<u8> = g;", "let f: fn(u8,) -> Vec<u8,> = g;"),
            ("fn f() where T: A {}", "fn f() where T: A, {}"),
            ("struct S(u8) where u8: A;", "struct S(u8,) where u8: A,;"),
            (
                "impl<T> A for B where T: C, T: D { fn f() {} }",
                "impl<T> A for B where T: C, T: D, { fn f() {} }",
            ),
            ("use a::{b, c};", "use a::{b, c,};"),
        ]);
        assert_unlike(&[
            ("let x = (a);", "let x = (a,);"),
            ("fn f() -> (u8) {}", "fn f() -> (u8,) {}"),
            ("return (a)", "return (a,)"),
            ("break 'x (a)", "break 'x (a,)"),
            ("fn f(a: &'x (u8)) {}", "fn f(a: &'x (u8,)) {}"),
            ("struct S(pub (u8))", "struct S(pub (u8,))"),
            ("struct S(pub(crate) (u8))", "struct S(pub(crate) (u8,))"),
            ("#[a] (b);", "#[a] (b,);"),
            ("if a > (b) {}", "if a > (b,) {}"),
            ("match a { (b) => 1 }", "match a { (b,) => 1 }"),
            ("f((a))", "f((a,))"),
            ("m!(a)", "m!(a,)"),
            ("m![a, f(b)]", "m![a, f(b,)]"),
            ("macro_rules! m { ($a:expr, $b:expr) => {} }", "macro_rules! m { ($a:expr, $b:expr,) => {} }"),
            ("[a, {b}]", "[a {b}]"),
        ]);
        // No call of a macro.
        assert_alike(&[("if !(f(a)) {}", "if !(f(a,)) {}"), ("return !(f(a))", "return !(f(a,))")]);
    }

    #[test]
    fn whether_characters_touch_counts_where_it_tells() {
        assert_alike(&[
            ("let x: Vec<Vec<u8>>= y;", "let x: Vec<Vec<u8> > = y ;"),
            ("a <-1", "a < -1"),
            ("f(|x|-x)", "f(|x| -x)"),
            ("a[..]", "a[ .. ]"),
        ]);
        assert_unlike(&[
            ("a && b", "a & &b"),
            ("a << T as X > ::C", "a < <T as X>::C"),
            ("a || b", "a | |b"),
            ("m!(a += b)", "m!(a + = b)"),
        ]);
        assert_alike(&[("m!(a;;b)", "m!(a; ; b)")]);
    }

    #[test]
    fn invisible_parentheses_count_around_several_tokens() {
        use proc_macro2::{Delimiter, Group, TokenStream};
        use quote::quote;
        let invisible = |tokens: TokenStream| Group::new(Delimiter::None, tokens);
        let product = |factor: TokenStream| hash(quote!(3 * #factor));
        let sum = invisible(quote!(1 + 2));
        assert_ne!(product(quote!(#sum)), product(quote!(1 + 2)));
        assert_ne!(product(quote!(#sum)), product(quote!((1 + 2))));
        let one = invisible(quote!(1));
        let twice = invisible(quote!(#one));
        assert_eq!(product(quote!(#one)), product(quote!(1)));
        assert_eq!(product(quote!(#twice)), product(quote!(1)));
        let nested = invisible(quote!(#sum));
        assert_eq!(product(quote!(#nested)), product(quote!(#sum)));
    }

    #[test]
    fn each_token_counts() {
        use proc_macro2::{Group, Ident, TokenStream, TokenTree};
        use std::collections::HashMap;

        /// Every stream that comes of taking one token away, or putting another in its place.
        fn edits_of(tokens: &TokenStream) -> Vec<TokenStream> {
            let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
            let mut edits = Vec::new();
            for (at, token) in tokens.iter().enumerate() {
                let with = |replacement: Vec<TokenTree>| {
                    let mut edited = tokens.clone();
                    edited.splice(at..=at, replacement);
                    edited.into_iter().collect::<TokenStream>()
                };
                edits.push(with(Vec::new()));
                let other = if token.to_string() == "other" { "another" } else { "other" };
                edits.push(with(vec![Ident::new(other, token.span()).into()]));
                if let TokenTree::Group(group) = token {
                    for inner in edits_of(&group.stream()) {
                        edits.push(with(vec![Group::new(group.delimiter(), inner).into()]));
                    }
                }
            }
            edits
        }

        let sample: TokenStream = SAMPLE.parse().unwrap();
        // Where two of the same are side by side, it is one whichever goes.
        let spelt = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
        let mut seen: HashMap<u128, String> = HashMap::from([(hash(sample.clone()), spelt(&sample))]);
        let edits = edits_of(&sample);
        assert!(edits.len() > 300);
        for edit in edits {
            let text = spelt(&edit);
            if let Some(other) = seen.insert(hash(edit), text.clone()) {
                assert_eq!(text, other);
            }
        }
    }

    #[test]
    fn spelling_counts() {
        assert_unlike(&[
            ("1000", "1_000"),
            ("1", "1u8"),
            ("\"a\"", "r\"a\""),
            ("\"a\"", "b\"a\""),
            ("x", "r#x"),
            ("'a'", "\"a\""),
            ("ab", "a b"),
            ("a(b)c", "a(b c)"),
            ("(a)(b)", "(a(b))"),
            ("(a)", "[a]"),
        ]);
    }
}
