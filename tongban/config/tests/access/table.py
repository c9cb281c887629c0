"""Which readers may open each route. A route in no row, and a row of no route, fail the test.

A new page is judged here before it is merged: who may open it with the case of `scene`, and who may
not. The readers and what hangs on the case are described there.
"""

from collections.abc import Set
from dataclasses import dataclass
from fnmatch import fnmatchcase

APPLICANTS = frozenset({"applicant", "other", "agent", "agent_beside", "agent_before"})
# Everybody with a desk; a manager of the catalogue and an operator have none.
DESK = frozenset(
    {
        "clerk", "decider", "leader", "third_clerk", "third_decider", "third_leader", "far",
        "asked", "lead", "partner",
    }
)  # fmt: skip
SIGNED_IN = APPLICANTS | DESK | {"manager", "operator"}
SYSTEMS = frozenset({"system", "system_away", "system_beside"})
EVERYBODY = SIGNED_IN | {"nobody"}
NOBODY: frozenset[str] = frozenset()

OFFICE = frozenset({"clerk", "decider", "leader"})
DECIDING = frozenset({"decider", "leader"})
OF_CASE = frozenset({"applicant", "agent"})


@dataclass(frozen=True)
class Row:
    """`may` open it. `cannot`: what those get because the scene has nothing to show or to do there.

    `acts`: who may press the buttons, where fewer may than may look. `leads_back`: others are led
    to another page, which judges them anew, and nothing is written.
    """

    may: Set[str]
    cannot: tuple[int, ...] = ()
    acts: Set[str] | None = None
    leads_back: bool = False


def _rows(may: Set[str], *names: str, **more: object) -> dict[str, Row]:
    return {name: Row(may, **more) for name in names}


ROWS: dict[str, Row] = {
    # Public pages, and signing in.
    **_rows(EVERYBODY, "health-*", "metrics", "ui:*", "sandbox-*"),
    **_rows(
        EVERYBODY, "account_login", "account_logout", "account_signup", "account_inactive",
        cannot=(404, 409),
    ),
    **_rows(SIGNED_IN, "account_*", "mfa_*", cannot=(404, 409)),
    **_rows(NOBODY, "courier-news"),
    **_rows(APPLICANTS, "parties-acting"),
    **_rows(
        EVERYBODY,
        "portal:favicon", "portal:home", "portal:windows", "portal:deadline", "portal:search",
        "portal:suggestions", "portal:place-names", "portal:item", "portal:guide-pdf",
        "portal:check-evidence",
        "portal:called",
    ),
    # The portal: what is one's own is made from whoever is signed in, so everybody has the page.
    **_rows(
        SIGNED_IN,
        "portal:start", "portal:inbox", "portal:inbox-read", "portal:wishes", "portal:mine",
        "portal:mandates", "portal:mandate-give", "portal:cases", "portal:appointments",
        "portal:book", "portal:contact-code",
    ),
    **_rows(
        OF_CASE,
        "portal:case", "portal:delivery", "portal:parcel", "portal:receipt", "portal:paper",
        "portal:document", "portal:withdraw", "portal:ask", "portal:evidence", "portal:book-case",
    ),
    **_rows(OF_CASE, "portal:mend", "portal:pass-on", "portal:sign", leads_back=True),
    "portal:send": Row(OF_CASE, cannot=(403,)),
    **_rows(
        {"applicant"},
        "portal:tasks", "portal:step", "portal:materials", "portal:draft-paper", "portal:check",
        "portal:draft-delivery", "portal:address-forget", "portal:contact-prove",
        "portal:done", "portal:drop", "portal:phone", "portal:notice", "portal:appointment",
        "portal:appointment-cancel",
    ),
    **_rows(OF_CASE, "portal:mandate", "portal:mandate-end"),
    "portal:mandate-accept": Row(OF_CASE, leads_back=True),
    # The desk: lists are one's own office's.
    **_rows(
        DESK,
        "desk:queue", "desk:several", "desk:save", "desk:export", "desk:keys", "desk:standards",
        "desk:inquiries", "desk:ask-inquiry", "desk:requests", "desk:documents",
        "desk:print-documents", "desk:joint-steps", "desk:alarms",
        "desk:inbox", "desk:inbox-read", "desk:inbox-wishes",
    ),
    # Nobody of the scene has kept an address for mail.
    **_rows(DESK, "desk:inbox-code", "desk:inbox-prove", cannot=(404,)),
    "desk:helping": Row({"clerk", "third_clerk"}),
    # The cross-place counter: who sits there. Its leader, who sets how many come, is not among them.
    **_rows({"clerk", "third_clerk"}, "desk:counter", "desk:counter-call"),
    "desk:counter-arrived": Row({"clerk"}, cannot=(409,)),
    "desk:counter-missed": Row({"clerk"}),
    "desk:capacity": Row(NOBODY),
    "desk:pack": Row({"clerk", "decider"}),
    "desk:parcels": Row(DESK - {"leader", "third_leader"}),
    # Whose list it is not, it is no list.
    "desk:drop": Row({"decider"}, leads_back=True),
    # Of the leader of the office.
    **_rows({"leader", "third_leader"}, "desk:office", "desk:signatures", "desk:sign-several"),
    **_rows({"leader"}, "desk:settle-signature", "desk:preview-signature", "desk:cancel-absence"),
    "desk:cases-of-absent": Row(DECIDING),
    "desk:acknowledge-alarm": Row(DECIDING),
    "desk:notice": Row({"decider"}, leads_back=True),
    "desk:enter-absence": Row({"leader", "third_leader"}),
    # One case: its two offices see it, whoever has claimed it acts.
    **_rows(
        OFFICE,
        "desk:case", "desk:particulars", "desk:numbers", "desk:history", "desk:paper",
        "desk:thumbnail", "desk:papers", "desk:document", "desk:case-requests",
        "desk:request-paper", "desk:case-parcels", "desk:case-joint", "desk:evidence",
    ),
    **_rows({"decider"}, "desk:act", "desk:preview", "desk:ask-signature", "desk:take-back-signature"),
    "desk:answer-request": Row({"decider"}),
    "desk:ask-request": Row({"clerk"}),
    **_rows({"decider"}, "desk:claim", "desk:release"),
    **_rows(NOBODY, "desk:receive", "desk:result-draft", "desk:file-paper"),
    "desk:originals": Row(OFFICE, acts=NOBODY),
    # Checks are the holder's; of papers that nobody has judged none are good.
    **_rows(NOBODY, "desk:rest-is-good", "desk:note", leads_back=True),
    **_rows({"clerk", "decider"}, "desk:parcel", "desk:slip", "desk:parcel-act"),
    # Between offices: the two of an inquiry, the partner of a step.
    **_rows(
        {"decider", "leader", "asked"}, "desk:inquiry", "desk:inquiry-paper", "desk:inquiry-evidence"
    ),
    **_rows({"asked"}, "desk:answer-inquiry", "desk:refuse-inquiry"),
    **_rows({"decider"}, "desk:more-inquiry", "desk:withdraw-inquiry"),
    # Its day for an answer has not passed.
    "desk:remind-inquiry": Row({"decider"}, cannot=(409,)),
    **_rows({"partner"}, "desk:joint-step", "desk:joint-paper"),
    # Oversight shows no case to anybody.
    **_rows(EVERYBODY, "oversight:home"),
    **_rows(
        {"operator"},
        "oversight:nodes", "oversight:node", "oversight:exchange", "oversight:retry-all",
        "oversight:retry", "oversight:take-on",
        "oversight:drop", "oversight:notices", "oversight:notices-retry-all",
        "oversight:notices-retry", "oversight:hooks", "oversight:hooks-retry-all",
        "oversight:hooks-retry", "oversight:place-rules", "oversight:directory",
        "oversight:directory-*", cannot=(404, 422),
    ),
    **_rows({"manager"}, "oversight:*", cannot=(404, 409)),
    # A manager of a city's office does not renew what a province keeps.
    "oversight:renew": Row({"manager"}, cannot=(403,)),
    "oversight:renewal": Row({"manager"}, cannot=(403,)),
    # The interface for other systems: the catalogue is public, the rest wants a token.
    **_rows(
        SYSTEMS | {"nobody"},
        "api-1:openapi-json", "api-1:items", "api-1:item", "api-1:versions", "api-1:version",
        "api-1:effective", "api-1:receiving_standard", "api-1:implementations",
        "api-1:availability", "api-1:guide", "api-1:differences", "api-1:summary",
        "api-1:rollouts", "api-1:documents", "api-1:document", "api-1:changes", "api-1:issue",
        cannot=(401, 404, 422),
    ),
    **_rows(NOBODY, "api-1:api-root", ""),
    **_rows(SYSTEMS, "api-1:upload", "api-1:submit", "api-1:feed", cannot=(400, 403, 422)),
    **_rows(
        {"system"},
        "api-1:case", "api-1:events", "api-1:paper", "api-1:case_documents", "api-1:case_document",
        "api-1:requests_of", "api-1:request_paper", "api-1:ask_request",
    ),
    # A system's own; another one's hook does not exist for it, nor is there one here.
    **_rows(SYSTEMS, "api-1:hooks", "api-1:subscribe", cannot=(403, 422)),
    **_rows(NOBODY, "api-1:unsubscribe", "api-1:retry_hook"),
    # Wants an officer in the token besides; the systems of the scene name none.
    **_rows(
        NOBODY,
        "api-1:act_*", "api-1:claim", "api-1:release", "api-1:note_check",
        "api-1:countersignatures", "api-1:take_back", "api-1:inquiries", "api-1:inquiry",
        "api-1:inquiry_*", "api-1:answer_request", "api-1:ask_countersignature",
    ),
}  # fmt: skip

# Words that somebody may read on one page alone: who holds or held a mandate, whose it was.
READS_BESIDES: dict[str, dict[str, Set[str]]] = {
    "portal:mandates": {"name": {"agent_beside", "agent_before"}},
    # They were told that a mandate was offered, and by whom.
    "portal:inbox": {"name": {"agent_beside", "agent_before"}},
}
# Guarded by the role alone: whoever has the same role by another office is let in or out alike.
BY_ROLE = frozenset({"nobody", "other", "third_decider", "third_leader", "manager", "operator"})
# Whose relation counts at a door: the portal knows an officer as an account, the desk no mandates.
AT_THE_PORTAL = APPLICANTS | {"nobody", "clerk", "decider", "asked", "third_decider", "operator"}
AT_THE_DESK = EVERYBODY - {"agent_beside", "agent_before"}


def row_name(route: str) -> str:
    """The row that judges a route, the one that names it most closely; "-" for none."""
    found = [name for name in ROWS if fnmatchcase(route, name)]
    return max(found, key=len, default="-") if route else ("" if "" in ROWS else "-")
