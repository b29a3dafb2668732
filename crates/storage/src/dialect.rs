//! A statement's text as a database wants it, made once for each text.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Renders the subset of SQL of this crate's page for one engine.
pub(crate) struct Dialect {
    render: fn(&'static str) -> String,
    rendered: RwLock<HashMap<&'static str, &'static str>>,
}

impl Dialect {
    pub(crate) fn new(render: fn(&'static str) -> String) -> Self {
        Self {
            render,
            rendered: RwLock::default(),
        }
    }

    /// The text for this database. Texts are static and few, so that each rendering is kept for good: the
    /// driver knows its prepared statement by it.
    pub(crate) fn statement(&self, text: &'static str) -> &'static str {
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
            .or_insert_with(|| Box::leak((self.render)(text).into_boxed_str()))
    }
}
