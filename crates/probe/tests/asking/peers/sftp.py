"""An SSH server by asyncssh that knows one user by his password and serves a folder. Arguments: folder, and how it asks for the
password, if not by the method of that name: by keyboard-interactive, alone (`alone`), then for a code (`code`), for a name that is
shown (`shown`), for two things at once (`two`), or without end for nothing (`endless`). Prints its port and the fingerprint of its
key."""

import asyncio
import sys

import asyncssh


HOW = sys.argv[2] if len(sys.argv) > 2 else "password"

PASSWORD = ("Password: ", False)
CODE = ("Code: ", False)
FIRST = {"alone": [PASSWORD], "code": [PASSWORD], "shown": [("Name: ", True)], "two": [PASSWORD, CODE], "endless": []}


def question(prompts):
    return ("", "", "en-US", prompts)


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        self.is_known = False
        return True

    def password_auth_supported(self):
        return HOW == "password"

    def validate_password(self, username, password):
        return (username, password) == ("ada", "four unrelated words")

    def kbdint_auth_supported(self):
        return HOW != "password"

    def get_kbdint_challenge(self, username, lang, submethods):
        return question(FIRST[HOW])

    def validate_kbdint_response(self, username, responses):
        if HOW == "endless":
            return question([])
        if self.is_known:
            # The answer to a word of greeting, which asked for nothing.
            return HOW == "alone" and list(responses) == []
        self.is_known = username == "ada" and list(responses) == ["four unrelated words"]
        if not self.is_known:
            return False
        return question([CODE] if HOW == "code" else [])


class Folder(asyncssh.SFTPServer):
    def __init__(self, channel):
        super().__init__(channel, chroot=sys.argv[1])


async def main():
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[key], sftp_factory=Folder, sftp_version=3
    )
    print(f"ready {server.get_port()} {key.get_fingerprint()}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
