//! What every store must do, one test a rule; run on each kind of store.
