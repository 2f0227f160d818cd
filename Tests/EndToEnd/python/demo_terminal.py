# weir demo on a terminal of its own: it must stay up, print its address, answer there, and end with Ctrl-C.
import os
import pty
import re
import socket
import sys

program, law, data = sys.argv[1:4]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(program, [program, "demo", "--size", "small", "--lang", "en", "--law", law, "--data", data])
seen = b""
while b"Ctrl-C stops it" not in seen:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        part = b""
    if not part:
        sys.exit("it ended by itself:\n" + seen.decode(errors="replace")[-3000:])
    seen += part
address = re.search(rb"running at ([0-9.]+):([0-9]+)", seen)
if not address:
    sys.exit("it printed no address")
host, port = address[1].decode(), int(address[2])
socket.create_connection((host, port), timeout=5).close()
os.write(terminal, b"\x03")
try:
    while os.read(terminal, 65536):
        pass
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
try:
    socket.create_connection((host, port), timeout=5).close()
    sys.exit("the gateway still answers")
except ConnectionRefusedError:
    pass
if os.path.exists(data + "/ready"):
    sys.exit("the folder still says ready")
print("ended with", status)
sys.exit(status)
