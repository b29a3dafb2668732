//! The same stories over a WebSocket, by long poll, over plain HTTP and by STOMP, and over all of them together.

mod client;
mod damaged;
mod house;
mod long_poll;
mod one_order;
mod plain_http;
mod refusals;
mod resuming;
mod room_requests;
mod stomp;
mod websocket;
