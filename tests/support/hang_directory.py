#!/usr/bin/env python3
"""hang_directory DIR - DIR becomes a file system that answers nothing, as one does whose server is gone.

Says "hung" when it is, and goes on until it is killed; then whoever waits for the file system gets an error.
"""
import ctypes
import os
import signal
import sys


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    fuse = os.open("/dev/fuse", os.O_RDWR)  # nobody ever reads from it
    options = f"fd={fuse},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    if libc.mount(b"hung", os.fsencode(sys.argv[1]), b"fuse", 0, options.encode()) != 0:
        sys.exit(f"hang_directory: cannot mount: {os.strerror(ctypes.get_errno())}")
    print("hung", flush=True)
    signal.pause()


main()
