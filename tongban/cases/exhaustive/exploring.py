"""Looking at every state of a scene: breadth first, so that a fault is shown by the shortest way."""

from array import array
from dataclasses import dataclass

from tongban.cases.exhaustive import steps
from tongban.cases.exhaustive.invariants import INVARIANTS, reported, settled
from tongban.cases.exhaustive.parts import Scene, World

NOT_SETTLED = "everything is delivered in the end"


class TooMany(Exception):
    """More states than were allowed for; then nothing was proved."""


@dataclass(frozen=True)
class Found:
    """What a scene showed: all its states and steps, or the shortest way to a fault."""

    scene: str
    states: int
    steps: int
    settled: int
    depth: int
    fault: str = ""
    way: tuple[str, ...] = ()


class _Search:
    """States by number, in the order in which they are first reached."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        first = steps.begin(scene)
        self.numbers: dict[World, int] = {first: 0}
        self.worlds: list[World | None] = [first]
        self.came_from = array("l", [-1])
        self.words: list[str] = [""]
        self.depths = array("l", [0])
        self.before: list[list[int]] = [[]]
        self.rests: list[int] = []
        self.count = 0

    def reach(self, world: World, words: str, source: int) -> tuple[int, bool]:
        number = self.numbers.get(world)
        if number is not None:
            self.before[number].append(source)
            return number, False
        number = len(self.worlds)
        self.numbers[world] = number
        self.worlds.append(world)
        self.came_from.append(source)
        self.words.append(words)
        self.depths.append(self.depths[source] + 1)
        self.before.append([source])
        return number, True

    def way(self, number: int) -> tuple[str, ...]:
        found = []
        while number > 0:
            found.append(self.words[number])
            number = self.came_from[number]
        return tuple(reversed(found))

    def never_settled(self) -> int | None:
        """The first state from which no way leads to rest; None when there is none."""
        able = bytearray(len(self.worlds))
        for number in self.rests:
            able[number] = 1
        todo = list(self.rests)
        while todo:
            for source in self.before[todo.pop()]:
                if not able[source]:
                    able[source] = 1
                    todo.append(source)
        hopeless = able.find(0)
        return None if hopeless < 0 else hopeless


def explore(scene: Scene, *, most: int = 2_000_000) -> Found:
    """Every state that can be reached, and the first fault in any. Raises TooMany beyond `most`."""
    search = _Search(scene)
    at = 0
    while at < len(search.worlds):
        world = search.worlds[at]
        if world is None:
            raise AssertionError("a state is looked at once")
        for name, holds in INVARIANTS.items():
            if not holds(scene, world):
                return _found(search, fault=name, way=search.way(at))
        # With a contradiction on the table people decide; what machines do then proves nothing.
        is_reported = reported(scene, world)
        if is_reported or settled(scene, world):
            search.rests.append(at)
        after_that = () if is_reported else steps.following(scene, world)
        for words, after in after_that:
            search.count += 1
            if after != world:
                search.reach(after, words, at)
        if len(search.worlds) > most:
            raise TooMany(f"{scene.name}: more than {most} states")
        search.worlds[at] = None
        at += 1
    hopeless = search.never_settled()
    if hopeless is not None:
        return _found(search, fault=NOT_SETTLED, way=search.way(hopeless))
    return _found(search)


def _found(search: _Search, *, fault: str = "", way: tuple[str, ...] = ()) -> Found:
    return Found(
        search.scene.name,
        len(search.worlds),
        search.count,
        len(search.rests),
        max(search.depths),
        fault,
        way,
    )
