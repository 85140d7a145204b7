import jsonschema_rs
import orjson
import pytest

from schemas.base import encode
from schemas.export import FOLDER, NOUNS, file_name, files, json_schema
from schemas.task import TaskSpec


def test_the_files_in_the_repository_are_what_the_records_say():
    found = {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}
    assert found == files(), "a record changed: run `python -m schemas.export` (and think of the version)"


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_every_schema_is_a_valid_schema(kind):
    jsonschema_rs.meta.validate(json_schema(kind))


def test_a_record_is_valid_under_its_schema_and_a_wrong_one_is_not():
    validator = jsonschema_rs.validator_for(orjson.loads((FOLDER / file_name(TaskSpec)).read_bytes()))
    spec = TaskSpec(id="t", domain="library", kind="mixed", num_writes=2, burden=4, seed=1, number=0)
    assert validator.is_valid(orjson.loads(encode(spec)))
    assert not validator.is_valid({**orjson.loads(encode(spec)), "kind": "unheard_of"})
