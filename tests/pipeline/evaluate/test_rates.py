import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.rates import PassRates


def rates(*counts: tuple[int, int], k: int = 3) -> PassRates:
    found = PassRates(k)
    for number, (tried, passed) in enumerate(counts):
        found.add((1, 4), f"task-{number}", tried, passed)
    return found


def test_the_mean_over_tasks_of_how_likely_all_tries_pass():
    assert rates((4, 3)).of((1, 4)) == [0.75, 0.5, 0.25]
    assert rates((4, 3), (4, 0)).of((1, 4)) == [0.375, 0.25, 0.125]


def test_a_task_that_was_not_tried_so_often_says_nothing_about_it():
    assert rates((1, 1), (3, 0)).of() == [0.5, 0.0, 0.0]
    assert rates((1, 1)).of() == [1.0, None, None]
    assert rates((0, 0)).of() == [None, None, None]


def test_manners_of_one_task_count_together():
    found = PassRates(2)
    found.add((1, 4), "task-0", 1, 1)
    found.add((1, 4), "task-0", 1, 0)
    assert (found.tasks(), found.of()) == (1, [0.5, 0.0])


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.integers(1, 4))
def test_it_is_the_share_of_rows_of_tries_that_all_pass(tries, k):
    random.shuffle(tries)
    rows = list(itertools.combinations(tries, k))
    wanted = sum(map(all, rows)) / len(rows) if rows else None
    found = rates((len(tries), sum(tries)), k=k).of()[k - 1]
    assert found == wanted or abs(found - wanted) < 1e-12
