"""The settings that are looked at completely: a few for every test run, larger ones by command."""

from tongban.cases.exhaustive.parts import Budget, Guard, Scene

TWO = ("22", "", "35")
THREE = ("22", "52", "35")
ONLINE = ("submit_online", "accept")
# What reconciling mends besides, so that the rest has to stand without it.
ALONE = frozenset({Guard.RECONCILED})

SHORT: tuple[Scene, ...] = (
    Scene("repeats and crashes", TWO, ONLINE, budget=Budget(repeats=1), without=ALONE),
    Scene("the broker forgets", TWO, ONLINE, budget=Budget(losses=1), without=ALONE),
    Scene(
        "a gap is found",
        TWO,
        (*ONLINE, "approve"),
        budget=Budget(losses=1),
        forgets=frozenset({"arrive", "accept"}),
        without=ALONE | {Guard.SENT_AGAIN},
    ),
    Scene("a node is restored", TWO, ("submit_online",), budget=Budget(restores=1), backs_up="35"),
    Scene("two cases", TWO, ("submit_online",), cases=2, without=ALONE),
)
LONG: tuple[Scene, ...] = (
    *SHORT,
    Scene(
        "repeats and losses", TWO, ONLINE, budget=Budget(losses=1, repeats=1), without=ALONE
    ),
    Scene(
        "two cases, repeats", TWO, ("submit_online",), cases=2, budget=Budget(repeats=1),
        without=ALONE,
    ),
    Scene(
        "three nodes", THREE, ("submit", "receive"), budget=Budget(repeats=1), without=ALONE
    ),
    Scene("the decider is restored", TWO, ONLINE, budget=Budget(restores=1), backs_up="35"),
)  # fmt: skip
# In which scene it shows that a guard is missing.
SHOWS: dict[Guard, str] = {
    Guard.HOLDER_MOVES: "repeats and crashes",
    Guard.ONE_TRANSACTION: "repeats and crashes",
    Guard.SENT_WHEN_STORED: "repeats and crashes",
    Guard.ACK_AFTER_COMMIT: "repeats and crashes",
    Guard.RECEIPT_WITH_EFFECT: "repeats and crashes",
    Guard.ONE_EFFECT: "repeats and crashes",
    Guard.ORDER: "repeats and crashes",
    Guard.SENT_AGAIN: "the broker forgets",
    Guard.GAPS_ASKED: "a gap is found",
    Guard.FORKS_COMPARED: "a node is restored",
    Guard.RECONCILED: "a node is restored",
}
