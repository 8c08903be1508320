//! The options of both attributes: one table a place, which is all there is to say about an option.
//!
//! A row gives the option's name, the type of its value, which also parses it, and how it is written,
//! for the help line of an error.

use crate::amounts::{Capacity, Lru, Weight, is_size};
use crate::code::{Depends, Version};
use crate::diag::{Diagnostics, fault, list, nearest};
use crate::values::{self, Fraction, Label, Later, Waiting};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Lit, LitBool, LitStr, MacroDelimiter, Meta, Path, Token, Type, Visibility,
    parenthesized, token,
};

/// Declares the options of a place as a struct of `Option<Given<T>>`.
macro_rules! options {
    ($($(#[$doc:meta])* $table:ident on $place:literal {
        $($field:ident $name:literal: $value:ty, $usage:literal;)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Default)]
            pub(crate) struct $table {
                $(pub(crate) $field: Option<Given<$value>>,)*
            }

            impl Options for $table {
                const PLACE: &'static str = $place;
                const ROWS: &'static [Row] = &[$(Row { name: $name, usage: $usage }),*];

                fn set(&mut self, row: &Row, name: Ident, input: ParseStream) -> syn::Result<()> {
                    match row.name {
                        $($name => Given::set(&mut self.$field, row, name, input),)*
                        _ => unreachable!("rows and fields are declared together"),
                    }
                }

                fn mean(&mut self, row: &Row, name: &Ident) {
                    match row.name {
                        $($name => Given::mean(&mut self.$field, name),)*
                        _ => unreachable!("rows and fields are declared together"),
                    }
                }
            }
        )*

        /// Every place with its options, for an option that was given in the wrong one.
        const PLACES: &[(&str, &[Row])] = &[$(($place, $table::ROWS)),*];
    };
}

options! {
    /// On a struct or an enum.
    TypeOptions on "`#[interned]` on a type" {
        new "new": Named, "`new = \"name\"` or `new = false`";
        get "get": Named, "`get = \"name\"` or `get = false`";
        is_new "is_new": Assigned<LitStr>, "`is_new = \"name\"`, on an enum `is_new = \"{}_is_new\"`";
        numbered "numbered": Flag, "`numbered`";
        handle "handle": Assigned<Ident>, "`handle = Name`";
        local "local": Flag, "`local`";
        name "name": Assigned<Label>, "`name = \"label\"`";
        hasher "hasher": Assigned<Type>, "`hasher = Type`";
        shards "shards": Assigned<Expr>, "`shards = 16`";
        krate "crate": Crate, "`crate = path::to::weakcache`";
    }
    /// On a variant.
    VariantOptions on "`#[interned]` on a variant" {
        new "new": Named, "`new = \"name\"` or `new = false`";
    }
    /// On a field of a struct or of a variant.
    FieldOptions on "`#[interned]` on a field" {
        init "init": Assigned<Expr>, "`init = EXPR`";
        skip "skip": Flag, "`skip`";
        borrow "borrow": Flag, "`borrow`";
    }
    /// On an impl block.
    BlockOptions on "`#[interned]` on an impl block" {
        local "local": Flag, "`local`";
        krate "crate": Crate, "`crate = path::to::weakcache`";
    }
    /// On a function of an impl block.
    ConstructorOptions on "`#[interned]` on a constructor" {
        by "by": Names, "`by(field, …)`";
        skip "skip": Flag, "`skip`";
    }
    /// On a memoized function.
    MemoizeOptions on "`#[memoize]` on a function" {
        lru "lru": Assigned<Lru>, "`lru = 128`";
        capacity "capacity": Assigned<Capacity>, "`capacity = 1024`";
        weight "weight": Paired<Weight>, "`weight = \"64 MiB\"`";
        weigh "weigh": Paired<Expr>, "`weigh = |key, value| …`";
        ttl "ttl": Assigned<values::Span>, "`ttl = \"60s\"`";
        idle "idle": Assigned<values::Span>, "`idle = \"5m\"`";
        local "local": Flag, "`local`";
        weak "weak": Flag, "`weak`";
        weak_key "weak_key": Chosen, "`weak_key(argument, …)` or `weak_key`";
        batch "batch": Flag, "`batch`";
        within "in": Within, "`in(self.memo)`, with a field `memo: weakcache::Memo`";
        skip "skip": Names, "`skip(argument, …)`";
        key "key": Assigned<Expr>, "`key = EXPR`";
        cache_if "cache_if": Assigned<Expr>, "`cache_if = |value| …`";
        cache_errors "cache_errors": Flag, "`cache_errors`";
        err_ttl "err_ttl": Assigned<values::Span>, "`err_ttl = \"1s\"`";
        refresh_after "refresh_after": Assigned<Later>, "`refresh_after = \"50s\"`";
        spawn "spawn": Assigned<Expr>, "`spawn = tokio::spawn` or `spawn = |future| …`";
        stale_if_error "stale_if_error": Assigned<Later>, "`stale_if_error = \"1d\"`";
        jitter "jitter": Assigned<Fraction>, "`jitter = 0.1`";
        ttl_of "ttl_of": Assigned<Expr>, "`ttl_of = |key, value| …`";
        on_evict "on_evict": Assigned<Expr>, "`on_evict = |key, value, cause| …`";
        tags "tags": Exprs, "`tags(EXPR, …)`";
        store "store": Assigned<Expr>, "`store = EXPR`";
        depends "depends": Depends, "`depends(path, …)`";
        version "version": Assigned<Version>, "`version = 3`";
        fingerprint "fingerprint": Assigned<LitBool>, "`fingerprint = false`";
        single_flight "single_flight": Assigned<Waiting>, "`single_flight = false` or `single_flight = \"50ms\"`";
        controls "controls": Controls, "`controls = \"name\"`, `controls = false` or `controls(vis = \"pub\", name = \"name\")`";
        name "name": Assigned<Label>, "`name = \"label\"`";
        hasher "hasher": Assigned<Type>, "`hasher = Type`";
        krate "crate": Crate, "`crate = path::to::weakcache`";
    }
    /// On an item that others depend on.
    FingerprintOptions on "`#[fingerprint]`" {
        depends "depends": Depends, "`depends(path, …)`";
        krate "crate": Crate, "`crate = path::to::weakcache`";
    }
    /// On an impl block with memoized functions.
    MemoizeBlockOptions on "`#[memoize]` on an impl block" {
        controls "controls": Controls, "`controls = false` or `controls(vis = \"pub\")`";
        krate "crate": Crate, "`crate = path::to::weakcache`";
    }
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    usage: &'static str,
}

/// A table of options.
pub(crate) trait Options: Default {
    const PLACE: &'static str;
    const ROWS: &'static [Row];

    /// Parses what stands behind `name`, the option of `row`.
    fn set(&mut self, row: &Row, name: Ident, input: ParseStream) -> syn::Result<()>;

    /// Notes that `name`, which is none, was meant to be the option of `row`, for one that needs it.
    fn mean(&mut self, row: &Row, name: &Ident);

    /// Reads what stands in the parentheses of an attribute.
    fn read(tokens: TokenStream, errors: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        options.read_more(tokens, errors);
        options
    }

    fn read_more(&mut self, tokens: TokenStream, errors: &mut Diagnostics) {
        let read = |input: ParseStream| {
            while !input.is_empty() {
                if let Err(error) = self.read_one(input) {
                    errors.push(error);
                    skip_to_next(input)?;
                }
                if input.parse::<Option<Token![,]>>()?.is_none() {
                    input.parse::<Option<Token![;]>>()?;
                }
            }
            Ok(())
        };
        let result = read.parse2(tokens);
        errors.ok(result);
    }

    fn read_one(&mut self, input: ParseStream) -> syn::Result<()> {
        let Ok(name) = input.call(Ident::parse_any) else {
            let token = input.parse::<TokenTree>()?;
            let help = meant_by_value::<Self>(&token).unwrap_or_else(known::<Self>);
            return Err(fault(token, "expected the name of an option", help));
        };
        let Some(row) = Self::ROWS.iter().find(|row| name == row.name) else {
            if let Some(row) = meant::<Self>(&name.to_string()) {
                self.mean(row, &name);
            }
            return Err(unknown::<Self>(&name));
        };
        self.set(row, name, input)
    }

    /// Reads the attributes called `name` among `attrs`, on something inside the item that is expanded.
    fn from_attributes(attrs: &[Attribute], name: &str, errors: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for attr in attrs {
            if attr.path().segments.last().is_none_or(|last| last.ident != name) {
                continue;
            }
            match &attr.meta {
                Meta::List(meta) if matches!(meta.delimiter, MacroDelimiter::Paren(_)) => {
                    options.read_more(meta.tokens.clone(), errors);
                }
                meta => {
                    let message = format_args!("{} takes its options in parentheses", Self::PLACE);
                    errors.error(meta, message, known::<Self>());
                }
            }
        }
        options
    }
}

/// The value of an option, beside the option's name for errors.
pub(crate) struct Given<T> {
    pub(crate) name: Ident,
    pub(crate) value: T,
}

impl<T: Value> Given<T> {
    fn set(option: &mut Option<Self>, row: &Row, name: Ident, input: ParseStream) -> syn::Result<()> {
        let usage = format_args!("write {}", row.usage);
        if T::NEEDED && is_missing(input) {
            Self::mean(option, &name);
            return Err(fault(&name, format_args!("`{name}` needs a value"), usage));
        }
        let written = input.fork();
        let parsed = T::parse(input);
        if parsed.is_err() && written.peek(Token![=]) && written.peek2(Token![|]) {
            // What stands between the bars of a closure is skipped as a whole.
            input.advance_to(&written);
        }
        if parsed.is_err() && option.is_none() {
            *option = T::meant().map(|value| Self { name: name.clone(), value });
        }
        let value = parsed.map_err(|error| match error.to_string() {
            // A value that knows better says so itself.
            text if text.contains("\nhelp: ") => error,
            text if text.starts_with("unexpected end") => {
                fault(&name, format_args!("the value of `{name}` breaks off"), usage)
            }
            // A list of all that a type may begin with.
            text if text.starts_with("expected one of: ") => {
                syn::Error::new(error.span(), format_args!("expected a type\nhelp: {usage}"))
            }
            text => syn::Error::new(error.span(), format_args!("{text}\nhelp: {usage}")),
        })?;
        if option.is_some() {
            return Err(fault(&name, format_args!("`{name}` is given twice"), "keep one of them"));
        }
        if input.peek(Token![;]) {
            // It stays where it is, and the next option is read behind it.
            let semicolon = input.fork().parse::<Token![;]>()?;
            *option = Some(Self { name, value });
            return Err(fault(
                semicolon,
                "expected a comma",
                "options are separated by commas, not by semicolons",
            ));
        }
        if !input.is_empty() && !input.peek(Token![,]) {
            if row.usage.ends_with("= Type`") && (input.peek(token::Paren) || input.peek(token::Brace)) {
                return Err(a_value(&name, &written));
            }
            Self::mean(option, &name);
            // It stays where it is: it may be the name of the next option.
            let token = input.fork().parse::<TokenTree>()?;
            return Err(fault(token, "expected a comma", usage));
        }
        *option = Some(Self { name, value });
        Ok(())
    }
}

impl<T: Value> Given<T> {
    fn mean(option: &mut Option<Self>, name: &Ident) {
        if T::PAIRED && option.is_none() {
            *option = T::meant().map(|value| Self { name: name.clone(), value });
        }
    }
}

/// The error for `= Type::new()`, as `written`, where `Type` is meant.
fn a_value(name: &Ident, written: ParseStream) -> syn::Error {
    let mut value = Vec::new();
    while !written.is_empty() && !written.peek(Token![,]) {
        value.extend(written.parse::<TokenTree>());
    }
    // Without the equals sign, and without `::new` and what stands behind it.
    let value = &value[1..];
    let path = value.iter().rposition(|token| matches!(token, TokenTree::Ident(_))).unwrap_or(0);
    let is_function = value.get(path).is_some_and(|last| last.to_string().starts_with(char::is_lowercase));
    let ty = if is_function { &value[..path.saturating_sub(2)] } else { &value[..=path] };
    let ty: String = ty.iter().map(ToString::to_string).collect();
    let ty = if ty.is_empty() || ty.ends_with("Default") { "Type" } else { &ty };
    let value: TokenStream = value.iter().cloned().collect();
    fault(value, format_args!("`{name}` takes a type, not a value"), format_args!("write `{name} = {ty}`"))
}

/// What may stand behind the name of an option.
pub(crate) trait Value: Sized {
    /// Whether the name alone says nothing.
    const NEEDED: bool = true;

    fn parse(input: ParseStream) -> syn::Result<Self>;

    /// Whether another option needs this one: then it counts as given where its name is wrong, or its value is missing.
    const PAIRED: bool = false;

    /// What is meant where the value does not parse, so that no other error comes of it.
    fn meant() -> Option<Self> {
        None
    }
}

/// Nothing: the name alone.
pub(crate) struct Flag;

impl Value for Flag {
    const NEEDED: bool = false;

    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]) {
            Ok(Self)
        } else {
            Err(input.error("this option takes no value"))
        }
    }

    fn meant() -> Option<Self> {
        Some(Self)
    }
}

/// `= T`.
pub(crate) struct Assigned<T>(pub(crate) T);

impl<T: Parse> Value for Assigned<T> {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![=]>()?;
        input.parse().map(Self)
    }
}

/// `= path`, of a crate or of a module: no type.
pub(crate) struct Crate(pub(crate) Path);

impl Value for Crate {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let Assigned(path) = Assigned::<Path>::parse(input)?;
        for segment in &path.segments {
            if segment.ident == "Self" {
                return Err(syn::Error::new_spanned(segment, "a type is no crate"));
            }
            if !segment.arguments.is_none() {
                return Err(syn::Error::new_spanned(&segment.arguments, "a crate takes no arguments"));
            }
        }
        Ok(Self(path))
    }
}

/// `= T`, of an option that another needs; `None` where it is not a `T`.
pub(crate) struct Paired<T>(pub(crate) Option<T>);

impl<T: Parse> Value for Paired<T> {
    const PAIRED: bool = true;

    fn parse(input: ParseStream) -> syn::Result<Self> {
        Assigned::parse(input).map(|Assigned(value)| Self(Some(value)))
    }

    fn meant() -> Option<Self> {
        Some(Self(None))
    }
}

/// `= "name"`, an identifier as a string, or `= false`.
pub(crate) enum Named {
    As(Ident),
    No,
}

impl Value for Named {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![=]>()?;
        let wrong = input.error("expected a name in quotes, or `false`");
        match input.parse() {
            Ok(Lit::Str(name)) => match name.parse() {
                Ok(ident) => Ok(Self::As(ident)),
                Err(_) => Err(syn::Error::new_spanned(&name, "this is not an identifier")),
            },
            Ok(Lit::Bool(value)) if !value.value => Ok(Self::No),
            _ => Err(wrong),
        }
    }
}

/// What is said of controls: as [`Named`], or `(vis = "pub", name = "name")`.
pub(crate) struct Controls {
    pub(crate) name: Option<Named>,
    pub(crate) vis: Option<Visibility>,
}

impl Value for Controls {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(token::Paren) {
            return Ok(Self { name: Some(Named::parse(input)?), vis: None });
        }
        let content;
        parenthesized!(content in input);
        let controls = Self::parse_parts(&content);
        // What is left behind a fault is no fault of its own.
        content.parse::<TokenStream>()?;
        controls
    }
}

impl Controls {
    fn parse_parts(content: ParseStream) -> syn::Result<Self> {
        let mut controls = Self { name: None, vis: None };
        if content.is_empty() {
            return Err(syn::Error::new(content.span(), "expected `vis` or `name`"));
        }
        while !content.is_empty() {
            let name = content.call(Ident::parse_any)?;
            if name == "vis" && controls.vis.is_none() {
                content.parse::<Token![=]>()?;
                let vis: LitStr = content.parse()?;
                let wrong = |_| {
                    fault(
                        &vis,
                        "this is not a visibility",
                        "write `vis = \"pub(crate)\"`, or `vis = \"\"` for none",
                    )
                };
                controls.vis = Some(vis.parse().map_err(wrong)?);
            } else if name == "name" && controls.name.is_none() {
                match Named::parse(content)? {
                    named @ Named::As(_) => controls.name = Some(named),
                    Named::No => {
                        return Err(fault(
                            name,
                            "there is no name here",
                            "write `controls = false` for none",
                        ));
                    }
                }
            } else if name == "vis" || name == "name" {
                return Err(fault(&name, format_args!("`{name}` is given twice"), "keep one of them"));
            } else {
                return Err(syn::Error::new(name.span(), "expected `vis` or `name`"));
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(controls)
    }
}

/// `(self.field)`: where a value has its caches.
pub(crate) struct Within(pub(crate) Expr);

impl Value for Within {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        if content.is_empty() {
            return Err(syn::Error::new(content.span(), "expected a field of `self`"));
        }
        let field = content.parse::<Expr>();
        // What is left behind a fault is no fault of its own.
        let rest = content.parse::<TokenStream>()?;
        let field = field?;
        if !rest.is_empty() {
            return Err(syn::Error::new_spanned(rest, "the caches of a value lie in one place"));
        }
        if matches!(field, Expr::Path(_)) || !is_of_self(&field) {
            return Err(syn::Error::new_spanned(field, "this is not a field of `self`"));
        }
        Ok(Self(field))
    }
}

/// Whether an expression is `self`, a field of it, or what a method of it without arguments leads to, and so on.
fn is_of_self(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.is_ident("self"),
        Expr::Field(field) => is_of_self(&field.base),
        Expr::MethodCall(call) => call.args.is_empty() && is_of_self(&call.receiver),
        Expr::Paren(paren) => is_of_self(&paren.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_of_self(&unary.expr),
        _ => false,
    }
}

/// `(name, …)`.
pub(crate) struct Names(pub(crate) Vec<Ident>);

impl Value for Names {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        if content.is_empty() {
            return Err(syn::Error::new(content.span(), "expected a name"));
        }
        let name = |input: ParseStream| {
            // A receiver may be named too.
            if input.peek(Token![self]) { Ident::parse_any(input) } else { input.parse() }
        };
        let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, name);
        // What is left behind a fault is no fault of its own.
        content.parse::<TokenStream>()?;
        Ok(Self(names?.into_iter().collect()))
    }
}

/// `(name, …)`, or the name of the option alone: `None`.
pub(crate) struct Chosen(pub(crate) Option<Vec<Ident>>);

impl Value for Chosen {
    const NEEDED: bool = false;

    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(token::Paren) {
            return Names::parse(input).map(|Names(names)| Self(Some(names)));
        }
        match Flag::parse(input) {
            Ok(Flag) => Ok(Self(None)),
            Err(_) => Err(input.error("expected names in parentheses, or nothing")),
        }
    }
}

impl Value for Depends {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        if content.is_empty() {
            return Err(syn::Error::new(content.span(), "expected a path"));
        }
        let paths = Self::parse_list(&content);
        // As of names.
        content.parse::<TokenStream>()?;
        paths
    }
}

/// `(EXPR, …)`.
pub(crate) struct Exprs(pub(crate) Vec<Expr>);

impl Value for Exprs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        if content.is_empty() {
            return Err(syn::Error::new(content.span(), "expected an expression"));
        }
        let exprs = Punctuated::<Expr, Token![,]>::parse_terminated(&content);
        // As of names.
        content.parse::<TokenStream>()?;
        Ok(Self(exprs?.into_iter().collect()))
    }
}

/// Reports `second` where both options are given.
pub(crate) fn exclude<A, B>(
    first: Option<&Given<A>>,
    second: Option<&Given<B>>,
    help: &str,
    errors: &mut Diagnostics,
) {
    if let (Some(first), Some(second)) = (first, second) {
        let message = format_args!("`{}` and `{}` exclude each other", first.name, second.name);
        errors.error(&second.name, message, help);
    }
}

fn unknown<O: Options>(name: &Ident) -> syn::Error {
    let text = name.to_string();
    let attribute = |place: &'static str| place.split(' ').next();
    let elsewhere = PLACES.iter().filter(|(_, rows)| rows.iter().any(|row| row.name == text));
    // Rather of the same attribute, in another place: two attributes may have an option of that name.
    if let Some((place, _)) = elsewhere.min_by_key(|(place, _)| attribute(place) != attribute(O::PLACE)) {
        let message = format_args!("`{name}` is an option of {place}, not of {}", O::PLACE);
        return fault(name, message, known::<O>());
    }
    let message = format_args!("{} has no option `{name}`", O::PLACE);
    if let Some(row) = synonym::<O>(&text) {
        return fault(name, message, format_args!("write {}", row.usage));
    }
    match meant::<O>(&text) {
        Some(row) => fault(name, message, format_args!("did you mean `{}`?", row.name)),
        None => fault(name, message, known::<O>()),
    }
}

/// The option that is meant by a name that is none.
fn meant<O: Options>(name: &str) -> Option<&'static Row> {
    synonym::<O>(name).or_else(|| {
        let meant = nearest(name, O::ROWS.iter().map(|row| row.name))?;
        O::ROWS.iter().find(|row| row.name == meant)
    })
}

/// The option that has another name in other libraries.
fn synonym<O: Options>(name: &str) -> Option<&'static Row> {
    let meant = match name {
        "size" | "max_size" | "maxsize" | "max_entries" | "entries" => "lru",
        "cap" | "max_capacity" => "capacity",
        "max_weight" | "weight_capacity" | "bytes" | "max_bytes" | "memory" | "max_memory" => "weight",
        "weigher" | "weight_of" | "weight_fn" | "weight_by" | "cost" | "size_of" => "weigh",
        "time" | "time_to_live" | "expire" | "expires" | "expiry" | "timeout" => "ttl",
        "time_to_idle" | "tti" => "idle",
        "thread_local" => "local",
        "ignore" | "exclude" | "except" => "skip",
        "tag" | "tag_by" | "groups" => "tags",
        "expire_after" | "ttl_fn" | "ttl_by" => "ttl_of",
        "on_remove" | "on_expire" | "eviction_listener" | "removal_listener" | "listener" => "on_evict",
        "sync_writes" => "single_flight",
        "disk" | "redis" | "redb" | "second_tier" | "tier" | "backend" => "store",
        "depend" | "deps" | "uses" | "dependencies" => "depends",
        "revision" | "schema" | "generation" => "version",
        "refresh" | "refresh_after_write" | "refresh_ahead" | "early_refresh" => "refresh_after",
        "stale" | "fail_safe" | "stale_while_error" | "grace" => "stale_if_error",
        _ => return None,
    };
    O::ROWS.iter().find(|row| row.name == meant)
}

/// What to write for a value without a name.
fn meant_by_value<O: Options>(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let name = match Lit::new(literal.clone()) {
        Lit::Int(_) => "lru",
        Lit::Str(text) if is_size(&text.value()) => "weight",
        Lit::Str(text) if text.value().starts_with(|c: char| c.is_ascii_digit()) => "ttl",
        _ => return None,
    };
    O::ROWS.iter().any(|row| row.name == name).then(|| format!("write `{name} = {literal}`"))
}

/// The help line that lists the options of a place.
fn known<O: Options>() -> String {
    let names = O::ROWS.iter().map(|row| row.name);
    match O::ROWS {
        [only] => format!("the option here is {}", only.usage),
        _ => format!("the options here are {}", list(names)),
    }
}

/// Reports an attribute called `name` that was given once more: of an item it is one.
pub(crate) fn once(attrs: &[Attribute], name: &str, errors: &mut Diagnostics) {
    for attr in attrs.iter().filter(|attr| attr.path().segments.last().is_some_and(|last| last.ident == name))
    {
        let path = attr.path();
        errors.error(path, format_args!("`#[{name}]` is given twice"), "write all options in one of them");
    }
}

/// Whether an option ends behind its name or its `=`.
fn is_missing(input: ParseStream) -> bool {
    let ahead = input.fork();
    let equals = ahead.parse::<Option<Token![=]>>();
    equals.is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
}

/// Goes to the end of an option that was at fault. A comma inside of generics ends it too early: a
/// second error in such a place is no great harm.
fn skip_to_next(input: ParseStream) -> syn::Result<()> {
    if input.peek(Ident::peek_any) && (input.peek2(Token![=]) || input.peek2(token::Paren)) {
        return Ok(());
    }
    // A closure has commas of its own, whether it is right or not.
    let value = input.fork();
    if value.parse::<Token![=]>().is_ok() && value.peek(Token![|]) {
        let whole = value.fork();
        if whole.parse::<Expr>().is_ok() {
            value.advance_to(&whole);
        } else {
            value.parse::<Token![|]>()?;
            while !value.is_empty() && value.parse::<Option<Token![|]>>()?.is_none() {
                value.parse::<TokenTree>()?;
            }
        }
        input.advance_to(&value);
    }
    while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![;]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BlockOptions, ConstructorOptions, Named, Options, TypeOptions};
    use crate::diag::Diagnostics;
    use proc_macro2::TokenStream;
    use quote::{ToTokens, quote};

    fn read<O: Options>(tokens: TokenStream) -> (O, String) {
        let mut errors = Diagnostics::default();
        let options = O::read(tokens, &mut errors);
        (options, errors.to_token_stream().to_string().replace("\\n", "\n").replace("\\\"", "\""))
    }

    #[test]
    fn values_of_each_kind() {
        let (options, errors) = read::<TypeOptions>(quote! {
            new = "make", get = false, hasher = std::hash::BuildHasherDefault<Fx<u8, u8>>, shards = 4, crate = a::b,
        });
        assert_eq!(errors, "");
        assert!(matches!(options.new.unwrap().value, Named::As(name) if name == "make"));
        assert!(matches!(options.get.unwrap().value, Named::No));
        assert!(options.hasher.is_some() && options.shards.is_some() && options.krate.is_some());
        assert!(options.name.is_none());
        let (options, errors) = read::<ConstructorOptions>(quote!(by(a, b,), skip));
        assert_eq!(errors, "");
        assert_eq!(options.by.unwrap().value.0.len(), 2);
        assert!(options.skip.is_some());
    }

    #[test]
    fn every_fault_is_reported() {
        let (_, errors) = read::<TypeOptions>(quote! {
            nwe = "x", skip, colour = 1, name = 5, shards, get = true, "x", new = "a b", hasher = u8, hasher = u8 u8
        });
        for message in [
            "has no option `nwe`\nhelp: did you mean `new`?",
            "`skip` is an option of `#[interned]` on a field, not of `#[interned]` on a type",
            "has no option `colour`\nhelp: the options here are `new`, `get`",
            "expected string literal\nhelp: write `name = \"label\"`",
            "`shards` needs a value\nhelp: write `shards = 16`",
            "expected a name in quotes, or `false`",
            "expected the name of an option",
            "this is not an identifier",
            "`hasher` is given twice",
        ] {
            assert!(errors.contains(message), "{message}\n{errors}");
        }
        assert_eq!(errors.matches("compile_error").count(), 9);
    }

    #[test]
    fn a_value_is_no_type() {
        for (given, type_of_it) in [
            (quote!(hasher = std::hash::RandomState::new()), "std::hash::RandomState"),
            (quote!(hasher = RandomState {}), "RandomState"),
            (quote!(hasher = BuildHasherDefault::<Fx>::default(), shards = 1), "BuildHasherDefault::<Fx>"),
            (quote!(hasher = Default::default()), "Type"),
            (quote!(hasher = make()), "Type"),
        ] {
            let (_, errors) = read::<TypeOptions>(given);
            let message = format!("`hasher` takes a type, not a value\nhelp: write `hasher = {type_of_it}`");
            assert!(errors.contains(&message), "{errors}");
            assert_eq!(errors.matches("compile_error").count(), 1);
        }
    }

    #[test]
    fn text_behind_a_value_is_an_error() {
        let (_, errors) = read::<BlockOptions>(quote!(crate = a b));
        assert!(errors.contains("expected a comma"), "{errors}");
        let (_, errors) = read::<ConstructorOptions>(quote!(skip = 3, by()));
        assert!(errors.contains("this option takes no value"), "{errors}");
        assert!(errors.contains("expected a name\nhelp: write `by(field, …)`"), "{errors}");
    }
}
