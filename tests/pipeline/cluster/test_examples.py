"""The files of examples/cluster/, as far as one machine can try them.

Really run: `ray job submit` against a Ray head, and the Slurm script with a real Ray under an `srun` that starts what
it is given on this machine. Only read: commands for several machines, the Kubernetes manifest (against the fields that
are known here; against KubeRay's own definition where WRIT_RAYJOB_CRD names that file).
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

from pipeline.temporary import OwnFolder
from tests.pipeline.toy import files

HOME = Path(__file__).resolve().parents[3]
EXAMPLES = HOME / "examples" / "cluster"
BIN = Path(sys.executable).parent
SCRIPTS = ["ray_job.sh", "slurm.sbatch"]
RECIPE = {"name": "small", "seed": 5, "count": 40, "domains": [{"name": "retail", "world": {"size": 60, "seed": 2}}]}
WAIT = 240


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A recipe, and the files of a run of it in one process."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(json.dumps(RECIPE))
    command = [BIN / "writ", "run", folder / "small.yaml", "--out", folder / "out", "--executor", "inline"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "small.yaml", files(folder / "out")


def environment(**more):
    names = [name for name in os.environ if name.startswith(("RAY_", "SLURM_"))]
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {
        **kept,
        "PATH": f"{BIN}:{kept['PATH']}",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        **more,
    }


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_sound(name):
    subprocess.run(["bash", "-n", EXAMPLES / name], check=True)
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed (apt-get install shellcheck)")
    found = subprocess.run(["shellcheck", EXAMPLES / name], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_say_what_they_need(name):
    done = subprocess.run(["bash", EXAMPLES / name, "recipe.yaml"], capture_output=True, text=True, env=environment())
    assert done.returncode == 2 and "RECIPE OUT" in done.stderr


@pytest.mark.slow
def test_a_job_is_submitted_to_a_cluster_and_makes_the_same_bytes(tmp_path, small):
    recipe, expected = small
    port, dashboard, agent = (free_port() for _ in range(3))
    folder = OwnFolder("writ-test-", Path("/tmp"))
    ports = [f"--port={port}", f"--dashboard-port={dashboard}", f"--dashboard-agent-listen-port={agent}"]
    options = ["--num-cpus=1", f"--temp-dir={folder.path}", *ports]
    ray = ["ray", "start", "--head", "--block", "--node-ip-address=127.0.0.1", "--include-dashboard=true", *options]
    head = subprocess.Popen(
        ray, env=environment(), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", dashboard), timeout=1):
                break
            time.sleep(0.5)
        command = ["bash", EXAMPLES / "ray_job.sh", recipe, tmp_path / "out"]
        more = {"RAY_DASHBOARD": f"http://127.0.0.1:{dashboard}", "WRIT": str(BIN / "writ")}
        while True:  # the port is open a little before jobs are taken
            done = subprocess.run(command, env=environment(**more), capture_output=True, text=True, timeout=WAIT)
            if done.returncode == 0 or time.monotonic() > until:
                break
            time.sleep(2)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "succeeded" in done.stdout
        assert files(tmp_path / "out") == expected
    finally:
        head.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            head.wait(timeout=60)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(head.pid, signal.SIGKILL)
        folder.remove()


def slurm(folder, nodes, srun):
    """Puts programs of Slurm's names into a folder, and returns an environment that finds them."""
    folder.mkdir()
    for name, text in (("scontrol", "printf '%s\\n' " + " ".join(nodes)), ("srun", srun)):
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(0o755)
    found = environment(SLURM_JOB_ID=str(os.getpid()), SLURM_JOB_NODELIST="whatever", SLURM_CPUS_PER_TASK="1")
    return {**found, "PATH": f"{folder}:{found['PATH']}"}


def test_a_dry_run_prints_a_command_per_machine_and_runs_none(tmp_path):
    found = slurm(tmp_path / "bin", ["a1", "a2", "a3"], f"touch {tmp_path / 'ran'}")
    command = ["bash", EXAMPLES / "slurm.sbatch", "recipe.yaml", "/shared/my out", "-n", "9"]
    done = subprocess.run(
        command, env={**found, "DRY_RUN": "1", "SLURM_GPUS_ON_NODE": "8"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    *starts, run = [shlex.split(line) for line in done.stdout.splitlines()]
    port = 20_000 + os.getpid() % 20_000
    assert [next(word for word in start if word.startswith("--nodelist")) for start in starts] == [
        f"--nodelist={node}" for node in ("a1", "a2", "a3")
    ]
    assert all({"--num-cpus=1", "--num-gpus=8", "--block"} <= set(start) for start in starts)
    assert "--head" in starts[0] and f"--port={port}" in starts[0]
    assert all(f"--address=a1:{port}" in start for start in starts[1:])
    out = ["--out", "/shared/my out", "--ray-address", f"a1:{port}"]
    assert run == ["writ", "run", "recipe.yaml", *out, "-n", "9"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_the_slurm_script_makes_the_same_bytes_and_leaves_no_ray(tmp_path, small):
    recipe, expected = small
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent; it tells this machine's address
        address = probe.getsockname()[0]
    found = slurm(tmp_path / "bin", [address], 'while [[ "$1" == --* ]]; do shift; done; exec "$@"')
    folder = Path(f"/tmp/ray-{found['SLURM_JOB_ID']}")
    command = ["bash", EXAMPLES / "slurm.sbatch", recipe, tmp_path / "out"]
    log = tmp_path / "log"
    with log.open("w") as told:
        child = subprocess.Popen(command, env=found, start_new_session=True, stdout=told, stderr=told)
    try:
        assert child.wait(timeout=WAIT) == 0, log.read_text()
        assert files(tmp_path / "out") == expected
        left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in _read(path)]
        assert not left
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def manifest():
    return yaml.safe_load((EXAMPLES / "rayjob.yaml").read_text())


def closed(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


NAME, COUNT = {"type": "string", "pattern": "^[a-z0-9.-]+$"}, {"type": "integer", "minimum": 0}
AMOUNTS = {"type": "object", "additionalProperties": {"type": "string", "pattern": r"^[0-9]+(Gi)?$"}}
CONTAINER = {
    "type": "object",
    "properties": {
        "name": NAME,
        "image": {"type": "string", "pattern": "^[a-z0-9./-]+:[a-z0-9.]+$"},
        "ports": {"type": "array", "items": closed(containerPort=COUNT, name=NAME)},
        "resources": closed(requests=AMOUNTS, limits=AMOUNTS),
        "volumeMounts": {"type": "array", "items": closed(name=NAME, mountPath={"type": "string", "pattern": "^/"})},
    },
    "required": ["name", "image", "resources", "volumeMounts"],
    "additionalProperties": False,
}
VOLUME = closed(name=NAME, persistentVolumeClaim=closed(claimName=NAME))
POD = closed(
    spec=closed(
        containers={"type": "array", "items": CONTAINER, "minItems": 1},
        volumes={"type": "array", "items": VOLUME},
    )
)
PARAMS = {"type": "object", "additionalProperties": {"type": "string"}}
WORKERS = closed(
    groupName=NAME, replicas=COUNT, minReplicas=COUNT, maxReplicas=COUNT, rayStartParams=PARAMS, template=POD
)
RAYJOB = closed(
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayJob"},
    metadata=closed(name=NAME),
    spec=closed(
        entrypoint={"type": "string"},
        shutdownAfterJobFinishes={"type": "boolean"},
        ttlSecondsAfterFinished=COUNT,
        backoffLimit=COUNT,
        rayClusterSpec=closed(
            rayVersion={"type": "string"},
            headGroupSpec=closed(rayStartParams=PARAMS, template=POD),
            workerGroupSpecs={"type": "array", "items": WORKERS},
        ),
    ),
)


def test_the_manifest_has_the_fields_of_a_rayjob_and_no_others():
    jsonschema.validate(manifest(), RAYJOB)
    cluster = manifest()["spec"]["rayClusterSpec"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        pod = group["template"]["spec"]
        claimed = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= claimed
            assert container["resources"]["requests"] == container["resources"]["limits"]
        if "resources" in group["rayStartParams"]:
            # A shell takes the outer quotes off, Ray reads the rest.
            assert json.loads(*shlex.split(group["rayStartParams"]["resources"]))
        if "replicas" in group:
            assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_the_manifest_passes_kuberay_s_own_definition():
    if not (named := os.environ.get("WRIT_RAYJOB_CRD")):
        pytest.skip("set WRIT_RAYJOB_CRD to KubeRay's ray.io_rayjobs.yaml (1.4 MB, not kept here)")
    versions = yaml.load(Path(named).read_text(), Loader=yaml.CSafeLoader)["spec"]["versions"]
    (schema,) = [each["schema"]["openAPIV3Schema"] for each in versions if each["name"] == "v1"]
    _close(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    jsonschema.Draft202012Validator(schema).validate(manifest())


def _close(schema):
    """Makes unknown fields errors, as Kubernetes does when it is asked to validate strictly."""
    for each in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(each, dict | list):
            _close(each)
    if isinstance(schema, dict) and "properties" in schema and "additionalProperties" not in schema:
        schema["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def test_manifest_and_image_name_the_ray_and_the_options_that_there_are():
    locked = re.search(r"^ray==(\S+)", (HOME / "requirements.txt").read_text(), re.MULTILINE)
    assert locked and manifest()["spec"]["rayClusterSpec"]["rayVersion"] == locked[1]
    assert f"rayproject/ray:{locked[1]}-" in (EXAMPLES / "Dockerfile").read_text()
    told = subprocess.run(
        [BIN / "writ", "run", "--help"], capture_output=True, text=True, env=environment(COLUMNS="200")
    )
    words = shlex.split(manifest()["spec"]["entrypoint"])
    assert words[:2] == ["writ", "run"] and words[words.index("--ray-address") + 1] == "auto"
    assert all(word in told.stdout for word in words if word.startswith("-"))
