//! Settings of what is called at addresses that strangers choose.

use serde::{Deserialize, Serialize};
use service::egress::EgressPolicy;

use crate::failure::Failure;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EgressSection {
    /// What webhooks and web push may reach although it is none of the public network: addresses, and networks as
    /// `10.0.0.0/8`. There, `http` and every port will do, too.
    pub(crate) allow: Vec<String>,
}

impl EgressSection {
    /// What may be called.
    ///
    /// # Errors
    /// Names the entry that is neither an address nor a network.
    pub(crate) fn policy(&self) -> Result<EgressPolicy, Failure> {
        EgressPolicy::new(&self.allow)
            .map_err(|why| Failure::config(format!("egress.allow: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_159_an_exception_that_is_no_network_is_refused_at_start() {
        let section = |entry: &str| EgressSection {
            allow: vec![entry.to_owned()],
        };
        assert!(section("10.0.0.0/8").policy().is_ok());
        let Err(Failure::Config(line)) = section("intranet").policy() else {
            panic!("a name was taken");
        };
        assert!(line.starts_with("egress.allow: \"intranet\" "), "{line}");
    }
}
