//! Who gives a command, as the audit log names them.

use std::fs;

/// `cli:` and the name of the operating system's user, by the process and not by the environment, which
/// says what its caller likes; the number where it has no name.
pub(crate) fn actor() -> String {
    let uid = rustix::process::getuid().as_raw();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    match name_of(&passwd, uid) {
        Some(name) => format!("cli:{name}"),
        None => format!("cli:{uid}"),
    }
}

/// The name of a user in the lines of `passwd(5)`.
fn name_of(passwd: &str, uid: u32) -> Option<&str> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(uid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_95_the_actor_is_the_user_of_the_process() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n+\nops:x:1000:1000::/home/ops:/bin/sh\n";
        assert_eq!(name_of(passwd, 0), Some("root"));
        assert_eq!(name_of(passwd, 1000), Some("ops"));
        assert_eq!(name_of(passwd, 7), None);
    }
}
