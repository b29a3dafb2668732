//! The committed TypeScript is what these types say.
#![cfg(feature = "typescript")]

#[test]
fn wir_8_the_generated_typescript_is_fresh() {
    let committed = include_str!("../../../web/sdk/src/wire.generated.ts");
    assert_eq!(committed, wire::typescript::generate(), "run `make types`");
}
