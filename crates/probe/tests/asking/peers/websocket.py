"""A WebSocket server by websockets: greets, then repeats what it hears. Arguments, if it is to speak TLS: certificate and key,
files in PEM. Prints its port."""

import asyncio
import ssl
import sys

from websockets.asyncio.server import serve


async def talk(connection):
    await connection.send('{"ready": true, "queue": {"depth": 7}}')
    async for message in connection:
        await connection.send("you said " + message)


def choose(connection, offered):
    return "events.v2" if "events.v2" in offered else None


def tls():
    if len(sys.argv) < 3:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    return context


async def main():
    async with serve(talk, "127.0.0.1", 0, select_subprotocol=choose, ssl=tls()) as server:
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
