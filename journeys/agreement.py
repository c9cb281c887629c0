"""Whether two nodes tell the same story: every event, every hash, every paper, and the fold of it."""

import hashlib
from collections import defaultdict
from itertools import permutations
from typing import Any

from journeys.installation import Installation, Node, until
from tongban.cases import standing
from tongban.cases.models import FOLDED
from tongban.cases.standing import Paper, Standing
from tongban.jurisdictions import edition
from tongban.record import chains
from tongban.record.chains import Event

Rows = dict[str, list[dict[str, Any]]]
ENTRIES = """
SELECT chain, seq, kind, at, body, hash, key_id, signature FROM record_entry ORDER BY chain, seq
"""
# What must be nothing once everything has arrived everywhere.
UNSETTLED = {
    "messages on their way": (
        "SELECT count(*) FROM exchange_outgoing WHERE delivered_at IS NULL AND parked_at IS NULL"
    ),
    "messages that wait": "SELECT count(*) FROM exchange_received WHERE state = 'waiting'",
    "cases on their way": "SELECT count(*) FROM cases_case WHERE holder = 'channel'",
}


def wait_until_settled(there: Installation, *, patience: float = 180) -> None:
    """Until every message was delivered and every baton has arrived, at both nodes."""

    def open_ends() -> dict[str, int]:
        return {
            f"{what} at {node.code}": count
            for node in there.provinces
            for what, query in UNSETTLED.items()
            if (count := node.count(query))
        }

    try:
        until(lambda: not open_ends(), what="everything arrived", patience=patience)
    except AssertionError as late:
        raise AssertionError(f"{late}: {open_ends()}\n{_what_waits(there)}") from None


def _what_waits(there: Installation) -> str:
    queries = (
        "SELECT id, recipient, type, subject, attempts, last_error, sent_at FROM exchange_outgoing"
        " WHERE delivered_at IS NULL ORDER BY id LIMIT 5",
        "SELECT id, sender, type, subject, sequence, state, code, reason FROM exchange_received"
        " WHERE state IN ('waiting', 'parked') ORDER BY id LIMIT 5",
    )
    rows = [
        (node.code, row) for node in there.provinces for query in queries for row in node.ask(query)
    ]
    return "\n".join(f"{code}: {row}" for code, row in rows)


def check_agreement(there: Installation, numbers: set[str] | None = None) -> int:
    """All nodes hold the same events and papers, rightly signed, and tables that are their fold.

    Of all cases, or of those given; gives how many events were compared.
    """
    held = {node.code: _chains(node, numbers) for node in there.provinces}
    compared = 0
    for one, other in permutations(held, 2):
        _check_same_cases(held[one], held[other], elsewhere=other)
        shared = set(held[one]) & set(held[other])
        for number in shared:
            same = held[one][number] == held[other][number]
            assert same, f"{number} differs between the nodes {one} and {other}"
        compared += sum(len(held[one][number]) for number in shared)
    keys = _public_keys(there)
    for node in there.provinces:
        _check_node(node, held[node.code], keys)
    return compared // 2


def _check_same_cases(mine: Rows, theirs: Rows, *, elsewhere: str) -> None:
    """A case that one node alone has must not concern the other yet."""
    for number in set(mine) - set(theirs):
        told = standing.fold(_events(mine[number])).told
        assert elsewhere not in told, f"{number} is missing at node {elsewhere}"


def _chains(node: Node, numbers: set[str] | None) -> Rows:
    found: Rows = defaultdict(list)
    for row in node.ask(ENTRIES):
        # An inquiry, a parcel or a joint step is a chain beside the cases, with moves of its own.
        is_asked_for = row["chain"][:1].isdigit() if numbers is None else row["chain"] in numbers
        if is_asked_for:
            found[row["chain"]].append(row)
    return dict(found)


def _public_keys(there: Installation) -> dict[tuple[str, str], str]:
    listed = edition.read(there.demo.home.directory.read_bytes()).nodes
    return {(node.code, node.key_id): node.public_key for node in listed}


def _events(rows: list[dict[str, Any]]) -> list[Event]:
    return [
        chains.unpack({"body": r["body"], "keyid": r["key_id"], "signature": r["signature"]})
        for r in rows
    ]


def _check_node(node: Node, found: Rows, keys: dict[tuple[str, str], str]) -> None:
    """Chains hold together, tables are the fold, and the papers are there whole."""
    cases = {row["number"]: row for row in node.ask("SELECT * FROM cases_case")}
    papers: dict[str, list[Paper]] = defaultdict(list)
    for row in node.ask("SELECT * FROM cases_material ORDER BY case_id, seq, id"):
        papers[row["case_id"]].append(Paper(**{name: row[name] for name in Paper.__slots__}))
    digests = set()
    for number, rows in found.items():
        events = _events(rows)
        chains.verify(events, lambda code, key_id: keys.get((code, key_id)))
        folded = standing.fold(events)
        assert number in cases, f"node {node.code} has no case for the chain {number}"
        kept = _standing(cases[number], papers[number])
        assert kept == folded, f"node {node.code}: tables of {number} are not its fold"
        digests |= {file.digest for event in events for file in event.files}
    for digest in digests:
        _check_paper(node, digest)


def _standing(row: dict[str, Any], papers: list[Paper]) -> Standing:
    return Standing(**{name: row[name] for name in FOLDED}, papers=tuple(papers))


def _check_paper(node: Node, digest: str) -> None:
    path = node.papers / digest[:2] / digest
    assert path.is_file(), f"node {node.code} lacks paper {digest}"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, f"{digest} is damaged"
