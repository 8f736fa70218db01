"""Applications on top of the Python example, one a case, for examples/test/conversations.test.ts: JSON lines in and out.

In: {"case", "do": "start" | "publish" | "send" | "close" | "end", ...}. Out: {"case", "received" | "answered" | "stopped" | "ended"}.
"""

from __future__ import annotations

import faulthandler
import json
import queue
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import longwire_client
from longwire_client import Client, Disconnected, Message

faulthandler.register(signal.SIGUSR1, all_threads=True)
longwire_client.BACKOFF_BASE, longwire_client.BACKOFF_CAP = 0.02, 0.2
TURN = 0.02  # seconds
write_lock = threading.Lock()


def tell(case: int, **what: Any) -> None:
    with write_lock:
        print(json.dumps({"case": case, **what}), flush=True)


def received(message: Message) -> dict[str, str]:
    fields = {"message_id": message.message_id, "from": message.sender, "payload": message.payload.hex()}
    return {name: value for name, value in fields.items() if value}


def ask(client: Client, command: dict[str, Any]) -> str:
    """Sends until the answer is more than "try again"."""
    payload, message_id = bytes.fromhex(command.get("payload", "")), command["message_id"]
    while True:
        if command["do"] == "publish":
            answer = client.publish(command["kind"], payload, message_id)
        else:
            answer = client.send(command["to"], payload, message_id)
        if answer.status != "RETRY":
            return "REJECTED" if answer.status.startswith("UNKNOWN_") else answer.status


def run(case: int, auth_url: str, commands: queue.Queue[dict[str, Any]]) -> None:
    client = Client(auth_url, "alice", "secret")
    try:
        client.connect(60)
        while True:
            message = client.receive(TURN)
            if message:
                tell(case, received=received(message))
            with suppress(queue.Empty):
                command = commands.get_nowait()
                if command["do"] == "close":
                    return client.close()
                if command["do"] == "end":
                    return client._drop()
                tell(case, answered={"message_id": command["message_id"], "outcome": ask(client, command)})
    except Disconnected as error:
        if error.then == "stay away":
            return tell(case, stopped=str(error))
        tell(case, failed=str(error))
    except Exception as error:
        tell(case, failed=repr(error))
    finally:
        tell(case, ended=True)


def main() -> None:
    cases: dict[int, queue.Queue[dict[str, Any]]] = {}
    for line in sys.stdin:
        command = json.loads(line)
        case = command["case"]
        if command["do"] == "start":
            cases[case] = queue.Queue()
            threading.Thread(target=run, args=(case, command["auth"], cases[case]), daemon=True).start()
        else:
            cases[case].put(command)


main()
