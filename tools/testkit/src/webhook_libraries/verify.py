"""Reads a secret and a request from standard input, and prints what PyPI's `standardwebhooks` says of it."""

import json
import sys
from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

asked = json.load(sys.stdin)
headers, body = asked["headers"], asked["body"]
webhook = Webhook(asked["secret"])
try:
    webhook.verify(body, headers)
    verified = True
except WebhookVerificationError:
    verified = False
at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=timezone.utc)
print(json.dumps({"verified": verified, "signature": webhook.sign(headers["webhook-id"], at, body)}))
