import msgspec

from schemas.completion import CompletionRequest, Sampling
from stages.base import seeded

REQUEST = CompletionRequest(role="agent", session="dialogue-1/agent", turn=0, messages=({"role": "system"},))


def test_every_turn_has_a_seed_of_its_own_which_is_the_same_in_every_run():
    seeds = [seeded(msgspec.structs.replace(REQUEST, turn=turn)).sampling.seed for turn in range(50)]
    assert len(set(seeds)) == 50 and all(0 <= seed < 2**31 for seed in seeds)
    assert seeds[0] == seeded(REQUEST).sampling.seed == 1508891803


def test_a_seed_that_the_recipe_gives_stays():
    given = msgspec.structs.replace(REQUEST, sampling=Sampling(seed=7))
    assert seeded(given) is given
