import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tool_specs.tool_list import ToolListError
from tool_specs.yaml_text import parsed, read_yaml

LAUGHS = "\n".join(["a0: &a0 [ha, ha]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])
MERGES = "\n".join(
    ["a0: &a0 {k0: 1, l0: 2}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12))]
)
BOMBS = {
    "lists": LAUGHS,
    "merges": MERGES,
    "itself": "a: &a [1, *a]",
    "itself in a key": "a: &a {b: {c: *a}}",
    "deep": "a: " + "[" * 20_000,
    "deep and closed": "a: " + "[" * 20_000 + "]" * 20_000,
}


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name, loader):
    began = time.process_time()
    with pytest.raises(yaml.YAMLError) as refused:
        parsed(BOMBS[name], loader)
    assert time.process_time() - began < 5
    if name in ("lists", "merges"):
        assert "stand for more than 2,000,000 values" in refused.value.problem
        assert refused.value.problem_mark.line in range(5, 12)


def test_aliases_that_say_what_they_mean_are_read_as_ever():
    tree, value = parsed("base: &base {a: 1}\nmore: {<<: *base, b: 2}\nlist: [*base, *base]")
    assert value == {"base": {"a": 1}, "more": {"a": 1, "b": 2}, "list": [{"a": 1}, {"a": 1}]}
    assert tree.start_mark.line == 0
    assert parsed("") == (None, None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_what_is_no_bomb_comes_back(value):
    assert parsed(yaml.safe_dump(value))[1] == value


def test_an_openapi_document_is_told_with_the_line_of_its_bomb():
    with pytest.raises(ToolListError, match=r"at line \d+, column \d+: its aliases .* write out what is meant"):
        read_yaml(LAUGHS.encode())
