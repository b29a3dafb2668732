//! Where new ids come from: the caller, like the time.

/// Source of new ids: UUIDv7 text in production, counted text in tests. It gives no id twice, and each
/// sorts after the one before.
pub type NewId<'a> = &'a mut dyn FnMut() -> String;
