#!/usr/bin/python3
"""notify_record.py SOCKET: a service manager's end of sd_notify; prints each line of each message."""
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(receiver.recv(4096).decode(), flush=True)
