#!/usr/bin/env python3
"""audit.py FILE [NAME=VALUE...] - checks an audit log, and prints some of its lines.

Every line must be a JSON object of its own, in ASCII, with time, number and event; numbers must
rise. Prints the lines whose members are as said; null, true and false stand for themselves.
"""

import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def main():
    wanted = [argument.split("=", 1) for argument in sys.argv[2:]]
    with open(sys.argv[1], "rb") as log:
        content = log.read()
    if content and not content.endswith(b"\n"):
        sys.exit("the last line has no end")
    for line in content.decode("ascii").splitlines():
        members = json.loads(line)
        if not TIME.fullmatch(members["time"]) or not isinstance(members["number"], int):
            sys.exit(f"time or number is wrong: {line}")
        if all(name in members and as_text(members[name]) == value for name, value in wanted):
            print(line)


main()
