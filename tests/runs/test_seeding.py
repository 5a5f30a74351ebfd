import random

import torch

from engine.runs import seeding
from engine.runs.seeding import Sources


def test_a_source_goes_on_where_it_was_saved():
    sources = Sources(3)
    torch.rand(5, generator=sources.torch("noise")), sources.python("order").gauss(0, 1)
    tensors, state = sources.state()
    expected = torch.rand(5, generator=sources.torch("noise")), [sources.python("order").gauss(0, 1) for _ in range(4)]
    again = Sources(3)
    torch.rand(2, generator=again.torch("something else"))
    again.load({**tensors, "weight": torch.zeros(2)}, state)
    found = torch.rand(5, generator=again.torch("noise")), [again.python("order").gauss(0, 1) for _ in range(4)]
    assert torch.equal(found[0], expected[0])
    assert found[1] == expected[1]
    assert tensors["random.noise"].dtype == torch.uint8


def test_a_source_made_after_the_checkpoint_begins_at_its_beginning():
    first, again = Sources(3), Sources(3)
    tensors, state = first.state()
    expected = first.python("late").random()
    again.python("late").random()
    again.load(tensors, state)
    assert again.python("late").random() == expected


def test_sources_of_different_names_and_seeds_are_independent():
    drawn = [Sources(seed).python(name).random() for seed in (0, 1) for name in ("a", "b")]
    assert len(set(drawn)) == 4
    sources = Sources(0)
    sources.python("a").random()
    assert sources.python("b").random() == drawn[1]  # drawing from one does not move another


def test_global_generators_are_seeded_and_restored():
    kept = torch.get_rng_state(), random.getstate()
    try:
        seeding.seed_globals(1)
        tensor, packed = seeding.globals_state()
        expected = torch.rand(3).tolist(), random.random()
        seeding.load_globals(tensor, packed)
        assert (torch.rand(3).tolist(), random.random()) == expected
        seeding.seed_globals(1)
        assert (torch.rand(3).tolist(), random.random()) == expected
    finally:
        torch.set_rng_state(kept[0]), random.setstate(kept[1])
