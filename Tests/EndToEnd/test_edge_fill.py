"""References are filled in behind the commits, by whichever server is there."""

from __future__ import annotations

import time

from conftest import Server
from edge_table import SIZE, check, commit, models, wait_until_filled


def test_a_server_that_is_killed_while_it_fills_leaves_nothing_doubled_or_out(own_server: Server) -> None:
    commit(own_server.client(), models(12_000))
    end = time.monotonic() + 120
    # In the middle: some batches are there, and the next one is under way.
    while not 0 < int(own_server.sql(SIZE)) < 12_000:
        assert time.monotonic() < end
        time.sleep(0.02)
    own_server.kill()
    own_server.start()
    wait_until_filled(own_server)
    check(own_server)
