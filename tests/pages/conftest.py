"""What the tests of the pages share."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.pages.scene import NOW, Scene, build


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """The world of ``scene.py``, and the clock stopped in its afternoon."""
    made = build()
    with time_machine.travel(NOW, tick=False):
        yield made
