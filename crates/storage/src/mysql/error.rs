//! What the error numbers of MariaDB and MySQL mean.

use crate::error_kind::ErrorKind;

/// The kind of an error with that number (<https://mariadb.com/kb/en/mariadb-error-code-reference/>).
pub(crate) fn kind(number: u16) -> ErrorKind {
    match number {
        // ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME
        1062 | 1586 => ErrorKind::UniqueViolation,
        // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_CHECKREAD (the row has changed since it was read)
        1205 | 1213 | 1020 => ErrorKind::Busy,
        // ER_DISK_FULL, ER_RECORD_FILE_FULL
        1021 | 1114 => ErrorKind::Full,
        // ER_CON_COUNT_ERROR, ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_BAD_DB_ERROR,
        // ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_NEW_ABORTING_CONNECTION, ER_TOO_MANY_USER_CONNECTIONS,
        // ER_QUERY_INTERRUPTED, ER_OPTION_PREVENTS_STATEMENT (--read-only), ER_CONNECTION_KILLED,
        // ER_STATEMENT_TIMEOUT, ER_QUERY_TIMEOUT
        1040 | 1044 | 1045 | 1049 | 1053 | 1077 | 1184 | 1203 | 1226 | 1290 | 1317 | 1927
        | 1969 | 3024 => ErrorKind::Unavailable,
        // ER_ERROR_ON_READ, ER_ERROR_ON_WRITE, ER_GET_ERRNO
        1024 | 1026 | 1030 => ErrorKind::Io,
        // ER_NOT_KEYFILE, ER_CRASHED_ON_USAGE, ER_TABLE_CORRUPT
        1034 | 1194 | 1877 => ErrorKind::Corrupt,
        _ => ErrorKind::Statement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_114_numbers_of_mysql_are_kinds() {
        for (number, expected) in [
            (1062, ErrorKind::UniqueViolation),
            (1452, ErrorKind::Statement),
            (1213, ErrorKind::Busy),
            (1205, ErrorKind::Busy),
            (1114, ErrorKind::Full),
            (1040, ErrorKind::Unavailable),
            (1053, ErrorKind::Unavailable),
            (1927, ErrorKind::Unavailable),
            (1969, ErrorKind::Unavailable),
            (1030, ErrorKind::Io),
            (1194, ErrorKind::Corrupt),
            (1064, ErrorKind::Statement),
        ] {
            assert_eq!(kind(number), expected, "{number}");
        }
    }
}
