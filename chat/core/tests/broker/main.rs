//! The broker from outside: its rules one by one, and a thousand disorderly days.

mod catching_up;
mod changes;
mod closing;
mod disorder;
mod elsewhere;
mod feed;
mod frames;
mod harness;
mod presence;
mod races;
mod rules;
