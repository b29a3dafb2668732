//! What PostgreSQL's SQLSTATE codes mean.

use crate::error_kind::ErrorKind;

/// The kind of an error with that code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(crate) fn kind(code: &str) -> ErrorKind {
    match code {
        "23505" => ErrorKind::UniqueViolation,
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => ErrorKind::Busy,
        // disk_full
        "53100" => ErrorKind::Full,
        // query_canceled, by a limit or by somebody; read_only_sql_transaction is a fault of ours.
        "57014" => ErrorKind::Unavailable,
        // idle_in_transaction_session_timeout
        "25P03" => ErrorKind::Unavailable,
        // invalid_authorization_specification and invalid_catalog_name among them: nothing can be asked
        _ => match code.get(..2) {
            Some("08" | "28" | "3D" | "53" | "57") => ErrorKind::Unavailable,
            Some("58") => ErrorKind::Io,
            Some("XX") => ErrorKind::Corrupt,
            _ => ErrorKind::Statement,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_114_codes_of_postgres_are_kinds() {
        for (code, expected) in [
            ("23505", ErrorKind::UniqueViolation),
            ("23503", ErrorKind::Statement),
            ("40001", ErrorKind::Busy),
            ("40P01", ErrorKind::Busy),
            ("55P03", ErrorKind::Busy),
            ("53100", ErrorKind::Full),
            ("53300", ErrorKind::Unavailable),
            ("57P01", ErrorKind::Unavailable),
            ("57P03", ErrorKind::Unavailable),
            ("08006", ErrorKind::Unavailable),
            ("28P01", ErrorKind::Unavailable),
            ("58030", ErrorKind::Io),
            ("XX001", ErrorKind::Corrupt),
            ("42P01", ErrorKind::Statement),
            ("", ErrorKind::Statement),
        ] {
            assert_eq!(kind(code), expected, "{code}");
        }
    }
}
