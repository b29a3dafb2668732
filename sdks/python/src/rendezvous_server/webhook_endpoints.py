"""Endpoints for webhooks: `rendezvous.webhooks`. Verifying what they are sent is `webhook_verification`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from .openapi_generated import ChangeWebhook, CreateWebhook, RotatedSecret, SentDelivery, WebhookDeliveryView, WebhookView
from .transport import Transport, at


class WebhookEndpoints:
    """Of the application whose key is used."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, webhook: CreateWebhook) -> WebhookView:
        """Adds an endpoint. Its `secret` stands in this answer alone."""
        return cast(WebhookView, self._transport.send("POST", at("webhooks"), body=webhook))

    def get(self, webhook_id: str) -> WebhookView:
        return cast(WebhookView, self._transport.send("GET", at("webhooks", webhook_id), repeatable="yes"))

    def list(self) -> Iterator[WebhookView]:
        return self._transport.items(at("webhooks"))

    def change(self, webhook_id: str, change: ChangeWebhook) -> WebhookView:
        return cast(WebhookView, self._transport.send("PATCH", at("webhooks", webhook_id), body=change, repeatable="yes"))

    def delete(self, webhook_id: str) -> None:
        self._transport.send("DELETE", at("webhooks", webhook_id))

    def rotate(self, webhook_id: str) -> RotatedSecret:
        """Another secret; for a day the one before signs beside it: verify by both, and take the old one out afterwards."""
        return cast(RotatedSecret, self._transport.send("POST", at("webhooks", webhook_id, "rotate"), body={}))

    def test(self, webhook_id: str) -> SentDelivery:
        """Has a `webhook.test` sent."""
        return cast(SentDelivery, self._transport.send("POST", at("webhooks", webhook_id, "test"), body={}, repeatable="yes"))

    def deliveries(self, webhook_id: str) -> Iterator[WebhookDeliveryView]:
        return self._transport.items(at("webhooks", webhook_id, "deliveries"))
