from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tool_specs.effects import effect_of_name
from tool_specs.tool_names import FITTING, agent_name, agent_names


def test_a_name_that_fits_stays() -> None:
    assert agent_name("renew_loan-2") == "renew_loan-2"
    assert agent_name("loans.renew") == "loans_renew"
    assert FITTING.fullmatch(agent_name("書籍を探す"))
    assert agent_name("書籍を探す") != agent_name("貸出を延長")


def test_names_that_would_be_one_stay_two_and_are_told() -> None:
    found = agent_names(["loans.renew", "loans_renew", "loans/renew", "find"])
    assert found.by_source["loans_renew"] == "loans_renew" and found.by_source["find"] == "find"
    assert len(set(found.by_source.values())) == 4
    assert found.collided == {"loans_renew": ("loans.renew", "loans_renew", "loans/renew")}


@given(st.lists(st.text(min_size=1, max_size=90), unique=True, max_size=30))
def test_any_names_are_mapped_to_fitting_ones_and_back_whatever_their_order(names: list[str]) -> None:
    found = agent_names(names)
    assert all(FITTING.fullmatch(agent) for agent in found.by_source.values())
    assert {found.by_agent[found.by_source[name]] for name in names} == set(names)
    assert agent_names(names[::-1]).by_source == found.by_source


def test_effects_by_name() -> None:
    said = {
        "get_loan": "read",
        "searchReaders": "read",
        "loans.renew": "write",
        "delete_user_list": "write",
        "convert_units": "generic",
        "transfer_to_human_agents": "generic",
        "transfer_funds": "write",
        "weather_forecast": "read",
    }
    assert {name: effect_of_name(name) for name in said} == said
    assert effect_of_name("loan2", "Renews a loan.") == "write"
    assert effect_of_name("loan2", "Lists the loans.") == "read"
