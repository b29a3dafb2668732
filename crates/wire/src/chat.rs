//! Frames of `GET /v1/chat`, subprotocol `rendezvous.chat.v1`, and the bodies of the same over HTTP.

mod body;
mod client;
mod http;
mod server;

pub use client::{
    AskPresence, ChatClientFrame, Cursor, DeleteMessage, Hello, History, MarkDelivered, MarkRead,
    Ping, Send, SetStatus, Typing,
};
pub use http::{
    ExportPage, ExportedRoom, PostMessage, PutRead, RoomsPage, SyncResponse, WritePost,
};
pub use server::{
    Accepted, ChatServerFrame, Delivered, GoingAway, Heads, Member, Message, MessageDeleted,
    Messages, Pong, Post, Presence, PresenceState, Read, Removed, RemovedReason, RoomHead,
    RoomView, Sent, TypingBy, Welcome,
};
