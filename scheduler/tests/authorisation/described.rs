//! The operations of a running scheduler, as its `/openapi.json` has them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testkit::Http;

/// Method and path.
pub(crate) type Route = (String, String);

pub(crate) async fn operations(base: &str) -> BTreeMap<Route, Value> {
    let url = format!("{base}/openapi.json");
    let document: Value = Http::new().get(&url).await.json(200);
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.insert((method.clone(), path.clone()), operation.clone());
        }
    }
    operations
}

/// The credentials that an operation takes.
pub(crate) fn credentials(operation: &Value) -> BTreeSet<String> {
    let security = operation["security"].as_array().unwrap().iter();
    security
        .flat_map(|one| one.as_object().unwrap().keys().cloned())
        .collect()
}

/// True where it has a parameter or a header of that name.
pub(crate) fn takes(operation: &Value, name: &str) -> bool {
    let parameters = operation["parameters"].as_array().unwrap();
    parameters.iter().any(|parameter| parameter["name"] == name)
}
