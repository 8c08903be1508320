//! The absolute paths that generated code is made of.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
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

    /// The same for memoized functions: what they need stands in one module, that of `core` and `std` too. Each
    /// token is one more for the compiler to read, and for the debug build of these crates to make.
    pub(crate) fn import_memo(krate: Option<&Path>) -> (TokenStream, Self) {
        let span = Span::mixed_site();
        let private = Self::new(krate).private;
        let one = || Prefix(quote_spanned!(span=> __weakcache).into_iter().collect());
        let short = Self { private: one(), core: one(), std: one() };
        (quote_spanned!(span=> use #private::memo as __weakcache;), short)
    }

    /// The same for fingerprints.
    pub(crate) fn import_fingerprint(krate: Option<&Path>) -> (TokenStream, Self) {
        let span = Span::mixed_site();
        let private = Self::new(krate).private;
        let one = || Prefix(quote_spanned!(span=> __weakcache).into_iter().collect());
        let short = Self { private: one(), core: one(), std: one() };
        (quote_spanned!(span=> use #private::fingerprint as __weakcache;), short)
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
