#!/usr/bin/env python3
"""Whole pushes, side by side: with hooks and without, and signed history against git itself.

usage: push.py BUILD-DIR [ROUNDS]   (called by `make bench`)

Rounds of the two sides alternate, so that what else the machine does falls on both. Medians are printed,
and their ratio; the ratio is the result, the times say what it was measured on.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 40
T = tempfile.mkdtemp(prefix="rw-bench.")
ENV = {
    "PATH": BUILD + ":" + os.environ["PATH"],
    "HOME": T,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": T + "/gitconfig",
    "LC_ALL": "C.UTF-8",
}
DIGEST = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: {n}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web@sha256:{digest}
          ports: [{{name: http, containerPort: 8080}}]
          resources: {{requests: {{cpu: 50m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
"""


def run(*argv, cwd=T, check=True, **kw):
    return subprocess.run(argv, cwd=cwd, env=ENV, check=check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kw)


def git(*argv, cwd=T):
    return run("git", *argv, cwd=cwd).stdout.decode().strip()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def row(what, a, b, unit="ms", scale=1e3, wanted=""):
    print(f"{what:<58} {a * scale:9.2f} {unit} against {b * scale:9.2f} {unit}   ratio {a / b:6.3f}   {wanted}", flush=True)


def timed(*argv, cwd=T, **kw):
    start = time.perf_counter()
    run(*argv, cwd=cwd, **kw)
    return time.perf_counter() - start


def setup():
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", T + "/key")
    for key, value in {
        "user.name": "Alice", "user.email": "alice@example.com", "gpg.format": "ssh", "user.signingKey": T + "/key",
        "init.defaultBranch": "main", "gpg.ssh.allowedSignersFile": T + "/allowed", "gc.auto": "0",
    }.items():
        git("config", "--global", key, value)
    with open(T + "/key.pub", encoding="ascii") as f:
        pub = f.read().strip()
    write(T + "/allowed", "alice@example.com " + pub + "\n")
    run("refwall", "init", "--state", T + "/state", "--listen", "127.0.0.1:0", "--origin", "bench.example.com")
    write(T + "/state/policy.yaml", f"""version: 1
identities:
  alice: {{accounts: ["unix:{os.getuid()}"], emails: [alice@example.com], keys: [{{ssh: "{pub}"}}]}}
refs: [refs/heads/**]
scope: {{refs: [refs/heads/main]}}
rules:
  - name: append-only
    updates: [create, fast-forward]
    pushed-by: [alice]
    signed: {{by: [alice]}}
  - name: manifests
    paths: [apps/**]
    manifests: {{}}
    images: {{pinned: digest, registries: [registry.example.com]}}
    secrets: encrypted
""")


def bench_push():
    """One signed commit with ten manifests, pushed to a guarded and to a bare repository, in turn."""
    for name in ("guarded", "bare"):
        git("init", "-q", "--bare", f"{T}/{name}.git")
    run("refwall", "install", "--config", T + "/state/refwall.yaml", T + "/guarded.git")
    for key, value in {"receive.fsckObjects": "true"}.items():
        git("--git-dir", T + "/bare.git", "config", key, value)
    work = T + "/work"
    git("init", "-q", work)
    times = {"guarded": [], "bare": []}
    for i in range(ROUNDS + 3):
        for k in range(10):
            write(f"{work}/apps/app{k}.yaml", MANIFEST.format(name=f"app{k}", n=i % 7 + 1 + i // 7, digest=DIGEST))
        git("add", "-A", cwd=work)
        git("commit", "-q", "-S", "-m", f"change {i}", cwd=work)
        order = ("guarded", "bare") if i % 2 else ("bare", "guarded")
        for name in order:
            t = timed("git", "push", "-q", f"{T}/{name}.git", "main", cwd=work)
            if i >= 3:
                times[name].append(t)
    row("push of one commit with ten manifests: hooks / none", statistics.median(times["guarded"]),
        statistics.median(times["bare"]), wanted="wanted <= 1.3")


def bench_history():
    """2,000 signed commits: what `git log --format=%G?` needs, and what the judgement of the same range needs."""
    work = T + "/history"
    git("init", "-q", work)
    tree = git("hash-object", "-t", "tree", "-w", "--stdin", cwd=work)
    parent = []
    sample = []
    for i in range(2000):
        out = run("git", "commit-tree", tree, "-S", "-m", f"commit {i}", *parent, cwd=work).stdout.decode().strip()
        parent = ["-p", out]
        sample.append(out)
    git("update-ref", "refs/heads/main", sample[-1], cwd=work)
    few = 100
    t_git = timed("git", "log", "--format=%G?", f"{sample[-few - 1]}..{sample[-1]}", cwd=work) * (1999 / few)
    argv = ["refwall", "check", "--policy", T + "/state/policy.yaml", "--repo", work, "--as", "alice"]
    best = min(timed(*argv, f"{sample[0]}..{sample[-1]}", cwd=work) for _ in range(5))
    start = min(timed(*argv, f"{sample[-2]}..{sample[-1]}", cwd=work) for _ in range(5))
    print(f"# git: measured over {few} commits and scaled to 1,999")
    row("judge 1,999 SSH-signed commits: refwall / git log %G?", best, t_git, wanted=f"{t_git / best:.0f} times faster; wanted 100")
    print(f"# of which start and one commit: {start * 1e3:.2f} ms; {(best - start) / 1998 * 1e6:.1f} us a commit on {os.cpu_count()} cores")


PEAK = """
import resource, subprocess, sys
r = subprocess.run(sys.argv[2:], env={"GIT_DIR": sys.argv[1], "PATH": "/usr/bin:/bin"}, cwd=sys.argv[1],
                   input=sys.stdin.buffer.read(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
print(r.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def bench_memory():
    """Peak resident memory of the hook while it judges 2,000 signed commits in a push: asked in a process of its own."""
    repo = T + "/memory.git"
    git("init", "-q", "--bare", repo)
    run("refwall", "install", "--config", T + "/state/refwall.yaml", repo)
    git("--git-dir", repo, "fetch", "-q", T + "/history", "main")
    head = git("rev-parse", "main", cwd=T + "/history")
    out = subprocess.run([sys.executable, "-c", PEAK, repo, BUILD + "/refwall-hook", "pre-receive"], check=True,
                         input=f"{'0' * 40} {head} refs/heads/main\n".encode(), stdout=subprocess.PIPE).stdout.split()
    if out[0] != b"0":
        sys.exit("the hook refused the history")
    print(f"{'memory of the hook, 2,000 signed commits':<58} {int(out[1]) / 1024:9.2f} MiB   wanted < 64 MiB")


setup()
bench_push()
bench_history()
bench_memory()
run("rm", "-rf", T, cwd="/")
