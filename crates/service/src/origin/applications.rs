//! The origins that applications have named, each application at its latest revision.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use axum::http::HeaderValue;

/// What each application has named, and all of it together.
#[derive(Debug, Default)]
pub(super) struct ApplicationOrigins(RwLock<OriginTable>);

#[derive(Debug, Default)]
struct OriginTable {
    /// By the application's id. An operator gave each its key: there are few.
    by_application: HashMap<String, NamedOrigins>,
    all: HashSet<HeaderValue>,
}

#[derive(Debug)]
struct NamedOrigins {
    revision: u64,
    origins: Vec<HeaderValue>,
}

impl ApplicationOrigins {
    /// Takes what an application names, unless that revision or a later one is known; then false.
    pub(super) fn replace(
        &self,
        application: &str,
        revision: u64,
        origins: Vec<HeaderValue>,
    ) -> bool {
        let mut named = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let OriginTable {
            by_application,
            all,
        } = &mut *named;
        let known = by_application.get(application);
        if known.is_some_and(|known| known.revision >= revision) {
            return false;
        }
        let origins = NamedOrigins { revision, origins };
        by_application.insert(application.to_owned(), origins);
        let each = by_application.values();
        *all = each.flat_map(|one| one.origins.iter().cloned()).collect();
        true
    }

    /// What an application has named.
    pub(super) fn of(&self, application: &str) -> Vec<HeaderValue> {
        let named = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = named.by_application.get(application);
        found.map_or_else(Vec::new, |found| found.origins.clone())
    }

    pub(super) fn holds(&self, origin: &HeaderValue) -> bool {
        let named = self.0.read().unwrap_or_else(PoisonError::into_inner);
        named.all.contains(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_151_origins_of_an_application_count_until_it_names_others() {
        let origins = ApplicationOrigins::default();
        let origin = |name: &'static str| HeaderValue::from_static(name);
        let (shop, other) = (origin("https://shop.example"), origin("https://b.example"));
        assert!(!origins.holds(&shop));
        assert!(origins.replace("shop", 1, vec![shop.clone()]));
        assert!(origins.replace("other", 1, vec![other.clone(), shop.clone()]));
        assert!(origins.holds(&shop) && origins.holds(&other));
        assert!(origins.replace("shop", 3, Vec::new()));
        assert!(origins.holds(&shop), "the other one names it");
        assert!(
            !origins.replace("shop", 2, vec![other.clone()]),
            "came late"
        );
        assert!(!origins.replace("other", 1, Vec::new()), "known");
        assert!(origins.replace("other", 2, Vec::new()));
        assert!(!origins.holds(&shop) && !origins.holds(&other));
    }
}
