//! Feature `serde`.

#[cfg(not(feature = "serde"))]
#[test]
#[ignore = "needs `--features serde`"]
fn round_trip() {}

#[cfg(feature = "serde")]
mod with_feature {
    use serde::{Deserialize, Serialize};
    use weakcache::{Interned, InternedRef, interned};

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
