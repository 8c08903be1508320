//! What the spelling of a type says about it.

use crate::paths::Paths;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type};

/// The type behind the invisible groups and the parentheses that macros by example leave.
pub(crate) fn plain(mut ty: &Type) -> &Type {
    loop {
        match ty {
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            _ => return ty,
        }
    }
}

/// The same, to change it.
pub(crate) fn plain_mut(mut ty: &mut Type) -> &mut Type {
    loop {
        match ty {
            Type::Group(group) => ty = &mut group.elem,
            Type::Paren(paren) => ty = &mut paren.elem,
            _ => return ty,
        }
    }
}

/// The first and the last token of `<… as …>::last`, spanned so that an error in between has its caret
/// under the whole of `ty`.
pub(crate) fn around(ty: &Type, last: &str) -> (TokenStream, Ident) {
    let mut tokens = ty.to_token_stream().into_iter();
    let start = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let end = tokens.last().map_or(start, |token| token.span());
    (quote_spanned!(start=> <), Ident::new(last, end))
}

/// What `hasher = Type` gives, in words that are one error where that is no hasher.
pub(crate) fn hasher(given: Option<&Type>, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    match given {
        Some(ty) => {
            let (open, last) = around(ty, "Type");
            quote!(#open #private::Given as #private::Hashers<#ty>>::#last)
        }
        None => quote!(#private::DefaultHashBuilder),
    }
}

/// Code that works with the hasher, where one was given: what is wrong with that is shown there.
pub(crate) fn hashing(given: Option<&Type>, code: TokenStream) -> TokenStream {
    let Some(first) = given.and_then(|ty| ty.to_token_stream().into_iter().next()) else { return code };
    let at_hasher = |mut token: TokenTree| {
        token.set_span(first.span());
        token
    };
    code.into_iter().map(at_hasher).collect()
}

/// `holder`, which has the hasher in it, in the same words.
pub(crate) fn with_hasher(given: Option<&Type>, holder: TokenStream, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    match given {
        Some(ty) => {
            let (open, last) = around(ty, "Same");
            let holder = quote_spanned!(last.span()=> <#holder>);
            quote!(#open #private::Given as #private::Hashers<#ty>>::#last #holder)
        }
        None => holder,
    }
}

/// Whether `ty` is `Self`, or `own` as it is spelt or by its bare name.
pub(crate) fn is_own(ty: &Type, own: &Type) -> bool {
    let (Type::Path(ty), Type::Path(own)) = (plain(ty), plain(own)) else { return false };
    let own_name = own.path.segments.last().map(|last| &last.ident);
    ty.path.is_ident("Self")
        || ty.path.get_ident().is_some_and(|name| Some(name) == own_name)
        || ty.to_token_stream().to_string() == own.to_token_stream().to_string()
}

/// What a parameter for the field may be a borrow of, for a type that is taken owned or borrowed.
pub(crate) enum Borrowed<'a> {
    Str,
    Path,
    OsStr,
    CStr,
    Slice(&'a Type),
}

pub(crate) fn borrowed(ty: &Type) -> Option<Borrowed<'_>> {
    let last = last_segment(ty)?;
    let name = last.ident.to_string();
    Some(match (name.as_str(), only_argument(last)) {
        ("String", None) if last.arguments.is_none() => Borrowed::Str,
        ("PathBuf", None) if last.arguments.is_none() => Borrowed::Path,
        ("OsString", None) if last.arguments.is_none() => Borrowed::OsStr,
        ("CString", None) if last.arguments.is_none() => Borrowed::CStr,
        ("Vec", Some(element)) => Borrowed::Slice(element),
        ("Box", Some(Type::Slice(slice))) => Borrowed::Slice(&slice.elem),
        ("Box" | "Arc", Some(ty)) if is_str(ty) => Borrowed::Str,
        _ => return None,
    })
}

/// Whether it is an `Interned<T>` or a `LocalInterned<T>`, by whatever path.
pub(crate) fn is_handle(ty: &Type) -> bool {
    is_called(ty, &["Interned", "LocalInterned"])
}

/// Whether it is an `InternedRef<'_, T>`, by whatever path.
pub(crate) fn is_borrowed_handle(ty: &Type) -> bool {
    is_called(ty, &["InternedRef"])
}

/// Whether it is one of these types, each of one type.
fn is_called(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = plain(ty) else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
    let types = arguments.args.iter().filter(|argument| matches!(argument, GenericArgument::Type(_)));
    types.count() == 1 && names.iter().any(|name| last.ident == name)
}

/// The `f32` or `f64` that keeps the type from being a key.
pub(crate) fn float(ty: &Type) -> Option<&Type> {
    held(ty, &|ty| matches!(ty, Type::Path(path) if path.path.is_ident("f32") || path.path.is_ident("f64")))
}

/// The type that, by its name, keeps the field to one thread.
pub(crate) fn of_one_thread(ty: &Type) -> Option<&Type> {
    const NAMES: [&str; 7] =
        ["Rc", "RefCell", "Cell", "OnceCell", "UnsafeCell", "LocalInterned", "LocalWeakInterned"];
    held(ty, &|ty| match ty {
        Type::Ptr(_) => true,
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
        }
        _ => false,
    })
}

/// The first type in `ty` that `is` holds of, where a type has what its parts have.
fn held<'a>(ty: &'a Type, is: &dyn Fn(&Type) -> bool) -> Option<&'a Type> {
    let ty = plain(ty);
    match ty {
        _ if is(ty) => Some(ty),
        Type::Array(array) => held(&array.elem, is),
        Type::Slice(slice) => held(&slice.elem, is),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|ty| held(ty, is)),
        _ => {
            let last = last_segment(ty)?;
            let holds = ["Option", "Vec", "Box", "Arc"].iter().any(|name| last.ident == name);
            held(only_argument(last).filter(|_| holds)?, is)
        }
    }
}

/// Whether values of the type, by its spelling, differ in size.
pub(crate) fn is_unsized(ty: &Type) -> bool {
    matches!(plain(ty), Type::Slice(_) | Type::TraitObject(_)) || is_str(ty)
}

/// Whether the type is, by its spelling, one of those without a fixed size that the last field of a struct may have.
pub(crate) fn is_tail(ty: &Type) -> bool {
    is_str(ty)
        || matches!(plain(ty), Type::Slice(_))
        || last_segment(ty).is_some_and(|last| {
            last.arguments.is_none() && ["Path", "OsStr", "CStr"].iter().any(|name| last.ident == name)
        })
}

/// Whether the type is an `impl Trait`, which no field may be.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    matches!(plain(ty), Type::ImplTrait(_))
}

/// Whether a reference in the type lacks its lifetime, which no field may.
pub(crate) fn has_elided_lifetime(ty: &Type) -> bool {
    match plain(ty) {
        Type::Reference(reference) => reference.lifetime.is_none() || has_elided_lifetime(&reference.elem),
        Type::Array(array) => has_elided_lifetime(&array.elem),
        Type::Slice(slice) => has_elided_lifetime(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(has_elided_lifetime),
        Type::Path(path) => path.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .any(|argument| matches!(argument, GenericArgument::Type(ty) if has_elided_lifetime(ty))),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a name occurs among the tokens.
pub(crate) fn mentions<N: ?Sized>(tokens: impl ToTokens, name: &N) -> bool
where
    Ident: PartialEq<N>,
{
    has_ident(tokens.into_token_stream(), &|ident| ident == name)
}

/// Whether one of the names does.
pub(crate) fn mentions_any(tokens: impl ToTokens, names: &[String]) -> bool {
    has_ident(tokens.into_token_stream(), &|ident| names.iter().any(|name| ident == name))
}

/// Whether there is this sign in this place.
pub(crate) fn is_punct(tokens: &[TokenTree], at: usize, c: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn has_ident(tokens: TokenStream, is: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => is(&ident),
        TokenTree::Group(group) => has_ident(group.stream(), is),
        _ => false,
    })
}

/// The last segment of a path that stands alone or begins in the standard library.
fn last_segment(ty: &Type) -> Option<&PathSegment> {
    let Type::Path(ty) = plain(ty) else { return None };
    let Path { segments, .. } = &ty.path;
    let standard = segments.len() == 1
        || segments
            .first()
            .is_some_and(|first| ["std", "alloc", "core"].iter().any(|name| first.ident == name))
        || segments.len() == 2 && MODULES.iter().any(|name| segments[0].ident == name);
    if ty.qself.is_none() && standard { segments.last() } else { None }
}

/// Modules of the standard library in which the types of [`borrowed`] are found.
const MODULES: [&str; 7] = ["string", "path", "ffi", "vec", "boxed", "sync", "option"];

/// `T` of `Name<T>`.
fn only_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(plain(ty)),
        _ => None,
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(plain(ty), Type::Path(path) if path.path.is_ident("str"))
}

#[cfg(test)]
mod tests {
    use super::{Borrowed, borrowed, float, is_borrowed_handle, is_handle, is_tail, of_one_thread};
    use syn::{Type, parse_quote};

    #[test]
    fn owned_or_borrowed_by_spelling() {
        let text: [Type; 5] = [
            parse_quote!(String),
            parse_quote!(std::string::String),
            parse_quote!(Box<str>),
            parse_quote!((std::sync::Arc<str>)),
            parse_quote!(Box<(str)>),
        ];
        assert!(text.iter().all(|ty| matches!(borrowed(ty), Some(Borrowed::Str))));
        assert!(matches!(borrowed(&parse_quote!(::std::path::PathBuf)), Some(Borrowed::Path)));
        assert!(matches!(borrowed(&parse_quote!(ffi::OsString)), Some(Borrowed::OsStr)));
        assert!(matches!(borrowed(&parse_quote!(CString)), Some(Borrowed::CStr)));
        let slices: [Type; 3] =
            [parse_quote!(Vec<u8>), parse_quote!(alloc::vec::Vec<T>), parse_quote!(Box<[T]>)];
        assert!(slices.iter().all(|ty| matches!(borrowed(ty), Some(Borrowed::Slice(_)))));
        let others: [Type; 8] = [
            parse_quote!(u8),
            parse_quote!(&'static str),
            parse_quote!(Arc<u8>),
            parse_quote!(Box<u8>),
            parse_quote!(Vec<u8, A>),
            parse_quote!(Option<String>),
            parse_quote!(my::own::String),
            parse_quote!(<T as Trait>::String),
        ];
        assert!(others.iter().all(|ty| borrowed(ty).is_none()));
    }

    #[test]
    fn handles_by_spelling() {
        let handles: [Type; 4] = [
            parse_quote!(Interned<T>),
            parse_quote!((::weakcache::Interned<Vec<u8>>)),
            parse_quote!(w::Interned<Self>),
            parse_quote!(LocalInterned<T>),
        ];
        assert!(handles.iter().all(is_handle));
        let borrowed: [Type; 2] =
            [parse_quote!(weakcache::InternedRef<'_, T>), parse_quote!(InternedRef<'static, [u8]>)];
        assert!(borrowed.iter().all(|ty| is_borrowed_handle(ty) && !is_handle(ty)));
        let others: [Type; 4] = [
            parse_quote!(Interned),
            parse_quote!(WeakInterned<T>),
            parse_quote!(Option<Interned<T>>),
            parse_quote!(&'static Interned<T>),
        ];
        assert!(!others.iter().any(|ty| is_handle(ty) || is_borrowed_handle(ty)));
    }

    #[test]
    fn what_the_last_field_may_be() {
        let tails: [Type; 6] = [
            parse_quote!(str),
            parse_quote!([T]),
            parse_quote!(([u8])),
            parse_quote!(std::path::Path),
            parse_quote!(OsStr),
            parse_quote!(ffi::CStr),
        ];
        assert!(tails.iter().all(is_tail));
        let others: [Type; 5] = [
            parse_quote!(self::Path),
            parse_quote!(syn::Path),
            parse_quote!(Path<T>),
            parse_quote!([u8; 2]),
            parse_quote!(dyn Any),
        ];
        assert!(!others.iter().any(is_tail));
    }

    #[test]
    fn what_belongs_to_one_thread() {
        let found: [Type; 4] = [
            parse_quote!(Rc<str>),
            parse_quote!(std::cell::RefCell<u8>),
            parse_quote!(Option<(u8, Cell<u8>)>),
            parse_quote!(*const u8),
        ];
        assert!(found.iter().all(|ty| of_one_thread(ty).is_some()));
        let others: [Type; 3] =
            [parse_quote!(Arc<str>), parse_quote!(Mutex<Cell<u8>>), parse_quote!(fn(Rc<u8>))];
        assert!(others.iter().all(|ty| of_one_thread(ty).is_none()));
    }

    #[test]
    fn floats_are_found_where_they_make_a_type_no_key() {
        let floats: [Type; 5] = [
            parse_quote!(f32),
            parse_quote!([f64; 3]),
            parse_quote!((u8, Option<f32>)),
            parse_quote!(Vec<(f32,)>),
            parse_quote!(Box<[f64]>),
        ];
        assert!(floats.iter().all(|ty| float(ty).is_some()));
        let others: [Type; 3] = [parse_quote!(OrderedFloat<f32>), parse_quote!(u32), parse_quote!(fn(f32))];
        assert!(others.iter().all(|ty| float(ty).is_none()));
    }
}
