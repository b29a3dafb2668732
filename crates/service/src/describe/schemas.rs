//! The schemas of one document, and what they refer to.
//!
//! What comes in and what goes out are told apart: a field with a default may be absent coming in, and
//! always stands in what goes out.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::operation::Describe;

/// Where both kinds of document keep their schemas, as a JSON pointer.
const PLACE: &str = "/components/schemas";

/// Collects the schemas of one document.
pub(super) struct Schemas {
    incoming: SchemaGenerator,
    outgoing: SchemaGenerator,
}

impl Schemas {
    /// For OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12.
    pub(super) fn openapi() -> Self {
        Self::with(&SchemaSettings::draft2020_12())
    }

    /// For AsyncAPI 3.0, whose schemas are those of JSON Schema draft 7.
    pub(super) fn asyncapi() -> Self {
        Self::with(&SchemaSettings::draft07())
    }

    fn with(settings: &SchemaSettings) -> Self {
        let settings = settings.clone().with(|settings| {
            settings.definitions_path = PLACE.into();
            settings.meta_schema = None;
        });
        Self {
            incoming: settings.clone().for_deserialize().into_generator(),
            outgoing: settings.for_serialize().into_generator(),
        }
    }

    /// The schema of what a client sends.
    pub(super) fn incoming(&mut self, describe: Describe) -> Value {
        transformed(&mut self.incoming, describe)
    }

    /// The schema of what the service sends.
    pub(super) fn outgoing(&mut self, describe: Describe) -> Value {
        transformed(&mut self.outgoing, describe)
    }

    /// All that the schemas refer to, by name.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        let mut all = self.incoming.take_definitions(true);
        for (name, schema) in self.outgoing.take_definitions(true) {
            let before = all.insert(name.clone(), schema);
            debug_assert!(
                before.is_none_or(|before| before == all[&name]),
                "{name} differs coming in and going out: give one of the two its own type"
            );
        }
        all
    }
}

fn transformed(generator: &mut SchemaGenerator, describe: Describe) -> Value {
    let mut schema: Schema = describe(generator);
    for transform in generator.transforms_mut() {
        transform.transform(&mut schema);
    }
    schema.to_value()
}
