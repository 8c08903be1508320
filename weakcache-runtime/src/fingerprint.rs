//! Which code a stored result is of.
//!
//! A fingerprint is 128 bits. That of an item is made by the macros, of its tokens, and of what it names itself; here they
//! are put together, by FNV-1a as there, each part behind a letter that says what it is. It is written to disk and shared by
//! processes: what is hashed here, and how, is not to change.
#![forbid(unsafe_code)]

use std::any::{TypeId, type_name};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Items whose code has a number, by `#[weakcache::fingerprint]`. For a function or a constant, a type of its name has it.
#[diagnostic::on_unimplemented(
    message = "what this names has no fingerprint\n\
        help: put `#[weakcache::fingerprint]` on it; where it is of another crate, raise `version` when it changes",
    label = "no `#[weakcache::fingerprint]` is on this"
)]
pub trait Fingerprinted {
    /// The number.
    const FINGERPRINT: u128;
}

/// What a function or constant without a fingerprint is, as a type. A glob, which gives way to one that has.
pub mod without {
    /// Of the name by which an expansion imports it.
    #[derive(Debug)]
    pub enum WeakcacheItem {}
}

/// The code of a function, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u128);

impl Code {
    /// Code of which nothing is known.
    pub const UNKNOWN: Self = Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);

    /// Of the tokens that have this number.
    #[must_use]
    pub const fn tokens(self, number: u128) -> Self {
        self.byte(b't').number(number)
    }

    /// Of what depends on an item of this fingerprint.
    #[must_use]
    pub const fn depends(self, fingerprint: u128) -> Self {
        self.byte(b'd').number(fingerprint)
    }

    /// Of this version.
    #[must_use]
    pub const fn version(self, version: u64) -> Self {
        self.byte(b'v').number(version as u128)
    }

    /// With a text of its own: a name, a codec.
    #[must_use]
    pub const fn text(self, text: &str) -> Self {
        let mut code = self.byte(b's').number(text.len() as u128);
        let mut rest = text.as_bytes();
        while let [byte, others @ ..] = rest {
            code = code.byte(*byte);
            rest = others;
        }
        code
    }

    /// Of the instance of generic code that is of this type.
    ///
    /// A type is known by its [`type_name`], which has the path in it. Two that have one path, in two versions of a crate or
    /// in two blocks of one function, are not told apart (but see `memo/tier/shared.rs`); after an update of the compiler a name may
    /// be another, and then what was stored is not found.
    #[must_use]
    pub fn of<T: ?Sized>(self) -> Self {
        self.text(type_name::<T>())
    }

    /// The same of an item that has a type of its own, in the module of this path, or in the body of a function of that. There
    /// another of its path may stand, in another block, and nothing tells the two apart but what the compiler has for them
    /// in this build.
    #[must_use]
    pub fn of_item<T: 'static>(self, module: &str) -> Self {
        let path = type_name::<T>();
        if path.rsplit_once("::").is_some_and(|(around, _)| around == module) {
            return self.text(path);
        }
        let mut hasher = DefaultHasher::new();
        TypeId::of::<T>().hash(&mut hasher);
        self.text(path).byte(b'i').number(u128::from(hasher.finish()))
    }

    /// Of the instance that is of this constant.
    #[must_use]
    pub fn of_constant(self, constant: &dyn fmt::Display) -> Self {
        self.text(&constant.to_string())
    }

    /// Of the function in which a closure stands.
    #[must_use]
    pub fn at<F>(self, _: F) -> Self {
        self.text(function::<F>())
    }

    /// The same, where that is an instance of generic code.
    #[must_use]
    pub fn at_instance<F>(self, _: F) -> Self {
        let function = function::<F>();
        if function.contains('<') { self.text(function) } else { self }
    }

    /// The number.
    #[must_use]
    pub const fn id(self) -> u128 {
        self.0
    }

    const fn number(self, number: u128) -> Self {
        let bytes = number.to_le_bytes();
        let (mut code, mut rest) = (self, bytes.as_slice());
        while let [byte, others @ ..] = rest {
            code = code.byte(*byte);
            rest = others;
        }
        code
    }

    const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u128).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b))
    }
}

/// The path of the function in which the closure `F` stands.
fn function<F>() -> &'static str {
    let mut path = type_name::<F>();
    while let Some(outer) = path.strip_suffix("::{{closure}}") {
        path = outer;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn the_numbers_are_for_good() {
        // What is stored under them would be lost.
        const CODE: Code = Code::UNKNOWN.tokens(7).depends(1).version(3).text("price");
        assert_eq!(CODE.id(), 0xc411_a057_260e_65c3_9a03_e8d6_d13e_13cb);
    }

    #[test]
    fn parts_are_told_apart() {
        let codes = [
            Code::UNKNOWN,
            Code::UNKNOWN.tokens(1),
            Code::UNKNOWN.depends(1),
            Code::UNKNOWN.version(1),
            Code::UNKNOWN.version(0),
            Code::UNKNOWN.tokens(1).version(1),
            Code::UNKNOWN.text("ab").text("c"),
            Code::UNKNOWN.text("a").text("bc"),
            Code::UNKNOWN.text(""),
            Code::UNKNOWN.of::<u8>(),
            Code::UNKNOWN.of_constant(&1),
            Code::UNKNOWN.of_constant(&true),
        ];
        for (at, code) in codes.iter().enumerate() {
            assert!(!codes[..at].contains(code), "{at}");
        }
    }

    #[test]
    fn items_of_one_path_are_told_apart() {
        struct Here;
        let first = {
            struct Item;
            Code::UNKNOWN.of_item::<Item>(module_path!())
        };
        let second = {
            struct Item;
            [(); 2].map(|()| Code::UNKNOWN.of_item::<Item>(module_path!()))
        };
        assert_ne!(first, second[0]);
        assert_eq!(second[0], second[1]);
        // In a module there is one, which is that of another build too.
        assert_eq!(
            Code::UNKNOWN.of_item::<Code>(module_path!().trim_end_matches("::tests")),
            Code::UNKNOWN.of::<Code>()
        );
        assert_ne!(Code::UNKNOWN.of_item::<Here>(module_path!()), Code::UNKNOWN.of::<Here>());
    }

    #[test]
    fn places_are_those_of_functions() {
        struct Generic<T>(T);
        impl<T> Generic<T> {
            fn codes(&self) -> [Code; 2] {
                let _ = &self.0;
                let inside = || Code::UNKNOWN.at(|| ());
                assert_eq!(Code::UNKNOWN.at(|| ()), inside());
                [Code::UNKNOWN.at(|| ()), Code::UNKNOWN.at_instance(|| ())]
            }
        }
        let [a, instance_a] = Generic(1_u8).codes();
        let [b, instance_b] = Generic("").codes();
        assert!(a != b && instance_a != instance_b);
        assert_eq!(a, instance_a);
        assert_ne!(Code::UNKNOWN.at(|| ()), Code::UNKNOWN);
        assert_eq!(Code::UNKNOWN.at_instance(|| ()), Code::UNKNOWN);
    }
}
