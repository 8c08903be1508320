//! What the attributes say when they are misused, as the stable compiler prints it.

#[test]
fn errors() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("*.rs");
}
