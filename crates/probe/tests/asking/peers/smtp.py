"""A mail server by aiosmtpd that begins TLS and knows one user. Arguments: certificate, key. Prints its port."""

import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"ada", b"four unrelated words")
    return AuthResult(success=known, handled=False)


class Server(Controller):
    def factory(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        return SMTP(
            self.handler,
            hostname="mail.example",
            tls_context=context,
            authenticator=authenticate,
            auth_exclude_mechanism=sys.argv[3:],
        )


# The controller asks its own port, so it has to be a number: the kernel's choice is taken over.
import socket

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = Server(Mailbox(), hostname="127.0.0.1", port=port)
server.start()
print(f"port {port}", flush=True)
sys.stdin.read()
server.stop()
