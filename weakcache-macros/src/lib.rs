//! The attributes of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![forbid(unsafe_code)]

mod amounts;
mod code;
mod configured;
mod diag;
mod fingerprint;
mod function;
mod interned;
mod loans;
mod manifest;
mod memoize;
mod names;
mod options;
mod paths;
mod recover;
mod signature;
#[cfg(test)]
mod snapshots;
mod types;
mod values;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;

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
/// | item | meaning |
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
/// Where a field is an `Interned<U>`, by this name, the parameter takes the handle, a reference to one, or an
/// `InternedRef<'_, U>`. Where it is a type of another name, `#[interned(borrow)]` on the field has the parameter take a
/// `T` or a `&T`. What is borrowed is cloned only when a value is built: on a hit no count of an argument is touched.
///
/// ```
/// # use weakcache::{Interned, InternedRef, interned};
/// #[interned]
/// enum Term {
///     Var(u32),
///     App(Interned<Term>, Interned<Term>),
///     Big(#[interned(borrow)] [u64; 8]),
/// }
///
/// fn square(f: InternedRef<'_, Term>, x: &Interned<Term>) -> Interned<Term> {
///     Term::app(f, Term::app(f, x))
/// }
///
/// let (f, x) = (Term::var(0), Term::var(1));
/// let term = square(Interned::borrow(&f), &x);
/// assert_eq!(Interned::strong_count(&f), 3);
/// # assert!(term == square(Interned::borrow(&f), &x));
/// assert!(Term::big(&[0; 8]) == Term::big([0; 8]));
/// ```
///
/// Such a parameter says no longer which type an argument is to have, where that is left open: in place of
/// `Term::app(f, term.into())` write `Interned::from(term)`.
///
/// ## Values of no fixed size
///
/// The last field may be `str`, `[T]`, `Path`, `OsStr` or `CStr`, by these names: the value then lies in one piece, together
/// with its counts, and a handle on it is still one pointer wide. The parameter takes the owned value or a borrow of it; of
/// `[T]` an array, a `Vec<T>`, a `Box<[T]>` or a reference to one. A hit allocates nothing and clones nothing; on a miss
/// elements are moved out of what is owned, and cloned from what is borrowed.
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned]
/// #[derive(Debug)]
/// struct Symbol(str);
///
/// #[interned]
/// struct Call {
///     callee: Interned<Symbol>,
///     args: [Interned<Symbol>],
/// }
///
/// let (f, x) = (Symbol::new("f"), Symbol::new(String::from("x")));
/// let call = Call::new(&f, [x.clone(), x.clone()]);
/// assert_eq!((&call.callee.0, call.args.len()), ("f", 2));
/// assert!(call == Call::new(&f, vec![x.clone(), x]));
/// ```
///
/// A text of 16 bytes takes 32 beside its place in the table. Such a struct is laid out as in C (`repr(C)`, which the
/// attribute adds), and there is never a value of it on its own: constructors on impl blocks end in what another
/// constructor returned, and there is no `value.intern()`. `?Sized` parameters cannot be the last field.
///
/// [`Str`](https://docs.rs/weakcache/latest/weakcache/struct.Str.html) is such a text, ready made.
///
/// With serde, a handle on such a value is written as the value is, so by what is derived. It is read without a derive: by
/// the key fields under their names, the last one as what owns it (`String`, `Vec<T>`); `init` fields are skipped and made
/// anew. What attributes of serde's say is not heeded.
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
/// # Is it new, and which is older
///
/// `is_new = "name"` adds a constructor that returns `(handle, bool)`: whether this very call registered the value.
/// On an enum the text has the place of the variant's name in it, as `"{}_is_new"`. With `numbered` each value has a
/// number, counted up from 1 as values are registered and never given twice. That is an order by creation, for eight
/// bytes an entry.
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned(is_new = "{}_is_new", numbered)]
/// enum Expr {
///     Num(i64),
///     Neg(Interned<Expr>),
/// }
///
/// let (one, is_new) = Expr::num_is_new(1);
/// assert!(is_new);
/// assert!(!Expr::num_is_new(1).1);
/// let negative = Expr::neg(&one);
/// assert!(Interned::number(&one) < Interned::number(&negative));
/// ```
///
/// # A handle of one's own
///
/// Operators, an order or methods cannot be written for `Interned<T>`, which is another crate's. `handle = Name` makes a
/// type for them: a struct around the handle, beside the type and as visible, with all that `Interned` has but the
/// order. Constructors and look-ups return it, those of impl blocks too, and fields may be of it. `AsRef` leads to the
/// [`Interned`] inside, for its functions, and `From` back: `Interned::downgrade(term.as_ref())`. The registry and
/// `value.intern()` give the `Interned`. Of a generic type the handle has the parameters.
///
/// ```
/// use std::ops::Add;
/// use weakcache::{Interned, interned};
///
/// #[interned(handle = Term, numbered)]
/// #[derive(Debug)]
/// pub enum RTerm {
///     Num(i64),
///     Add(Term, #[interned(borrow)] Term), // the second parameter takes a `&Term` as well
/// }
///
/// impl Add<&Term> for Term {
///     type Output = Term;
///     fn add(self, other: &Term) -> Term {
///         RTerm::add(self, other)
///     }
/// }
///
/// impl Term {
///     /// Which of two is older.
///     pub fn age(&self) -> u64 {
///         Interned::number(self.as_ref())
///     }
/// }
///
/// let one: Term = RTerm::num(1);
/// let two = one.clone() + &one;
/// assert_eq!(two, RTerm::add(one.clone(), one.clone()));
/// assert!(one.age() < two.age());
/// ```
///
/// # One thread
///
/// With `local` each thread has a registry of its own, and the handle is a [`LocalInterned`], which stays on its thread:
/// no lock, no atomic instruction, and values that need be neither `Send` nor `Sync`. `T::registry()` is a
/// [`LocalRegistry`], that of the calling thread; the trait is [`InternLocal`]. All else is as for shared values. (In a
/// generic impl block, write `#[interned(local)]` on the block too: its constructors then ask for no `Send`.)
///
/// ```
/// # use weakcache::{LocalInterned, interned};
/// use std::rc::Rc;
///
/// #[interned(local)]
/// #[derive(Debug)]
/// enum Node {
///     Leaf(Rc<str>),
///     Pair(LocalInterned<Node>, LocalInterned<Node>),
/// }
///
/// let leaf = Node::leaf("x".into());
/// assert_eq!(Node::pair(&leaf, &leaf), Node::pair(leaf.clone(), leaf.clone()));
/// std::thread::spawn(|| assert!(Node::registry().is_empty())).join().unwrap();
/// ```
///
/// # On an impl block
///
/// Constructors that check, parse or load are written as for a plain type, in an impl block with the
/// attribute. Every function in it that takes no `self` and returns `Self`, `Result<Self, E>` or `Option<Self>`
/// comes to return `Interned<Self>`, or the handle of one's own, in place of `Self`: what its body makes is interned by its key fields.
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
/// A body ends in plain values or in handles, but not in both (under `#[track_caller]`, in one of them at least once:
/// `todo!()` alone does not tell). A function with `#[interned(skip)]` is left alone. In a generic impl, the
/// constructors get the bounds that interning takes.
///
/// ## Looking up first
///
/// With `by(…)` the body runs only if no value of this key lives. It names all the key fields; each is also a
/// parameter, of the field's type or a reference to it, with `&str` for `String`, `&[T]` for `Vec<T>` and so on, and
/// `InternedRef<'_, T>` for `Interned<T>`.
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
/// | on | option | meaning |
/// |---|---|---|
/// | a type | `new = false`, `get = false` | leaves out the constructors, the look-ups |
/// | a struct | `new = "name"`, `get = "name"` | names them |
/// | a type | `is_new = "name"`, on an enum `"{}_is_new"` | adds a constructor that says whether it registered the value |
/// | a type | `numbered` | numbers the values; see `Interned::number` |
/// | a type | `handle = Name` | a handle of one's own in place of `Interned` |
/// | a type, a generic impl block | `local` | a registry a thread, for values that need not be `Send` |
/// | a type | `name = "label"` | the registry's name, also in [`caches`](../weakcache/fn.caches.html); the type's path otherwise |
/// | a type | `hasher = Type` | a `BuildHasher + Default`; [`DefaultHashBuilder`] otherwise |
/// | a type | `shards = N` | how many locks the registry has, a power of two |
/// | a type, an impl block | `crate = path` | where `weakcache` is found, if under another name |
/// | a variant | `new = "name"`, `new = false` | names the constructor and the look-up; leaves the constructor out |
/// | a field | `init = EXPR` | no part of the key, follows from it |
/// | a field | `skip` | no part of the key, filled by constructors of one's own |
/// | a field | `borrow` | the parameter takes a `T` or a `&T`, which is cloned when a value is built |
/// | a function | `by(field, …)` | looks up before the body runs |
/// | a function | `skip` | leaves it alone |
///
/// # Examples of options
///
/// Of those that have none above. Constructors and look-ups under other names, or without one of them:
///
/// ```
/// # use weakcache::interned;
/// #[interned(new = "of", get = "known")]
/// struct Symbol(String);
///
/// #[interned(get = false)]
/// struct Label(String);
///
/// let x = Symbol::of("x");
/// assert!(Symbol::known("x") == Some(x));
/// assert_eq!(Label::new("x").0, "x");
/// ```
///
/// A variant without a constructor is made by hand, and interned:
///
/// ```
/// # use weakcache::{Intern, interned};
/// #[interned]
/// enum Token {
///     Word(String),
///     #[interned(new = false)]
///     Number(u64),
/// }
///
/// let seven = Token::Number(7).intern();
/// assert!(seven == Token::Number(7).intern());
/// assert!(Token::get_number(7).is_some());
/// # Token::word("x");
/// ```
///
/// A label for reports, a hasher, a number of locks, and where weakcache is:
///
/// ```
/// # mod dependencies { pub use weakcache; }
/// # use std::hash::RandomState;
/// # use weakcache::interned;
/// #[interned(name = "symbols", hasher = RandomState, shards = 8, crate = dependencies::weakcache)]
/// struct Symbol(String);
///
/// let x = Symbol::new("x");
/// assert_eq!(Symbol::registry().name(), "symbols");
/// # drop(x);
/// ```
///
/// A function of an impl block that is left alone:
///
/// ```
/// # use weakcache::{Interned, interned};
/// #[interned(new = false)]
/// #[derive(Clone)]
/// struct Point { x: i32, y: i32 }
///
/// #[interned]
/// impl Point {
///     fn new(x: i32, y: i32) -> Self { Self { x, y } }
///
///     #[interned(skip)]
///     fn plain(x: i32, y: i32) -> Self { Self { x, y } }
/// }
///
/// let interned: Interned<Point> = Point::new(1, 2);
/// let plain: Point = Point::plain(1, 2);
/// assert_eq!((interned.x, plain.y), (1, 2));
/// ```
///
/// # What is refused
///
/// * Lifetimes: the registry is a `static`, so what it holds is `'static`.
/// * Key fields that are not `Hash + Eq`, `f32` and `f64` among them: keep the bits of a float (`to_bits`), or
///   a wrapper that defines equality.
/// * Values that are not `Send + Sync`, but with `local`: all threads share them. Use `Arc` in place of `Rc`, and
///   `Mutex`, `OnceLock` or an atomic in place of `Cell` and `RefCell`.
/// * A struct with fields of which none is part of the key, two functions of one name, constructors that are
///   `async` or `const`, impl blocks of a trait, packed structs, and unions.
///
/// [`DefaultHashBuilder`]: ../weakcache/struct.DefaultHashBuilder.html
/// [`Interned`]: ../weakcache/struct.Interned.html
/// [`LocalInterned`]: ../weakcache/struct.LocalInterned.html
/// [`LocalRegistry`]: ../weakcache/struct.LocalRegistry.html
/// [`InternLocal`]: ../weakcache/trait.InternLocal.html
#[proc_macro_attribute]
pub fn interned(options: TokenStream, item: TokenStream) -> TokenStream {
    expand("interned", interned::attribute, options, item)
}

/// The second half of [`macro@interned`], for types with configured parts. Not for use by hand.
#[doc(hidden)]
#[proc_macro_derive(__Interned, attributes(__weakcache_interned))]
pub fn derive_interned(input: TokenStream) -> TokenStream {
    interned::derive(input.into()).into()
}

/// Remembers what a function returned, and returns it again for the same arguments.
///
/// ```
/// use weakcache::memoize;
///
/// #[memoize(lru = 128, ttl = "60s")]
/// fn price(symbol: &str, day: u32) -> f64 {
///     // … something slow …
/// #   symbol.len() as f64 * f64::from(day)
/// }
///
/// price("ACME", 7); // computes
/// price("ACME", 7); // does not, and allocates nothing
/// assert_eq!(price::cache_info().hits, 1);
/// price::cache_clear();
/// ```
///
/// The arguments are the key: those by value are `Hash + Eq + Clone`, of references the type referred to is
/// `Hash + Eq + ToOwned` (`&str`, `&[u8]`, `&Path`, `&Point`); `Option<&T>` and tuples of these do as well. They
/// are looked up as they are, and made owned on a miss. What the function returns is `Clone`.
/// Keys and values are `Send + Sync`, unless the cache is `local`. An argument may be under `#[cfg]`, and the
/// attribute of a function in a block under `#[cfg_attr]`.
///
/// A call finds its result, waits for another thread that computes the same, or runs the body. Recursive calls
/// are fine, also round a cycle of threads: who would wait for itself computes. The body runs with no lock held,
/// as do `Hash`, the `Clone` of values with a destructor and all drops. `Eq` of a key runs under one; a
/// memoized function that it calls computes, and its cache looks empty meanwhile. A panic stores nothing. What a
/// body runs on other threads does not know that it is part of it.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | none | as many entries as there are keys |
/// | `lru = N` | at most `N`, an expression that is evaluated at first use; one more evicts the least recently used; 0 passes calls through |
/// | `capacity = N` | the same with another choice of who gives way, whose hits do not wait for each other: for what many threads share, see [below](#bounds) |
/// | `weight = "64 MiB"` | a bound on what entries weigh together, alone or beside one of these; units `B`, `KB`, `KiB` to `GiB`, as in `"1.5 GiB"`, or an expression of type `usize`, evaluated at first use |
/// | `weigh = \|key, value\| …` | a `usize`, what that entry weighs |
/// | `ttl = "60s"` | an entry is served for that long after its computation ended; units `ns` to `d`, as in `"1h 30m"`, or an expression of type `Duration`, evaluated at first use |
/// | `idle = "5m"` | an entry that was not read for that long is dropped |
/// | `local` | a cache for each thread, without locks, for types that are not `Send` |
/// | `weak` | the function returns an `Arc<T>`, `Interned<T>` or `Strong<T>`, and the cache keeps nothing alive |
/// | `weak_key(argument, …)` | the key holds these handles weakly and by address; `weak_key` alone: every argument that is one |
/// | `batch` | the function takes a slice and gives a value for each element, and each is a key of its own |
/// | `in(self.memo)` | the cache lies in this field, a [`Memo`], and is that value's own |
/// | `skip(argument, …)` | these are no part of the key; `self` can be named |
/// | `key = EXPR` | the whole key, an owned value, from the arguments, which are references in it |
/// | `cache_if = \|value\| …` | keeps a result only if this says so |
/// | `cache_errors` | keeps `Err` as well |
/// | `err_ttl = "1s"` | keeps `Err` for that long |
/// | `refresh_after = "50s"` | the first call of a key after that time runs the body, the others are served what is stored; see [below](#before-and-after-the-end) |
/// | `spawn = EXPR` | such a body of an `async fn` runs in the background: `tokio::spawn`, or a function that takes the future |
/// | `stale_if_error = "1d"` | for that long after its `ttl`, a value is returned where the body returns `Err` |
/// | `jitter = 0.1` | shortens each ttl by a random part of up to that fraction, so that what was stored together does not expire together; a number above 0 and at most 1, or an expression of type `f64`, taken as 0 or 1 if it is out of these |
/// | `ttl_of = \|key, value\| …` | a `Duration`, the ttl of that entry, and at most `ttl` where there is one; zero keeps nothing |
/// | `on_evict = \|key, value, cause\| …` | is told what [leaves](#what-closures-are-shown), and [why](../weakcache/enum.Cause.html) |
/// | `tags(EXPR, …)` | values by which results can be [invalidated together](#tags), from the arguments, which are references in it |
/// | `store = EXPR` | keeps results in a [second tier](#second-tiers) too, on disk or in a server; evaluated once, at first use |
/// | `depends(path, …)`, `version = N`, `fingerprint = false` | beside a `store`: [which code](#which-code-results-are-of) stored results are of |
/// | `single_flight = false` | lets callers of one key compute side by side |
/// | `single_flight = "50ms"` | they wait for at most that long, and compute then; not on an `async fn` |
/// | `controls = "name"`, `controls = false` | another name for the controls, or none |
/// | `controls(vis = "pub(crate)", name = "…")` | another visibility, another name, or both; on a block for all its functions |
/// | `name = "…"` | what it is called in [`caches`](../weakcache/fn.caches.html); the function's path if not given |
/// | `hasher = Type` | a `BuildHasher + Default` |
/// | `crate = path` | where weakcache is found |
///
/// # Bounds
///
/// `lru` keeps the exact order of use, and each hit changes that, under a lock: it is for small caches, for those of one thread
/// (`local`), and where it matters which entry goes. `capacity` notes a hit in its entry, where it is not noted yet, so that threads
/// which hit do not wait for each other; who gives way is chosen by [S3-FIFO], which keeps what is asked for often, though much
/// else comes by once.
///
/// With either, what has expired or died goes first. Where all live equally long that takes a look at the eldest. Where they
/// do not (`ttl_of`, `idle`, `jitter`, `err_ttl`, values or keys that die, results from a `store`), up to 64 entries are looked
/// at before one that lives gives way, among up to a thousand, and two with each insertion, among more.
///
/// | property | `lru` | `capacity` |
/// |---|---|---|
/// | a hit | moves its entry, under a lock | counts in its entry, up to three |
/// | threads that hit | take turns | do not wait for each other, of one entry neither |
/// | who gives way | the least recently used, exactly | one that was not asked for again |
/// | a scan, or a loop through more than there is room for | drives out everything | leaves most of what is in use |
/// | hits on [traces] of disks, databases and the web, where 43 % is the optimum | 32 % | 35 % |
/// | an entry | as it is | up to 8 bytes more, and 4 for the memory of one that has left |
///
/// What is remembered of those that left becomes less as others leave under a lower bound, and is given back by `cache_clear`, or by the
/// `sweep` of a cache that is empty then.
///
/// To make room takes a few steps on the average, and 256 at most, after which the next goes though it was asked for. S3-FIFO is from Yang, Zhang, Qiu,
/// Yue and Vigfusson, *FIFO queues are all you need for cache eviction* (SOSP 2023), here with a probation whose length floats and
/// a main queue that is filled first.
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(capacity = 10_000)]
/// fn route(from: u32, to: u32) -> Vec<u32> {
///     // … something slow, asked for by all threads of a server …
/// #   (from..to).collect()
/// }
///
/// route(1, 5);
/// assert_eq!(route::capacity(), Some(10_000));
/// ```
///
/// Where entries are of different sizes, their number says little. `weight` bounds the sum of what `weigh` says of each, in bytes or
/// whatever else: at no moment is it exceeded, so one that comes may drive out several. With `weight` alone who gives way is
/// chosen as for `capacity`.
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(weight = "64 MiB", weigh = |name, image| name.len() + image.len())]
/// fn thumbnail(name: &str) -> Vec<u8> {
///     // … something slow …
/// #   name.repeat(10).into_bytes()
/// }
///
/// thumbnail("cat.jpg");
/// assert_eq!(thumbnail::cache_info().weight, 77);
/// ```
///
/// `weigh` is [shown](#what-closures-are-shown) the key and the value; of several arguments it may take each by itself, as in
/// `|from, to, path| …`. It runs once for each result that is to be kept, before that is stored. A result that is heavier than
/// the whole bound is returned and not kept: a `refresh` then leaves what there is, and a `prime` takes it out. What
/// weighs nothing is bounded by a number of entries alone, and an `Err` that is kept by `err_ttl` weighs nothing. With a bound of zero,
/// from an expression, nothing else is kept. `set_capacity` is for the number of entries: beside `weight` alone there is none.
/// An entry takes 8 bytes more, and a copy of its key is made to be shown.
///
/// [S3-FIFO]: https://dl.acm.org/doi/10.1145/3600006.3613147
/// [traces]: https://github.com/weakcache/weakcache/blob/main/bench/POLICIES.md
///
/// # Errors are not kept
///
/// Of a function that returns `Result`, only `Ok` is kept, whatever the type is called; `Err` goes to the
/// caller, and to those who wait for it if it is `Clone + Send + Sync`. So an error need not be `Clone`:
///
/// ```
/// # use weakcache::memoize;
/// #[memoize]
/// fn load(path: &str) -> std::io::Result<String> {
///     std::fs::read_to_string(path)
/// }
///
/// assert!(load("no such file").is_err());
/// assert_eq!(load::cache_info().len, 0);
/// ```
///
/// # Before and after the end
///
/// With `refresh_after` a value is computed anew before its `ttl` is over, so that nobody waits for what is asked for all
/// the time; what nobody asks for ends. With `stale_if_error` a value outlives its `ttl` for the case that
/// there is no better:
///
/// ```
/// # use weakcache::memoize;
/// # #[derive(Clone, Debug)] struct Down;
/// # fn download(currency: &str) -> Result<f64, Down> { Ok(currency.len() as f64) }
/// #[memoize(ttl = "60s", refresh_after = "50s", stale_if_error = "1d", err_ttl = "2s")]
/// fn rate(currency: &str) -> Result<f64, Down> {
///     download(currency)
/// }
/// # let _ = rate("EUR");
/// ```
///
/// | since it was computed | a call of `rate` |
/// |---|---|
/// | up to 50 s | is served the value |
/// | up to 60 s | if it is the first, runs the body, and the value starts anew; if that returns `Err`, it is served the value, and none tries again for 2 s (without `err_ttl`: for a tenth of `refresh_after`). All others are served the value meanwhile |
/// | up to a day and 60 s | runs the body, or waits for another that does; if that returns `Err`, it is served the old value, and so are all for 2 s (without `err_ttl` and `refresh_after`: each runs the body) |
/// | later | runs the body, and is handed its `Err` |
///
/// A refresh is a miss, and counted in `refreshes` as well; an answer past its `ttl` is counted in `stale`. A panic or a
/// cancellation of a refresh leaves the value, and the next call tries again; so does a result that `cache_if` refuses,
/// which goes to its caller. An error that is kept, by `err_ttl`, is no value, and is not refreshed. `peek` shows no
/// value past its `ttl`, `sweep` spares it while it may be needed, `refresh` returns the error and leaves it. An entry costs
/// 16 bytes more.
///
/// With `spawn`, the first call is served the value too, at once, as a hit, and the body runs in the background, with clones of the
/// arguments, which are in the key: `skip` and `key` are refused beside it. What `spawn` returns is dropped, so of an
/// executor whose tasks end with their handles it is `|future| smol::spawn(future).detach()`. A task that is dropped
/// before its end is tried again by the next call. A panic of `spawn` comes out of the call; the value stays.
///
/// ```
/// # use weakcache::memoize;
/// # mod tokio { pub fn spawn<F: Future<Output = ()> + Send + 'static>(_: F) {} }
/// # async fn download(url: &str) -> std::io::Result<String> { Ok(url.to_uppercase()) }
/// #[memoize(lru = 1000, ttl = "60s", refresh_after = "50s", spawn = tokio::spawn)]
/// async fn page(url: &str) -> std::io::Result<String> {
///     download(url).await
/// }
/// ```
///
/// # What closures are shown
///
/// `ttl_of`, `weigh` and `on_evict` take a reference to the stored key and one to the kept part of the result. The key is, of one
/// argument, that argument, owned, as `&String` for `&str`; of several, their tuple; under `key = EXPR` what that gives. The
/// value is, of a `Result`, what was in `Ok`; with `cache_errors` the whole; an `Err` that is kept by `err_ttl` is not shown.
/// They are closures that capture nothing, or functions, run with no lock held, and may use the cache.
///
/// ```
/// # use weakcache::memoize;
/// # use std::time::Duration;
/// # #[derive(Clone)] struct Token { lives: Duration }
/// # fn log_in(user: &str) -> std::io::Result<Token> { Ok(Token { lives: Duration::from_secs(60) }) }
/// #[memoize(
///     lru = 1000,
///     ttl_of = |_, token| token.lives.mul_f32(0.9),
///     on_evict = |user, _, cause| println!("the token of {user} is gone: {cause:?}"),
/// )]
/// fn token(user: &str) -> std::io::Result<Token> {
///     log_in(user)
/// }
/// # token("me").unwrap();
/// ```
///
/// `ttl_of` and `weigh` run when a result is stored; for a copy of the key, it is cloned once. A panic in them keeps nothing, as one in the
/// body. `on_evict` runs once for each entry that leaves, before that is dropped: by the call that takes it out, when
/// what has expired is come upon. A panic in it comes out of that call; all others that left with it are told of, and the
/// cache is whole. It is not called when a cache is itself dropped, and refused beside `weak` and `weak_key`.
///
/// # Tags
///
/// What a write makes wrong, may lie in many entries of many functions. Those that say `tags(…)` lose them together,
/// at once, by [`invalidate_tag`]; the example is there. A tag is any value that is `Hash + Eq + Send + Sync + 'static`,
/// and its type is part of it. Tags are evaluated on a miss, before the body runs, by `refresh` and by `prime`, so
/// they name what is in the key alone. What is computed while its tag is invalidated goes to those who called before, and is
/// not stored; who calls after that does not wait for it. A hit takes a load and a comparison more for each tag, an
/// entry 16 bytes.
///
/// [`invalidate_tag`]: ../weakcache/fn.invalidate_tag.html
///
/// # Controls
///
/// Beside the function stands a type of its name, with functions that are as visible:
///
/// | control | what it does |
/// |---|---|
/// | `cache_info() -> CacheInfo` | the counters |
/// | `cache_clear()` | drops all entries and resets the counters |
/// | `peek(args…) -> Option<V>` | the stored result; changes nothing |
/// | `invalidate(args…) -> bool` | drops an entry, and says whether it could have been served |
/// | `refresh(args…) -> V` | runs the body and replaces the result; the old one is served meanwhile |
/// | `prime(args…, value)` | stores a result as if it had been computed |
/// | `uncached(args…) -> V` | the function as written |
/// | `retain(\|key, value\| bool) -> usize` | drops the entries that this refuses, and says how many |
/// | `sweep() -> usize` | drops what has expired or died, gives back memory, and says how many entries went |
/// | `capacity() -> Option<usize>` | how many entries there may be, if there is a bound |
/// | `set_capacity(n)` | sets it, also before the first call; what is too much is evicted; beside `lru` and `capacity` only |
///
/// `refresh` and `uncached` take the function's arguments; `peek`, `invalidate` and `prime` those that are in the
/// key: not the skipped ones, and of `key = EXPR` those that `EXPR` names. A type parameter that only others
/// mention, `refresh` and `uncached` alone have.
///
/// With `set_capacity(0)` calls are passed through: nothing is stored of those that begin meanwhile, though there may be room
/// again when they end, nor do they wait for each other.
///
/// ```
/// # use weakcache::memoize;
/// # struct Conn;
/// #[memoize(skip(conn))]
/// fn load(conn: &Conn, id: u64) -> String {
///     id.to_string()
/// }
///
/// load(&Conn, 1);
/// assert!(load::invalidate(1));
/// load::refresh(&Conn, 1);
/// ```
///
/// `retain` shows a reference to the stored key (of one argument that, owned, as `&String` for `&str`; of several their
/// tuple; under `key = EXPR` what that gave) and one to the value (of a `Result` what was in `Ok`; with `cache_errors` the
/// whole). It goes through what could be served when it began, holds no lock, and spares what is stored meanwhile: the
/// closure may call the function. Keys are copied for it, by their `Clone`, a few at a time.
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(lru = 1000)]
/// fn permission(user: &str, document: u64) -> Result<bool, String> {
///     Ok(document % 2 == user.len() as u64 % 2)
/// }
///
/// permission("ann", 1)?;
/// permission("ann", 2)?;
/// permission("bob", 1)?;
/// assert_eq!(permission::retain(|(user, _), _| user != "ann"), 2);
/// # Ok::<(), String>(())
/// ```
///
/// (A closure that is shown a key of `EXPR` says its type where the expression does not tell, as in
/// `|key: &u64, value| …`; that of another type panics. Of more than twelve arguments, the first stand before a tuple of the
/// last twelve. A result whose type is an alias of another name than `Result` is shown as a whole.)
///
/// A result whose key is invalidated while it is computed goes to its callers, and is not stored.
///
/// Of a generic function each instantiation has a cache, and the controls take its parameters:
///
/// ```
/// # use weakcache::memoize;
/// #[memoize]
/// fn width<T: 'static>() -> usize {
///     size_of::<T>()
/// }
///
/// assert_eq!((width::<u8>(), width::<u64>()), (1, 8));
/// assert_eq!(width::cache_info::<u8>().misses, 1);
/// ```
///
/// They are as visible as the function, or as `controls(vis = "…")` says:
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(controls(vis = "pub(crate)"))]
/// pub fn rate(currency: &str) -> u32 {
///     currency.len() as u32
/// }
/// ```
///
/// Where a type or a module has the function's name already, the controls need another: that of a primitive type,
/// or a crate that the function uses by that name, is an error that says so. So does a module that hands out its own
/// function:
///
/// ```
/// mod price {
///     #[weakcache::memoize(controls = "price_cache")]
///     pub fn price(symbol: &str) -> usize {
///         symbol.len()
///     }
/// }
/// use price::{price, price_cache};
///
/// price("ACME");
/// assert_eq!(price_cache::cache_info().len, 1);
/// ```
///
/// # Weak keys
///
/// A cache keeps its keys alive. Of handles on nodes that is often too long: with `weak_key(node)` the key holds the argument
/// weakly, and by address. It is an `Interned<T>`, a handle of your own, an `InternedRef`, an `Arc<T>` or a `Strong<T>`, under
/// `local` also a `LocalInterned<T>` or an `Rc<T>`, or a reference to one of these, also in an `Option<&_>`; `T` need be neither
/// `Hash` nor `Eq`. `self` can be named as well, where it is a handle, as in methods of a handle of your own.
///
/// ```
/// # use weakcache::{Interned, interned, memoize};
/// #[interned]
/// enum Expr { Num(i64), Add(Interned<Expr>, Interned<Expr>) }
///
/// #[memoize(weak_key(node))]
/// fn depth(node: &Interned<Expr>) -> usize {
///     match &**node {
///         Expr::Num(_) => 1,
///         Expr::Add(a, b) => 1 + depth(a).max(depth(b)),
///     }
/// }
///
/// let sum = Expr::add(Expr::num(1), Expr::num(2));
/// assert_eq!((depth(&sum), depth(&sum)), (2, 2));
/// assert_eq!(depth::cache_info().hits, 1);
///
/// drop(sum);
/// assert!(Expr::registry().is_empty()); // the cache keeps no node
/// assert_eq!(depth::sweep(), 3);
/// ```
///
/// An entry is of no use to anyone from the moment that its node dies, and no later value is taken for it, though it may
/// come to lie at the same address: until the entry is swept, the place of its node is not used again. The dead are swept
/// as others come in, so that there are hardly ever more of them than of the living, and before a bound evicts what lives
/// (of more than some dozens, those that are known). They count as `expirations`. On a hit no count of the node is
/// touched. A node that dies while its result is computed leaves none.
///
/// A result that holds its own argument keeps that alive, and so itself, until it is evicted or cleared. Where the result is
/// a handle, `weak, weak_key(node)` holds both weakly: an entry lives as long as node and result do. A handle inside of a
/// tuple or a struct is held as ever. An `Arc` that is a weak key has a weak count, which `Arc::get_mut` heeds. `retain` is
/// shown handles that live.
///
/// # Methods
///
/// The attribute stands on the impl block, and on its functions with their options. `self` is part of the key,
/// so two instances share only what is equal. A type that is no key keeps its caches in a field, `in(self.memo)`, or has a key
/// of its own, `key = self.id`;
/// `skip(self)` takes `self` out, and then *all* instances share one result. The controls are functions of the type,
/// with the function's name before theirs.
///
/// ```
/// # use weakcache::memoize;
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// struct Shape { sides: u32 }
///
/// #[memoize]
/// impl Shape {
///     #[memoize(lru = 16)]
///     fn area(&self, scale: u32) -> u32 {
///         self.sides * scale
///     }
/// }
///
/// assert_eq!(Shape { sides: 3 }.area(2), 6);
/// assert_eq!(Shape::area_cache_info().misses, 1);
/// ```
///
/// On a function alone the attribute sees neither the type nor the block around it. A method with a receiver it memoizes all
/// the same, without controls; a function without one takes `controls = false`, and is told so. Where nothing tells what is
/// around it, since the block is written by a macro or not indented as usual, the compiler refuses the controls in its own
/// words:
///
/// ```text
/// error: enum is not supported in `trait`s or `impl`s
/// error: implementation is not supported in `trait`s or `impl`s
/// ```
///
/// Then too `#[memoize]` on the block is what is missing.
///
/// ## Caches that live in a value
///
/// A repository, a client, a compilation: what a method reads of such a value cannot be part of a key, and an id that is
/// made up for it outlives it. With `in(self.memo)` the cache lies in the value itself, in a field of type [`Memo`], and
/// is dropped with it; `self` is no part of the key. One field serves all methods of the value.
///
/// ```
/// use weakcache::{Memo, memoize};
///
/// # struct Db;
/// # impl Db { fn load(&self, id: u64) -> Result<String, String> { Ok(id.to_string()) } }
/// struct Repo {
///     db: Db,
///     memo: Memo,
/// }
///
/// #[memoize]
/// impl Repo {
///     #[memoize(in(self.memo), lru = 1000, ttl = "1m")]
///     fn note(&self, id: u64) -> Result<String, String> {
///         self.db.load(id)
///     }
/// }
///
/// let repo = Repo { db: Db, memo: Memo::new() };
/// repo.note(7)?;
/// assert_eq!(repo.note_cache_info().misses, 1);
/// assert!(repo.note_invalidate(7));
/// # Ok::<(), String>(())
/// ```
///
/// For methods with `&self` or `&mut self`, sync and async, of structs with lifetimes too, and in trait impls. The field is
/// any expression that `self` begins, as `self.state.memo`, or `self.memo()` in a provided method of a trait. The controls
/// take `&self`; `refresh` and `uncached` what the method takes. Beside `in` there is neither `local`, since whoever shares
/// the value shares its caches, nor `spawn`, since a task may outlive the value. A hit costs a walk over a pointer for each
/// method that was called before this one, in all some nanoseconds.
///
/// ## In traits, and alone
///
/// In a trait impl the controls are inherent functions of the type; that of a foreign type has no place for them, and takes
/// `#[memoize(controls = false)]` on the block. Where an attribute such as `#[async_trait]` rewrites the block,
/// `#[memoize]` stands above it. A method may carry the attribute alone, as a provided method of a trait does; it
/// then has no controls.
/// Outside of a block every parameter of a generic method has caches of its own, skipped arguments included.
///
/// # Async functions
///
/// An `async fn` is memoized in the same way, on any executor. Calls of one key await the one that computes, and
/// share its result. `refresh` and `uncached` are async as well, the other controls are not.
///
/// ```
/// # use weakcache::memoize;
/// # async fn download(url: &str) -> std::io::Result<String> { Ok(url.to_uppercase()) }
/// #[memoize(lru = 1000, ttl = "5m")]
/// async fn fetch(url: &str) -> std::io::Result<String> {
///     download(url).await
/// }
///
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # let mut task = std::pin::pin!(async {
/// let (a, b) = (fetch("a.html").await?, fetch("a.html").await?); // one download
/// assert_eq!(fetch::cache_info().misses, 1);
/// # assert_eq!(a, b);
/// # Ok::<(), std::io::Error>(())
/// # });
/// # assert!(task.as_mut().poll(&mut context).is_ready());
/// ```
///
/// Nothing runs before the future is polled. It borrows its arguments, is `Send` if the body's is (never under
/// `local`), holds no lock while it waits, and is as large as the body's, the arguments twice, and some ten words.
///
/// It may be dropped at any point. If it was the one that computes, the body is dropped, and one of those who wait
/// runs its own from the start. A future that is neither polled nor dropped keeps them waiting, as it would with
/// a lock: do not set one aside, as in `select!`, while you await a second call of the same key.
///
/// What a body calls, or awaits in place, knows what it is part of, so a cycle of computations does not hang: one of
/// the bodies in it runs twice. A task that it spawns does not know, and neither does a call that waited elsewhere and
/// was moved into the body, until it is polled there. `Eq` of a key, which runs under a lock, must neither poll nor
/// drop a call that was made outside of it. A function that awaits itself is boxed, as any is:
/// `Box::pin(f(n - 1)).await`.
///
/// # Batches
///
/// A source that answers for many keys in one go, as a database does, is asked for those that are missing, once. The
/// function takes a slice, the only one that is not skipped; each of its elements, with the other arguments, is a key of
/// its own. It returns `Vec<V>`, a value for each element in their order, or `HashMap<K, V>`, where those left out are asked for
/// again; or a `Result` of one of them, whose `Err` is handed back as it is and keeps nothing.
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(batch, lru = 1000)]
/// fn users(ids: &[u64]) -> Result<Vec<String>, String> {
///     // … SELECT name FROM users WHERE id IN (…) …
/// #   Ok(ids.iter().map(u64::to_string).collect())
/// }
///
/// users(&[1, 2])?;
/// users(&[3, 2, 1])?; // asks for 3
/// assert_eq!(users::peek(&3), Some("3".to_owned()));
/// assert_eq!(users::cache_info().misses, 3);
/// # Ok::<(), String>(())
/// ```
///
/// The body gets the missing elements without repetition; what others compute at the moment, as batches that overlap, is
/// waited for, after this call has computed its own. If those fail, or are cancelled, the body runs again for what is left;
/// so arguments that are not references are cloned for it. An `Err` is one of its call, with all of the elements that this
/// asked for: it goes to that caller alone, unlike that of a function of one key, and those who waited ask in turn, so that
/// none has the error of an element that it did not name. What is the same is said by the key: elements need `Hash` and `Eq`
/// only where they are it, and not beside `key = …` and `weak_key`. `peek`, `invalidate` and `prime` take one element by reference
/// in the place of the slice, and are about its value; `refresh` and `uncached` take the slice. The counters count elements.
/// `cache_if` and the like are asked about values, and in `key = …` the slice's name stands for an element. Beside `batch`
/// there is no `refresh_after`, `stale_if_error`, `tags` or limit of `single_flight`.
///
/// A `Vec` of another length than the slice is a panic, as one in the body.
///
/// # Second tiers
///
/// With the feature `store`, `store = EXPR` puts a [`Store`] behind the cache in memory: what is computed outlives the process,
/// and what others have computed need not be. There are `weakcache_redb::Redb`, a file, and `weakcache_redis::Redis`, a server that
/// processes share; any other can be written, and [tested](../weakcache/store/conformance/index.html).
///
/// ```
/// # use weakcache::memoize;
/// # use weakcache::store::Memory;
/// # mod weakcache_redb { pub struct Redb; impl Redb { pub fn at(_: &str) -> weakcache::store::Memory { Default::default() } } }
/// use weakcache_redb::Redb;
///
/// #[memoize(lru = 1, ttl = "1h", store = Redb::at("words.redb"))]
/// fn words(text: &str) -> Vec<String> {
///     // … something slow …
/// #   text.split(' ').map(str::to_owned).collect()
/// }
///
/// words("a b");
/// words("c d");   // The first tier has room for one.
/// words("a b");   // From the store.
/// let info = words::cache_info();
/// assert_eq!((info.hits, info.store_hits, info.misses), (0, 1, 2));
/// ```
///
/// * **A call** looks into the first tier, then into the store, then runs the body, all of it once for all callers of a
///   key. What the store has is kept in the first tier for what is *left* of its time to live. A body's result goes to both: those who
///   wait have it before the store has, and the caller that computed it, after. A hit of the first tier pays nothing. `store_hits`, `store_failures`
///   and `store_bytes` of [`CacheInfo`] count; `misses` are bodies that were started.
/// * **What is kept** in the first tier is stored, with the same `ttl` or `ttl_of`, but for what is an `Err`: that is never stored, also where
///   `cache_errors` or `err_ttl` keeps it. `cache_if` was asked before, and not again; `idle` and bounds are of the first tier
///   alone: what is too heavy for that is stored all the same. What `stale_if_error` spares, asks the store first.
/// * **`refresh_after`** counts from the time of writing, which is stored beside the value, by the wall clocks of those who write and
///   read: so what is loaded again and again is computed anew too, with or without a `ttl`. The first call that
///   loads what is due runs the body, and the others are served the old value; one that is too heavy for the first tier, nobody can
///   be served meanwhile. What was written before the function had `refresh_after` is due.
/// * **Keys and results** are `Serialize + DeserializeOwned`, of a `Result` what is in `Ok`; [tags](#tags) `Serialize`. They are written by
///   [postcard], so by position: a type with `#[serde(flatten)]`, `untagged` or the like cannot be read again, and is computed each
///   time, as a failure that is counted. So is a result of which `#[serde(skip_serializing_if)]` leaves out a field, and a
///   key with `#[serde(skip)]` on a field that makes it another: what is written is read again before. A *result's* field with
///   `#[serde(skip)]` comes back as its default. Keys that are equal are to be written alike.
/// * **Controls** reach both: `invalidate`, `cache_clear` (also before the first call), `refresh` and `prime`, and so does
///   [`invalidate_tag`]. `invalidate` tells of the first tier. `peek`, `retain`, `sweep` and `set_capacity` are of the first tier
///   alone: what `retain` drops may come back. What is invalidated while it is computed is stored in neither.
/// * **A store that fails** is a miss, and counted, never an error to the caller: it does not answer within its time limit, or
///   panics, or has what cannot be read, which is overwritten. After [some failures in a row] it is left alone for a
///   while. What it was to forget meanwhile, it is told when it answers, by later calls and controls, and is not served before. The
///   module [`store`] says what [reaches it], and what is [done late].
/// * **Other processes** are waited for, if the store has leases, as other threads are, but for no longer than it says; `single_flight = false`
///   waits for none, `single_flight = "50ms"` for so long. What they invalidate is heard of, if the store tells.
/// * **An `async fn`** takes an [`AsyncStore`], or a `Store`, of which look-ups and storing then block the executor's thread. Its
///   controls, which are not async, block in any case.
/// * **Who can write to a store** can have a function return anything. Checksums are against damage, not against malice: bytes that
///   were made for it can overflow the stack where a type contains itself, and keep a call busy where a list is of what takes no
///   bytes, as `Vec<()>` is: its length is all there is of it.
///
/// `local`, `weak`, `weak_key`, `in` and `batch` are refused beside it. A call that comes from within `EXPR`, or while another
/// thread takes more than a second to evaluate it, does without; a panic in it comes out of the call, and the next evaluates it again.
///
/// [`Store`]: ../weakcache/store/trait.Store.html
/// [`AsyncStore`]: ../weakcache/store/trait.AsyncStore.html
/// [`CacheInfo`]: ../weakcache/struct.CacheInfo.html
/// [postcard]: https://docs.rs/postcard
/// [some failures in a row]: ../weakcache/store/struct.Circuit.html
/// [`store`]: ../weakcache/store/index.html
/// [reaches it]: ../weakcache/store/index.html#what-reaches-a-store
/// [done late]: ../weakcache/store/index.html#what-is-done-late
///
/// # Which code results are of
///
/// What lies in a `store` outlives the code that computed it. So it is found by that code alone: by a namespace that is made of
/// the function's name, its tokens, the names of the types in its keys and results, the fingerprints of what `depends(path, …)`
/// names, `version`, and the format in which results are written. An edit of the body computes anew; an edit of a comment, of documentation, or of the layout
/// does not, and nor does one of another function.
///
/// ```
/// use std::sync::LazyLock;
/// use weakcache::store::Memory;
/// use weakcache::{fingerprint, memoize};
///
/// static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);
///
/// #[fingerprint]
/// fn rate(currency: &str) -> u64 {
///     // …
/// #   currency.len() as u64
/// }
///
/// #[memoize(store = &*STORE, depends(rate), version = 2)]
/// fn price(symbol: &str, currency: &str) -> u64 {
///     symbol.len() as u64 * rate(currency)
/// }
///
/// // One function, as two builds of a program have it.
/// mod yesterday {
///     #[weakcache::memoize(store = &*super::STORE, name = "area")]
///     pub fn area(side: u64) -> u64 {
///         side + side
///     }
/// }
/// mod today {
///     #[weakcache::memoize(store = &*super::STORE, name = "area")]
///     pub fn area(side: u64) -> u64 {
///         side * side
///     }
/// }
///
/// # fn main() {
/// assert_eq!((yesterday::area(3), today::area(3)), (6, 9));
/// # assert_eq!(price("ACME", "EUR"), 12);
/// # }
/// ```
///
/// * **The name** is that of `name = "…"`, or else the function's path: then a function that is moved finds nothing. Functions of
///   one `name` and the same tokens are one. What differs though the path does not is told apart: instances of generic
///   functions by the names that the compiler has for their types, methods by their types and traits, functions in
///   functions. (An update of the compiler may change such names; then what they had stored is computed once more.)
/// * **A function in the body of another** has, without a `name`, what is stored for this build alone: in another block another of
///   its path may stand, and nothing but numbers of the compiler tells the two apart, which are others in another profile, or
///   after an update of a dependency.
/// * **What nothing tells apart** has no store: instances of a generic function that are of types of one path, as two blocks of a
///   function may have them, and methods of such types. Once both were called in one process, what they had stored is forgotten, and each
///   of their calls that would ask the store counts in `store_failures`. Give such types other names.
///   That is seen in one process alone: of two runs of which each calls but one of them, the second is answered with what the first has
///   stored, if it can be read as the other type.
/// * **Types** count by their names, with the paths: `type Id = u32` that becomes a `u64` begins anew, as does a type that is moved.
///   Their fields are for `depends` to know.
/// * **The tokens** are those of the signature, the attributes and the body, but for what [changes no result](macro@fingerprint#what-counts).
///   The options `key`, `skip`, `cache_if` and `tags`, which say what is kept under which key, go with them; those about time, bounds
///   and controls do not. Of a method the tokens of its block do not count, nor does what a name in the body means: a
///   function of another crate may change, and `use` may lead elsewhere.
/// * **`depends(path, …)`** names functions, types and constants that have [`#[fingerprint]`](macro@fingerprint): what is called, and what keys
///   and results are made of. A memoized function may carry both attributes. Then what depends on it depends on what it says in
///   `depends` and `version`, too.
/// * **`version = N`** is a `u64`, or a constant expression of that type, as `if cfg!(feature = "exact") { 2 } else { 1 }`: for all that
///   tokens do not show.
/// * **`fingerprint = false`** leaves out the tokens and `depends`. `version` is then all there is to say that results, or the
///   arguments and options that make up a key, are of another kind: what was written for one type may well be read as another.
///
/// # Examples of options
///
/// Of those that have none above. `idle` ends what nobody reads, `jitter` scatters ends, `err_ttl` keeps an error for a while:
///
/// ```
/// # use std::time::Duration;
/// # use weakcache::{clock::Mock, memoize};
/// #[memoize(idle = "5m")]
/// fn session(user: u64) -> String { format!("session of {user}") }
///
/// let clock = Mock::new();
/// let _installed = clock.install();
/// session(7);
/// clock.advance(Duration::from_secs(299));
/// session(7); // read: five minutes more
/// clock.advance(Duration::from_secs(299));
/// assert!(session::peek(7).is_some());
/// clock.advance(Duration::from_secs(2));
/// assert!(session::peek(7).is_none());
/// ```
///
/// ```
/// # use std::time::Duration;
/// # use weakcache::{clock::Mock, memoize};
/// #[memoize(ttl = "60s", jitter = 0.1)]
/// fn rate(currency: &str) -> usize { currency.len() }
///
/// let clock = Mock::new();
/// let _installed = clock.install();
/// rate("EUR");
/// clock.advance(Duration::from_secs(53)); // ends somewhere from 54 s to 60 s
/// assert_eq!(rate::peek("EUR"), Some(3));
/// clock.advance(Duration::from_secs(8));
/// assert_eq!(rate::peek("EUR"), None);
/// ```
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(err_ttl = "1s")]
/// fn port(text: &str) -> Result<u16, String> { text.parse().map_err(|_| format!("{text} is no port")) }
///
/// assert!(port("x").is_err() && port("x").is_err());
/// assert_eq!(port::cache_info().misses, 1); // a second later it runs again
/// ```
///
/// `cache_errors` keeps errors as it keeps values; `cache_if` is asked about each result:
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(cache_errors)]
/// fn port(text: &str) -> Result<u16, String> { text.parse().map_err(|_| format!("{text} is no port")) }
///
/// #[memoize(cache_if = |found| found.is_some())]
/// fn find(name: &str) -> Option<usize> { ["ann", "bob"].iter().position(|known| *known == name) }
///
/// assert!(port("x").is_err());
/// find("bob");
/// find("eve");
/// assert_eq!((port::cache_info().len, find::cache_info().len), (1, 1));
/// ```
///
/// `key` is the whole key, `local` a cache a thread, `weak` keeps no result alive:
///
/// ```
/// # use std::rc::Rc;
/// # use std::sync::Arc;
/// # use weakcache::memoize;
/// #[memoize(key = x.to_bits())]
/// fn exponential(x: f64) -> f64 { x.exp() }
///
/// #[memoize(local)]
/// fn text(n: u32) -> Rc<str> { n.to_string().into() }
///
/// #[memoize(weak)]
/// fn image(name: &str) -> Arc<Vec<u8>> { Arc::new(name.as_bytes().to_vec()) }
///
/// assert_eq!(exponential(0.0), 1.0);
/// assert!(Rc::ptr_eq(&text(7), &text(7)));
/// let held = image("cat");
/// assert!(Arc::ptr_eq(&held, &image("cat")));
/// drop(held);
/// assert_eq!(image::peek("cat"), None);
/// ```
///
/// `tags` name what a result depends on; `invalidate_tag` drops all that have one:
///
/// ```
/// # use weakcache::{invalidate_tag, memoize};
/// #[derive(Hash, PartialEq, Eq)]
/// struct User(u64);
///
/// #[memoize(tags(User(*id)))]
/// fn name(id: u64) -> String { format!("user {id}") }
///
/// name(7);
/// invalidate_tag(&User(7));
/// assert_eq!(name::peek(7), None);
/// ```
///
/// `single_flight` says how long a call waits for another's computation of its key: at most that long, or never:
///
/// ```
/// # use weakcache::memoize;
/// #[memoize(single_flight = "50ms")]
/// fn paths(x: u32, y: u32) -> u64 {
///     // … a body that waits for other threads, as by rayon's `join` …
/// #   u64::from(x + y)
/// }
///
/// #[memoize(single_flight = false)]
/// fn cheap(n: u64) -> u64 { n + 1 }
///
/// assert_eq!((paths(1, 2), cheap(1)), (3, 2));
/// ```
///
/// `name` is for reports, `hasher` for keys, `controls = false` leaves the namespace beside the function free, `crate` says where weakcache is:
///
/// ```
/// # mod dependencies { pub use weakcache; }
/// # use std::hash::RandomState;
/// # use weakcache::memoize;
/// #[memoize(name = "squares", hasher = RandomState)]
/// fn square(n: u64) -> u64 { n * n }
///
/// #[memoize(controls = false, crate = dependencies::weakcache)]
/// fn cube(n: u64) -> u64 { n * n * n }
///
/// assert_eq!((square(3), cube(3)), (9, 27));
/// assert!(weakcache::caches().any(|cache| cache.name == "squares"));
/// ```
///
/// `fingerprint = false` leaves the tokens of a function out of what its stored results are found by:
///
/// ```
/// # use weakcache::memoize;
/// # use weakcache::store::Memory;
/// #[memoize(store = Memory::new(), fingerprint = false, version = 1, name = "double")]
/// fn double(n: u64) -> u64 { 2 * n }
///
/// assert_eq!(double(4), 8);
/// ```
///
/// # What cannot be memoized
///
/// A `const fn`; a function that returns what it borrows from an argument, or
/// `impl Trait`; `&mut` and `impl Trait` arguments that are neither skipped nor left out by `key = …`.
///
/// [`Memo`]: ../weakcache/struct.Memo.html
#[proc_macro_attribute]
pub fn memoize(options: TokenStream, item: TokenStream) -> TokenStream {
    expand("memoize", memoize::attribute, options, item)
}

/// Gives a function, a type or a constant a fingerprint, by which results that are stored know the code that they are of.
///
/// The namespace of a memoized function in a [store] has the tokens of that function in it: an edit of its body finds nothing of
/// the old one. What it calls and what its types are made of, it cannot see. So that they count too, they have this
/// attribute, and it names them in `depends(…)`; they name in turn what they depend on themselves.
///
/// ```
/// use weakcache::fingerprint;
///
/// #[fingerprint]
/// pub struct Row { pub name: String, pub amount: u64 }
///
/// #[fingerprint]
/// const SEPARATOR: char = ';';
///
/// #[fingerprint(depends(Row, SEPARATOR))]
/// fn parse(line: &str) -> Option<Row> {
///     let (name, amount) = line.split_once(SEPARATOR)?;
///     Some(Row { name: name.to_owned(), amount: amount.parse().ok()? })
/// }
/// # let row = parse("a;7").unwrap();
/// # assert_eq!((&*row.name, row.amount), ("a", 7));
/// ```
///
/// It stands on free functions, structs, enums, unions, constants and statics. On a memoized function it may stand above or below
/// `#[memoize]`. The item stays as it is. Of a function or a constant it takes the name in the namespace of types as well, for
/// an empty type that has the fingerprint: beside a module or a type of that name it does not compile. What
/// belongs to a type (a method, an associated function) has no fingerprint: move what it does into a free function, or raise
/// `version` on what depends on it. Of a generic type the types that it is filled with do not count: name them too.
///
/// # What counts
///
/// The tokens of the item as they are spelt, its attributes among them (but a `derive`, or another macro's, that stands above
/// this one). It is the same number on all platforms and with all compilers. What does not count:
///
/// * comments and documentation, white space and line breaks, where the item stands, and who may see it;
/// * `allow`, `warn`, `deny`, `forbid`, `expect`, `inline`, `cold`, `must_use`, `deprecated`, and attributes of rustfmt and clippy;
/// * a comma at the end of a list, but the one of a tuple of one, and the one behind the braces of a match arm.
///
/// Between the delimiters of a macro's call everything counts that is no comment: a `///` too, and the last comma. All other
/// changes of spelling count as well, as `1_000` for `1000`, or braces around the only expression of a closure: then it is
/// computed once more.
///
/// What is not seen: code that is not named in `depends`, what a macro or an `include_str!` expands to, features and other
/// conditions of the compilation, other crates. For these there is `version`, which may be an expression:
/// `version = if cfg!(feature = "exact") { 2 } else { 1 }`.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `depends(path, …)` | items with this attribute, whose fingerprints go into this one |
/// | `crate = path` | where weakcache is found |
///
/// [store]: ../weakcache/store/index.html
#[proc_macro_attribute]
pub fn fingerprint(options: TokenStream, item: TokenStream) -> TokenStream {
    expand("fingerprint", fingerprint::attribute, options, item)
}

type Attribute = fn(TokenStream2, TokenStream2) -> TokenStream2;

/// What an attribute makes of an item, with an error where it looks for `weakcache` under the wrong name.
fn expand(name: &str, attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let options = options.into();
    match manifest::with_crate(&options, name) {
        None => attribute(options, item.into()).into(),
        Some((options, error)) => {
            let mut expansion = attribute(options, item.into());
            expansion.extend(error);
            expansion.into()
        }
    }
}
