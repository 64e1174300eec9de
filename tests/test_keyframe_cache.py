from dataclasses import dataclass, field

from web.sockets.keyframe_cache import KeyframeCache


@dataclass
class Boards:
    epoch: str = "e-1"
    made: list[int] = field(default_factory=list)

    def keyframe_at(self, version: int) -> bytes:
        self.made.append(version)
        return b"x" * 90


def test_a_keyframe_is_made_once_and_is_a_frame_of_a_socket() -> None:
    cache, boards = KeyframeCache(), Boards()
    first = cache.get(boards, 3)
    assert cache.get(boards, 3) is first
    assert first == bytes([0x81, 90]) + b"x" * 90
    assert boards.made == [3]


def test_another_epoch_is_another_keyframe() -> None:
    cache, boards, others = KeyframeCache(), Boards(), Boards("e-2")
    cache.get(boards, 3)
    cache.get(others, 3)
    assert (boards.made, others.made) == ([3], [3])


def test_what_was_not_used_longest_is_forgotten_when_the_bytes_are_used_up() -> None:
    cache, boards = KeyframeCache(most=200), Boards()
    for version in (1, 2, 1, 3, 1, 2):
        cache.get(boards, version)
    assert boards.made == [1, 2, 3, 2]
    assert cache.held == 2 * 92


def test_one_that_is_larger_than_the_cache_is_made_and_not_kept() -> None:
    cache, boards = KeyframeCache(most=50), Boards()
    assert len(cache.get(boards, 1)) == 92
    assert cache.held == 0


def test_one_that_is_larger_than_the_cache_pushes_no_other_out() -> None:
    @dataclass
    class Growing(Boards):
        def keyframe_at(self, version: int) -> bytes:
            return super().keyframe_at(version) * version

    cache, boards = KeyframeCache(most=200), Growing()
    for version in (1, 9, 1):
        cache.get(boards, version)
    assert boards.made == [1, 9]
