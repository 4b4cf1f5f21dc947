"""Every fault in a pair at two processes, in one at one, and in a room, in its short form. The long form: `make faults`."""

import pytest

from tests.faults.company import Company
from tests.faults.couple import Couple, Neighbours
from tests.faults.run import run
from tests.faults.scenarios import FAULTS, Fault


@pytest.mark.parametrize("people", [Couple, Neighbours])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_nothing_is_lost(fault: Fault, people: type[Couple]):
    result = await run(people, fault, seed=1)
    assert result.verdict.faults == []
    assert result.verdict.accepted > 10, "the test has something to lose"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_nothing_is_lost_in_a_room(fault: Fault):
    result = await run(Company, fault, seed=1)
    assert result.verdict.faults == []
    assert result.verdict.accepted > 10, "the test has something to lose"
