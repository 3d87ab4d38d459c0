#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the running containers of both profiles to the table of docs/images.md: hardening.py COMMIT COMPOSE-COMMAND...

What `docker inspect` says the engine was told, what the kernel says of the processes, who is in which network, and what the
images consist of. Prints a line for each row; the first that does not hold ends it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any, Callable

Json = dict[str, Any]

IMAGE_BYTES_MAX = 30_000_000
SBOM = "usr/share/sbom/sbom.spdx.json"
PROGRAMS = {  # of the images from scratch
    "gateway": {"gateway"}, "worker": {"worker", "queuectl"}, "sandbox": {"telegram-sim", "beget-sim"},
}
NETWORKS = {  # who is in it; no others
    "queue": {"redis", "gateway", "worker"},
    "outside": {"gateway", "worker"},
    "sandbox-queue": {"sandbox-redis", "sandbox-gateway", "sandbox-worker"},
    "sandbox": {"sandbox-gateway", "sandbox-worker", "telegram-sim", "beget-sim"},
}
PLAIN_CLIENT = ("env", "PATH=/usr/local/bin:/usr/bin:/bin", "redis-cli")  # not that which comes in as operator
LENT = {"telegram-sim", "beget-sim"}  # bot.py puts them into "outside"
VOLUMES = {  # by service, as docker-compose.yml calls them; the others keep nothing
    "redis": {"redis": "/data", "redis-credentials": "/credentials/redis", "gateway-credentials": "/credentials/gateway",
              "worker-credentials": "/credentials/worker"},
    "gateway": {"gateway-credentials": "/credentials"},
    "worker": {"worker": "/data", "backup": "/backup", "worker-credentials": "/credentials"},
    "sandbox-redis": {"sandbox-redis-credentials": "/credentials/redis", "sandbox-gateway-credentials": "/credentials/gateway",
                      "sandbox-worker-credentials": "/credentials/worker"},
    "sandbox-gateway": {"sandbox-gateway-credentials": "/credentials"},
    "sandbox-worker": {"sandbox-worker-credentials": "/credentials"},
}  # fmt: skip
TMPFS = {"worker": {"/tmp"}, "sandbox-worker": {"/tmp", "/data"}, "sandbox-redis": {"/data"}}
SECRETS = {  # a name that only these services may be given
    "TELEGRAM_BOT_TOKEN": {"gateway", "sandbox-gateway"},
    "BEGET_PASSWORD": {"worker", "sandbox-worker"},
    "HTTP_CHANGES_TOKEN": {"worker", "sandbox-worker"},
}


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def service(container: Json) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def project_of(container: Json) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.project"])


def first(containers: list[Json], name: str) -> Json:
    return next(c for c in containers if service(c) == name)


# ---- what the engine was told: a row each ----


def publishes_nothing_else(container: Json) -> bool:
    published = [
        (service(container), binding["HostIp"])
        for bindings in (container["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    ]
    return all(pair == ("telegram-sim", "127.0.0.1") for pair in published)


def has_only_its_secrets(container: Json) -> bool:
    given = {line.split("=", 1)[0] for line in container["Config"]["Env"]}
    return all(service(container) in who for name, who in SECRETS.items() if name in given)


def is_healthy(container: Json) -> bool:
    health = container["State"].get("Health")
    if not container["State"]["Running"]:
        return True
    return health["Status"] == "healthy" if health else service(container) in ("telegram-sim", "beget-sim")


def keeps_only(container: Json) -> bool:
    named = [mount for mount in container["Mounts"] if mount["Type"] == "volume" and not is_anonymous(mount)]
    volumes = {mount["Name"].removeprefix(f"{project_of(container)}_"): mount["Destination"] for mount in named}
    binds = [mount for mount in container["Mounts"] if mount["Type"] == "bind"]
    return volumes == VOLUMES.get(service(container), {}) and not binds


def credentials_are_only_read(container: Json) -> bool:
    """But by Redis, which makes them."""
    writable = {mount["Destination"] for mount in container["Mounts"] if mount["RW"]}
    return service(container).endswith("redis") or "/credentials" not in writable


def is_anonymous(mount: Json) -> bool:
    return len(mount["Name"]) == 64 and "_" not in mount["Name"]


def host(field: str) -> Callable[[Json], Any]:
    return lambda container: container["HostConfig"].get(field)


TOLD: list[tuple[str, Callable[[Json], bool]]] = [
    ("root file system read-only", lambda c: host("ReadonlyRootfs")(c) is True),
    ("all capabilities dropped, none added", lambda c: host("CapDrop")(c) == ["ALL"] and not host("CapAdd")(c)),
    ("no new privileges, the default seccomp profile", lambda c: host("SecurityOpt")(c) == ["no-new-privileges:true"]),
    ("not privileged, no namespace of the host", lambda c: not host("Privileged")(c) and "host" not in
     (host("NetworkMode")(c), host("PidMode")(c), host("IpcMode")(c), host("UTSMode")(c), host("UsernsMode")(c))),
    ("memory limited", lambda c: host("Memory")(c) == (1 << 30 if service(c).endswith("redis") else 256 << 20)),
    ("processes limited", lambda c: host("PidsLimit")(c) == 256),
    ("one CPU", lambda c: host("NanoCpus")(c) == 1_000_000_000),
    ("restarted unless stopped", lambda c: host("RestartPolicy")(c)["Name"] == "unless-stopped"),
    ("30 s to end in", lambda c: c["Config"]["StopTimeout"] == 30),
    ("logs rotated, 10 MB three times",
     lambda c: host("LogConfig")(c) == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}),
    ("not root", lambda c: c["Config"]["User"] == ("redis" if service(c).endswith("redis") else "10001:10001")),
    ("memory file systems only where needed", lambda c: set(host("Tmpfs")(c) or {}) == TMPFS.get(service(c), set())),
    ("named volumes, nothing of the host", keeps_only),
    ("credentials cannot be changed by whom they are for", credentials_are_only_read),
    ("no secret of another service", has_only_its_secrets),
    ("nothing published but the chat page, on this machine", publishes_nothing_else),
    ("healthy by its own word", is_healthy),
]  # fmt: skip


# ---- what the kernel says ----


def status_of(container: Json) -> dict[str, str]:
    text = Path(f"/proc/{container['State']['Pid']}/status").read_text()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in text.splitlines())}


KERNEL = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, "CapBnd": "0" * 16}


def check_kernel(container: Json) -> None:
    status = status_of(container)
    told = {name: status[name] for name in KERNEL}
    assert told == KERNEL, f"{service(container)}: {told}"
    assert "0" not in status["Uid"].split(), f"{service(container)} is root"


# ---- networks ----


def check_networks(containers: list[Json], project: str) -> None:
    for name, who in NETWORKS.items():
        full = f"{project}_{name}"
        inside = {service(c) for c in containers if full in c["NetworkSettings"]["Networks"]}
        assert inside - LENT == who - LENT, (name, inside)
        internal = json.loads(run("docker", "network", "inspect", full))[0]["Internal"]
        assert internal == name.endswith("queue"), f"{full}: internal is {internal}"


def check_redis_is_out_of_reach(containers: list[Json], project: str) -> None:
    """From the network to the outside, by its address; what is asked answers within its own network."""
    redis = first(containers, "redis")
    address = redis["NetworkSettings"]["Networks"][f"{project}_queue"]["IPAddress"]
    ask = ("--rm", "--entrypoint", "timeout", "beget-manager/redis", "3", "redis-cli", "-h", address, "ping")
    assert run("docker", "run", "--network", f"{project}_queue", *ask).startswith("NOAUTH ")
    other = subprocess.run(["docker", "run", "--network", f"{project}_outside", *ask], capture_output=True, text=True)
    assert other.returncode != 0 and "NOAUTH" not in other.stdout, other.stdout


# ---- users of Redis ----


def in_container(container: Json, *command: str) -> str:
    said = subprocess.run(["docker", "exec", container["Id"], *command], check=True, capture_output=True, text=True)
    return said.stdout.strip() + said.stderr.strip()


def credentials_of(container: Json) -> dict[str, str]:
    """What lies in its folder, as the service sees it."""
    files = {}
    with subprocess.Popen(["docker", "cp", f"{container['Id']}:/credentials", "-"], stdout=subprocess.PIPE) as copy:
        with tarfile.open(fileobj=copy.stdout, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content:
                    files[member.name] = content.read().decode()
    return files


def check_own_credentials_alone(running: list[Json], logs: str) -> None:
    told = logs + json.dumps(running)
    for container in running:
        name = service(container)
        if name.endswith(("gateway", "worker")):
            files = credentials_of(container)
            assert set(files) == {"credentials/redis_url"}, f"{name} sees {set(files)}"
            user = name.removeprefix("sandbox-")
            url = re.fullmatch(rf"redis://{user}:([0-9a-f]{{48}})@redis:6379/0\n", files["credentials/redis_url"])
            assert url, f"{name}: not its own"
            assert url.group(1) not in told, f"{name}: its password is in a log or in what the engine was told"


def check_nobody_without_a_name(running: list[Json]) -> None:
    """From within the container of Redis, where there is the most to come in with."""
    for redis in (first(running, "redis"), first(running, "sandbox-redis")):
        for who in ((), ("--user", "default", "--pass", "x")):
            said = in_container(redis, *PLAIN_CLIENT, *who, "XLEN", "{beget}:updates")
            assert "NOAUTH" in said, said


def check_operator(redis: Json) -> None:
    """Whoever is on call types redis-cli, and is operator."""
    assert in_container(redis, "redis-cli", "ACL", "WHOAMI") == "operator"
    assert in_container(redis, "redis-cli", "XLEN", "{beget}:updates").isdigit()
    for forbidden in ("FLUSHALL", "CONFIG GET dir", "CONFIG SET maxmemory 1", "KEYS *", "ACL LIST", "GET other"):
        assert in_container(redis, "redis-cli", *forbidden.split()).startswith("NOPERM "), forbidden


def check_health_is_not_an_error(redis: Json) -> None:
    """The same question asked without a name fails, as where Redis is still reading its files."""
    test = redis["Config"]["Healthcheck"]["Test"]
    assert test[0] == "CMD-SHELL", test
    in_container(redis, "sh", "-c", test[1])
    ask = ("docker", "run", "--rm", "--network", f"container:{redis['Id']}", "--entrypoint", "sh", "beget-manager/redis", "-c")
    assert subprocess.run([*ask, test[1]], capture_output=True).returncode != 0


def check_queuectl(worker: Json) -> None:
    assert re.search(r"^users +ok +this program is the user worker$", in_container(worker, "queuectl", "doctor"), re.MULTILINE)


# ---- images ----


def read_image(image: str) -> tuple[dict[str, tarfile.TarInfo], Json]:
    """Its files, less the empty ones that the engine puts into a container; the list of what it consists of."""
    files, sbom = {}, None
    container = run("docker", "create", image, "nothing").strip()
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                for member in archive:
                    if member.isfile() and member.size:
                        files[member.name] = member
                    if member.name == SBOM:
                        sbom = json.load(archive.extractfile(member) or sys.stdin)
    finally:
        run("docker", "rm", container)
    assert sbom, f"{image}: no {SBOM}"
    return files, sbom


def check_sbom(name: str, sbom: Json, programs_and_libraries: set[str]) -> None:
    listed = {file["fileName"].removeprefix("./"): file["SPDXID"] for file in sbom["files"]}
    missing = programs_and_libraries - set(listed)
    assert not missing, f"{name}: not in the list of what it consists of: {missing}"
    packages = {package["SPDXID"]: package for package in sbom["packages"]}
    assert all(package["versionInfo"] for package in packages.values()), packages
    owned = {row["relatedSpdxElement"] for row in sbom["relationships"] if row["spdxElementId"] in packages}
    assert {listed[file] for file in programs_and_libraries} <= owned, f"{name}: a file of no package"


def check_image(name: str) -> None:
    about = json.loads(run("docker", "image", "inspect", f"beget-manager/{name}"))[0]
    size = about["Size"]
    assert size < IMAGE_BYTES_MAX, f"{name}: {size} bytes"
    files, sbom = read_image(f"beget-manager/{name}")
    programs = {f"usr/bin/{program}" for program in PROGRAMS[name]}
    libraries = {path for path in files if path.startswith(("lib", "usr/lib")) and ".so" in path}
    executable = {path for path, member in files.items() if member.mode & 0o111}
    assert executable == programs | libraries, f"{name}: {executable ^ (programs | libraries)}"
    assert not [path for path, member in files.items() if member.mode & 0o6002 or member.uid]
    check_sbom(name, sbom, programs | libraries)
    for shell in ("sh", "/bin/sh", "bash", "busybox"):
        tried = subprocess.run(["docker", "run", "--rm", "--entrypoint", shell, f"beget-manager/{name}"], capture_output=True)
        assert tried.returncode == 127, f"{name}: {shell} ends with {tried.returncode}"
    print(f"    {name}: {size / 1e6:.1f} MB, {len(libraries)} libraries, all listed, nothing else to start", flush=True)


def check_labels(name: str, commit: str) -> None:
    labels = json.loads(run("docker", "image", "inspect", f"beget-manager/{name}"))[0]["Config"]["Labels"]
    said = run("docker", "run", "--rm", f"beget-manager/{name}", "--version").split()
    assert labels["org.opencontainers.image.version"] == said[1], (labels, said)
    assert labels["org.opencontainers.image.revision"] == commit and said[2] == f"({commit})", (labels, said)


def main() -> int:
    compose, commit = sys.argv[2:], sys.argv[1]
    ids = run(*compose, "ps", "-a", "-q").split()
    containers = [c for c in json.loads(run("docker", "inspect", *ids)) if service(c) != "sandbox-people"]
    running = [c for c in containers if c["State"]["Running"]]
    project = project_of(containers[0])
    print(f"    {len(containers)} containers: {' '.join(sorted(map(service, containers)))}")
    for row, holds in TOLD:
        wrong = [service(container) for container in containers if not holds(container)]
        assert not wrong, f"{row}: not so for {wrong}"
        print(f"    {row}")
    for container in running:
        check_kernel(container)
    print("    the kernel says so, too: seccomp, no capabilities, no new privileges, not root")
    check_networks(containers, project)
    check_redis_is_out_of_reach(containers, project)
    print("    Redis is reached by the two services alone")
    check_own_credentials_alone(running, run(*compose, "logs", "--no-color"))
    print("    each service sees its own way into Redis, and nothing else")
    check_nobody_without_a_name(running)
    print("    nobody comes into Redis without a name")
    check_operator(first(running, "redis"))
    check_health_is_not_an_error(first(running, "redis"))
    check_queuectl(first(running, "worker"))
    print("    whoever is on call is operator in the container of Redis, and worker in that of a worker", flush=True)
    for name in PROGRAMS:
        check_image(name)
    for name in ("gateway", "worker"):
        check_labels(name, commit)
    print("    version and commit are on the images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
