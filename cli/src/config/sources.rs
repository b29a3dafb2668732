//! Where settings come from: a TOML file, over it the environment, over that the flags. What a
//! value means is not judged here, only whether its key exists and its type fits.

mod known_keys;

pub(super) use self::known_keys::effective;

use std::path::Path;

use toml::{Table, Value};

pub(super) use self::known_keys::{PREFIX, known_keys};

use self::known_keys::{KnownKey, nearest, unknown_key, walk};
use super::{Settings, secrets};
use crate::cli::Sources;
use crate::failure::Failure;

/// The file that is read if it is there and no other is named.
const DEFAULT_FILE: &str = "rendezvous.toml";
/// Variables of ours that are no keys: the command line's, and those of the tests.
const OTHER_VARIABLES: [&str; 4] = [
    "RENDEZVOUS_CONFIG",
    "RENDEZVOUS_BIN",
    "RENDEZVOUS_CHROMIUM",
    "RENDEZVOUS_SEEDS",
];
/// The settings as written, and a line for each variable that means nothing.
pub(super) fn read(
    flags: &Sources,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<(Settings, Vec<String>), Failure> {
    let known = known_keys()?;
    // Over the defaults: where a service's differ from those of a section that it shares, its own count.
    let mut table = Table::new();
    for key in &known {
        put(&mut table, &key.path, key.default.clone());
    }
    overlay(&mut table, read_file(flags.config.as_deref(), &known)?);
    let warnings = apply_environment(&mut table, environment, &known)?;
    apply_flags(&mut table, flags, &known)?;
    let settings = serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
        let why = error.inner().message().to_owned();
        Failure::config(format!("{}: {why}", error.path()))
    })?;
    Ok((settings, warnings))
}

fn read_file(named: Option<&Path>, known: &[KnownKey]) -> Result<Table, Failure> {
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT_FILE).exists() => Path::new(DEFAULT_FILE),
        None => return Ok(Table::new()),
    };
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::config(format!("{shown} can't be read: {error}")))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        });
        Failure::config(format!("{shown} line {line}: {}", error.message()))
    })?;
    let (mut unknown, mut wrong) = (None, None);
    walk("", &Value::Table(table.clone()), &mut |path, value| {
        // A section in which nothing stands is no mistake; a word in place of one is.
        let exists = known.iter().any(|key| key.path == path);
        if !exists && unknown.is_none() && !matches!(value, Value::Table(_)) {
            unknown = Some(path.to_owned());
        }
        if wrong.is_none() {
            wrong = known.iter().find_map(|key| key.wrong_type(path, value));
        }
    });
    if let Some(why) = wrong {
        return Err(Failure::config(why));
    }
    if let Some(path) = unknown {
        return Err(unknown_key(&format!("{shown}: "), &path, known));
    }
    if let Some(secret) = secrets::given(&Value::Table(table.clone())).first() {
        service::secret_file::check_private(path)
            .map_err(|why| Failure::config(format!("{why}; it holds {secret}")))?;
    }
    Ok(table)
}

fn apply_environment(
    table: &mut Table,
    environment: impl Iterator<Item = (String, String)>,
    known: &[KnownKey],
) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    for (name, text) in environment {
        if !name.starts_with(PREFIX) || OTHER_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        let Some(key) = known.iter().find(|key| key.variable() == name) else {
            let near = nearest(&name, known.iter().map(KnownKey::variable))
                .map_or_else(String::new, |near| format!(", did you mean {near}?"));
            warnings.push(format!("the variable {name} means nothing{near}"));
            continue;
        };
        let value = key
            .parse(&text)
            .map_err(|why| Failure::config(format!("{name}: {why}")))?;
        put(table, &key.path, value);
    }
    Ok(warnings)
}

fn apply_flags(table: &mut Table, flags: &Sources, known: &[KnownKey]) -> Result<(), Failure> {
    for assignment in &flags.set {
        let (path, text) = assignment
            .split_once('=')
            .ok_or_else(|| Failure::config(format!("--set {assignment}: write it as KEY=VALUE")))?;
        let key = known
            .iter()
            .find(|key| key.path == path)
            .ok_or_else(|| unknown_key("--set ", path, known))?;
        if secrets::is_secret(path, text) {
            return Err(Failure::config(format!(
                "--set {path}: everybody on this machine can read a command line: give it in {} or in the file",
                key.variable()
            )));
        }
        let value = key
            .parse(text)
            .map_err(|why| Failure::config(format!("--set {path}: {why}")))?;
        put(table, path, value);
    }
    if let Some(data_dir) = &flags.data_dir {
        let text = data_dir.to_string_lossy().into_owned();
        put(table, "data_dir", Value::String(text));
    }
    Ok(())
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let entry = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = entry {
                put(inner, rest, value);
            }
        }
    }
}

/// Puts all of `over` into `table`, in place of what is there.
fn overlay(table: &mut Table, over: Table) {
    for (name, value) in over {
        match (table.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                table.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        pairs.iter().map(owned).collect::<Vec<_>>().into_iter()
    }

    fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, text).unwrap();
        let flags = Sources {
            config: Some(path),
            ..Sources::default()
        };
        (folder, flags)
    }

    fn refusal(text: &str) -> String {
        let (_folder, flags) = with_file(text);
        match read(&flags, std::iter::empty()) {
            Err(Failure::Config(line)) => line,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn ops_10_flags_win_over_environment_and_that_over_the_file() {
        let (_folder, mut flags) = with_file(
            "data_dir = 'file'\n[scheduler]\nlisten = 'file:1'\n[chat]\nlisten = 'file:2'\n[signaling]\nlisten = 'file:3'",
        );
        flags.set = vec!["chat.listen=flag:2".to_owned()];
        flags.data_dir = Some(PathBuf::from("flag"));
        let variables = [
            ("RENDEZVOUS_DATA_DIR", "env"),
            ("RENDEZVOUS_CHAT_LISTEN", "env:2"),
            ("RENDEZVOUS_SIGNALING_LISTEN", "env:3"),
        ];
        let (settings, warnings) = read(&flags, environment(&variables)).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from("flag"));
        assert_eq!(settings.scheduler.listen, "file:1");
        assert_eq!(settings.chat.listen, "flag:2");
        assert_eq!(settings.signaling.listen, "env:3");
        assert!(warnings.is_empty());
    }

    #[test]
    fn ops_10_every_key_has_a_variable() {
        for key in known_keys().unwrap() {
            let text = match &key.default {
                Value::Integer(_) => "77",
                Value::Boolean(_) => "true",
                Value::Array(_) => "[]",
                Value::String(default) if default == "auto" => "false",
                _ => "text",
            };
            let variables = [(key.variable(), text.to_owned())];
            let read = read(&Sources::default(), variables.into_iter());
            let (_, warnings) = read.unwrap_or_else(|why| panic!("{}: {why}", key.path));
            assert!(warnings.is_empty(), "{warnings:?}");
        }
    }

    #[test]
    fn ops_28_every_limit_stands_in_the_handbook_with_its_default() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md");
        let handbook = std::fs::read_to_string(path).unwrap();
        let known = known_keys().unwrap();
        let limits = known.iter().filter(|key| key.path.contains(".limits."));
        for key in limits {
            let (_, name) = key.path.split_once(".limits.").unwrap();
            let names = [format!("`{}`", key.path), format!("`*.limits.{name}`")];
            let default = format!("| {} |", key.default);
            let is_there = handbook.lines().any(|line| {
                names.iter().any(|name| line.contains(name)) && line.contains(&default)
            });
            assert!(is_there, "{} with {default}", key.path);
        }
    }

    #[test]
    fn ops_53_every_key_about_databases_stands_in_the_handbook() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md");
        let handbook = std::fs::read_to_string(path).unwrap();
        let known = known_keys().unwrap();
        let is_of_databases = |path: &str| {
            let names = [
                "scheduler.database_url",
                "chat.rooms_url",
                "chat.messages_url",
                "chat.accepted_loss",
                "chat.retention",
            ];
            path.starts_with("database.") || path.contains(".jobs.") || names.contains(&path)
        };
        let keys: Vec<_> = known
            .iter()
            .filter(|key| is_of_databases(&key.path))
            .collect();
        assert_eq!(keys.len(), 12);
        for key in keys {
            let default = match &key.default {
                Value::Integer(number) => number.to_string(),
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Array(_) => "none".to_owned(),
                _ => "empty: ".to_owned(),
            };
            let row = format!("| `{}` | {default}", key.path);
            assert!(handbook.contains(&row), "{row}");
        }
    }

    #[test]
    fn ice_servers_come_as_json() {
        let json = r#"[{"urls":["turn:turn.example"],"username":"u","credential":"c"}]"#;
        let variables = [("RENDEZVOUS_SIGNALING_ICE_SERVERS", json)];
        let (settings, _) = read(&Sources::default(), environment(&variables)).unwrap();
        let server = &settings.signaling.ice_servers[0];
        assert_eq!(server.urls, ["turn:turn.example"]);
        assert_eq!(server.credential.as_deref(), Some("c"));
    }

    #[test]
    fn ops_9_an_unknown_key_names_the_nearest() {
        let line = refusal("[signalling]\nlisten = '127.0.0.1:1'");
        assert!(line.contains("`signalling.listen`"), "{line}");
        assert!(line.contains("`signaling.listen`"), "{line}");
        let line = refusal("[signaling.limits]\nframes_per_sec = 3");
        assert!(
            line.contains("`signaling.limits.frames_per_second`"),
            "{line}"
        );
    }

    #[test]
    fn a_wrong_type_names_the_key_and_a_wrong_file_the_line() {
        assert!(refusal("[chat]\nlisten = 8082").starts_with("chat.listen:"));
        assert!(refusal("scheduler = 3").contains("scheduler"));
        assert!(refusal("[chat]\n\nlisten = ").contains("line 3"));
    }

    #[test]
    fn ops_11_an_unknown_variable_is_a_warning() {
        let variables = [("RENDEZVOUS_CHAT_LISTN", "127.0.0.1:1"), ("HOME", "/")];
        let (settings, warnings) = read(&Sources::default(), environment(&variables)).unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(warnings.len(), 1);
        assert!(
            warnings[0].contains("RENDEZVOUS_CHAT_LISTEN"),
            "{warnings:?}"
        );
    }
}
