"""What must hold when everything has arrived, whatever broke before."""

from collections import Counter
from itertools import permutations

from journeys.agreement import check_agreement
from journeys.faulting.ground import Ground
from journeys.faulting.load import Ledger
from journeys.installation import Node

_KINDS = "SELECT chain, kind, count(*) FROM record_entry WHERE chain = ANY(%s) GROUP BY 1, 2"
# What a case may meet more than once; every other kind of event once at most in these stories.
_REPEATED = {"arrive"}


def problems(
    ground: Ground, ledger: Ledger, *, restored: frozenset[str] = frozenset()
) -> list[str]:
    """Everything that does not hold, in sentences; nothing is the answer one wants.

    `restored` are nodes that lost what only they knew: keys of submissions, traces of messages.
    """
    found: list[str] = []
    try:
        check_agreement(ground.there)
    except AssertionError as wrong:
        found.append(f"chains, tables or papers: {wrong}"[:1500])
    except Exception as wrong:  # noqa: BLE001 - a chain that cannot even be read
        found.append(f"chains, tables or papers: {type(wrong).__name__}: {wrong}"[:1500])
    found += _submissions(ground, ledger, restored)
    found += _acts(ground, ledger)
    found += _effects(ground, restored)
    found += _set_aside(ground)
    found += ledger.odd
    return found


def _submissions(ground: Ground, ledger: Ledger, restored: frozenset[str]) -> list[str]:
    """Each acknowledged submission is one case, here and where it is decided."""
    found = []
    held = {node.code: _numbers(node) for node in ground.there.provinces}
    said: Counter[str] = Counter()
    for key, (code, there, numbers) in ledger.submissions.items():
        said.update(numbers)
        if len(numbers) != 1:
            found.append(f"submission {key} at {code} became {len(numbers)} cases: {numbers}")
        for number in numbers:
            is_decided_here = number in held[there]
            if number not in held[code] or not is_decided_here:
                found.append(f"submission {key}: case {number} is not at {code} and {there}")
    for number, (code, there) in ledger.online.items():
        if number not in held[code] or number not in held[there]:
            found.append(f"case {number}, handed in online, is not at {code} and {there}")
    found += [f"case {number} was said for {n} keys" for number, n in said.items() if n > 1]
    for node in ground.there.provinces:
        if node.code not in restored:
            found += _keys(node, ledger)
    return found


def _keys(node: Node, ledger: Ledger) -> list[str]:
    rows = node.ask("SELECT key, number FROM cases_submission")
    kept = {row["key"]: row["number"] for row in rows}
    return [
        f"submission {key} at {code}: {numbers} was said, {kept.get(key)} is kept"
        for key, (code, _, numbers) in ledger.submissions.items()
        if code == node.code and {kept.get(key)} != numbers
    ]


def _numbers(node: Node) -> set[str]:
    return {row["number"] for row in node.ask("SELECT number FROM cases_case")}


def _acts(ground: Ground, ledger: Ledger) -> list[str]:
    """Each acknowledged act is in the chain, and nothing is in a chain twice."""
    counts: Counter[tuple[str, str]] = Counter()
    for node in ground.there.provinces:
        for row in node.ask(_KINDS, list(ledger.numbers)):
            place = (row["chain"], row["kind"])
            counts[place] = max(counts[place], row["count"])
    kinds: dict[str, set[str]] = {}
    for number, kind in counts:
        kinds.setdefault(number, set()).add(kind)
    found = [
        f"case {number}: acknowledged and not in the chain: {begin}"
        for number, begin in ledger.acts
        if not any(kind.startswith(begin) for kind in kinds.get(number, ()))
    ]
    return found + [
        f"case {number}: {count} times {kind}"
        for (number, kind), count in counts.items()
        if count > 1 and kind not in _REPEATED
    ]


def _effects(ground: Ground, restored: frozenset[str]) -> list[str]:
    """What one node sent another took in, each once, and nothing else."""
    found = []
    for sender, receiver in permutations(ground.there.provinces, 2):
        sent = {
            row["message_id"]
            for row in sender.ask(
                "SELECT message_id FROM exchange_outgoing WHERE type NOT LIKE 'exchange.%%'"
                " AND recipient = %s AND parked_at IS NULL",
                receiver.code,
            )
        }
        rows = receiver.ask(
            "SELECT message_id FROM exchange_received WHERE sender = %s AND state = 'handled'"
            " AND type NOT LIKE 'exchange.%%'",
            sender.code,
        )
        taken = Counter(row["message_id"] for row in rows)
        way = f"{sender.code} → {receiver.code}"
        if (lost := sent - set(taken)) and receiver.code not in restored:
            found.append(f"{way}: {len(lost)} messages sent and never taken in: {list(lost)[:3]}")
        if (strange := set(taken) - sent) and sender.code not in restored:
            found.append(f"{way}: {len(strange)} messages taken in and never sent")
        found += [f"{way}: {one} taken in {n} times" for one, n in taken.items() if n > 1]
    return found


def _set_aside(ground: Ground) -> list[str]:
    """Nothing that we did gives anybody a reason to set a message aside."""
    parked = (
        "SELECT sender, type, subject, code, reason FROM exchange_received"
        " WHERE state IN ('parked', 'dropped')"
    )
    forks = "SELECT chain, seq, peer FROM exchange_contradiction"
    found = []
    for node in ground.there.provinces:
        found += [f"set aside at {node.code}: {row}" for row in node.ask(parked)]
        found += [f"contradiction at {node.code}: {row}" for row in node.ask(forks)]
    return found
