import threading
import time

import msgspec
import pytest

from pipeline.errors import StorageError
from pipeline.observe.state import this_machine
from pipeline.remote.lease import FILE, Lease, leased, owner
from pipeline.run_lock import fenced
from pipeline.storage import write_bytes


def lease(**changes):
    host, boot = this_machine()
    mine = {"owner": "x", "host": host, "boot": boot, "pid": 1, "pid_started": "never", "beat": 3}
    return Lease(**{**mine, **changes})


def test_of_drivers_that_begin_together_one_has_it(place):
    met = threading.Barrier(3)
    had, refused = [], []
    done = threading.Event()

    def drive():
        met.wait()
        try:
            with leased(place):
                had.append(1)
                done.wait(60)
        except StorageError as error:
            refused.append(str(error))
            if len(refused) == 2:
                done.set()

    threads = [threading.Thread(target=drive) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(had), len(refused)) == (1, 2)
    assert all("another `writ run` is at work here" in text for text in refused)
    assert not (place / FILE).exists()


def test_what_a_dead_process_of_this_machine_left_is_taken_at_once(place):
    (place / FILE).write_bytes(msgspec.json.encode(lease()))
    with leased(place):
        assert msgspec.json.decode((place / FILE).read_bytes(), type=Lease).pid != 1


def test_one_elsewhere_is_taken_when_it_is_silent_and_not_while_it_is_renewed(place):
    other = lease(host="node7", boot="another")
    (place / FILE).write_bytes(msgspec.json.encode(other))
    with leased(place, beat=0.05):
        pass
    ended = threading.Event()

    def renew():
        while not ended.wait(0.05):
            other.beat += 1
            (place / FILE).write_bytes(msgspec.json.encode(other))

    thread = threading.Thread(target=renew)
    thread.start()
    try:
        with pytest.raises(StorageError, match=r"at work here \(node7, process 1\)"), leased(place, beat=10.0):
            pass
    finally:
        ended.set()
        thread.join()


def test_a_lease_that_somebody_took_is_left_to_them(place):
    with leased(place, beat=0.02):
        kept = 0
        while kept < 5:  # a renewal that had looked before may still come, once
            if owner(place) != "somebody":
                kept = 0
                (place / FILE).write_bytes(msgspec.json.encode(lease(owner="somebody")))
            time.sleep(0.05)
            kept += 1
    assert msgspec.json.decode((place / FILE).read_bytes(), type=Lease).owner == "somebody"


def test_what_works_for_a_driver_that_lost_the_lease_writes_nothing_more(place):
    with leased(place) as epoch:
        with fenced(place, epoch):
            write_bytes(place / "a", b"first")
        (place / FILE).write_bytes(msgspec.json.encode(lease(owner="somebody else")))
        with fenced(place, epoch):
            for _ in range(2):  # who goes on in spite of it is refused again
                with pytest.raises(StorageError, match="has taken this folder over"):
                    write_bytes(place / "a", b"late")
        assert (place / "a").read_bytes() == b"first"
