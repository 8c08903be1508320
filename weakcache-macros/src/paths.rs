//! The absolute paths that generated code is made of.

use crate::diag::Diagnostics;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use std::sync::OnceLock;
use std::{env, fs};
use syn::Path;

/// Where the runtime is found: `::weakcache`, or what `crate = path` says.
///
/// Everything that an expansion names stands under `__private`, `core` and `std` included, so that
/// nothing in the user's scope can shadow it.
pub(crate) struct Paths {
    pub(crate) private: Prefix,
    pub(crate) core: Prefix,
    pub(crate) std: Prefix,
}

/// What a path begins with. Not a stream: the compiler is asked each time that one is put into another, and
/// these stand everywhere.
pub(crate) struct Prefix(Vec<TokenTree>);

impl ToTokens for Prefix {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

impl Paths {
    pub(crate) fn new(krate: Option<&Path>) -> Self {
        let span = Span::mixed_site();
        let krate = krate.map_or_else(|| quote_spanned!(span=> ::weakcache), ToTokens::to_token_stream);
        Self::under(quote_spanned!(span=> #krate::__private))
    }

    /// The same by a short name, for a block of items, and the `use` that the block begins with.
    pub(crate) fn import(krate: Option<&Path>) -> (TokenStream, Self) {
        let span = Span::mixed_site();
        let private = Self::new(krate).private;
        let short = Self::under(quote_spanned!(span=> __weakcache));
        (quote_spanned!(span=> use #private as __weakcache;), short)
    }

    /// The trait `Sized`.
    pub(crate) fn sized(&self) -> TokenStream {
        let core = &self.core;
        quote_spanned!(Span::mixed_site()=> #core::marker::Sized)
    }

    fn under(private: TokenStream) -> Self {
        let span = Span::mixed_site();
        let core = quote_spanned!(span=> #private::core);
        let std = quote_spanned!(span=> #private::std);
        let [private, core, std] = [private, core, std].map(|path| Prefix(path.into_iter().collect()));
        Self { private, core, std }
    }
}

/// Reports that the crate has weakcache under another name, and `crate = path` does not say so.
///
/// What an attribute cannot ask the compiler stands in the manifest. Where it is not found there, the compiler
/// says that there is no `weakcache`.
pub(crate) fn check(krate: Option<&Path>, errors: &mut Diagnostics) {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let folder = env::var_os("CARGO_MANIFEST_DIR")?;
        renamed(&fs::read_to_string(std::path::Path::new(&folder).join("Cargo.toml")).ok()?)
    };
    if krate.is_none()
        && let Some(name) = NAME.get_or_init(read)
    {
        let error =
            format!("this package calls weakcache `{name}`\nhelp: write `crate = {name}` among the options");
        errors.push(syn::Error::new(Span::call_site(), error));
    }
}

/// The name of the dependency in a manifest, if it is another than that of the package.
fn renamed(manifest: &str) -> Option<String> {
    const PACKAGE: &str = "weakcache";
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let is_package = |value: &str| {
        let (_, value) = value.split_once("package")?;
        value
            .trim_start()
            .strip_prefix('=')
            .map(str::trim_start)
            .filter(|value| {
                ['"', '\''].iter().any(|quote| value.starts_with(&format!("{quote}{PACKAGE}{quote}")))
            })
            .map(drop)
    };
    let mut found = None;
    // Of `[dependencies.name]`.
    let mut own: Option<String> = None;
    let mut lists = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            lists = section.ends_with("dependencies");
            let (_, name) = section.rsplit_once("dependencies.").unwrap_or_default();
            own = (!name.is_empty()).then(|| unquoted(name));
        } else if let (Some(name), true) = (&own, line.starts_with("package")) {
            found = is_package(line).map(|()| name.clone()).or(found);
        } else if let (true, Some((name, value))) = (lists, line.split_once(['=', '.'])) {
            let name = unquoted(name);
            if name == PACKAGE {
                return None;
            }
            found = is_package(value).map(|()| name).or(found);
        }
        if own.as_deref() == Some(PACKAGE) {
            return None;
        }
    }
    found.map(|name| name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn the_name_of_a_renamed_dependency() {
        let manifest = |line| format!("[package]\nname = \"a\"\n\n[dependencies]\nsyn = \"3\"\n{line}\n");
        for line in [
            "my-cache = { version = \"0.1\", package = \"weakcache\" }",
            "my-cache.package = \"weakcache\"\nmy-cache.version = \"0.1\"",
            "[dev-dependencies.my-cache]\nversion = \"0.1\"\npackage = 'weakcache'",
            "[target.'cfg(unix)'.dependencies]\nmy-cache = { package = \"weakcache\" }",
        ] {
            assert_eq!(renamed(&manifest(line)), Some("my_cache".into()), "{line}");
        }
        for line in [
            "weakcache = \"0.1\"",
            "weakcache.workspace = true",
            "other = { package = \"weakcache-runtime\" }",
            "other = { package = \"weakcache\" }\nweakcache = \"0.1\"",
            "other = { package = \"weakcache\" }\n[dev-dependencies.weakcache]\npath = \"\"",
            "[lib]\npackage = \"weakcache\"",
        ] {
            assert_eq!(renamed(&manifest(line)), None, "{line}");
        }
    }
}
