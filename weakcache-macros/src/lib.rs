//! The attributes of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![forbid(unsafe_code)]

mod diag;
mod function;
mod interned;
mod names;
mod options;
mod paths;
mod recover;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Makes equal values of a type one value, found again by its key and dropped with its last handle.
///
/// The attribute stands on a struct, on an enum, or on an impl block with constructors of one's own.
///
/// # On a struct
///
/// ```
/// use weakcache::{Interned, interned};
///
/// #[interned]
/// #[derive(Debug)]
/// pub struct Date { pub year: i32, pub month: u8, pub day: u8 }
///
/// let a: Interned<Date> = Date::new(2022, 12, 3);
/// let b = Date::new(2022, 12, 3);
/// assert!(Interned::ptr_eq(&a, &b));
/// assert_eq!(a.year, 2022);
///
/// drop((a, b));
/// assert!(Date::registry().is_empty());
/// assert!(Date::get(2022, 12, 3).is_none());
/// ```
///
/// It generates, as visible as the struct is:
///
/// | | |
/// |---|---|
/// | `T::new(fields…) -> Interned<T>` | the value of this key: the one that lives, or else a new one |
/// | `T::get(fields…) -> Option<Interned<T>>` | the value of this key, if one lives |
/// | `T::registry() -> &'static Registry<T>` | the values that live, counters, capacity |
/// | `impl Intern for T` | for generic code, and to intern a value made by hand: `value.intern()` |
///
/// The fields are the key. They are hashed and compared one by one, so the struct itself need not be `Hash`
/// or `Eq`, and may be. A look-up that finds something allocates nothing.
///
/// A struct may be a tuple or a unit struct, it may have type and const parameters, and its fields may be
/// under `#[cfg]`. Of a generic struct, each instantiation has a registry:
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned]
/// struct Pair<T>(T, T);
///
/// let (numbers, chars) = (Pair::new(1, 2), Pair::new('a', 'b'));
/// assert!(Interned::ptr_eq(&numbers, &Pair::new(1, 2)));
/// assert_eq!(Pair::<i32>::registry().len(), 1);
/// assert_eq!(Pair::<char>::registry().len(), 1);
/// ```
///
/// ## Owned or borrowed
///
/// Where a field is a `String`, `Box<str>`, `Arc<str>`, `PathBuf`, `OsString`, `CString`, `Vec<T>` or
/// `Box<[T]>`, the parameter takes the owned value or a borrow of it. A borrow is copied only when a value is
/// built. The type is recognised by how it is spelt; under an alias it is taken as it is, as every other type.
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned]
/// struct Symbol(String);
///
/// let x = Symbol::new("x"); // allocates the `String`
/// let owned = String::from("x");
/// assert!(Interned::ptr_eq(&x, &Symbol::new(&owned)));
/// assert!(Interned::ptr_eq(&x, &Symbol::new(owned)));
/// ```
///
/// ## Fields that are no part of the key
///
/// A field with `#[interned(init = EXPR)]` follows from the others. `EXPR` runs only when a value is built, with
/// no lock held, and sees the key fields as references: by their names, or as `_0`, `_1`, … in a tuple struct.
/// Threads that build the same value at once may each run it; one of the values stays.
///
/// ```
/// # use weakcache::interned;
/// #[interned]
/// struct Picture {
///     id: u64,
///     #[interned(init = load_pixels(*id))]
///     pixels: Vec<u8>,
/// }
///
/// fn load_pixels(id: u64) -> Vec<u8> {
///     // …
/// #   vec![u8::try_from(id).unwrap(); 4]
/// }
///
/// let p = Picture::new(1); // loads
/// let q = Picture::new(1); // does not
/// assert_eq!(p.pixels, q.pixels);
/// ```
///
/// A field with `#[interned(skip)]` is filled by constructors of one's own: it takes `new = false`.
///
/// # On an enum
///
/// Each variant has a constructor, called as the variant in `snake_case` (with an underscore behind a keyword,
/// as in `if_`), and a look-up, called the same with `get_` before it. All variants share one registry.
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned]
/// #[derive(Debug)]
/// enum Expr {
///     Num(i64),
///     Add(Interned<Expr>, Interned<Expr>),
///     #[interned(new = "negative")]
///     Neg { of: Interned<Expr> },
/// }
///
/// let one = Expr::num(1);
/// let sum = Expr::add(one.clone(), Expr::negative(one.clone()));
/// assert!(Interned::ptr_eq(&sum, &Expr::add(Expr::num(1), Expr::negative(Expr::num(1)))));
/// assert!(Expr::get_negative(sum).is_none());
/// ```
///
/// A handle is hashed and compared by its address. So building a node costs as much as it has children, never
/// as much as the tree below it, and equal trees are one: hash-consing.
///
/// # On an impl block
///
/// Constructors that check, parse or load are written as for a plain type, in an impl block with the
/// attribute. Every function in it that takes no `self` and returns `Self`, `Result<Self, E>` or `Option<Self>`
/// comes to return `Interned<Self>` in place of `Self`: what its body makes is interned by its key fields.
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned(new = false)]
/// struct Date { year: i32, month: u8, day: u8 }
///
/// #[derive(Debug)]
/// struct BadDate;
///
/// #[interned]
/// impl Date {
///     fn new(year: i32, month: u8, day: u8) -> Result<Self, BadDate> {
///         if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
///             return Err(BadDate); // registers nothing
///         }
///         Ok(Self { year, month, day })
///     }
///
///     fn parse(text: &str) -> Result<Self, BadDate> {
///         let mut parts = text.split('-');
///         let mut part = || parts.next().and_then(|part| part.parse::<u8>().ok()).ok_or(BadDate);
///         Self::new(part()?.into(), part()?, part()?) // a handle already
///     }
///
///     fn is_leap(&self) -> bool { // left alone
///         self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
///     }
/// }
///
/// let date: Interned<Date> = Date::new(24, 2, 29)?;
/// assert!(Interned::ptr_eq(&date, &Date::parse("24-2-29")?));
/// assert!(date.is_leap());
/// # Ok::<(), BadDate>(())
/// ```
///
/// A body ends in plain values or in handles, but not in both. A function with `#[interned(skip)]` is left
/// alone. In a generic impl, the constructors get the bounds that interning takes.
///
/// ## Looking up first
///
/// With `by(…)` the body runs only if no value of this key lives. It names all the key fields; each is also a
/// parameter, of the field's type or a reference to it, with `&str` for `String`, `&[T]` for `Vec<T>` and so on.
///
/// ```
/// # use weakcache::{Interned, interned};
/// # use std::io::{self, Read};
/// #[interned(new = false)]
/// struct Page {
///     number: u32,
///     #[interned(skip)]
///     text: String,
/// }
///
/// #[interned]
/// impl Page {
///     #[interned(by(number))]
///     fn load(number: u32, from: &mut dyn Read) -> io::Result<Self> {
///         let mut text = String::new();
///         from.read_to_string(&mut text)?;
///         Ok(Self { number, text })
///     }
/// }
///
/// let page = Page::load(1, &mut "the text".as_bytes())?;
/// let same = Page::load(1, &mut "is not read again".as_bytes())?;
/// assert!(Interned::ptr_eq(&page, &same));
/// assert_eq!(same.text, "the text");
/// # Ok::<(), io::Error>(())
/// ```
///
/// # Options
///
/// | on | option | |
/// |---|---|---|
/// | a type | `new = false`, `get = false` | leaves out the constructors, the look-ups |
/// | a struct | `new = "name"`, `get = "name"` | names them |
/// | a type | `name = "label"` | the registry's name in reports; the type's path otherwise |
/// | | `hasher = Type` | a `BuildHasher + Default`; [`DefaultHashBuilder`] otherwise |
/// | | `shards = N` | how many locks the registry has, a power of two |
/// | a type, an impl block | `crate = path` | where `weakcache` is found, if under another name |
/// | a variant | `new = "name"`, `new = false` | names the constructor and the look-up; leaves the constructor out |
/// | a field | `init = EXPR` | no part of the key, follows from it |
/// | | `skip` | no part of the key, filled by constructors of one's own |
/// | a function | `by(field, …)` | looks up before the body runs |
/// | | `skip` | leaves it alone |
///
/// # What is refused
///
/// * Lifetimes: the registry is a `static`, so what it holds is `'static`.
/// * Key fields that are not `Hash + Eq`, `f32` and `f64` among them: keep the bits of a float (`to_bits`), or
///   a wrapper that defines equality.
/// * Values that are not `Send + Sync`: all threads share them. Use `Arc` in place of `Rc`, and `Mutex`,
///   `OnceLock` or an atomic in place of `Cell` and `RefCell`.
/// * A struct with fields of which none is part of the key, two functions of one name, constructors that are
///   `async` or `const`, impl blocks of a trait, packed structs, and unions.
///
/// [`DefaultHashBuilder`]: ../weakcache/struct.DefaultHashBuilder.html
#[proc_macro_attribute]
pub fn interned(options: TokenStream, item: TokenStream) -> TokenStream {
    interned::attribute(options.into(), item.into()).into()
}

/// The second half of [`macro@interned`], for types with configured parts. Not for use by hand.
#[doc(hidden)]
#[proc_macro_derive(__Interned, attributes(__weakcache_interned))]
pub fn derive_interned(input: TokenStream) -> TokenStream {
    interned::derive(input.into()).into()
}
