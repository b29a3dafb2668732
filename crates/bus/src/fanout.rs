//! How what was written reaches everybody who is connected.

/// Takes what became of writes to the connections of those whom it concerns.
///
/// Where one process is all there is, it is the first implementation: chat's registry tells its own
/// connections. One for several nodes gives each outcome to the nodes that hold members of its room as well.
pub trait Fanout<Outcome>: Send + Sync + 'static {
    /// Hands on what one commit brought, in its order, and nothing of another commit in between. It never
    /// waits; what does not arrive is repaired from the store by whoever notices the gap.
    fn publish(&self, outcomes: Vec<Outcome>);
}
