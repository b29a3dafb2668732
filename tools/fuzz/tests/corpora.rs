//! Each committed input goes through its target again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

/// Bytes of the largest input.
const MAX_BYTES: usize = 4_096;
/// Inputs of one target.
const MAX_INPUTS: usize = 40;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder("corpus").join(target))
        .unwrap_or_else(|error| panic!("{target} has no corpus: {error}"));
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    entries.map(|entry| read(entry.unwrap().path())).collect()
}

#[test]
fn ops_50_each_input_that_is_kept_goes_through_its_target() {
    for (name, target) in TARGETS {
        for (path, input) in inputs(name) {
            // Said before, for a panic has only the fault.
            eprintln!("{}", path.display());
            target(&input);
        }
    }
}

#[test]
fn ops_51_each_target_has_a_small_corpus_and_a_program() {
    let mut programs = BTreeSet::new();
    for entry in fs::read_dir(folder("libfuzzer/fuzz_targets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(&format!("\"{name}\"")),
            "{name} runs another target"
        );
        programs.insert(name);
    }
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(programs, names);
    for name in names {
        let inputs = inputs(&name);
        assert!(
            (3..=MAX_INPUTS).contains(&inputs.len()),
            "{name}: {} inputs",
            inputs.len()
        );
        for (path, input) in inputs {
            assert!(input.len() <= MAX_BYTES, "{}", path.display());
        }
    }
}
