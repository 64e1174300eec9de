"""The garbage collector, set up for a process with few births and thousands of long lives."""

import gc

YOUNG_OBJECTS = 50_000


def settle_collector() -> None:
    """
    Keep collections rare and short; call it once, when the server has started.

    A full collection walks every container alive, and no viewer hears anything meanwhile.
    What start-up made stays for good, so it is moved out of the collector's sight, with the
    little that could have been collected: to look for it takes as long as a tenth of a start.
    The viewers' own objects hold no cycles and are freed by counting; a collection every 700
    births would look at all of them again and again and find nothing.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
    gc.enable()  # a start may go without
