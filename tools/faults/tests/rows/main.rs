//! Each fault, while two others go on talking: what the one it hits is told, what is kept, what is
//! counted, and that nobody has to start anything again. `make faults` runs all; modules named
//! `long` are left out of `make test`.

mod databases;
mod disk;
mod due;
mod killed;
mod link;
mod mails;
mod paused;
mod restarts;
mod rigs;
mod starved;
mod webhooks;
