//! A statement's text as a database wants it, made once for each text.

mod insert;
mod json;
mod parameters;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

pub(crate) use self::insert::Insert;
pub(crate) use self::json::{list_json, row_objects_json, rows_json};
pub(crate) use self::parameters::{Piece, pieces};

/// What locks the rows of a `SELECT` until its transaction is over.
pub(crate) const LOCK: &str = " FOR UPDATE";
/// The same, passing over those that others hold.
pub(crate) const LOCK_FREE: &str = " FOR UPDATE SKIP LOCKED";

/// A statement as one engine is given it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// In that engine's SQL.
    pub(crate) text: String,
    /// Which binding stands at each place, from 0; `None` where they are numbered in the text.
    pub(crate) places: Option<Vec<usize>>,
    /// The columns that `?rows` has values for.
    pub(crate) columns: Vec<&'static str>,
}

/// Renders the subset of SQL of this crate's page for one engine.
pub(crate) struct Dialect {
    render: fn(&'static str) -> Rendered,
    rendered: RwLock<HashMap<&'static str, &'static Rendered>>,
}

impl Dialect {
    pub(crate) fn new(render: fn(&'static str) -> Rendered) -> Self {
        Self {
            render,
            rendered: RwLock::default(),
        }
    }

    /// The statement for this database. Texts are static and few, so that each rendering is kept for good: the
    /// driver knows its prepared statement by it.
    pub(crate) fn statement(&self, text: &'static str) -> &'static Rendered {
        let known = self.rendered.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(statement) = known.get(text) {
            return statement;
        }
        drop(known);
        let mut rendered = self
            .rendered
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        rendered
            .entry(text)
            .or_insert_with(|| Box::leak(Box::new((self.render)(text))))
    }
}
