"""docs/features.md names the test that shows a feature; every one of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "features.md").read_text())


def test_every_feature_has_its_test():
    assert len(NAMED) > 15
    for path, name in NAMED:
        assert f"def {name}(" in (ROOT / path).read_text(), f"{path} has no {name}"
