//! The absolute paths that generated code is made of.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// Where the runtime is found: `::weakcache`, or what `crate = path` says.
///
/// Everything that an expansion names stands under `__private`, `core` and `std` included, so that
/// nothing in the user's scope can shadow it.
pub(crate) struct Paths {
    pub(crate) private: TokenStream,
    pub(crate) core: TokenStream,
    pub(crate) std: TokenStream,
}

impl Paths {
    pub(crate) fn new(krate: Option<&Path>) -> Self {
        let span = Span::mixed_site();
        let krate = krate.map_or_else(|| quote_spanned!(span=> ::weakcache), ToTokens::to_token_stream);
        let private = quote_spanned!(span=> #krate::__private);
        let core = quote_spanned!(span=> #private::core);
        let std = quote_spanned!(span=> #private::std);
        Self { private, core, std }
    }
}
