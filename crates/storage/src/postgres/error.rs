//! What PostgreSQL's SQLSTATE codes mean.

use crate::error::Kind;

/// The kind of an error with that code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(crate) fn kind(code: &str) -> Kind {
    match code {
        "23505" => Kind::UniqueViolation,
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => Kind::Busy,
        // disk_full
        "53100" => Kind::Full,
        // query_canceled, by a limit or by somebody; read_only_sql_transaction is a fault of ours.
        "57014" => Kind::Unavailable,
        // idle_in_transaction_session_timeout
        "25P03" => Kind::Unavailable,
        // invalid_authorization_specification and invalid_catalog_name among them: nothing can be asked
        _ => match code.get(..2) {
            Some("08" | "28" | "3D" | "53" | "57") => Kind::Unavailable,
            Some("58") => Kind::Io,
            Some("XX") => Kind::Corrupt,
            _ => Kind::Statement,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_114_codes_of_postgres_are_kinds() {
        for (code, expected) in [
            ("23505", Kind::UniqueViolation),
            ("23503", Kind::Statement),
            ("40001", Kind::Busy),
            ("40P01", Kind::Busy),
            ("55P03", Kind::Busy),
            ("53100", Kind::Full),
            ("53300", Kind::Unavailable),
            ("57P01", Kind::Unavailable),
            ("57P03", Kind::Unavailable),
            ("08006", Kind::Unavailable),
            ("28P01", Kind::Unavailable),
            ("58030", Kind::Io),
            ("XX001", Kind::Corrupt),
            ("42P01", Kind::Statement),
            ("", Kind::Statement),
        ] {
            assert_eq!(kind(code), expected, "{code}");
        }
    }
}
