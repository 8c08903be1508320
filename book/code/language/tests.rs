use super::*;
use weakcache::Interned;

#[test]
fn programs_have_types_and_values() {
    for (source, outcome) in [
        ("1 + 2 * 3", "7 : Int"),
        ("let x = 4 in let y = x - 1 in x * y", "12 : Int"),
        ("(fn x: Int => fn y: Int => x - y) 5 3", "2 : Int"),
        ("fn f: Int -> Bool => f 1", "<function> : (Int -> Bool) -> Bool"),
        ("if 1 + 1 == 2 then true else false", "true : Bool"),
    ] {
        assert_eq!(run(source).as_deref(), Ok(outcome), "{source}");
    }
}

#[test]
fn faults_are_told() {
    for (source, fault) in [
        ("1 +", "a term should stand here (at byte 3)"),
        ("fn x: Text => x", "`Text` is no type (at byte 6)"),
        ("fn x: Int => y", "`y` is not bound (at byte 13)"),
        ("1 § 2", "`§` begins nothing (at byte 2)"),
        ("99999999999999999999", "a number is too large (at byte 0)"),
        ("(1", "`)` should stand here (at byte 2)"),
        ("1 )", "the program should end here (at byte 2)"),
        ("true + 1", "Int is expected, and Bool found"),
        ("1 2", "Int is called, which is no function"),
        ("if true then 1 else false", "Int is expected, and Bool found"),
        ("(fn f: Int -> Int => f) (fn x: Int => x < 1)", "Int -> Int is expected, and Int -> Bool found"),
        ("9223372036854775807 + 1", "a number is too large"),
        ("(rec f: Int -> Int => fn x: Int => f (x + 1)) 0", "calls are nested too deep"),
    ] {
        assert_eq!(run(source), Err(fault.to_owned()), "{source}");
    }
    assert!(run(&"(".repeat(100_000)).unwrap_err().starts_with("this is nested too deep"));
    assert!(run(&"1 + ".repeat(100_000)).unwrap_err().starts_with("this is nested too deep"));
}

#[test]
fn names_do_not_matter() {
    let (one, other) = (parse("fn x: Int => fn y: Int => x"), parse("fn a: Int => fn b: Int => a"));
    assert!(Interned::ptr_eq(&one.unwrap(), &other.unwrap()));
}
