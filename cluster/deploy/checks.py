"""What no tool checks: that the files of this folder agree with each other, with the project and with the program.

validate.sh calls it, with PyYAML and docker-py at hand:

    checks.py context
    checks.py agree COMPOSE.json KUBERNETES.yaml
    checks.py commands COMPOSE.json PROGRAM plain|tls

COMPOSE.json is what `docker compose config --format json` prints for all profiles, KUBERNETES.yaml what kustomize
prints, with the Job.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PORTS = {"scheduler": {50050}, "executor": {50051}, "client": set()}


def must(holds, what):
    if not holds:
        sys.exit(f"  {what}")


def unescaped(config):
    """Compose writes $$ for a $ that is the container's."""
    return json.loads(Path(config).read_text().replace("$$", "$"))["services"]


def flags_of(args):
    return {arg for arg in args if arg.startswith("--")}


def flags_in(file, struct):
    """The flags of a clap struct, by the names of its fields."""
    fields = re.search(rf"pub struct {struct} \{{(.*?)\n\}}", (ROOT / file).read_text(), re.S)[1]
    return {"--" + name.replace("_", "-") for name in re.findall(r"^    pub (\w+):", fields, re.M)}


KNOWN = {
    "scheduler": ("cluster/src/start/scheduler.rs", "SchedulerArgs"),
    "executor": ("cluster/src/start/executor.rs", "ExecutorArgs"),
    "status": ("cluster/src/watch.rs", "WatchArgs"),
}


def status(what, command):
    """A check that calls the program, by a shell or without, asks it for `status`, with flags that this has."""
    words = " ".join(command).split("|")[0].split()
    words = words[words.index("outgrow-cluster"):]
    must(words[1] == "status" and flags_of(words) <= flags_in(*KNOWN["status"]), f"{what}: {words}")


def agree(compose, kubernetes):
    import yaml

    services = unescaped(compose)
    objects = [document for document in yaml.safe_load_all(Path(kubernetes).read_text()) if document]
    pods = {}
    for document in objects:
        if document["kind"] in ("Deployment", "Job"):
            pod = document["spec"]["template"]
            pods[pod["metadata"]["labels"]["app.kubernetes.io/component"]] = pod
    must(set(services) == set(pods) == set(PORTS), f"roles: {set(services)} and {set(pods)}")

    # One image everywhere, so that all have the same functions.
    images = {service["image"] for service in services.values()}
    images |= {pod["spec"]["containers"][0]["image"] for pod in pods.values()}
    must(len(images) == 1, f"there is more than one image: {images}")

    # The Dockerfile: version of Rust, user, ports, folders.
    dockerfile = (HERE / "Dockerfile").read_text()
    rust = {tomllib.loads((ROOT / manifest).read_text())["package"]["rust-version"]
            for manifest in ("Cargo.toml", "cluster/Cargo.toml")}
    must(rust == set(re.findall(r"^ARG RUST=(.+)$", dockerfile, re.M)), f"rust-version is {rust}, the image's another")
    [user] = re.findall(r"^USER (\d+):\1$", dockerfile, re.M)
    [exposed] = re.findall(r"^EXPOSE (.+)$", dockerfile, re.M)
    must(set(map(int, exposed.split())) == set().union(*PORTS.values()), f"EXPOSE {exposed}")

    for role, pod in pods.items():
        container = pod["spec"]["containers"][0]
        told = [services[role].get("command") or [], container["args"]]
        if role in KNOWN:
            for args in told:
                unknown = flags_of(args) - flags_in(*KNOWN[role])
                must(args[0] == role and not unknown, f"{role}: unknown flags {unknown}")
            # A replica under Compose gets its address from the entrypoint.
            here = flags_of(told[0]) | flags_of(" ".join(services[role].get("entrypoint") or []).split())
            # An address to listen on is where others find one, too, unless another is said.
            here, there = here | {"--external-host"}, flags_of(told[1]) | {"--external-host"}
            must(here == there, f"{role}: Compose gives {here}, Kubernetes {there}")
        ports = {port["containerPort"] for port in container.get("ports", [])}
        must(ports == PORTS[role], f"{role}: ports {ports}")
        names = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container.get(probe, {})
            must(asked or role == "client" or probe == "startupProbe", f"{role}: {probe}")
            if "exec" in asked:
                status(f"{role}: {probe}", asked["exec"]["command"])
            elif asked:
                must((asked.get("httpGet") or asked.get("tcpSocket"))["port"] in names, f"{role}: port of {probe}")

        # Confined, in both places.
        may, is_ = pod["spec"]["securityContext"], container["securityContext"]
        must(may["runAsNonRoot"] and str(may["runAsUser"]) == user, f"{role}: user")
        must(is_["readOnlyRootFilesystem"] and not is_["allowPrivilegeEscalation"], f"{role}: confined")
        must(is_["capabilities"] == {"drop": ["ALL"]}, f"{role}: capabilities")
        must(services[role]["read_only"] and services[role]["cap_drop"] == ["ALL"], f"{role}: confined by Compose")
        must("ports" not in services[role], f"{role}: Compose publishes a port")

        # Limits, and time to stop.
        limits = services[role]["deploy"]["resources"]["limits"]
        must({"cpus", "memory", "pids"} <= set(limits), f"{role}: limits of Compose")
        must({"cpu", "memory"} <= set(container["resources"]["limits"]), f"{role}: limits of Kubernetes")
        must("stop_grace_period" in services[role], f"{role}: grace period of Compose")
        must("terminationGracePeriodSeconds" in pod["spec"], f"{role}: grace period of Kubernetes")

        # The shared folder: written by clients, read by executors.
        folder = re.search(r"OUTGROW_SHARED_FOLDER=(\S+)", dockerfile)[1]
        mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
        volumes = {volume["target"]: volume.get("read_only", False) for volume in services[role].get("volumes", [])}
        for given in (mounts, volumes):
            must(given.get(folder) == {"scheduler": None, "executor": True, "client": False}[role], f"{role}: {folder}")

    # What the scheduler is called is what executors and clients look for.
    service = next(document for document in objects if document["kind"] == "Service")
    address = f"{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    for args in (services["executor"]["command"], pods["executor"]["spec"]["containers"][0]["args"]):
        must(address in args, f"executor: no {address} in {args}")
    must(f"ballista={address}" in pods["client"]["spec"]["containers"][0]["args"], "client: another scheduler")
    must(service["spec"].get("publishNotReadyAddresses"), "executors could not come to a scheduler without executors")
    made = {document["metadata"]["name"] for document in objects if document["kind"] == "Namespace"}
    used = {document["metadata"].get("namespace") for document in objects if document["kind"] != "Namespace"}
    must(used == made, f"namespaces: made {made}, used {used}")
    [policy] = [document["spec"] for document in objects if document["kind"] == "NetworkPolicy"]
    only_here = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}
    must(policy == only_here, f"network policy: {policy}")

    # What the health checks call.
    for role in ("scheduler", "executor"):
        status(f"{role}: health check", services[role]["healthcheck"]["test"])


def context():
    """The files that go to the build: all that it needs, and nothing else."""
    from docker.utils.build import exclude_paths

    lines = (HERE / "Dockerfile.dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line.strip() and not line.startswith("#")]
    sent = {path for path in exclude_paths(str(ROOT), patterns) if (ROOT / path).is_file()}
    needed = {"Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"}
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())
    for member in [".", *workspace["workspace"]["members"]]:
        manifest = tomllib.loads((ROOT / member / "Cargo.toml").read_text())
        # Cargo refuses a manifest whose targets have no file.
        needed |= {os.path.normpath(f"{member}/{file}") for file in ("Cargo.toml", "src/lib.rs")}
        for kind, folder in (("test", "tests"), ("bench", "benches"), ("example", "examples")):
            for target in manifest.get(kind, []):
                needed.add(os.path.normpath(f"{member}/{target.get('path', folder + '/' + target['name'] + '.rs')}"))
    # Of what is compiled: all sources, and what they include.
    for folder in ("src", "cluster/src", "one-build/src"):
        for source in (ROOT / folder).rglob("*.rs"):
            needed.add(str(source.relative_to(ROOT)))
            for included in re.findall(r'include(?:_str|_bytes)?!\("([^"]+)"\)', source.read_text()):
                needed.add(str((source.parent / included).resolve().relative_to(ROOT)))
    needed |= {str(path.relative_to(ROOT)) for path in (ROOT / "datasets").rglob("*") if path.is_file()}
    must(needed <= sent, f"these files do not go to the build: {sorted(needed - sent)}")
    unwanted = [path for path in sent if re.match(r"(\.git|data|results|book|records|charts|mine/src/bin)(/|$)", path)
                or "target" in Path(path).parts or path.startswith("cluster/deploy")]
    must(not unwanted, f"these files go to the build: {sorted(unwanted)[:5]}")
    size = sum((ROOT / path).stat().st_size for path in sent) / 1e6
    print(f"  {len(sent)} files, {size:.0f} MB")


def commands(compose, program, with_tls):
    """Runs what compose.yaml runs, as processes of this machine, on its loopback device and on free ports."""
    services, program, tls = unescaped(compose), Path(program).resolve(), with_tls == "tls"
    # With TLS 127.0.0.1 is for the processes themselves.
    host = "127.0.0.2" if tls else "127.0.0.1"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bin").mkdir()
        (Path(folder) / "bin/outgrow-cluster").symlink_to(program)
        # In a container it prints the address of that.
        (Path(folder) / "bin/hostname").write_text(f"#!/bin/sh\necho {host}\n")
        (Path(folder) / "bin/hostname").chmod(0o755)
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        free = dict(zip(("50050", "50051"), (str(one.getsockname()[1]) for one in held)))
        for one in held:
            one.close()
        there = {"scheduler:": f"{host}:", **free}

        def here(arg):
            for old, new in there.items():
                arg = arg.replace(old, new)
            return host if arg == "scheduler" else arg

        env = {
            "PATH": f"{folder}/bin:{os.environ['PATH']}", "TMPDIR": folder, "RUST_LOG": "warn",
            "OUTGROW_HOME": str(ROOT), "OUTGROW_SHARED_FOLDER": folder,
        }
        if tls:
            subprocess.run([HERE / "certificates.sh", f"{folder}/tls"], check=True, capture_output=True)
            env["OUTGROW_TLS"] = f"{folder}/tls"
        told = {
            # The first word is the role.
            "scheduler": ["outgrow-cluster", "scheduler", *map(here, services["scheduler"]["command"][1:])],
            "executor": [*services["executor"]["entrypoint"], "executor",
                         *map(here, services["executor"]["command"][1:])],
        }
        call = ["run", "grid-search", "--mode", "partitioned", "--engine", "ballista=scheduler:50050"]
        client = ["outgrow-cluster", *map(here, call)]
        log, running = open(f"{folder}/log", "w"), {}

        def healthy(role, within_s):
            kind, *test = services[role]["healthcheck"]["test"]
            test = [here(arg) for arg in (["sh", "-c", *test] if kind == "CMD-SHELL" else test)]
            began = time.monotonic()
            while subprocess.run(test, env=env, stdout=log, stderr=log).returncode != 0:
                said = Path(log.name).read_text()[-2000:]
                must(time.monotonic() - began < within_s, f"{role} is not healthy:\n{said}")
                time.sleep(0.2)

        try:
            for role, args in told.items():
                running[role] = subprocess.Popen(args, env=env, stdout=log, stderr=log)
                healthy(role, 30)
            done = subprocess.run(client, env=env, capture_output=True, text=True, timeout=120)
            must(done.returncode == 0, f"the client failed:\n{done.stdout}{done.stderr}")
            if tls:
                plain = {name: value for name, value in env.items() if name != "OUTGROW_TLS"}
                refused = subprocess.run(client, env=plain, capture_output=True, text=True, timeout=120)
                must(refused.returncode != 0, "a client without a certificate got in")
            # An executor says goodbye; a scheduler is interrupted.
            for role, expected in (("executor", 0), ("scheduler", 130)):
                running[role].send_signal(signal.SIGTERM)
                status = running[role].wait(timeout=30)
                must(status == expected, f"{role}: exit status {status} after SIGTERM")
            left = sorted(path.name for path in Path(folder).glob("outgrow-*"))
            must(not left, f"these folders are left: {left}")
        finally:
            for process in running.values():
                process.kill()
                process.wait()


if __name__ == "__main__":
    {"agree": agree, "context": context, "commands": commands}[sys.argv[1]](*sys.argv[2:])
