"""Rendezvous for your back end: book sessions, make tickets, verify webhooks. Standard library only."""

from .client import Rendezvous
from .error import RendezvousError
from .rooms import Matches, Rooms
from .sessions import Sessions
from .webhook_endpoints import WebhookEndpoints
from .webhook_verification import verify_webhook

__all__ = [
    "Matches",
    "Rendezvous",
    "RendezvousError",
    "Rooms",
    "Sessions",
    "WebhookEndpoints",
    "verify_webhook",
]
