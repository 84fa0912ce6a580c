"""A real SMTP server for tests: aiosmtpd on a free port of loopback.

Each message that is taken is written into a folder before the client is told so: the envelope as JSON, then the message as it came.
It prints its port first and ends when its standard input ends, so that it never outlives a test. Receivers are answered by their
name: `gone@` is refused for good, `later@` for now; a message to `never@` is refused after it was sent. With `--pause` it takes so
many seconds between having a message and saying so, as a busy one does.
"""

import argparse
import asyncio
import json
import os
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--starttls", action="store_true")
parser.add_argument("--tls", action="store_true")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--pause", type=float, default=0)
parser.add_argument("--login", nargs=2, metavar=("USER", "PASSWORD"))
given = parser.parse_args()


class Taking:
    """What becomes of mail."""

    taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 nobody of this name"
        if address.startswith("later@"):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        if any(address.startswith("never@") for address in envelope.rcpt_tos):
            return "554 5.7.1 looks like spam"
        Taking.taken += 1
        number = Taking.taken
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "tls": session.ssl is not None or given.tls,
            "login": bool(session.authenticated),
        }
        path = given.folder / f"{number:06}"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(json.dumps(told).encode() + b"\n" + envelope.original_content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path.with_suffix(".eml"))
        await asyncio.sleep(given.pause)
        return f"250 2.0.0 Ok: queued as {number}"


def let_in(server, session, envelope, mechanism, data):
    words = [data.login.decode(), data.password.decode()] if data else []
    return AuthResult(success=words == given.login, handled=False)


def context():
    if not given.certificate:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(given.certificate, given.key)
    return made


def talking():
    return SMTP(
        Taking(),
        hostname="relay.test",
        tls_context=context() if given.starttls else None,
        require_starttls=given.starttls,
        authenticator=let_in if given.login else None,
        auth_required=bool(given.login),
        # Behind TLS from the start, it does not know that the connection is safe.
        auth_require_tls=not given.tls,
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(talking, "127.0.0.1", 0, ssl=context() if given.tls else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
# Whoever still talks to it is cut off.
os._exit(0)
