"""An SMTP server of the Python library `aiosmtpd`. It prints its port, then each mail that it takes as a line of JSON, until its input ends.
What stands in its first argument it does to the first mail: `defer` refuses it for now, `refuse` for good, `take` takes it."""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP

TROUBLE = {"defer": "451 try again later", "refuse": "550 never"}


class Mails:
    def __init__(self, trouble: str):
        self.trouble = TROUBLE.get(trouble)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.trouble is not None:
            answer, self.trouble = self.trouble, None
            return answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        headers = {name.lower(): str(value) for name, value in mail.items()}
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "headers": headers, "body": mail.get_content()}), flush=True)
        return "250 taken"


async def main() -> None:
    loop = asyncio.get_running_loop()
    mails = Mails(sys.argv[1])
    server = await loop.create_server(lambda: SMTP(mails, hostname="localhost", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
