//! Values of options that are more than syntax: names in reports, durations and fractions.

use crate::diag::fault;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;
use std::time::Duration;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, ExprUnary, Lit, LitBool, LitStr, UnOp};

/// The expression without the invisible parentheses that macros by example put around it.
pub(crate) fn plain(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => plain(*group.expr),
        other => other,
    }
}

/// What something is called in reports.
pub(crate) struct Label(pub(crate) LitStr);

impl Parse for Label {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let label: LitStr = input.parse()?;
        if label.value().trim().is_empty() {
            let help =
                "write what it is to be called in reports, or leave the option out: then that is its path";
            return Err(fault(label, "this name is empty", help));
        }
        Ok(Self(label))
    }
}

/// A part of the whole, from 0 to 1: a number, or an expression of type `f64`.
pub(crate) struct Fraction(pub(crate) Expr);

impl Fraction {
    /// An expression of type `f64`.
    pub(crate) fn expand(expr: &Expr, paths: &Paths) -> TokenStream {
        let core = &paths.core;
        // As of a duration.
        quote!({
            let fraction: #core::f64 = #expr;
            fraction
        })
    }
}

impl Parse for Fraction {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        const RANGE: &str = "this is no fraction: it is above 0, and at most 1";
        const HELP: &str = "write `jitter = 0.1` for up to a tenth";
        let expr = plain(input.parse()?);
        match &expr {
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => match number.base10_parse::<f64>() {
                Ok(fraction) if fraction > 0.0 && fraction <= 1.0 && number.suffix() != "f32" => {
                    Ok(Self(expr))
                }
                Ok(_) if number.suffix() == "f32" => {
                    let help = format_args!("write `jitter = {}`", number.base10_digits());
                    Err(fault(number, "a fraction is an `f64`", help))
                }
                _ => Err(fault(number, RANGE, HELP)),
            },
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.base10_digits() == "1" => {
                Err(fault(number, "a fraction is an `f64`", "write `jitter = 1.0` for up to the whole"))
            }
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                Err(fault(text, "a fraction stands without quotes and without a unit", HELP))
            }
            Expr::Lit(_) | Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => Err(fault(&expr, RANGE, HELP)),
            _ => Ok(Self(expr)),
        }
    }
}

/// A duration: `"1h 30m"`, or an expression.
pub(crate) enum Span {
    Literal(Duration),
    Expr(Box<Expr>),
}

impl Span {
    /// An expression of type `Duration`.
    pub(crate) fn expand(&self, paths: &Paths) -> TokenStream {
        let core = &paths.core;
        match self {
            Self::Literal(duration) => {
                let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
                quote!(#core::Duration::new(#seconds, #nanos))
            }
            // The type on a binding: an error about it is then about the expression alone.
            Self::Expr(expr) => quote!({
                let duration: #core::Duration = #expr;
                duration
            }),
        }
    }
}

impl Span {
    /// With another expression in it.
    pub(crate) fn map(self, map: impl Fn(Expr) -> Expr) -> Self {
        match self {
            Self::Expr(expr) => Self::Expr(Box::new(map(*expr))),
            literal @ Self::Literal(_) => literal,
        }
    }
}

/// How long a call waits for another that computes the same.
pub(crate) enum Waiting {
    Always,
    Never,
    For(Span),
}

impl Parse for Waiting {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitBool) {
            let waits: LitBool = input.parse()?;
            return Ok(if waits.value { Self::Always } else { Self::Never });
        }
        input.parse().map(Self::For).map_err(|error: syn::Error| {
            let help = "write a time as \"50ms\", or `single_flight = false` for none";
            let message = match error.to_string() {
                text if text.starts_with(ZERO) => "this waits for no time".to_owned(),
                text => text.lines().next().unwrap_or_default().to_owned(),
            };
            syn::Error::new(error.span(), format_args!("{message}\nhelp: {help}"))
        })
    }
}

/// A duration after which something happens.
pub(crate) struct Later(pub(crate) Span);

impl Parse for Later {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse().map(Self).map_err(|error: syn::Error| {
            let text = error.to_string().replace(ZERO, "this is no time");
            syn::Error::new(error.span(), text)
        })
    }
}

impl Parse for Span {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let expr = plain(input.parse()?);
        let Expr::Lit(ExprLit { lit, .. }) = &expr else { return Ok(Self::Expr(Box::new(expr))) };
        match lit {
            Lit::Str(text) => match parse(&text.value()) {
                Ok(duration) => Ok(Self::Literal(duration)),
                Err((message, help)) => Err(fault(text, message, help)),
            },
            Lit::Int(number) if number.suffix().is_empty() => {
                let help = format!("write \"{number}s\" for seconds, or an expression of type `Duration`");
                Err(fault(number, "a duration needs a unit", help))
            }
            number @ (Lit::Int(_) | Lit::Float(_)) => {
                let text = quote!(#number).to_string();
                Err(fault(number, "a duration stands in quotes", format!("write \"{text}\"")))
            }
            other => Err(fault(other, "this is not a duration", FORM)),
        }
    }
}

const ZERO: &str = "a time of zero keeps nothing";

const FORM: &str = "write numbers with units, as in \"500ms\" or \"1h 30m\"; the units are `ns`, `us`, `ms`, `s`, `m`, `h` and `d`";

/// Parses `1h 30m`; an error is what is wrong, and what to write.
fn parse(text: &str) -> Result<Duration, (String, String)> {
    const LONG: &str = "leave the option out: 584 years are for ever";
    let form = |message: String| (message, FORM.to_owned());
    let mut rest = text.trim_start();
    if rest.is_empty() {
        return Err(form("this duration is empty".into()));
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        if number.is_empty() {
            return Err(form(format!("expected a number at `{rest}`")));
        }
        let tail = tail.trim_start();
        let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let nanos: u64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" | "sec" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            "" if tail.is_empty() => {
                return Err((
                    "a duration needs a unit".into(),
                    format!("write \"{}s\" for seconds", text.trim()),
                ));
            }
            "" => return Err(form(format!("expected a unit at `{tail}`"))),
            unknown => return Err(form(format!("`{unknown}` is no unit of time"))),
        };
        let number: Option<u64> = number.parse().ok();
        let part = number.and_then(|number| number.checked_mul(nanos)).map(Duration::from_nanos);
        total = part
            .and_then(|part| total.checked_add(part))
            .filter(|total| u64::try_from(total.as_nanos()).is_ok())
            .ok_or_else(|| ("this duration is too long".to_owned(), LONG.to_owned()))?;
        rest = tail.trim_start();
    }
    if total.is_zero() {
        return Err((ZERO.into(), "write a longer time, as \"60s\"".into()));
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn units_add_up() {
        for (text, millis) in [
            ("500ms", 500),
            ("60s", 60_000),
            ("1h 30m", 5_400_000),
            ("1h30m", 5_400_000),
            (" 2 d ", 172_800_000),
            ("1min 1sec", 61_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(parse("1us 1ns"), Ok(Duration::from_nanos(1001)));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("", "this duration is empty"),
            ("60", "a duration needs a unit"),
            ("60x", "`x` is no unit of time"),
            ("s", "expected a number at `s`"),
            ("1.5s", "expected a unit at `.5s`"),
            ("-1s", "expected a number at `-1s`"),
            ("0s", "a time of zero keeps nothing"),
            ("99999999999999999999s", "this duration is too long"),
            ("999999999h", "this duration is too long"),
            ("584000d 584000d", "this duration is too long"),
        ] {
            assert_eq!(parse(text).unwrap_err().0, message, "{text}");
        }
    }
}
