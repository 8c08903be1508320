//! Values of options that say how much there may be: numbers of entries, and what these may weigh together.

use crate::diag::fault;
use crate::paths::Prefix;
use crate::values::plain;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitInt, UnOp};

/// `lru = N`: an expression, and none that is plainly wrong.
pub(crate) struct Lru(pub(crate) Expr);

impl Parse for Lru {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        entries(input, "lru", "128").map(Self)
    }
}

/// `capacity = N`: the same.
pub(crate) struct Capacity(pub(crate) Expr);

impl Parse for Capacity {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        entries(input, "capacity", "1024").map(Self)
    }
}

/// How many entries an option says that there may be.
fn entries(input: ParseStream, option: &str, example: &str) -> syn::Result<Expr> {
    let help = format_args!("write `{option} = {example}`, or leave it out for a cache without bound");
    let expr = plain(input.parse()?);
    match &expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if is_zero(number) => {
            Err(fault(number, "a cache of no entries keeps nothing", help))
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => {
            Err(fault(&expr, "a number of entries cannot be negative", help))
        }
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if !is_usize(number) => {
            let help = format_args!("write `{option} = {}`", number.base10_digits());
            Err(fault(number, "a number of entries is a `usize`", help))
        }
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Ok(expr),
        Expr::Lit(_) => Err(fault(&expr, "this is not a number of entries", help)),
        _ => Ok(expr),
    }
}

fn is_zero(number: &LitInt) -> bool {
    number.base10_parse::<u128>().is_ok_and(|number| number == 0)
}

fn is_usize(number: &LitInt) -> bool {
    ["", "usize"].contains(&number.suffix())
}

/// What entries may weigh together: `"64 MiB"`, or an expression.
pub(crate) enum Weight {
    /// So many bytes.
    Bytes(u64),
    Expr(Box<Expr>),
}

impl Weight {
    /// An expression of type `usize`.
    pub(crate) fn expand(&self, memo: &Prefix, core: &Prefix) -> TokenStream {
        match self {
            Self::Bytes(bytes) => quote!(#memo::bytes(#bytes)),
            Self::Expr(expr) if matches!(**expr, Expr::Lit(_)) => quote!(#expr),
            // The type on a binding: an error about it is then about the expression alone. And a function: what is asked
            // once is not to depend on the arguments of the first call.
            Self::Expr(expr) => {
                let span = Span::mixed_site().located_at(expr.span());
                let ask = quote_spanned!(span=> || {
                    let weight: #core::usize = #expr;
                    weight
                });
                quote!(#memo::asked(#ask))
            }
        }
    }

    /// With another expression in it.
    pub(crate) fn map(self, map: impl Fn(Expr) -> Expr) -> Self {
        match self {
            Self::Expr(expr) => Self::Expr(Box::new(map(*expr))),
            literal @ Self::Bytes(_) => literal,
        }
    }
}

const FORM: &str = "write a number and a unit, as in \"64 MiB\"; the units are `B`, `KB`, `KiB`, `MB`, `MiB`, `GB` and `GiB`";

impl Parse for Weight {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let help = "write a size as \"64 MiB\", or an expression of type `usize`";
        let expr = plain(input.parse()?);
        if let Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) = &expr {
            return Err(fault(&expr, "a weight cannot be negative", help));
        }
        let Expr::Lit(ExprLit { lit, .. }) = &expr else { return Ok(Self::Expr(Box::new(expr))) };
        if let Lit::Int(_) | Lit::Float(_) = lit
            && let Ok(name) = input.fork().parse::<Ident>()
            && let Some(unit) = nearest_unit(&name.to_string())
        {
            input.parse::<Ident>()?;
            let help = format_args!("write \"{} {unit}\"", lit.to_token_stream());
            return Err(fault(quote!(#lit #name), "a size stands in quotes", help));
        }
        match lit {
            Lit::Str(text) => match bytes(&text.value()) {
                Ok(bytes) => Ok(Self::Bytes(bytes)),
                Err((message, help)) => Err(fault(text, message, help)),
            },
            Lit::Int(number) if is_usize(number) => match is_zero(number) {
                true => Err(fault(number, ZERO, MORE)),
                false => Ok(Self::Expr(Box::new(expr))),
            },
            Lit::Int(number)
                if unit(number.suffix()).is_some() || nearest_unit(number.suffix()).is_some() =>
            {
                let unit = nearest_unit(number.suffix()).unwrap_or_else(|| number.suffix());
                let help = format_args!("write \"{} {unit}\"", number.base10_digits());
                Err(fault(number, "a size stands in quotes", help))
            }
            Lit::Int(number) => {
                let help = format_args!("write `weight = {}`", number.base10_digits());
                Err(fault(number, "a weight is a `usize`", help))
            }
            Lit::Float(number) if unit(number.suffix()).is_some() => {
                let help = format_args!("write \"{} {}\"", number.base10_digits(), number.suffix());
                Err(fault(number, "a size stands in quotes", help))
            }
            other => Err(fault(other, "this is not a weight", help)),
        }
    }
}

const ZERO: &str = "a weight of zero keeps nothing";
const MORE: &str = "write a larger one, as \"64 MiB\"";

/// How many bytes a unit is.
fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "B" => 1,
        "KB" => 1_000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1 << 30,
        _ => return None,
    })
}

/// The unit that a name in other letters, or without its last, is meant to be.
fn nearest_unit(name: &str) -> Option<&'static str> {
    const ALL: [&str; 7] = ["B", "KB", "KiB", "MB", "MiB", "GB", "GiB"];
    let meant = name.to_lowercase();
    let meant = match meant.as_str() {
        "byte" | "bytes" => "b",
        "k" | "m" | "g" => &format!("{meant}ib"),
        "ki" | "mi" | "gi" => &format!("{meant}b"),
        other => other,
    };
    ALL.into_iter().find(|unit| unit.eq_ignore_ascii_case(meant))
}

/// Whether text is a size, or was meant to be one.
pub(crate) fn is_size(text: &str) -> bool {
    let letters = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim();
    letters.ends_with(['b', 'B']) && nearest_unit(letters).is_some()
}

/// Parses `1.5 GiB`; an error is what is wrong, and what to write. Parts of a byte are left out.
fn bytes(text: &str) -> Result<u64, (String, String)> {
    let form = |message: String| (message, FORM.to_owned());
    let text = text.trim();
    if text.is_empty() {
        return Err(form("this size is empty".into()));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, name) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return Err(form(match number {
            "" => format!("expected a number at `{text}`"),
            number => format!("`{number}` is no number"),
        }));
    }
    let name = name.trim_start();
    let Some(unit) = unit(name) else {
        return Err(match (name, nearest_unit(name)) {
            ("", _) => (
                "a size needs a unit".into(),
                format!("write \"{text} B\" for bytes, or a number without quotes"),
            ),
            (_, Some(meant)) => {
                (format!("`{name}` is no unit of size"), format!("write \"{number} {meant}\""))
            }
            (_, None) => form(format!("`{name}` is no unit of size")),
        });
    };
    let large = || ("this size is too large".to_owned(), "write fewer than 16 billion `GiB`".to_owned());
    let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(unit)).ok_or_else(large)?;
    // Eighteen digits tell bytes apart in every unit.
    let fraction = &fraction[..fraction.len().min(18)];
    let parts = fraction.bytes().fold(0, |parts, digit| parts * 10 + u128::from(digit - b'0'));
    let width = u32::try_from(fraction.len()).unwrap_or(0);
    let rest = parts * u128::from(unit) / 10_u128.pow(width);
    let total = u64::try_from(rest).ok().and_then(|rest| whole.checked_add(rest)).ok_or_else(large)?;
    if total == 0 {
        return Err((ZERO.into(), MORE.into()));
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::{bytes, is_size};

    #[test]
    fn sizes() {
        for (text, size) in [
            ("1 B", 1),
            ("64 KB", 64_000),
            ("64KiB", 65_536),
            ("3 MB", 3_000_000),
            (" 64  MiB ", 67_108_864),
            ("2 GB", 2_000_000_000),
            ("1 GiB", 1_073_741_824),
            ("1.5 GiB", 1_610_612_736),
            ("0.5KB", 500),
            ("0.1 KiB", 102),
            ("1.999999999999999999999999 B", 1),
            ("0.0009765625 MiB", 1024),
            ("17179869183 GiB", (u64::MAX >> 30) << 30),
            ("18446744073709551615 B", u64::MAX),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message, help) in [
            ("", "this size is empty", "write a number and a unit"),
            ("MiB", "expected a number at `MiB`", "write a number and a unit"),
            ("-1 MiB", "expected a number at `-1 MiB`", "write a number and a unit"),
            ("64", "a size needs a unit", "write \"64 B\" for bytes"),
            ("64 mb", "`mb` is no unit of size", "write \"64 MB\""),
            ("64 kb", "`kb` is no unit of size", "write \"64 KB\""),
            ("64M", "`M` is no unit of size", "write \"64 MiB\""),
            ("64 Mi", "`Mi` is no unit of size", "write \"64 MiB\""),
            ("64 bytes", "`bytes` is no unit of size", "write \"64 B\""),
            ("64 TiB", "`TiB` is no unit of size", "the units are `B`, `KB`"),
            ("64 MiB 3 KiB", "`MiB 3 KiB` is no unit of size", "write a number and a unit"),
            ("64_000 B", "`_000 B` is no unit of size", "write a number and a unit"),
            ("1. GiB", "`1.` is no number", "write a number and a unit"),
            (".5 GiB", "`.5` is no number", "write a number and a unit"),
            ("1.5.5 GiB", "`1.5.5` is no number", "write a number and a unit"),
            ("0 MiB", "a weight of zero keeps nothing", "write a larger one"),
            ("0.4 B", "a weight of zero keeps nothing", "write a larger one"),
            ("17179869184 GiB", "this size is too large", "write fewer"),
            ("18446744073.8 GB", "this size is too large", "write fewer"),
            ("99999999999999999999 B", "this size is too large", "write fewer"),
        ] {
            let (found, hint) = bytes(text).unwrap_err();
            assert_eq!(found, message, "{text}");
            assert!(hint.starts_with(help) || hint.contains(help), "{text}: {hint}");
        }
    }

    #[test]
    fn sizes_are_told_from_times() {
        for (text, is) in
            [("64 MiB", true), ("1.5gb", true), ("60s", false), ("5m", false), ("1h 30m", false)]
        {
            assert_eq!(is_size(text), is, "{text}");
        }
    }
}
