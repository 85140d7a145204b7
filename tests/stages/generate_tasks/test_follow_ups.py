"""What can be asked for next follows from the world, not from what a worker happens to have made before."""

from __future__ import annotations

from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from tests.stages.proven import world


def test_a_worker_that_has_made_tasks_knows_no_other_plans_than_a_new_one() -> None:
    new, used = Ground.of(world("retail")), Ground.of(world("retail"))
    identity = new.identities[-1]
    of_the_world = Maker(used, 0.0).plans(identity)
    person = used.people("train", 0.0)[0]
    found = [Maker(ground.at((), person), 0.0).plans(identity) for ground in (new, used)]
    assert found[0] == found[1] == of_the_world
    assert of_the_world


def test_they_are_found_out_once_for_all_that_follow() -> None:
    ground = Ground.of(world("retail"))
    people = ground.people("train", 0.0)[:2]
    first, second = (Maker(ground.at((), person), 0.0) for person in people)
    identity = ground.identities[0]
    assert first.plans(identity) is second.plans(identity)
    assert first.questions(identity) is second.questions(identity)
