"""Kills runs with signal 9 at random moments, goes on with the same command, and compares what comes out.

    python -m benchmarks.soak --kills 100 --log soak.jsonl

A Ray cluster of two machines (processes of this one) makes small runs, by turns from scripts and from an engine behind
HTTP that counts its answers. Five kinds of victims: the driver, a worker, an orchestrator, a machine of the cluster,
and everything at once. After each kill what is missing is started again: the machine, the cluster, the same `writ run`.
Where a run has come to its end, its folder is compared byte by byte with that of an undisturbed run, and no turn that
was in a journal when somebody was killed may have been asked for again. Then the next run begins.

A line of the log::

    {"kill": 17, "run": 3, "speaks": "engine", "victim": "worker", "second": 6.1, "shards": 4, "turns": 88}

Not covered: a power cut (files are not flushed to the disk before they are renamed).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import below, command_of, kill
from benchmarks.victims import ENVIRONMENT, PATIENCE, Cluster, Driver
from schemas.base import Json
from tests.pipeline.engines.served import RECIPE, Served, recipe, served

VICTIMS = ("driver", "worker", "orchestrator", "machine", "everything")
KINDS = ("scripts", "engine")
_AT_WORK = 0.75
"""Share of the moments that are counted from a driver's first work; the others are counted from its start."""
_TITLES = {"worker": b"ray::task", "orchestrator": b"ray::Actor"}


@dataclass
class Soak:
    """Runs, kills and compares.

    Attributes:
        folder: where everything lies.
        kills: how many there shall be.
        seed: of moments and victims.
        longest: seconds that are waited before a kill, at most.
        count: trajectories of a run; scripts make four times as many.
        latency: of the engine's answers.
        kinds: what speaks in the runs, by turns.
        say: is given every line of the log.
    """

    folder: Path
    kills: int
    seed: int = 0
    longest: float = 20.0
    count: int = 60
    latency: str = "0.2"
    kinds: Sequence[str] = KINDS
    say: Callable[[dict[str, Json]], object] = print
    runs: int = 0
    done: int = 0
    again: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._cluster = Cluster()
        self._whole: dict[str, dict[str, bytes]] = {}

    def go(self) -> None:
        """Makes one run after the other until there were enough kills.

        Raises:
            AssertionError: something came out otherwise than undisturbed, or was asked for twice.
        """
        victims = self._victims()
        try:
            while self.done < self.kills:
                speaks = self.kinds[self.runs % len(self.kinds)]
                if speaks not in self._whole:
                    self._whole[speaks] = self._undisturbed(speaks)
                self.runs += 1
                self._one(self.folder / f"run-{self.runs:03d}", speaks, victims)
        finally:
            self._cluster.close()

    def _victims(self) -> Iterator[str]:
        while True:
            yield from self._rng.sample(VICTIMS, len(VICTIMS))

    def _one(self, folder: Path, speaks: str, victims: Iterator[str]) -> None:
        """Makes one run whole, whoever is killed meanwhile."""
        with self._prepared(folder, speaks) as (path, server):
            out = folder / "out"
            noted: dict[tuple[str, int], int] = {}
            driver = Driver(path, out, self._cluster.address)
            try:
                while True:
                    if self.done < self.kills:
                        ended = driver.wait_until_at_work() if self._rng.random() < _AT_WORK else None
                        ended = driver.wait(self._rng.uniform(0.0, self.longest)) if ended is None else ended
                    else:
                        ended = driver.wait(PATIENCE)
                    if ended is not None and (out / "run.json").exists():
                        break
                    if ended is not None:  # with code 1, 2 or a signal: the same command goes on
                        assert self.again.total() <= 2 * self.done, f"ends again and again: {driver.words()}"
                        self.again[driver.words()] += 1
                        self.say({"run": self.runs, "ended": ended, "words": driver.words()})
                        driver = Driver(path, out, self._cluster.address)
                        continue
                    pid, victim = self._chosen(next(victims), driver)
                    if driver.dead:
                        continue  # it ended before the victim was there
                    noted |= self._kill(victim, pid, driver, speaks, out, server)
                    if driver.dead:
                        driver = Driver(path, out, self._cluster.address)
            finally:
                driver.kill()
            if server is not None:
                counts = server.counts()
                twice = {place: (then, counts[place]) for place, then in noted.items() if counts[place] != then}
                assert not twice, f"{folder}: finished turns were asked for again: {twice}"
        differs = differing(self._whole[speaks], bytes_of(out))
        assert not differs, f"{folder}: differs from an undisturbed run in {', '.join(differs)}"
        assert not list((out / "journal").glob("*")), f"{folder}: a journal is left"
        self.say({"run": self.runs, "speaks": speaks, "ended": "whole", "files": len(self._whole[speaks])})
        shutil.rmtree(folder)

    def _chosen(self, victim: str, driver: Driver) -> tuple[int, str]:
        """Waits until there is a process of a kind; a machine takes the place of one that does not come."""
        until = time.monotonic() + self.longest
        while victim in _TITLES and not driver.dead and time.monotonic() < until:
            if any(command_of(pid).startswith(_TITLES[victim]) for pid in below(os.getpid())):
                time.sleep(self._rng.uniform(0.0, 1.0))
                found = [pid for pid in below(os.getpid()) if command_of(pid).startswith(_TITLES[victim])]
                if found:
                    return self._rng.choice(found), victim
            time.sleep(0.1)
        return 0, "machine" if victim in _TITLES else victim

    def _kill(
        self, victim: str, pid: int, driver: Driver, speaks: str, out: Path, server: Served | None
    ) -> dict[tuple[str, int], int]:
        """Kills somebody; returns what was finished by then, and how often it had been asked for."""
        noted = finished_turns(out, server) if server is not None else {}
        second = driver.seconds
        if victim in _TITLES:
            kill(pid)
        elif victim == "machine":
            self._cluster.kill_machine()
            self._cluster.add()
        else:
            driver.kill()
            if victim == "everything":
                self._cluster.close(begin_anew=True)
                self._cluster.start()
        self.done += 1
        shards = len(list(out.glob("stages/*_features/*.json")))
        line = {"kill": self.done, "run": self.runs, "speaks": speaks, "victim": victim, "second": round(second, 1)}
        self.say({**line, "shards": shards, "turns": len(noted)})
        return noted

    def _undisturbed(self, speaks: str) -> dict[str, bytes]:
        folder = self.folder / f"undisturbed-{speaks}"
        with self._prepared(folder, speaks) as (path, _):
            driver = Driver(path, folder / "out", self._cluster.address)
            try:
                assert driver.wait(PATIENCE) in (0, 1), driver.words()
            finally:
                driver.kill()
        return bytes_of(folder / "out")

    @contextlib.contextmanager
    def _prepared(self, folder: Path, speaks: str) -> Iterator[tuple[Path, Served | None]]:
        folder.mkdir(parents=True)
        if speaks == "scripts":
            path = folder / "scripts.yaml"
            path.write_text(json.dumps({**RECIPE, "count": self.count * 4, "behaviors_per_task": 2}))
            yield path, None
        else:
            with served(folder, folder / "out", "--latency", self.latency) as server:
                yield recipe(folder, server.url, count=self.count), server


def finished_turns(out: Path, server: Served) -> dict[tuple[str, int], int]:
    """Returns the requests whose answers are in journals, and how often each was answered so far."""
    places: list[tuple[str, int]] = []
    for path in (out / "journal").glob("*"):
        with contextlib.suppress(FileNotFoundError):  # its shard has just been finished
            for line in path.read_bytes().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    session, turn, _ = json.loads(line.partition(b" ")[2])["key"].split(" ")
                    places.append((session, int(turn)))
    counts = server.counts()
    # The server counts messages, the journal counts turns: both grow from turn to turn of a session.
    asked: dict[str, list[int]] = {}
    for session, messages in sorted(counts):
        asked.setdefault(session, []).append(messages)
    return {(s, asked[s][turn]): counts[s, asked[s][turn]] for s, turn in places}


def bytes_of(out: Path) -> dict[str, bytes]:
    """Returns the data set and all shards of a run, by path."""
    found = [*out.glob("dataset/**/*"), *out.glob("stages/**/*.parquet")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found if path.is_file()}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Returns the files that are not the same."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def main() -> None:
    """Does what the module's text says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=20.0, help="seconds before a kill, at most")
    parser.add_argument("--count", type=int, default=60, help="trajectories of a run")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="what speaks")
    parser.add_argument("--log", type=Path, default=Path("soak.jsonl"))
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    victims: Counter[str] = Counter()
    began = time.monotonic()
    with options.log.open("w") as log, tempfile.TemporaryDirectory(prefix="writ-soak-runs-") as folder:

        def say(line: dict[str, Json]) -> None:
            victims.update([line["victim"]] if "victim" in line else [])
            log.write(json.dumps({"at": round(time.monotonic() - began, 1), **line}) + "\n")
            log.flush()
            sys.stderr.write(json.dumps(line) + "\n")

        made = (options.kills, options.seed, options.longest, options.count)
        soak = Soak(Path(folder), *made, kinds=options.kinds, say=say)
        soak.go()
    print(f"{soak.done} kills ({', '.join(f'{n} {who}' for who, n in sorted(victims.items()))}) in {soak.runs} runs: ")
    print("every run gave the bytes of an undisturbed one; no finished turn was asked for twice")
    for words, count in soak.again.items():
        print(f"{count} times the program ended by itself and was started again: {words}")


if __name__ == "__main__":
    main()
