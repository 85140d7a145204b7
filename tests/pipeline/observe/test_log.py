from pipeline.observe.event import event
from pipeline.observe.log import EventLog, read_events


def names(folder):
    return [each.shard for each in read_events(folder)]


def test_a_driver_goes_on_after_what_is_there_and_after_a_torn_line(tmp_path):
    log = EventLog(tmp_path)
    log.add([event("shard.started", shard="a"), event("shard.started", shard="b")])
    log.close()
    file = tmp_path / "00000.jsonl"
    file.write_bytes(file.read_bytes()[:-5])
    log = EventLog(tmp_path)
    log.add([event("shard.started", shard="c")])
    log.close()
    assert names(tmp_path) == ["a", "c"]


def test_the_log_has_an_upper_size_and_loses_the_oldest(tmp_path):
    log = EventLog(tmp_path, file_bytes=1000, most=3)
    for number in range(100):
        log.add([event("shard.finished", shard=f"r0-{number:05d}", rows=number)])
    log.close()
    assert len(list(tmp_path.iterdir())) == 3
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * 1200
    found = names(tmp_path)
    assert found == [f"r0-{number:05d}" for number in range(100 - len(found), 100)]
    again = EventLog(tmp_path, file_bytes=1000, most=3)
    again.add([event("run.started", shard="last")])
    again.close()
    assert names(tmp_path)[-1] == "last" and len(list(tmp_path.iterdir())) == 3


def test_events_of_another_version_and_foreign_lines_are_left_out(tmp_path):
    (tmp_path / "00000.jsonl").write_bytes(
        b'{"v":2,"at":1.0,"event":"run.started","where":"x/1"}\n[1]\n\xff\n'
        b'{"v":1,"at":1.0,"event":"run.started","where":"x/1","shard":"known","field_of_tomorrow":1}\n'
    )
    assert names(tmp_path) == ["known"]
