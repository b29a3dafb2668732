//! The hub from outside: its rules one by one, and a thousand disorderly days.

mod disorder;
mod house;
mod rules;
