"""Every fault once, in its short form. The long form: `make faults`."""

import pytest

from tests.faults.run import run
from tests.faults.scenarios import FAULTS, Fault

RECOVERY_SECONDS = 10.0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_nothing_is_lost(fault: Fault):
    result = await run(fault, seed=1)
    assert result.verdict.faults == []
    assert result.verdict.accepted > 10, "the test has something to lose"
