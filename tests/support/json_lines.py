#!/usr/bin/env python3
"""json_lines.py KIND FILE [NAME=VALUE...] - checks a log, and prints some of its lines.

Every line must be a JSON object of its own, in printable ASCII. KIND audit: with time, number and
event; KIND log: with time, level and message. Prints the lines whose members are as said; null,
true, false and numbers stand for themselves.
"""

import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MEMBERS = {
    "audit": {"time": str, "number": int, "event": str},
    "log": {"time": str, "level": str, "message": str},
}


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def main():
    required = MEMBERS[sys.argv[1]]
    wanted = [argument.split("=", 1) for argument in sys.argv[3:]]
    with open(sys.argv[2], "rb") as log:
        content = log.read()
    # What is being written now is looked at the next time.
    content = content[: content.rfind(b"\n") + 1]
    for line in content.decode("ascii").split("\n")[:-1]:
        if not line.isprintable():
            sys.exit(f"not printable: {line!r}")
        members = json.loads(line)
        for name, kind in required.items():
            if not isinstance(members.get(name), kind):
                sys.exit(f"{name} is wrong: {line}")
        if not TIME.fullmatch(members["time"]):
            sys.exit(f"the time is wrong: {line}")
        if all(name in members and as_text(members[name]) == value for name, value in wanted):
            print(line)


main()
