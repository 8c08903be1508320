//! `#[fingerprint]`: which edits are seen, of what, and what depends on what.

use weakcache::__private::fingerprint::{Code, Fingerprinted};
use weakcache::fingerprint;

/// The fingerprint of what is named.
macro_rules! of {
    ($item:ty) => {
        <$item as Fingerprinted>::FINGERPRINT
    };
}

/// An item as it was, and as others have it.
macro_rules! edits {
    ($($module:ident { $($item:tt)* })*) => {
        $(mod $module {
            use weakcache::fingerprint;
            $($item)*
        })*
    };
}

#[allow(dead_code, unused, clippy::pedantic, clippy::mixed_attributes_style)]
mod functions {
    pub(super) mod plain {
        #[weakcache::fingerprint]
        pub fn area(width: u64, height: u64) -> u64 {
            let area = width * height;
            area + 1
        }
    }

    pub(super) mod commented {
        use weakcache::fingerprint;

        /// The area.
        ///
        /// Documented at length.
        #[fingerprint]
        #[must_use]
        #[inline(always)]
        #[allow(clippy::let_and_return)]
        pub(crate) fn area(
            width: u64, // of the thing
            height: u64,
        ) -> u64 {
            //! Inner documentation.
            #![allow(unused)]
            /* A block. */
            let area = width * height; // a comment
            area + 1
        }
    }

    pub(super) mod body {
        #[weakcache::fingerprint]
        pub fn area(width: u64, height: u64) -> u64 {
            let area = width * height;
            area + 2
        }
    }

    pub(super) mod signature {
        #[weakcache::fingerprint]
        pub fn area(width: u64, height: u64) -> u128 {
            let area = width * height;
            (area + 1) as u128
        }
    }

    pub(super) mod attribute {
        #[weakcache::fingerprint]
        #[track_caller]
        pub fn area(width: u64, height: u64) -> u64 {
            let area = width * height;
            area + 1
        }
    }

    pub(super) mod by_macro {
        macro_rules! area {
            ($name:ident, $width:ident, $height:ident, $product:expr, $ty:ty) => {
                #[weakcache::fingerprint]
                pub fn $name($width: $ty, $height: $ty) -> $ty {
                    let area = $product;
                    area + 1
                }
            };
        }
        area!(area, width, height, width * height, u64);
    }
}

#[test]
fn comments_docs_and_layout_of_a_function_do_not_count() {
    assert_eq!(of!(functions::plain::area), of!(functions::commented::area));
}

#[test]
fn body_signature_and_attributes_count() {
    let plain = of!(functions::plain::area);
    let others =
        [of!(functions::body::area), of!(functions::signature::area), of!(functions::attribute::area)];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(*other, plain, "{at}");
        assert!(!others[..at].contains(other), "{at}");
    }
}

#[test]
fn what_a_macro_was_given_as_a_whole_is_not_what_it_would_be_without() {
    // `width * height` in invisible parentheses.
    assert_ne!(of!(functions::by_macro::area), of!(functions::plain::area));
}

/// As in the unit test of the macros, which reads the text without the compiler.
#[allow(clippy::all, clippy::pedantic, dead_code, unused)]
mod sample {
    #[weakcache::fingerprint]
    pub(super) fn sample<T: Clone>(text: &str, (a, b): (u64, i8)) -> Result<Vec<Vec<T>>, (u8,)>
    where
        T: Default,
    {
        let count = text.split(',').filter(|part| !part.is_empty() && *part != "x\n").count() as u64;
        #[rustfmt::skip]
        let scale = match b { 0 => { 1 } -1 | 1..=9 if a << 2 >= count => { 0x1F_u64 }, _ => r"a".len() as u64, };
        'outer: loop {
            break 'outer;
        }
        if count * scale > a {
            return Err((0,));
        }
        Ok(vec![vec![T::default(); usize::try_from(count).unwrap_or(1_000)]])
    }
}

#[test]
fn the_compiler_gives_the_tokens_that_the_text_has() {
    // That number stands in `weakcache-macros/src/fingerprint/tokens.rs`. An edit of how tokens are counted loses
    // what users have stored.
    const OF_THE_TEXT: u128 = 0x261c_cc42_eb24_4319_b60c_2fb9_ff6a_d4b3;
    assert_eq!(of!(sample::sample), Code::UNKNOWN.tokens(OF_THE_TEXT).id());
}

#[allow(dead_code)]
mod items {
    use weakcache::fingerprint;

    #[fingerprint]
    pub(super) const LIMIT: usize = 3;

    #[fingerprint]
    pub(super) static TABLE: [u8; 2] = [1, 2];

    #[fingerprint]
    pub(super) struct Unit;

    #[fingerprint]
    pub(super) struct Tuple(pub u8, pub(super) u16);

    #[fingerprint]
    pub(super) struct Row<'a, T: ?Sized + Ord, const N: usize = 2>
    where
        T: ToOwned,
    {
        pub name: &'a str,
        pub cells: [std::borrow::Cow<'a, T>; N],
    }

    #[fingerprint]
    pub(super) enum Shape {
        Round(f64),
        Square { side: f64 },
    }

    #[fingerprint]
    pub(super) union Bits {
        pub(super) float: f32,
        pub(super) int: u32,
    }

    #[fingerprint]
    pub(super) const fn constant() -> u8 {
        1
    }

    #[fingerprint]
    pub(super) unsafe extern "C" fn foreign(x: u8) -> u8 {
        x
    }

    #[fingerprint]
    pub(super) async fn later() -> u8 {
        1
    }

    #[fingerprint]
    pub(super) fn r#type() {}
}

#[test]
fn functions_types_and_constants_have_one() {
    let mut all = vec![
        of!(items::LIMIT),
        of!(items::TABLE),
        of!(items::Unit),
        of!(items::Tuple),
        of!(items::Row<'static, String>),
        of!(items::Shape),
        of!(items::Bits),
        of!(items::constant),
        of!(items::foreign),
        of!(items::later),
        of!(items::r#type),
    ];
    assert_eq!(of!(items::Row<'_, String>), of!(items::Row<'_, Vec<u8>, 7>));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn items_are_what_they_were() {
    use items::{Bits, LIMIT, Row, Shape, TABLE, Tuple, Unit, constant, foreign, r#type};
    let _ = (Unit, Tuple(1, 2), Shape::Round(1.0), Bits { int: 1 });
    let row = Row::<str, 1> { name: "a", cells: ["b".into()] };
    assert_eq!((row.name, LIMIT, TABLE[1], constant()), ("a", 3, 2, 1));
    // SAFETY: it does nothing.
    assert_eq!(unsafe { foreign(2) }, 2);
    r#type();
}

edits! {
    leaf { #[fingerprint] pub fn leaf() -> u8 { 1 } }
    other_leaf { #[fingerprint] pub fn leaf() -> u8 { 2 } }
    node { use super::leaf::leaf; #[fingerprint(depends(leaf))] pub fn node() -> u8 { leaf() } }
    other_node { use super::other_leaf::leaf; #[fingerprint(depends(leaf))] pub fn node() -> u8 { leaf() } }
    lone_node { use super::leaf::leaf; #[fingerprint] pub fn node() -> u8 { leaf() } }
    root { #[fingerprint(depends(super::node::node, super::items::LIMIT))] pub fn root() -> u8 { super::node::node() } }
    other_root { #[fingerprint(depends(super::other_node::node, super::items::LIMIT))] pub fn root() -> u8 { super::other_node::node() } }
}

#[test]
fn dependencies_go_on() {
    assert_ne!(of!(leaf::leaf), of!(other_leaf::leaf));
    // The same tokens.
    assert_ne!(of!(node::node), of!(other_node::node));
    assert_ne!(of!(node::node), of!(lone_node::node));
    assert_ne!(of!(root::root), of!(other_root::root));
    assert_eq!(root::root() + lone_node::node(), 2);
    assert_eq!(other_root::root(), 2);
}

#[test]
fn every_kind_of_path_can_be_depended_on() {
    #[fingerprint]
    fn local() -> u8 {
        1
    }

    #[fingerprint]
    struct Inner<T>(T);

    #[fingerprint(depends(
        local,
        Inner<u8>,
        items::Row::<'static, String>,
        self::items::LIMIT,
        crate::fingerprint::leaf::leaf,
        items::r#type,
    ))]
    fn all() -> u8 {
        local() + Inner(1).0
    }

    #[fingerprint]
    fn none() -> u8 {
        local() + Inner(1).0
    }

    assert_eq!(all(), none());
    assert_ne!(of!(all), of!(none));
}

#[allow(dead_code)]
mod memoized {
    use weakcache::{fingerprint, memoize};

    #[fingerprint]
    pub(super) fn plain(x: u8) -> u8 {
        x + 1
    }

    pub(super) mod above {
        #[weakcache::memoize(lru = 4)]
        #[weakcache::fingerprint]
        pub(crate) fn plain(x: u8) -> u8 {
            x + 1
        }
    }

    pub(super) mod below {
        /// Documented.
        #[weakcache::fingerprint]
        #[weakcache::memoize]
        pub(crate) fn plain(x: u8) -> u8 {
            x + 1
        }
    }

    pub(super) mod without_controls {
        #[weakcache::fingerprint]
        #[weakcache::memoize(controls = false)]
        pub(crate) fn plain(x: u8) -> u8 {
            x + 1
        }
    }

    pub(super) mod renamed {
        #[weakcache::memoize(controls = "cache")]
        #[weakcache::fingerprint]
        pub(crate) fn plain(x: u8) -> u8 {
            x + 1
        }
    }

    pub(super) mod generic {
        #[weakcache::memoize]
        #[weakcache::fingerprint(depends(super::plain))]
        pub(crate) fn plain<T: 'static>(x: u8) -> u8 {
            x + super::plain(0) - 1 + u8::from(size_of::<T>() == 1)
        }
    }

    pub(super) mod configured {
        #[weakcache::memoize]
        #[cfg_attr(all(), weakcache::fingerprint, inline)]
        #[cfg_attr(any(), weakcache::fingerprint)]
        pub(crate) fn plain(x: u8, #[cfg(any())] y: u8) -> u8 {
            x + 1
        }
    }

    pub(super) mod asynchronous {
        #[weakcache::fingerprint(depends(super::plain))]
        #[weakcache::memoize]
        pub(crate) async fn plain(x: u8) -> u8 {
            x + 1
        }
    }

    #[memoize]
    #[fingerprint]
    pub(super) fn edited(x: u8) -> u8 {
        x + 2
    }
}

#[test]
fn a_memoized_function_has_that_of_the_function_as_written() {
    use memoized::{
        above, asynchronous, below, configured, edited, generic, plain, renamed, without_controls,
    };
    let written = of!(plain);
    assert_eq!(of!(above::plain), written);
    assert_eq!(of!(below::plain), written);
    assert_eq!(of!(without_controls::plain), written);
    assert_eq!(of!(renamed::plain), written);
    assert_eq!(of!(configured::plain), written);
    let others = [of!(generic::plain), of!(asynchronous::plain), of!(edited)];
    assert!(!others.contains(&written));

    assert_eq!((above::plain(1), above::plain(1), above::plain::cache_info().hits), (2, 2, 1));
    assert_eq!((below::plain(1), below::plain(1), below::plain::cache_info().hits), (2, 2, 1));
    assert_eq!((without_controls::plain(1), renamed::plain(1), configured::plain(1)), (2, 2, 2));
    assert_eq!((renamed::cache::cache_info().misses, generic::plain::<u8>(1), edited(1)), (1, 2, 3));
}

#[cfg_attr(all(), fingerprint)]
#[cfg(test)]
fn configured() {}

#[fingerprint]
#[cfg(not(test))]
fn configured(x: u8) {}

#[test]
fn a_fingerprint_is_there_where_the_item_is() {
    configured();
    let _ = of!(configured);
}
