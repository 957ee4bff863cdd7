"""A small DNS on the loopback for the tests: a signed root, zones below it, served by nsd on a free port.

The root delegates to `signed.example` and `bogus.example` with a DS, to `plain.example` and `broken.example` without. The
trust anchor is the root's key. `bogus.example` is changed after it was signed; `broken.example` has no file, so that nsd
answers SERVFAIL.
"""
import os
import re
import shutil
import socket
import subprocess
import threading
import time

TOOLS = ("nsd", "ldns-keygen", "ldns-signzone")
STARTS_WITHIN_SECONDS = 20

HEAD = """$ORIGIN {origin}
$TTL 60
@ IN SOA ns. admin. 1 3600 600 86400 60
@ IN NS ns.
"""

CONFIG = """server:
    ip-address: 127.0.0.1
    port: {port}
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    database: ""
    pidfile: "{folder}/nsd.pid"
    zonelistfile: "{folder}/zone.list"
    xfrdfile: "{folder}/xfrd.state"
    xfrdir: "{folder}"
    logfile: "{folder}/nsd.log"
    server-count: 1
    tcp-count: 50
remote-control:
    control-enable: no
"""


def find_tool(name):
    """Returns the path of a program; Debian has nsd where not every user looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def missing_tools():
    return [name for name in TOOLS if find_tool(name) is None]


def free_port():
    """Returns a port that is free for UDP and TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def txt(name, data, length=255):
    """Returns a TXT record in zone file form, its bytes cut into strings of `length`."""
    strings = [data[i:i + length] for i in range(0, len(data), length)]
    quoted = ['"' + "".join(f"\\{byte:03d}" for byte in string) + '"' for string in strings]
    return f"{name} IN TXT ( " + "\n    ".join(quoted) + " )\n"


class Server:
    """The zones in a folder and the nsd that serves them."""

    def __init__(self, folder, zones, tampered):
        """`zones` has the records of each zone by its origin; `tampered` is the text that is replaced in the signed
        bogus.example, and the one in its place."""
        self.folder = folder
        self.port = free_port()
        self.address = f"127.0.0.1@{self.port}"
        self.anchor = os.path.join(folder, "anchor.key")
        self.process = None
        root = ["ns. IN A 127.0.0.1\n"]
        for origin in ("signed.example.", "bogus.example."):
            self.write(origin, zones[origin])
            root += [f"{origin} IN NS ns.\n", self.sign(origin)]
        for origin in ("plain.example.", "broken.example."):
            root.append(f"{origin} IN NS ns.\n")
        self.write("plain.example.", zones["plain.example."])
        self.write(".", "".join(root))
        self.sign(".", self.anchor)
        self.replace("bogus.example.zone.signed", *tampered)
        with open(self.path("nsd.conf"), "w", encoding="ascii") as file:
            file.write(CONFIG.format(port=self.port, folder=folder))
            for origin, name in ((".", "root.zone.signed"), ("signed.example.", "signed.example.zone.signed"),
                                 ("bogus.example.", "bogus.example.zone.signed"), ("plain.example.", "plain.example.zone"),
                                 ("broken.example.", "not-there.zone")):
                file.write(f'zone:\n    name: "{origin}"\n    zonefile: "{name}"\n')

    def path(self, name):
        return os.path.join(self.folder, name)

    def zone_file(self, origin):
        return self.path(("root." if origin == "." else origin) + "zone")

    def write(self, origin, records):
        with open(self.zone_file(origin), "w", encoding="ascii") as file:
            file.write(HEAD.format(origin=origin) + records)

    def sign(self, origin, anchor=None):
        """Signs a zone. Returns its DS record; writes its key to `anchor`."""
        made = subprocess.run([find_tool("ldns-keygen"), "-a", "ECDSAP256SHA256", "-k", origin], cwd=self.folder,
                              check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([find_tool("ldns-signzone"), self.zone_file(origin), self.path(made)], check=True,
                       capture_output=True)
        if anchor is not None:
            shutil.copy(self.path(made + ".key"), anchor)
        with open(self.path(made + ".ds"), encoding="ascii") as file:
            return file.read()

    def replace(self, name, old, new):
        with open(self.path(name), encoding="ascii") as file:
            text = file.read()
        changed = re.sub(re.escape(old), new, text)
        assert changed != text, f"{old} is not in {name}"
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(changed)

    def start(self):
        self.process = subprocess.Popen([find_tool("nsd"), "-d", "-c", self.path("nsd.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        log = self.path("nsd.log")
        raise RuntimeError(open(log, encoding="utf-8").read() if os.path.exists(log) else "nsd does not start")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


class Relay:
    """Passes questions (UDP) on to a server and its answers back, but for names with a label, which it swallows; counts
    the questions by name. Without a server it swallows all."""

    def __init__(self, port, swallowed):
        self.port = port
        self.label = bytes([len(swallowed)]) + swallowed.encode()
        self.questions = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1@{self.socket.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            question, client = self.socket.recvfrom(65535)
            self.questions.append(question)
            if self.port is not None and self.label not in question:
                threading.Thread(target=self.pass_on, args=(question, client), daemon=True).start()

    def pass_on(self, question, client):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.settimeout(5)
            server.sendto(question, ("127.0.0.1", self.port))
            try:
                self.socket.sendto(server.recv(65535), client)
            except OSError:
                pass
