//! From text to tokens.

use super::parser::SyntaxError;
use weakcache::Str;

// ANCHOR: token
/// A token, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A number.
    Int(i64),
    /// A name, interned: to compare two is to compare two pointers.
    Name(Str),
    /// A keyword, an operator, a bracket.
    Fixed(&'static str),
}
// ANCHOR_END: token

// ANCHOR: tokens
/// What is no name, the longer ones first.
const SYMBOLS: [&str; 11] = ["=>", "->", "==", "=", ":", "(", ")", "+", "-", "*", "<"];
const KEYWORDS: [&str; 9] = ["fn", "rec", "let", "in", "if", "then", "else", "true", "false"];

/// The tokens of a text, each with its place.
///
/// # Errors
///
/// Where a character begins none, or a number is too large.
pub fn tokens(source: &str) -> Result<Vec<(Token, usize)>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let at = source.len() - rest.len();
        let word = |allowed: fn(char) -> bool| rest.find(|c| !allowed(c)).unwrap_or(rest.len());
        let (token, len) = if first.is_ascii_digit() {
            let len = word(|c| c.is_ascii_digit());
            let number = rest[..len].parse().map_err(|_| SyntaxError::new("a number is too large", at))?;
            (Token::Int(number), len)
        } else if first.is_alphabetic() {
            let len = word(char::is_alphanumeric);
            let text = &rest[..len];
            match KEYWORDS.into_iter().find(|&keyword| keyword == text) {
                Some(keyword) => (Token::Fixed(keyword), len),
                None => (Token::Name(Str::new(text)), len),
            }
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
            let symbol = symbol.ok_or_else(|| SyntaxError::new(format!("`{first}` begins nothing"), at))?;
            (Token::Fixed(symbol), symbol.len())
        };
        tokens.push((token, at));
        rest = rest[len..].trim_start();
    }
    Ok(tokens)
}
// ANCHOR_END: tokens
