//! Attributes and items that are nearly right: what is only bytes never gets past the first word.

use super::Attribute;
use arbitrary::{Result, Unstructured};

type Source<'a, 'b> = &'a mut Unstructured<'b>;

/// Options and an item, as text.
pub(super) fn written(attribute: Attribute, source: Source<'_, '_>) -> Result<(String, String)> {
    let fits = source.ratio(15, 16)?;
    let kind = source.int_in_range(0..=7)?;
    Ok(match (attribute, fits, kind) {
        (Attribute::Interned, true, 0..=2) => (list(source, type_option)?, a_struct(source)?),
        (Attribute::Interned, true, 3..=4) => (list(source, type_option)?, an_enum(source)?),
        (Attribute::Interned, true, _) => (list(source, block_option)?, block_of_constructors(source)?),
        (Attribute::Memoize, true, 0..=4) => (list(source, memoize_option)?, function(source, false)?),
        (Attribute::Memoize, true, _) => (list(source, block_option)?, block_of_functions(source)?),
        (Attribute::Fingerprint, true, _) => (list(source, fingerprint_option)?, any_item(source)?),
        (_, false, _) => (list(source, any_option)?, any_item(source)?),
    })
}

fn any_option(source: Source<'_, '_>) -> Result<String> {
    match source.int_in_range(0..=3)? {
        0 => type_option(source),
        1 => memoize_option(source),
        2 => block_option(source),
        _ => field_option(source),
    }
}

fn any_item(source: Source<'_, '_>) -> Result<String> {
    Ok(match source.int_in_range(0..=9)? {
        0 => a_struct(source)?,
        1 => an_enum(source)?,
        2 => block_of_constructors(source)?,
        3 => function(source, false)?,
        4 => block_of_functions(source)?,
        5 => format!("const {}: {} = {};", name(source)?, ty(source, 2)?, expr(source, 2)?),
        6 => format!("static {}: {} = {};", name(source)?, ty(source, 2)?, expr(source, 2)?),
        7 => format!("type {} = {};", name(source)?, ty(source, 2)?),
        8 => format!("trait {} {{ {} }}", name(source)?, function(source, true)?),
        _ => format!("mod {} {{ {} }}", name(source)?, function(source, false)?),
    })
}

/// Some of what `one` makes, with commas between.
fn list(source: Source<'_, '_>, one: fn(Source<'_, '_>) -> Result<String>) -> Result<String> {
    let mut list = String::new();
    for _ in 0..source.int_in_range(0..=4)? {
        list += &one(source)?;
        list += *source.choose(&[", ", ", ", ", ", ", ", ", ", "; ", " ", ",, "])?;
    }
    Ok(list)
}

fn name(source: Source<'_, '_>) -> Result<&'static str> {
    source
        .choose(&[
            "a",
            "b",
            "id",
            "node",
            "T",
            "U",
            "N",
            "S",
            "r#type",
            "Expr",
            "core",
            "std",
            "weakcache",
            "_x",
        ])
        .copied()
}

fn text(source: Source<'_, '_>) -> Result<&'static str> {
    let texts = [
        "\"60s\"",
        "\"1h 30m\"",
        "\"64 MiB\"",
        "\"make\"",
        "\"{}_is_new\"",
        "\"\"",
        "\"not a name\"",
        "\"fn\"",
        "\"r#fn\"",
        "\"_\"",
        "\"self\"",
        "\"0s\"",
        "\"ä\"",
        "b\"x\"",
        "c\"x\"",
        "r\"x\"",
        "'x'",
        "\"pub(crate)\"",
        "\"pub\"",
        "\"pub(in a::b)\"",
    ];
    source.choose(&texts).copied()
}

fn value(source: Source<'_, '_>) -> Result<String> {
    Ok(match source.int_in_range(0..=9)? {
        0..=2 => text(source)?.to_owned(),
        3..=4 => (*source.choose(&[
            "0",
            "1",
            "128",
            "1.5",
            "0.1",
            "-1",
            "1_000",
            "60s",
            "64u8",
            "1usize",
            "340282366920938463463374607431768211456",
            "1e400",
        ])?)
        .to_owned(),
        5 => (*source.choose(&["true", "false"])?).to_owned(),
        6 => expr(source, 2)?,
        7 => ty(source, 2)?,
        8 => closure(source)?,
        _ => String::new(),
    })
}

fn closure(source: Source<'_, '_>) -> Result<String> {
    let bars = *source.choose(&[
        "|value|",
        "|key, value|",
        "|_, v|",
        "|key, value, cause|",
        "||",
        "move |key, value|",
        "|&(ref a, b), _|",
        "|a: &str|",
        "async |a|",
    ])?;
    Ok(format!("{bars} {}", expr(source, 2)?))
}

fn assigned(source: Source<'_, '_>, name: &str, usual: &str) -> Result<String> {
    Ok(match source.int_in_range(0..=7)? {
        0..=4 => format!("{name} = {usual}"),
        5 => format!("{name} = {}", value(source)?),
        6 => format!("{name}({})", value(source)?),
        _ => name.to_owned(),
    })
}

fn type_option(source: Source<'_, '_>) -> Result<String> {
    match source.int_in_range(0..=11)? {
        0 => assigned(source, "new", "\"make\""),
        1 => assigned(source, "new", "false"),
        2 => assigned(source, "get", "\"find\""),
        3 => assigned(source, "get", "false"),
        4 => assigned(source, "is_new", "\"{}_is_new\""),
        5 => Ok("numbered".to_owned()),
        6 => assigned(source, "handle", "Term"),
        7 => Ok("local".to_owned()),
        8 => assigned(source, "name", "\"label\""),
        9 => assigned(source, "hasher", "Build<Fx>"),
        10 => assigned(source, "shards", "4"),
        _ => assigned(source, "crate", "::weakcache"),
    }
}

fn block_option(source: Source<'_, '_>) -> Result<String> {
    match source.int_in_range(0..=4)? {
        0 => Ok("local".to_owned()),
        1 => assigned(source, "crate", "crate::weakcache"),
        2 => assigned(source, "controls", "false"),
        3 => Ok("controls(vis = \"pub(crate)\")".to_owned()),
        _ => memoize_option(source),
    }
}

fn fingerprint_option(source: Source<'_, '_>) -> Result<String> {
    match source.int_in_range(0..=2)? {
        0 => Ok(format!("depends({}, {}::{})", name(source)?, name(source)?, name(source)?)),
        1 => Ok(format!("depends({})", ty(source, 2)?)),
        _ => assigned(source, "crate", "::weakcache"),
    }
}

fn field_option(source: Source<'_, '_>) -> Result<String> {
    match source.int_in_range(0..=4)? {
        0 => {
            let expr = expr(source, 2)?;
            assigned(source, "init", &expr)
        }
        1 => Ok("skip".to_owned()),
        2 => Ok("borrow".to_owned()),
        3 => assigned(source, "new", "\"make\""),
        _ => Ok(format!("by({}, {})", name(source)?, name(source)?)),
    }
}

fn memoize_option(source: Source<'_, '_>) -> Result<String> {
    let (option, usual) = *source.choose(&[
        ("lru", "128"),
        ("capacity", "1024"),
        ("weight", "\"64 MiB\""),
        ("ttl", "\"60s\""),
        ("ttl", "Duration::from_secs(1)"),
        ("idle", "\"5m\""),
        ("err_ttl", "\"1s\""),
        ("refresh_after", "\"50s\""),
        ("stale_if_error", "\"1d\""),
        ("jitter", "0.1"),
        ("spawn", "tokio::spawn"),
        ("store", "Memory::new()"),
        ("version", "3"),
        ("fingerprint", "false"),
        ("single_flight", "false"),
        ("single_flight", "\"50ms\""),
        ("controls", "\"price_cache\""),
        ("controls", "false"),
        ("name", "\"label\""),
        ("hasher", "Build"),
        ("crate", "::weakcache"),
        ("key", ""),
        ("cache_if", ""),
        ("weigh", ""),
        ("ttl_of", ""),
        ("on_evict", ""),
        ("local", "-"),
        ("weak", "-"),
        ("weak_key", "-"),
        ("batch", "-"),
        ("cache_errors", "-"),
        ("weak_key", "("),
        ("skip", "("),
        ("in", "self"),
        ("tags", "e"),
        ("depends", "("),
        ("controls", "vis"),
    ])?;
    match usual {
        "-" => Ok(option.to_owned()),
        "(" => Ok(format!("{option}({}, {})", name(source)?, name(source)?)),
        "self" => {
            Ok(format!("in(self.{})", *source.choose(&["memo", "0", "a.b", "r#in", "0.1", "", "memo()"])?))
        }
        "e" => Ok(format!("tags({}, {})", expr(source, 2)?, expr(source, 1)?)),
        "vis" => Ok(format!("controls(vis = {}, name = {})", text(source)?, text(source)?)),
        "" if option == "key" => {
            let expr = expr(source, 2)?;
            assigned(source, option, &expr)
        }
        "" => {
            let closure = closure(source)?;
            assigned(source, option, &closure)
        }
        usual => assigned(source, option, usual),
    }
}

/// Attributes that items, fields and arguments may have.
fn attributes(source: Source<'_, '_>) -> Result<String> {
    Ok(match source.int_in_range(0..=15)? {
        0..=8 => String::new(),
        9 => "/// What it is.\n".to_owned(),
        10 => "#[derive(Debug, Clone)] ".to_owned(),
        11 => format!("#[cfg({})] ", condition(source)?),
        12 => format!("#[cfg_attr({}, must_use)] ", condition(source)?),
        13 => format!("#[interned({})] ", list(source, field_option)?),
        14 => format!("#[memoize({})] ", list(source, memoize_option)?),
        _ => (*source.choose(&[
            "#[repr(C)] ",
            "#[must_use] ",
            "#[allow(dead_code)] ",
            "#[inline] ",
            "#[non_exhaustive] ",
            "#[repr(packed, align(8))] ",
            "#[cfg_attr(test, memoize(lru = 1))] ",
            "#[cfg_attr(all(), interned(skip))] ",
            "#[interned] ",
            "#[memoize] ",
            "#[weakcache::memoize] ",
            "#[automatically_derived] ",
            "#[track_caller] ",
            "#[deprecated = \"old\"] ",
        ])?)
        .to_owned(),
    })
}

fn condition(source: Source<'_, '_>) -> Result<&'static str> {
    source
        .choose(&[
            "test",
            "unix",
            "not(unix)",
            "all()",
            "any()",
            "feature = \"x\"",
            "all(unix, not(test))",
            "",
        ])
        .copied()
}

fn visibility(source: Source<'_, '_>) -> Result<&'static str> {
    source.choose(&["", "", "pub ", "pub(crate) ", "pub(super) ", "pub(in crate::a) ", "crate "]).copied()
}

fn generics(source: Source<'_, '_>) -> Result<&'static str> {
    let all = [
        "",
        "",
        "",
        "",
        "<T>",
        "<T: Clone + Hash>",
        "<'a>",
        "<'a, T: 'a>",
        "<const N: usize>",
        "<T, U = T>",
        "<T: ?Sized, const N: usize = 3>",
        "<>",
        "<#[cfg(test)] T>",
        "<F: Fn(u8) -> T, T>",
    ];
    source.choose(&all).copied()
}

fn bounds(source: Source<'_, '_>) -> Result<&'static str> {
    source
        .choose(&[
            "",
            "",
            "",
            " where T: Hash",
            " where Self: Sized",
            " where for<'a> &'a T: Eq, U: 'static,",
            " where",
        ])
        .copied()
}

fn a_struct(source: Source<'_, '_>) -> Result<String> {
    let head = format!(
        "{}{}struct {}{}",
        attributes(source)?,
        visibility(source)?,
        name(source)?,
        generics(source)?
    );
    let bounds = bounds(source)?;
    Ok(match source.int_in_range(0..=5)? {
        0 => format!("{head}{bounds};"),
        1..=2 => format!("{head}({}){bounds};", fields(source, false)?),
        _ => format!("{head}{bounds} {{ {} }}", fields(source, true)?),
    })
}

fn fields(source: Source<'_, '_>, named: bool) -> Result<String> {
    let mut fields = String::new();
    for at in 0..source.int_in_range(0..=4)? {
        fields += &attributes(source)?;
        fields += visibility(source)?;
        if named {
            let name = if source.ratio(1, 4)? { name(source)?.to_owned() } else { format!("f{at}") };
            fields += &format!("{name}: ");
        }
        fields += &ty(source, 3)?;
        fields += ", ";
    }
    Ok(fields)
}

fn an_enum(source: Source<'_, '_>) -> Result<String> {
    let mut text = format!(
        "{}{}enum {}{}{} {{",
        attributes(source)?,
        visibility(source)?,
        name(source)?,
        generics(source)?,
        bounds(source)?
    );
    for _ in 0..source.int_in_range(0..=4)? {
        text += &attributes(source)?;
        text += *source
            .choose(&["Num", "Add", "If", "Neg", "Self_", "r#Type", "A", "AB", "Ab", "ab", "É", "_1"])?;
        match source.int_in_range(0..=4)? {
            0 => {}
            1..=2 => text += &format!("({})", fields(source, false)?),
            3 => text += &format!("{{{}}}", fields(source, true)?),
            _ => text += " = 1",
        }
        text += ", ";
    }
    Ok(text + "}")
}

fn header(source: Source<'_, '_>) -> Result<String> {
    let of =
        *source.choose(&["", "", "", "", "Area for ", "a::Area<T> for ", "!Send for ", "const Area for "])?;
    let safety = *source.choose(&["", "", "", "unsafe "])?;
    Ok(format!(
        "{}{safety}impl{} {of}{}{}",
        attributes(source)?,
        generics(source)?,
        ty(source, 2)?,
        bounds(source)?
    ))
}

fn block_of_constructors(source: Source<'_, '_>) -> Result<String> {
    let mut text = format!("{} {{", header(source)?);
    for _ in 0..source.int_in_range(0..=3)? {
        if source.ratio(1, 2)? {
            text += &format!("#[interned({})] ", list(source, field_option)?);
        }
        text += &member(source)?;
    }
    Ok(text + "}")
}

fn block_of_functions(source: Source<'_, '_>) -> Result<String> {
    let mut text = format!("{} {{", header(source)?);
    for _ in 0..source.int_in_range(0..=3)? {
        if source.ratio(3, 4)? {
            text += &format!("#[memoize({})] ", list(source, memoize_option)?);
        }
        text += &member(source)?;
    }
    Ok(text + "}")
}

fn member(source: Source<'_, '_>) -> Result<String> {
    Ok(match source.int_in_range(0..=9)? {
        0 => format!("const {}: {} = {};", name(source)?, ty(source, 1)?, expr(source, 1)?),
        1 => format!("type {} = {};", name(source)?, ty(source, 1)?),
        2 => "m! { x }".to_owned(),
        _ => function(source, true)?,
    })
}

fn function(source: Source<'_, '_>, member: bool) -> Result<String> {
    let mut text = format!("{}{}", attributes(source)?, visibility(source)?);
    text += *source.choose(&[
        "",
        "",
        "",
        "",
        "async ",
        "unsafe ",
        "const ",
        "extern \"C\" ",
        "async unsafe ",
        "default ",
        "safe ",
    ])?;
    text += &format!("fn {}{}(", name(source)?, generics(source)?);
    if member && source.ratio(1, 2)? {
        text += *source.choose(&[
            "&self, ",
            "self, ",
            "&mut self, ",
            "self: &Self, ",
            "self: Arc<Self>, ",
            "&'a self, ",
            "mut self, ",
        ])?;
    }
    for at in 0..source.int_in_range(0..=3)? {
        text += &attributes(source)?;
        let argument = format!("a{at}");
        text += match source.int_in_range(0..=15)? {
            0 => "_",
            1 => "(a, b)",
            2 => "mut a",
            3 => "&a",
            4 => "Point { a, .. }",
            5 => "[a, ..]",
            6 => "ref a",
            7 => "a @ 0",
            8 => "self",
            _ if source.ratio(1, 3)? => name(source)?,
            _ => &argument,
        };
        text += &format!(": {}, ", ty(source, 3)?);
    }
    text += *source.choose(&["", "", "", "", "", "", "...", ", "])?;
    text += ")";
    if source.ratio(3, 4)? {
        text += &format!(" -> {}", ty(source, 3)?);
    }
    text += bounds(source)?;
    text += &match source.int_in_range(0..=7)? {
        0 => ";".to_owned(),
        1 => " { Self { a: 1 } }".to_owned(),
        2 => " { a. }".to_owned(),
        3 => " { #![allow(x)] fn inner() -> Self { Self } inner() }".to_owned(),
        _ => format!(" {{ {} }}", expr(source, 3)?),
    };
    Ok(text)
}

fn ty(source: Source<'_, '_>, depth: u32) -> Result<String> {
    if depth == 0 || source.ratio(1, 2)? {
        let simple = [
            "u8",
            "str",
            "String",
            "T",
            "U",
            "Self",
            "()",
            "&str",
            "&'static str",
            "&'a T",
            "Vec<u8>",
            "[u8]",
            "Box<str>",
            "Path",
            "OsStr",
            "CStr",
            "PathBuf",
            "Interned<Expr>",
            "LocalInterned<Expr>",
            "InternedRef<'_, Expr>",
            "Arc<T>",
            "Rc<T>",
            "Strong<T>",
            "impl Fn(u8) -> u8",
            "dyn Fn()",
            "!",
            "_",
            "*const u8",
            "f64",
            "Self::Item",
            "<T as Iterator>::Item",
            "m!()",
            "&mut u8",
            "fn(&u8) -> &u8",
            "PhantomData<T>",
            "Expr",
            "::std::string::String",
            "[T; N]",
            "Cow<'_, str>",
            "io::Result<Self>",
            "Duration",
            "HashMap<u8, T>",
        ];
        return Ok((*source.choose(&simple)?).to_owned());
    }
    let inner = ty(source, depth - 1)?;
    Ok(match source.int_in_range(0..=12)? {
        0 => format!("&{inner}"),
        1 => format!("&mut {inner}"),
        2 => format!("Option<{inner}>"),
        3 => format!("Result<{inner}, E>"),
        4 => format!("Vec<{inner}>"),
        5 => format!("[{inner}]"),
        6 => format!("[{inner}; {{ {} }}]", expr(source, 1)?),
        7 => format!("({inner}, {})", ty(source, depth - 1)?),
        8 => format!("Box<{inner}>"),
        9 => format!("Interned<{inner}>"),
        10 => format!("Arc<{inner}>"),
        11 => format!("({inner})"),
        _ => format!("impl Into<{inner}> + Send"),
    })
}

fn expr(source: Source<'_, '_>, depth: u32) -> Result<String> {
    if depth == 0 || source.ratio(1, 2)? {
        let simple = [
            "a",
            "b",
            "id",
            "self",
            "self.a",
            "1",
            "\"x\"",
            "Self",
            "Self { a, b }",
            "Self(a)",
            "Ok(Self { a })",
            "todo!()",
            "a.clone()",
            "(*a, b)",
            "None",
            "_0",
            "&a",
            "N",
            "{ let x = a; x }",
            "format!(\"{a}\")",
            "super::a",
            "T::default()",
            "a?",
            "return a",
            "a as u8",
            "vec![a; 2]",
            "async { a }",
            "|a| a",
            "if a { b } else { return None }",
            "loop { break }",
            "r#type",
            "a.await",
            "Self::new(a)",
            "()",
        ];
        return Ok((*source.choose(&simple)?).to_owned());
    }
    let inner = expr(source, depth - 1)?;
    Ok(match source.int_in_range(0..=10)? {
        0 => format!("({inner})"),
        1 => format!("f({inner}, a)"),
        2 => format!("{inner}.len()"),
        3 => format!("{{ {inner} }}"),
        4 => format!("|a: {}| {inner}", ty(source, 1)?),
        5 => format!("({inner}, {})", expr(source, depth - 1)?),
        6 => format!("move || {inner}"),
        7 => format!("match {inner} {{ a => b, _ => {} }}", expr(source, depth - 1)?),
        8 => format!("<{} as Default>::default()", ty(source, 1)?),
        9 => format!("!{inner}"),
        _ => format!("Ok::<_, ()>({inner})"),
    })
}
