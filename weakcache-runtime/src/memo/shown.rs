//! What closures of users are shown of a key: of one argument that argument, of several their tuple.
//!
//! A key is stored as a list (`key.rs`), so that there is no limit on its length, and tuples have one. Beyond
//! twelve, the others stand in a tuple of their own behind the first.
#![forbid(unsafe_code)]

/// A tuple, to which one more can be added in front.
pub trait Tuple: Sized + 'static {
    /// The same with one more.
    type With<A: 'static>: Tuple;
    /// What is shown: of a tuple of one, that.
    type Shown: 'static;

    fn with<A: 'static>(self, first: A) -> Self::With<A>;

    fn shown(self) -> Self::Shown;

    /// The other way.
    fn of_shown(shown: Self::Shown) -> Self;

    /// The first, and the rest.
    fn split<A: 'static>(with: Self::With<A>) -> (A, Self);
}

impl Tuple for () {
    type With<A: 'static> = (A,);
    type Shown = ();

    fn with<A: 'static>(self, first: A) -> (A,) {
        (first,)
    }

    fn shown(self) {}

    fn of_shown((): ()) {}

    fn split<A: 'static>((first,): (A,)) -> (A, ()) {
        (first, ())
    }
}

impl<B: 'static> Tuple for (B,) {
    type With<A: 'static> = (A, B);
    type Shown = B;

    fn with<A: 'static>(self, first: A) -> (A, B) {
        (first, self.0)
    }

    fn shown(self) -> B {
        self.0
    }

    fn of_shown(shown: B) -> (B,) {
        (shown,)
    }

    fn split<A: 'static>((first, second): (A, B)) -> (A, (B,)) {
        (first, (second,))
    }
}

/// Tuples of two and more, up to all that are named.
macro_rules! tuples {
    ([$($all:tt)*] $C:ident $c:ident $($rest:tt)*) => {
        tuple!(With<A> = (A, $($all)*));
        tuples!([$($all)* $C $c] $($rest)*);
    };
    ([$($all:tt)*]) => {
        tuple!(With<A> = (A, ($($all)*)));
    };
}

macro_rules! tuple {
    (With<A> = (A, $($B:ident $b:ident)*)) => {
        impl<$($B: 'static),*> Tuple for ($($B),*) {
            type With<A: 'static> = (A, $($B),*);
            type Shown = Self;

            fn with<A: 'static>(self, first: A) -> Self::With<A> {
                let ($($b),*) = self;
                (first, $($b),*)
            }

            fn shown(self) -> Self {
                self
            }

            fn of_shown(shown: Self) -> Self {
                shown
            }

            fn split<A: 'static>((first, $($b),*): Self::With<A>) -> (A, Self) {
                (first, ($($b),*))
            }
        }
    };
    (With<A> = (A, ($($B:ident $b:ident)*))) => {
        impl<$($B: 'static),*> Tuple for ($($B),*) {
            type With<A: 'static> = (A, Self);
            type Shown = Self;

            fn with<A: 'static>(self, first: A) -> (A, Self) {
                (first, self)
            }

            fn shown(self) -> Self {
                self
            }

            fn of_shown(shown: Self) -> Self {
                shown
            }

            fn split<A: 'static>(with: (A, Self)) -> (A, Self) {
                with
            }
        }
    };
}

tuples!([B b C c] D d E e F f G g H h I i J j K k L l M m);
