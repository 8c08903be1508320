//! Feature `serde`.

#[cfg(not(feature = "serde"))]
#[test]
#[ignore = "needs `--features serde`"]
fn round_trip() {}

#[cfg(feature = "serde")]
mod with_feature {
    use serde::{Deserialize, Serialize};
    use weakcache::{Interned, InternedRef, Str, Value, interned};

    #[interned]
    #[derive(Serialize, Deserialize, Debug)]
    struct Symbol {
        name: String,
    }

    #[derive(Serialize, Deserialize, Debug)]
    struct Document {
        first: Interned<Symbol>,
        all: Vec<Interned<Symbol>>,
    }

    #[test]
    fn written_as_the_value_and_interned_when_read() {
        let x = Symbol::new("x");
        let document = Document { first: x.clone(), all: vec![x.clone(), Symbol::new("y"), x.clone()] };
        let json = serde_json::to_string(&document).unwrap();
        assert_eq!(json, r#"{"first":{"name":"x"},"all":[{"name":"x"},{"name":"y"},{"name":"x"}]}"#);
        let read: Document = serde_json::from_str(&json).unwrap();
        assert_eq!(read.first, x);
        assert_eq!(read.all[0], read.all[2]);
        assert_eq!(Symbol::registry().len(), 2);
        drop((x, document, read));
        assert_eq!(Symbol::registry().len(), 0);
    }

    #[test]
    fn a_copy_is_written_as_the_value() {
        #[derive(Serialize)]
        struct Borrowed<'a>(InternedRef<'a, Symbol>, u8);

        let x = Symbol::new("copy");
        let json = serde_json::to_string(&Borrowed(Interned::borrow(&x), 1)).unwrap();
        assert_eq!(json, r#"[{"name":"copy"},1]"#);
    }

    #[interned]
    #[derive(Serialize, Debug)]
    struct Word(str);

    #[interned]
    #[derive(Serialize, Debug)]
    struct Call {
        callee: Interned<Word>,
        #[interned(init = args.len())]
        len: usize,
        note: Option<String>,
        args: [Interned<Word>],
    }

    #[interned(handle = Tree)]
    #[derive(Serialize, Debug)]
    struct TreeNode<T: Clone> {
        r#type: T,
        children: [Tree<T>],
    }

    #[interned(new = false)]
    #[derive(Serialize, Debug)]
    struct Point(u8, #[interned(init = ())] (), [u16]);

    /// Of a type that cannot be read, nothing but reading is missing.
    #[interned]
    #[derive(Debug)]
    struct Unreadable {
        id: std::thread::ThreadId,
        text: str,
    }

    fn round_trip<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(
        value: &T,
        json: &str,
    ) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(json).unwrap(), *value);
    }

    #[test]
    fn values_of_no_fixed_size_are_read_by_their_fields() {
        let word = Word::new("word \" \u{e9}");
        round_trip(&word, "\"word \\\" \u{e9}\"");
        let call = Call::new(&word, Some("note".into()), [word.clone(), word.clone()]);
        let json = serde_json::to_string(&call).unwrap();
        round_trip(&call, &json);
        // In any order, with others between, as a sequence, and without what may be missing.
        let mixed = r#"{"x":[1,{"y":2}],"args":["a"],"callee":"f"}"#;
        let read: Interned<Call> = serde_json::from_str(mixed).unwrap();
        assert!(&read.callee.0 == "f" && read.args.len() == 1 && read.len == 1 && read.note.is_none());
        assert!(serde_json::from_str::<Interned<Call>>(r#"["f",7,null,["a"]]"#).unwrap() == read);
        let leaf = TreeNode::new(1_u8, []);
        round_trip(
            &TreeNode::new(2, [leaf.clone(), leaf]),
            r#"{"type":2,"children":[{"type":1,"children":[]},{"type":1,"children":[]}]}"#,
        );
        let point: Interned<Point> = serde_json::from_str("[1,null,[2,3]]").unwrap();
        assert!(
            point.0 == 1 && point.2 == [2, 3] && serde_json::to_string(&point).unwrap() == "[1,null,[2,3]]"
        );
        assert_eq!(Unreadable::new(std::thread::current().id(), "text").text, *"text");
    }

    #[test]
    fn what_is_wrong_with_fields_is_said() {
        let error = |json| serde_json::from_str::<Interned<Call>>(json).unwrap_err().to_string();
        for (json, expected) in [
            (r#"{"callee":"f"}"#, "missing field `args`"),
            (r#"{"callee":"f","callee":"g","args":[]}"#, "duplicate field `callee`"),
            (r#"{"callee":1,"args":[]}"#, "invalid type: integer `1`"),
            (r#"["f",1]"#, "invalid length 2, expected struct Call with 4 elements"),
            ("7", "invalid type: integer `7`, expected struct Call"),
        ] {
            assert!(error(json).starts_with(expected), "{}", error(json));
        }
    }

    #[test]
    fn ready_made_handles() {
        let text = Str::new("text");
        round_trip(&text, r#""text""#);
        round_trip(&Value::new((1, 'x')), r#"[1,"x"]"#);
        assert!(serde_json::from_slice::<Str>(br#""text""#).unwrap() == text);
        assert!(
            serde_json::from_str::<Str>("7")
                .unwrap_err()
                .to_string()
                .starts_with("invalid type: integer `7`")
        );
    }

    #[test]
    fn an_error_registers_nothing() {
        #[interned]
        #[derive(Deserialize, Debug)]
        struct Strict {
            number: u8,
        }
        assert!(serde_json::from_str::<Interned<Strict>>(r#"{"number": 300}"#).is_err());
        assert!(Strict::registry().is_empty());
        assert_eq!(serde_json::from_str::<Interned<Strict>>(r#"{"number": 3}"#).unwrap().number, 3);
    }
}
