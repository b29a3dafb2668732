//! API keys that a command is given: in a file or a variable, never on the command line itself, which every process can
//! read.

use std::path::Path;

use crate::failure::Failure;

/// The key, from the one that is named.
///
/// # Errors
/// Names the file or the variable that can't be read.
pub(crate) fn read(file: Option<&Path>, variable: Option<&str>) -> Result<String, Failure> {
    if let Some(path) = file {
        let refused = |why: &dyn std::fmt::Display| {
            Failure::config(format!("--key-file {}: {why}", path.display()))
        };
        let text = service::secret_file::read(path).map_err(|error| refused(&error))?;
        return String::from_utf8(text).map_err(|error| refused(&error));
    }
    let name = variable.unwrap_or_default();
    std::env::var(name).map_err(|_| Failure::config(format!("--key-env {name}: it is not set")))
}
