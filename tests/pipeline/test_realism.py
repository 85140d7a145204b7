"""`writ realism`: runs and files beside people; what is wrong with a file is told, and the rest goes on."""

import json
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from pipeline.commands import run_recipe
from pipeline.errors import UserError
from pipeline.house import HOME
from pipeline.realism import realism
from stages.realism import DIMENSIONS, VERSION
from tests.pipeline.fake_run import write_run

USER = {"role": "user", "content": "yes please"}
AGENT = {"role": "assistant", "content": "Shall I renew the red atlas?"}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "renew", "arguments": "{}"}}]}
ANSWER = {"role": "tool", "content": "done"}
PEOPLE = [USER, AGENT, {"role": "user", "content": "the atlas, but only until friday"}, CALL, ANSWER, AGENT]


def lines(path, *dialogues):
    path.write_text("\n".join(json.dumps({"messages": messages}) for messages in dialogues) + "\n")
    return path


def shown(*paths, reference=None, out=None, detector=None):
    console = Console(record=True, width=200)
    code = realism(paths, reference, out, detector, console)
    return code, console.export_text()


def test_a_run_lies_beside_the_published_figures(tmp_path):
    run = write_run(tmp_path / "run")
    code, said = shown(run)
    assert code == 0 and "29.0" not in said and re.search(r"short +\d\.\d{3} +0\.290 +[01]\.\d\d", said)
    assert VERSION in said and "arXiv 2603.11245" in said
    found = json.loads((run / "realism.json").read_text())
    assert found["version"] == VERSION and found["reference"]["means"] == {"short": 0.29, "polite": 0.153}
    (name,) = found["sets"]
    assert found["sets"][name]["compared"]["usi"] is None
    assert found["sets"][name]["userlm"]["intent_overlap"] is not None  # a run knows what its users were to want
    pictures = re.findall(r"<svg.*?</svg>", (run / "realism.html").read_text())
    assert len(pictures) == 3 and all(ElementTree.fromstring(picture) is not None for picture in pictures)


def test_runs_and_files_side_by_side_with_people_as_reference(tmp_path):
    run = write_run(tmp_path / "run")
    people = lines(tmp_path / "people.jsonl", PEOPLE, PEOPLE)
    code, said = shown(run, people, reference=people, out=tmp_path / "page")
    assert code == 0
    found = json.loads((tmp_path / "page" / "realism.json").read_text())
    assert set(found["sets"]) == {"run", "people.jsonl"}
    assert found["sets"]["people.jsonl"]["compared"]["usi"] == 100
    assert set(found["sets"]["run"]["compared"]["dimensions"]) == set(DIMENSIONS)
    assert found["sets"]["people.jsonl"]["features"]["short"] == 0.5
    assert "2 dialogues of people.jsonl" in said and "people: median" in (tmp_path / "page/realism.html").read_text()


def test_means_as_reference(tmp_path):
    people = lines(tmp_path / "people.jsonl", PEOPLE)
    means = tmp_path / "means.json"
    means.write_text(json.dumps({"name": "ours", "source": "40 chats", "means": {"short": 0.25, "polite": 0.5}}))
    code, said = shown(people, reference=means, out=tmp_path)
    assert code == 0 and "ours: 40 chats" in said and re.search(r"short +0\.500 +0\.250 +0\.67", said)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([AGENT, USER, AGENT], "people.jsonl:2: messages[0]: the assistant speaks first"),
        ([USER, CALL, USER], "people.jsonl:2: messages[2] comes before the result of the call of renew"),
        ([USER, CALL], "people.jsonl:2: the call of renew has no result"),
        ([USER, ANSWER], "people.jsonl:2: messages[1] answers a call that was not made"),
        ([USER, {"role": "robot", "content": "hm"}], "people.jsonl:2: messages[1] has the role 'robot'; known are"),
        ([USER, {"content": "hm"}], "people.jsonl:2: messages[1] is no object with a `role`"),
        ([USER, {"role": "assistant", "content": 7}], "people.jsonl:2: `content` is int, not text"),
        ([], "people.jsonl:2: `messages` is no list of messages"),
    ],
)
def test_a_dialogue_out_of_form_is_told_and_the_rest_goes_on(tmp_path, capsys, messages, words):
    people = lines(tmp_path / "people.jsonl", PEOPLE, messages, PEOPLE)
    code, said = shown(people, out=tmp_path)
    assert code == 1 and "people.jsonl: 2 dialogues" in said
    told = capsys.readouterr().err
    assert words in told and "1 dialogues were left out" in told


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("absent.jsonl", None, "is neither the folder of a run nor a file of dialogues"),
        ("people.txt", "hello", "is no .json, .jsonl or .parquet file"),
        ("people.jsonl", '{"messages": 1}\n', "has no dialogue in OpenAI form"),
        ("people.jsonl", "{\n", "people.jsonl:1: is not JSON"),
        ("means.json", '{"means": {"shrot": 0.2}}', "means: 'shrot' is no feature; known are polite, short"),
        ("means.json", '{"means": {"short": "many"}}', "means: short: 'many' is no mean"),
        ("means.json", '{"means": {}}', '"means" is no object of feature: number'),
        ("means.json", '{"short": 0.3}', "means.json: is no list"),
    ],
)
def test_a_reference_in_another_form_writes_nothing(tmp_path, name, text, words):
    if text is not None:
        (tmp_path / name).write_text(text)
    people = lines(tmp_path / "good.jsonl", PEOPLE)
    with pytest.raises(UserError) as caught:
        shown(people, reference=tmp_path / name, out=tmp_path / "page")
    assert words in str(caught.value) and not (tmp_path / "page").exists()


def test_naturalness_by_a_detector_of_the_users(tmp_path):
    people = lines(tmp_path / "people.jsonl", PEOPLE)
    (tmp_path / "judge.py").write_text("def human(texts):\n    return [1.0 if 'friday' in t else 0.5 for t in texts]\n")
    assert re.search(r"naturalness, % by the detector +\u2013", shown(people, out=tmp_path)[1])
    said = shown(people, out=tmp_path, detector=f"{tmp_path / 'judge.py'}:human")[1]
    assert re.search(r"naturalness, % by the detector +75\.0", said)
    for place, words in (
        ("absent.py:human", "is no file"),
        (f"{tmp_path / 'judge.py'}:robot", "has no function 'robot'"),
        (f"{tmp_path / 'judge.py'}:len", "has no function 'len'"),
    ):
        with pytest.raises(UserError, match=words):
            shown(people, out=tmp_path, detector=place)
    (tmp_path / "judge.py").write_text("def human(texts):\n    return [2.0]\n")
    with pytest.raises(UserError, match="a number from 0 to 1 for each"):
        shown(people, out=tmp_path, detector=f"{tmp_path / 'judge.py'}:human")


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["quickstart", "retail"])
def test_the_default_users_lie_at_the_published_figures(tmp_path, recipe):
    path = HOME / "recipes" / f"{recipe}.yaml"
    assert run_recipe(path, None, 400, None, tmp_path / "run", None, "inline") in (0, 1)
    shown(tmp_path / "run")
    (found,) = json.loads((tmp_path / "run" / "realism.json").read_text())["sets"].values()
    assert found["dialogues"] == 400
    for name in ("short", "polite"):
        published = {"short": 0.29, "polite": 0.153}[name]
        assert found["features"][name] == pytest.approx(published, abs=0.03)
        assert found[f"{name}_turns"] == pytest.approx(published, abs=0.03)
    for file in ("report.html", "dataset/README.md"):
        assert "both lie within 3 points of people" in (tmp_path / "run" / file).read_text()
