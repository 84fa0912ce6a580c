"""A WebSocket server by websockets: greets, then repeats what it hears. Prints its port."""

import asyncio
import sys

from websockets.asyncio.server import serve


async def talk(connection):
    await connection.send('{"ready": true, "queue": {"depth": 7}}')
    async for message in connection:
        await connection.send("you said " + message)


def choose(connection, offered):
    return "events.v2" if "events.v2" in offered else None


async def main():
    async with serve(talk, "127.0.0.1", 0, select_subprotocol=choose) as server:
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
