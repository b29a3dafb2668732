//! Writes the generated TypeScript to the file that is named.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: export-types FILE");
        return ExitCode::from(2);
    };
    match std::fs::write(&path, wire::typescript::generate()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
