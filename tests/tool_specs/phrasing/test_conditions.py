from __future__ import annotations

import random

import pytest

from schemas.program import Bind, Call, Condition, Fact, Program
from tool_specs.lexicon import ColumnWords, Lexicon, RowWords
from tool_specs.phrasing.conditions import nameable, only_if, weighed

PROGRAMS = (Program(steps=(Call(name="loan", tool="get_loan", arguments={"loan_id": Fact(name="r0.loan_id")}),)),)


def lexicon(name: str, kind: str) -> Lexicon:
    return Lexicon(
        rows={"get_loan": RowWords(singular="loan", plural="loans", label="loan {loan_id}")},
        columns={"get_loan.n": ColumnWords(name=name, kind=kind)},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("name", "kind", "said", "limit"),
    [
        ("fee", "money", "the loan's fee", "$20"),
        ("renewals", "number", "the loan's number of renewals", "20"),
        ("number of renewals", "number", "the loan's number of renewals", "20"),
    ],
)
def test_conditions_name_the_row_the_number_and_the_limit(name: str, kind: str, said: str, limit: str) -> None:
    words = lexicon(name, kind)
    condition = Condition(bind=Bind(program=0, column=("loan", "n")), above=True, fact="r0.limit")
    assert nameable(words, PROGRAMS, 0, ("loan", "n"))
    for seed in range(40):
        rng = random.Random(seed)
        user = only_if(words, PROGRAMS, condition, 20, rng)
        assert said in user and f" {limit}" in user and "number of number" not in user
        agent = weighed(words, PROGRAMS, condition, 7, 20, rng, holds=False)
        assert said in agent.lower() and ("n't" in agent or "not" in agent or "but" in agent)


def test_no_condition_is_on_words() -> None:
    assert not nameable(lexicon("title", "text"), PROGRAMS, 0, ("loan", "n"))
