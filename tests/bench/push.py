#!/usr/bin/env python3
"""Whole pushes, side by side: with hooks and without, and signed history against git itself.

usage: push.py BUILD-DIR [ROUNDS]   (called by `make bench`)

Rounds of the two sides alternate, so that what else the machine does falls on both. Medians are printed, and their
ratio; the ratio is the result, the times say what it was measured on. On a busy machine look at processor time.
"""
import os
import resource
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


def row(what, a, b, wanted=0.0, unit="ms", note=""):
    """Ours, theirs, their ratio, and what is wanted of it (0: for information)."""
    verdict = f"   wanted <= {wanted:.2f}  {'ok' if a / b <= wanted else 'OVER'}" if wanted else ""
    print(f"{what:<70} {a:9.2f} {unit:<4} against {b:9.2f} {unit:<4} ratio {a / b:6.2f}{verdict}{note}", flush=True)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(*argv, cwd=T, **kw):
    """Seconds by the clock, and of processor time, with that of all descendants."""
    start, cpu = time.perf_counter(), cpu_seconds()
    run(*argv, cwd=cwd, **kw)
    return time.perf_counter() - start, cpu_seconds() - cpu


class Pair:
    """A guarded and a bare repository, to which the same is pushed in turn."""

    def __init__(self, name):
        self.path = {side: f"{T}/{name}-{side}.git" for side in ("guarded", "bare")}
        self.taken = {side: [] for side in self.path}
        self.round = 0
        for path in self.path.values():
            git("init", "-q", "--bare", path)
        run("refwall", "install", "--config", T + "/state/refwall.yaml", self.path["guarded"])
        git("--git-dir", self.path["bare"], "config", "receive.fsckObjects", "true")

    def push(self, work, what, count=True):
        self.round += 1
        for side in ("guarded", "bare") if self.round % 2 else ("bare", "guarded"):
            taken = timed("git", "push", "-q", self.path[side], what, cwd=work)
            if count:
                self.taken[side].append(taken)

    def rows(self, what, wanted=0.0):
        for k, kind in enumerate(("time", "processor time")):
            a, b = (statistics.median(t[k] for t in self.taken[side]) * 1e3 for side in ("guarded", "bare"))
            row(f"{what}: hooks / none, {kind}", a, b, 0 if k else wanted)


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


def write_manifests(work, count, n):
    for k in range(count):
        write(f"{work}/apps/app{k}.yaml", MANIFEST.format(name=f"app{k}", n=n, digest=DIGEST))


def bench_manifests(what, count, rounds, wanted=0.0):
    """One signed commit that changes that many manifests."""
    pair = Pair(f"manifests{count}")
    work = f"{T}/work{count}"
    git("init", "-q", work)
    for i in range(rounds + 2):
        write_manifests(work, count, i + 1)
        git("add", "-A", cwd=work)
        git("commit", "-q", "-S", "-m", f"change {i}", cwd=work)
        pair.push(work, "main", i >= 2)
    pair.rows(what, wanted)


def make_history(count):
    work = T + "/history"
    git("init", "-q", work)
    tree = git("hash-object", "-t", "tree", "-w", "--stdin", cwd=work)
    ids = []
    for i in range(count):
        parent = ["-p", ids[-1]] if ids else []
        ids.append(git("commit-tree", tree, "-S", "-m", f"commit {i}", *parent, cwd=work))
    git("update-ref", "refs/heads/main", ids[-1], cwd=work)
    return work, ids


def bench_commits(work, ids, step):
    """That many signed commits at a time."""
    pair = Pair("commits")
    for i in range(step, len(ids), step):
        pair.push(work, f"{ids[i]}:refs/heads/main", i > step)
    pair.rows(f"push of {step} signed commits")


def bench_history(work, ids):
    """What `git log --format=%G?` needs, and what the judgement of the same range needs."""
    few = 100
    n = len(ids) - 1
    by_git = [t * n / few for t in timed("git", "log", "--format=%G?", f"{ids[-few - 1]}..{ids[-1]}", cwd=work)]
    argv = ["refwall", "check", "--policy", T + "/state/policy.yaml", "--repo", work, "--as", "alice"]
    best = min(timed(*argv, f"{ids[0]}..{ids[-1]}", cwd=work) for _ in range(5))
    start = min(timed(*argv, f"{ids[-2]}..{ids[-1]}", cwd=work) for _ in range(5))
    print(f"# git: measured over {few} commits and scaled to {n:,}")
    for k, kind in enumerate(("time", "processor time")):
        row(f"judge {n:,} SSH-signed commits / git log %G?, {kind}", best[k] * 1e3, by_git[k] * 1e3, 0 if k else 0.01,
            note=f"  ({by_git[k] / best[k]:.0f} times faster; {(best[k] - start[k]) / (n - 1) * 1e6:.1f} us a commit)")


PEAK = """
import resource, subprocess, sys
r = subprocess.run(sys.argv[2:], env={"GIT_DIR": sys.argv[1], "PATH": "/usr/bin:/bin"}, cwd=sys.argv[1],
                   input=sys.stdin.buffer.read(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
print(r.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(repo, old, new):
    """MiB that the hook had resident at its peak, asked in a process of its own."""
    out = subprocess.run([sys.executable, "-c", PEAK, repo, BUILD + "/refwall-hook", "pre-receive"], check=True,
                         input=f"{old} {new} refs/heads/main\n".encode(), stdout=subprocess.PIPE).stdout.split()
    if out[0] != b"0":
        sys.exit("the hook refused what was to be measured")
    return int(out[1]) / 1024


def bench_memory(what, work):
    """While it judges everything that the work tree's branch holds, as one push to a new repository."""
    repo = work + "-memory.git"
    git("init", "-q", "--bare", repo)
    run("refwall", "install", "--config", T + "/state/refwall.yaml", repo)
    git("--git-dir", repo, "fetch", "-q", work, "main")
    row(f"memory of the hook, {what}", peak(repo, "0" * 40, git("rev-parse", "main", cwd=work)), 64, 1, unit="MiB")


def hook_seconds(repo, ref, tip):
    """What its hook takes to judge a new ref: by the clock, and of processor time."""
    env = {"GIT_DIR": repo, "PATH": "/usr/bin:/bin"}
    start, cpu = time.perf_counter(), cpu_seconds()
    subprocess.run([BUILD + "/refwall-hook", "pre-receive"], env=env, cwd=repo, check=True, stderr=subprocess.DEVNULL,
                   input=f"{'0' * 40} {tip} {ref}\n".encode(), stdout=subprocess.DEVNULL)
    return time.perf_counter() - start, cpu_seconds() - cpu


def bench_again(work, rounds):
    """The same signed commits to a second branch, with rules of its own. A log that knows nothing for each round."""
    tip = git("rev-parse", "main", cwd=work)
    n = git("rev-list", "--count", "main", cwd=work)
    with open(T + "/state/policy.yaml", encoding="utf-8") as f:
        policy = f.read() + "  - name: second\n    refs: [refs/heads/second]\n    signed: {by: [alice]}\n"
    taken = {"main": [], "second": []}
    for i in range(rounds):
        state, repo = f"{T}/again{i}", f"{T}/again{i}.git"
        run("refwall", "init", "--state", state, "--listen", "127.0.0.1:0", "--origin", "bench.example.com")
        write(state + "/policy.yaml", policy)
        git("init", "-q", "--bare", repo)
        run("refwall", "install", "--config", state + "/refwall.yaml", repo)
        git("--git-dir", repo, "fetch", "-q", work, "main")
        hook_seconds(repo, "refs/heads/other", tip)         # the compiled policy, and warm files
        for branch, all_taken in taken.items():
            all_taken.append(hook_seconds(repo, "refs/heads/" + branch, tip))
    for k, kind in enumerate(("time", "processor time")):
        a, b = (statistics.median(t[k] for t in taken[branch]) * 1e3 for branch in ("second", "main"))
        row(f"hook, {int(n):,} signed commits: second branch / first, {kind}", a, b, 0 if k else 0.5)


setup()
bench_manifests("push of one commit with ten manifests", 10, ROUNDS, 1.3)
bench_manifests("push of one commit with 1,000 manifests", 1000, max(ROUNDS // 6, 3))
history, commits = make_history(2001)
bench_commits(history, commits, 200)
bench_history(history, commits)
bench_again(history, max(ROUNDS // 6, 3))
bench_memory("2,000 signed commits", history)
bench_memory("1,000 manifests", T + "/work1000")
run("rm", "-rf", T, cwd="/")
