//! Pages of applications that may ask: each application names their origins.

use scheduler_core::ApplicationProfile;

use crate::state::AppState;
use crate::store::StoreError;

impl AppState {
    /// Lets pages of this application's origins ask from now on, and of its former ones no more.
    pub(crate) fn admit_origins_of(&self, application: &ApplicationProfile) {
        let said = &application.said;
        self.origins
            .admit(&said.id, application.revision, &said.allowed_origins);
    }

    /// The pages that may use a ticket of an application's person: its own, and ours. None where it names none.
    pub(crate) fn ticket_origins(&self, application: &str) -> Option<Vec<String>> {
        let mut named = self.origins.of_application(application);
        if named.is_empty() {
            return None;
        }
        named.extend(self.origins.iter().map(str::to_owned));
        Some(named)
    }

    /// The same of every application: another process may have changed one.
    pub(crate) async fn reload_origins(&self) -> Result<(), StoreError> {
        for application in self.store.applications().list().await? {
            self.admit_origins_of(&application);
        }
        Ok(())
    }
}
