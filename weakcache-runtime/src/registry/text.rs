//! Interned text, ready made.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::Hasher;
use std::ops::Deref;
use std::str::FromStr;

use super::table::{Ask, Make, find, find_or_make};
use super::{HasherOf, Intern, Interned, Registry};
use crate::hash::DefaultHashBuilder;
use crate::rc::{Begun, Strong};

/// A text that exists once: a handle on an interned `str`.
///
/// It is one pointer wide, and dereferences to the text. With another `Str` it is compared by address, and hashed so, which
/// is O(1) and means the same; with a `str` or a `String` by text. It is ordered by text. The text and its counts lie in
/// one piece, which goes with the last handle: 16 bytes of text take 32, and between 9 and 12 in the table.
///
/// ```
/// use weakcache::Str;
///
/// let name = Str::new("name");
/// assert!(name == Str::new(String::from("name"))); // one comparison of addresses
/// assert!(name == "name" && name.len() == 4);
/// assert!(Str::new("a") < Str::new("b"));
/// assert_eq!(format!("{name} {name:?}"), r#"name "name""#);
///
/// drop(name);
/// assert!(Str::get("name").is_none());
/// ```
///
/// All texts are in one registry, [`Str::registry`]. A type of one's own around a text, which is not to be mixed up with
/// others, has one to itself:
///
/// ```
/// use weakcache::interned;
///
/// #[interned(handle = Symbol)]
/// #[derive(Debug)]
/// pub struct SymbolText(str);
///
/// let symbol: Symbol = SymbolText::new("x");
/// assert_eq!(&symbol.0, "x");
/// ```
///
/// There is no `Borrow<str>`: a handle hashes otherwise than its text. A map whose keys are `Str` is asked with a
/// `Str`; where there is none of a text, it is in no map, and [`Str::get`] says so.
pub struct Str {
    __weakcache_inner: Interned<str>,
}

impl Str {
    /// The handle on this text. A hit allocates nothing, and a miss copies the text into its slot.
    ///
    /// ```
    /// # use weakcache::Str;
    /// let (borrowed, owned) = (Str::new("text"), Str::new(String::from("text")));
    /// assert!(borrowed == owned);
    /// ```
    #[must_use]
    #[inline]
    pub fn new(text: impl AsRef<str>) -> Self {
        let handle = Self { __weakcache_inner: find_or_make(Asked(text.as_ref())) };
        // While what was found is still a local: if this panics, the handle is not lost.
        drop(text);
        handle
    }

    /// The handle on this text, if there is one already.
    ///
    /// ```
    /// # use weakcache::Str;
    /// let held = Str::new("held");
    /// assert_eq!(Str::get("held"), Some(held));
    /// assert_eq!(Str::get("nobody has this"), None);
    /// ```
    #[must_use]
    #[inline]
    pub fn get(text: impl AsRef<str>) -> Option<Self> {
        let found = find(&Asked(text.as_ref()));
        drop(text);
        Some(Self { __weakcache_inner: found? })
    }

    /// The text. The same as to dereference, or `as_ref`.
    ///
    /// ```
    /// # use weakcache::Str;
    /// let name = Str::new("a name");
    /// let text: &str = name.as_str();
    /// assert_eq!(text, "a name");
    /// ```
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        self
    }

    /// The registry of all texts.
    ///
    /// ```
    /// # use weakcache::Str;
    /// let held = Str::new("held");
    /// assert!(Str::registry().iter().any(|text| &*text == "held"));
    /// ```
    #[must_use]
    #[inline]
    pub fn registry() -> &'static Registry<str> {
        str::registry()
    }

    /// The handle in it, for what is about handles: counts, weak ones, borrowed ones.
    ///
    /// ```
    /// use weakcache::{Interned, Str};
    ///
    /// let text = Str::new("counted");
    /// let weak = Interned::downgrade(Str::as_interned(&text));
    /// assert_eq!(Interned::strong_count(Str::as_interned(&text)), 1);
    /// drop(text);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    #[inline]
    pub fn as_interned(this: &Self) -> &Interned<str> {
        &this.__weakcache_inner
    }
}

crate::__weakcache_newtype! { [] Str, Interned<str>, [] }

/// The values of [`Str`].
impl Intern for str {
    type Hasher = DefaultHashBuilder;

    #[inline]
    fn registry() -> &'static Registry<Self> {
        static REGISTRY: Registry<str> = Registry::new("weakcache::Str");
        &REGISTRY
    }

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        // Nothing comes behind it, so no mark of its end is needed.
        state.write(self.as_bytes());
    }

    #[inline]
    fn eq_key(&self, other: &Self) -> bool {
        self == other
    }
}

/// A text that is looked up.
struct Asked<'a>(&'a str);

impl Ask<str> for Asked<'_> {
    #[inline]
    fn hash(&self, state: &mut HasherOf<str>) {
        self.0.hash_key(state);
    }

    #[inline]
    fn tail_len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn eq(&self, value: &str) -> bool {
        self.0 == value
    }
}

impl Make<str> for Asked<'_> {
    #[inline]
    fn place(self, entries: Begun<'_, str, DefaultHashBuilder>, hash: u64) -> (Strong<str>, bool) {
        entries.place_parts(hash, [], self.0, |value, _, text| value == text)
    }
}

impl Deref for Str {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.__weakcache_inner
    }
}

impl AsRef<str> for Str {
    #[inline]
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialOrd for Str {
    /// By text.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    /// By text; one and the same is equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        self.__weakcache_inner.cmp(&other.__weakcache_inner)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl Default for Str {
    /// The empty text.
    fn default() -> Self {
        Self::new("")
    }
}

impl FromStr for Str {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

macro_rules! from {
    ($($text:ty)*) => {$(
        impl From<$text> for Str {
            /// Interns the text.
            #[inline]
            fn from(text: $text) -> Self {
                Self::new(text)
            }
        }
    )*};
}

from! { &str &String String Box<str> Cow<'_, str> }

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.as_str().to_owned()
    }
}

/// By text.
macro_rules! equals {
    ($($text:ty)*) => {$(
        impl PartialEq<$text> for Str {
            #[inline]
            fn eq(&self, other: &$text) -> bool {
                **self == **other
            }
        }

        impl PartialEq<Str> for $text {
            #[inline]
            fn eq(&self, other: &Str) -> bool {
                **self == **other
            }
        }
    )*};
}

equals! { &str String Box<str> Cow<'_, str> }

impl PartialEq<str> for Str {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<Str> for str {
    #[inline]
    fn eq(&self, other: &Str) -> bool {
        *self == **other
    }
}
