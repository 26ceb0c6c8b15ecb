#!/usr/bin/env python3
"""A strict webhook receiver: receiver.py DIR [PORT]

Checks every signature by itself (hmac of the standard library), keeps what it got as one JSON object per line in
DIR/got, and answers as DIR/behave/NAME says for the path /NAME: lines that are used up one by one, the last one stays.

    200, 500, 410 ...       that status
    429 SECONDS             with Retry-After
    slow SECONDS            sleep, then 200
    hang                    never answer
    close                   close the connection without an answer
    cut                     close it in the middle of the answer
    redirect URL            302
    huge                    200 and an endless body

The key is DIR/secret, or DIR/secret.NAME. Anything unexpected makes the request "bad", with the reason.
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIR = sys.argv[1]
LOCK = threading.Lock()
ALLOWED = {
    "host", "accept", "content-type", "content-length", "user-agent", "x-github-event", "x-github-delivery",
    "x-hub-signature-256", "x-signature", "webhook-id", "webhook-timestamp", "webhook-signature",
}
PUSH = {
    "ref": str, "before": str, "after": str, "created": bool, "deleted": bool, "forced": bool, "compare": str,
    "repository": dict, "pusher": dict, "sender": dict, "commits": list,
}
REPOSITORY = {
    "id": int, "name": str, "full_name": str, "html_url": str, "clone_url": str, "ssh_url": str, "default_branch": str,
    "owner": dict,
}


def read(name):
    with open(os.path.join(DIR, name), "rb") as f:
        return f.read()


def behaviour(name):
    path = os.path.join(DIR, "behave", name)
    with LOCK:
        try:
            with open(path) as f:
                lines = f.read().split("\n")
        except FileNotFoundError:
            return ["200"]
        lines = [x for x in lines if x]
        if not lines:
            return ["200"]
        if len(lines) > 1:
            with open(path + ".new", "w") as f:
                f.write("\n".join(lines[1:]) + "\n")
            os.rename(path + ".new", path)
        return lines[0].split()


def unique(pairs):
    names = [k for k, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member stands twice")
    return dict(pairs)


def types(value, wanted, where):
    for name, kind in wanted.items():
        if name not in value:
            return f"{where}.{name} is missing"
        if type(value[name]) is not kind:
            return f"{where}.{name} is {type(value[name]).__name__}"
    return None


def check(headers, body, secret):
    """The reason why a request is bad, or None."""
    names = [k.lower() for k, _ in headers]
    if len(names) != len(set(names)):
        return "a header stands twice"
    h = {k.lower(): v for k, v in headers}
    strange = set(names) - ALLOWED
    if strange:
        return "unexpected headers: " + ", ".join(sorted(strange))
    missing = ALLOWED - set(names)
    if missing:
        return "missing headers: " + ", ".join(sorted(missing))
    if h["content-type"] != "application/json":
        return "Content-Type: " + h["content-type"]
    digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(h["x-hub-signature-256"], "sha256=" + digest):
        return "X-Hub-Signature-256 is wrong"
    if not hmac.compare_digest(h["x-signature"], "sha256=" + digest):
        return "X-Signature is wrong"
    signed = f"{h['webhook-id']}.{h['webhook-timestamp']}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    if want not in h["webhook-signature"].split(" "):
        return "webhook-signature is wrong"
    if abs(time.time() - int(h["webhook-timestamp"])) > 300:
        return "webhook-timestamp is old"
    if h["webhook-id"] != h["x-github-delivery"]:
        return "the ids differ"
    event = json.loads(body, object_pairs_hook=unique)
    if h["x-github-event"] == "ping":
        return types(event, {"zen": str, "hook_id": int, "hook": dict}, "ping")
    if h["x-github-event"] != "push":
        return "event " + h["x-github-event"]
    why = types(event, PUSH, "push") or types(event["repository"], REPOSITORY, "repository")
    if why:
        return why
    for name in ("created_at", "pushed_at", "updated_at"):
        if name in event["repository"]:
            return name + " breaks typed readers"
    if event["deleted"] or event["after"] == "0" * 40:
        return "a deletion was announced"
    for c in event["commits"]:
        why = types(c, {"id": str, "message": str, "timestamp": str, "author": dict, "added": list, "modified": list,
                        "removed": list}, "commit")
        if why:
            return why
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *args):
        pass

    def refuse(self):
        self.keep("unexpected", b"", "method " + self.command)
        self.send_error(400)

    do_GET = do_PUT = do_HEAD = refuse

    def keep(self, name, body, bad):
        try:
            event = json.loads(body) if body else None
        except ValueError:
            event = None
        line = json.dumps({
            "path": self.path, "name": name, "bad": bad, "time": time.time(), "event": self.headers.get("X-GitHub-Event"),
            "uuid": self.headers.get("X-GitHub-Delivery"), "body": event,
        })
        with LOCK, open(os.path.join(DIR, "got"), "a") as f:
            f.write(line + "\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.strip("/").split("/")[0] or "root"
        try:
            key = "secret." + name
            secret = read(key if os.path.exists(os.path.join(DIR, key)) else "secret")
            bad = check(self.headers.items(), body, secret)
        except Exception as e:  # pylint: disable=broad-except
            bad = repr(e)
        act = behaviour(name)
        self.keep(name, body, bad)
        if bad:
            self.answer(599)
        elif act[0] == "slow":
            time.sleep(float(act[1]))
            self.answer(200)
        elif act[0] == "hang":
            time.sleep(60)
        elif act[0] == "close":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif act[0] == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            self.wfile.flush()
            self.close_connection = True
        elif act[0] == "redirect":
            self.answer(302, {"Location": act[1]})
        elif act[0] == "huge":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True
        elif act[0] == "429":
            self.answer(429, {"Retry-After": act[1]})
        else:
            self.answer(int(act[0]))

    def answer(self, status, headers=None):
        try:
            self.send_response(status)
            for k, v in (headers or {}).items():
                self.send_header(k, v)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
with open(os.path.join(DIR, "port.new"), "w") as f:
    f.write(f"{server.server_address[1]}\n")
os.rename(os.path.join(DIR, "port.new"), os.path.join(DIR, "port"))
server.serve_forever()
