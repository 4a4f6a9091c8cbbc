"""doveconf itself beside us on mutated and generated configurations: same verdicts, warnings and dumps."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from dovecot_conf import Version
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.fuzz.compare import Comparer, changes
from tests.fuzz.explained import explain
from tests.fuzz.source import Texts

COUNT = 300
SEED = 1


@pytest.fixture(scope="module", params=list(Version), ids=str)
def installation(request: pytest.FixtureRequest) -> Installation:
    try:
        return find_23() if request.param is Version.V23 else find_24(os.environ)
    except UnavailableError as error:
        unavailable(str(error))


def test_every_difference_is_explained(installation: Installation) -> None:
    texts = Texts(Version(installation.version), SEED, installation.filesystem)
    accepted = outputs = 0
    with closing(Comparer(installation)) as comparer:
        for number in range(COUNT):
            compared = comparer.compare(texts.text(number))
            accepted += not compared.refused
            outputs += compared.output
            for difference in compared.differences:
                assert explain(difference) is not None, f"text {number}: {changes(difference)}"
    assert accepted > COUNT / 5
    assert outputs >= accepted
