"""Which cores the servers have, and which the viewers; and as many descriptors as there may be."""

import os
import resource
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

ALL: Final = frozenset(os.sched_getaffinity(0))
SERVERS: Final = frozenset({min(ALL)})
VIEWERS: Final = ALL - SERVERS or SERVERS


@contextmanager
def on(cores: Collection[int]) -> Iterator[None]:
    """Give these cores to the processes that are started meanwhile, with all their threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def raise_limits() -> int:
    """Allow as many open files as the system does, and return how many."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
