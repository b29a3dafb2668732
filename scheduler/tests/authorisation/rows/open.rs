//! What everybody may read, whatever they show.

use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let paths = [
        "/.well-known/jwks.json",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
    ];
    let open = |path| Row::of("get", path).open_to_all(200);
    paths.map(open).into()
}
