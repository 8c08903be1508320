//! Amounts in options, `"1h 30m"` and `"64 MiB"`: nothing makes their parsers panic, and what was written is what is read.
//!
//! An input that begins with `0` goes on with a text, one with `3` with tokens; others are bytes of which amounts are made.

use arbitrary::{Result, Unstructured};
use proc_macro2::{Literal, TokenStream, TokenTree};
use std::time::Duration;
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_macros_inside as macros;

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    // An input that is too short is none.
    let _ = match source.arbitrary::<u8>().unwrap_or(0) % 8 {
        0..3 => any(source),
        3 => tokens(source),
        4..6 => durations(&mut source),
        _ => sizes(&mut source),
    };
}

/// Any text in quotes.
fn any(source: Unstructured<'_>) -> Result<()> {
    let text = String::from_utf8_lossy(source.take_rest());
    let literal: TokenStream = TokenTree::from(Literal::string(&text)).into();
    let duration = macros::duration(literal.clone());
    let weight = macros::weight(literal.clone());
    for (error, form) in [(duration.clone().err(), "units"), (weight.clone().err(), "units")] {
        is_helpful(error, form, &text);
    }
    assert!(duration.is_err() || weight.is_err(), "{text:?} is a time and a size");
    for error in macros::amounts(&literal) {
        is_helpful(error.err(), "", &text);
    }
    Ok(())
}

/// Any tokens.
fn tokens(source: Unstructured<'_>) -> Result<()> {
    let text = String::from_utf8_lossy(source.take_rest());
    if let Ok(tokens) = text.parse::<TokenStream>() {
        let _ = macros::duration(tokens.clone());
        let _ = macros::weight(tokens.clone());
        let _ = macros::amounts(&tokens);
    }
    Ok(())
}

/// A duration of parts in any order.
fn durations(source: &mut Unstructured<'_>) -> Result<()> {
    const UNITS: [(&str, u64); 11] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("sec", 1_000_000_000),
        ("m", 60_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let mut text = space(source)?.to_owned();
    let mut total = 0_u128;
    for _ in 0..source.int_in_range(1..=4)? {
        let (unit, nanos) = *source.choose(&UNITS)?;
        let nanos = if unit == "h" && is_planted(Fault::AmountsHour) { nanos / 60 * 59 } else { nanos };
        let number = number(source)?;
        total += u128::from(number) * u128::from(nanos);
        text += &format!("{number}{}{unit}{}", space(source)?, space(source)?);
    }
    let read = macros::duration(TokenTree::from(Literal::string(&text)).into());
    match u64::try_from(total) {
        Ok(0) | Err(_) => assert!(read.is_err(), "{text:?}: {read:?}"),
        Ok(nanos) => assert_eq!(read, Ok(Some(Duration::from_nanos(nanos))), "{text:?}"),
    }
    Ok(())
}

/// A size, perhaps with a fraction.
fn sizes(source: &mut Unstructured<'_>) -> Result<()> {
    const UNITS: [(&str, u64); 7] = [
        ("B", 1),
        ("KB", 1_000),
        ("KiB", 1 << 10),
        ("MB", 1_000_000),
        ("MiB", 1 << 20),
        ("GB", 1_000_000_000),
        ("GiB", 1 << 30),
    ];
    let (unit, of) = *source.choose(&UNITS)?;
    let of = if unit == "KiB" && is_planted(Fault::AmountsKibibyte) { 1000 } else { of };
    let whole = number(source)?;
    // Seventeen digits and a unit of thirty bits are exact.
    let (digits, width) =
        (source.int_in_range(0..=99_999_999_999_999_999_u64)?, source.int_in_range(0..=17_u32)?);
    let parts = digits % 10_u64.pow(width);
    let width_of_text = width as usize;
    let fraction = if width == 0 { String::new() } else { format!(".{parts:0width_of_text$}") };
    let text = format!("{}{whole}{fraction}{}{unit}{}", space(source)?, space(source)?, space(source)?);
    let total = u128::from(whole) * u128::from(of) + u128::from(parts) * u128::from(of) / 10_u128.pow(width);
    let read = macros::weight(TokenTree::from(Literal::string(&text)).into());
    match u64::try_from(total) {
        Ok(0) | Err(_) => assert!(read.is_err(), "{text:?}: {read:?}"),
        Ok(bytes) => assert_eq!(read, Ok(Some(bytes)), "{text:?}"),
    }
    Ok(())
}

/// Small, or at a bound.
fn number(source: &mut Unstructured<'_>) -> Result<u64> {
    Ok(source.arbitrary::<u64>()? >> source.int_in_range(0..=63)?)
}

fn space(source: &mut Unstructured<'_>) -> Result<&'static str> {
    source.choose(&["", " ", "  ", "\t", "\u{a0}", "\n"]).copied()
}

/// An error says what is wrong, and in a line of its own what to write.
fn is_helpful(error: Option<String>, form: &str, text: &str) {
    if let Some(error) = error {
        assert!(error.contains("\nhelp: ") || form.is_empty(), "{text:?}: {error}");
    }
}
