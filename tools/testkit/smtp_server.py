"""An SMTP server of the Python library `aiosmtpd`. It prints its port, then each mail that it takes as a line of JSON, until its input ends.
Its first argument says what it does to the first mail: `take` takes it, and the others put it off or refuse it, as it is said or as its
recipient is, or take it and are gone before they say so, or say so a while later. Its second is its port, if that is to be a certain one."""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP

AT_DATA = {"defer": "451 try again later", "refuse": "550 never", "full": "552 5.2.2 the mailbox is full", "drop": "lost", "slow": "late"}
LATE_S = 1.5
AT_RCPT = {"greylist": "451 4.7.1 greylisted", "unknown": "550 5.1.1 no such user", "policy": "550 5.7.1 blocked by policy"}


class Mails:
    def __init__(self, trouble: str):
        self.at_data = AT_DATA.get(trouble)
        self.at_rcpt = AT_RCPT.get(trouble)

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.at_rcpt is not None:
            answer, self.at_rcpt = self.at_rcpt, None
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        answer, self.at_data = self.at_data, None
        if answer not in (None, "lost", "late"):
            return answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        headers = {name.lower(): str(value) for name, value in mail.items()}
        body = mail.get_body(("plain",)).get_content()
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "headers": headers, "body": body, "raw": envelope.content.decode()}), flush=True)
        if answer == "lost":
            server.transport.abort()
        if answer == "late":
            await asyncio.sleep(LATE_S)
        return "250 taken"


async def main() -> None:
    loop = asyncio.get_running_loop()
    mails = Mails(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = await loop.create_server(lambda: SMTP(mails, hostname="localhost", loop=loop), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
