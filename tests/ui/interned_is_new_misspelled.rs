use weakcache::interned;

#[interned(is_new = "{}_is_new")]
struct Braces(u8);

#[interned(is_new = "is new")]
struct Space(u8);

#[interned(is_new = "new")]
struct Taken(u8);

#[interned(is_new = news)]
struct Bare(u8);

#[interned(is_new)]
struct Nothing(u8);

#[interned(is_new = "is_new")]
enum NoBraces {
    One(u8),
}

#[interned(is_new = "{}_{}")]
enum TwoBraces {
    One(u8),
}

#[interned(is_new = "{variant}_is_new")]
enum Named {
    One(u8),
}

#[interned(is_new = "{}-new")]
enum Dash {
    One(u8),
    Two,
}

#[interned(is_new = "get_{}")]
enum Look {
    One(u8),
}

#[interned(is_new = "news", new = false)]
struct Skipped {
    key: u8,
    #[interned(skip)]
    rest: u8,
}

#[interned(is_new = " is_new")]
struct Blank(u8);

#[interned(is_new = "{}_is_new // of each")]
enum Comment {
    One(u8),
}

fn main() {
    let _ = (Braces::new(1).0, Space::new(1).0, Taken::new(1).0, Bare::new(1).0, Nothing::new(1).0);
    let _ = (NoBraces::one(1), TwoBraces::one(1), Named::one(1), Dash::one(1), Dash::two(), Look::one(1));
    let _ = Skipped::get(1).map(|skipped| (skipped.key, skipped.rest));
    let _ = (Blank::new(1).0, Comment::one(1));
}
