//! The committed TypeScript is what these types say, and whole.
#![cfg(feature = "typescript")]

use std::collections::BTreeSet;

/// Types of the language itself, and our namespaces.
const OTHERS: [&str; 4] = ["Array", "Record", "Signaling", "Chat"];

#[test]
fn wir_8_the_generated_typescript_is_fresh() {
    let committed = include_str!("../../../web/sdk/src/wire.generated.ts");
    assert_eq!(committed, wire::typescript::generate(), "run `make types`");
}

/// A type that is not declared is found here, before a web package is compiled.
#[test]
fn wir_17_every_type_that_the_generated_typescript_names_is_declared_in_it() {
    let generated = wire::typescript::generate();
    let code = code_only(&generated);
    let declared: BTreeSet<&str> = code
        .split("export type ")
        .skip(1)
        .filter_map(|declaration| names(declaration).next())
        .collect();
    let missing: BTreeSet<&str> = names(&code)
        .filter(|name| is_type(name) && !declared.contains(name) && !OTHERS.contains(name))
        .collect();
    assert!(
        declared.len() > 100,
        "only {} declarations were found",
        declared.len()
    );
    assert_eq!(missing, BTreeSet::new(), "add them to `wire::typescript`");
}

/// The text without comments and string literals.
fn code_only(text: &str) -> String {
    let without_blocks: String = text
        .split("/*")
        .enumerate()
        .map(|(index, part)| {
            if index == 0 {
                part
            } else {
                part.split_once("*/").unwrap().1
            }
        })
        .collect();
    let without_lines = without_blocks
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    without_lines
        .flat_map(|line| line.split('"').step_by(2).chain(["\n"]))
        .collect()
}

fn names(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|name| !name.is_empty())
}

/// Types are written `LikeThis`; namespaces are found as well, and `CONSTANTS` are not.
fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.contains(|c: char| c.is_ascii_lowercase())
}
