"""The two journeys: through a window with a return and a correction, and online all the way."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stdnum.iso7064 import mod_11_2

from tongban.console.journeying import applicant, officer, people
from tongban.console.journeying.browser import Browser, Page
from tongban.console.journeying.nodes import Node, held_by, same_chain
from tongban.console.journeying.story import Crossing, Story, Told, expect

MOVE, MEDICAL = "2020-2-06", "2020-2-61"


@dataclass(frozen=True)
class Scene:
    """Where a journey plays: the applicant's node and the deciding one."""

    here: Node
    there: Node
    story: Story

    def desk(self, node: Node, group: str, office: str = "") -> tuple[Browser, str]:
        """The browser of an officer who has signed in, and her name."""
        account = node.account(group, office)
        browser = Browser(node.url, account["name"])
        people.sign_in(browser, account["username"])
        return browser, account["name"]

    def note(self, told: Told, node: Node) -> dict[str, Any]:
        """Where the case is now, as a node knows it."""
        case = node.case(self.story.number)
        told.state, holder = case["state_label"], case["holder"]
        told.party, told.holder = holder["party"], holder["label"]
        told.place = holder["place"]["name"] if holder["place"] else ""
        return case

    def crossings(self, node: Node) -> list[Crossing]:
        """How the case travelled so far, as a node knows it."""
        return [_crossing(event) for event in node.events(self.story.number) if event["crossing"]]


def through_a_window(scene: Scene) -> None:
    """异地代收代办: apply, returned for form, handed over, one correction, approved, handed out."""
    here, there, story = scene.here, scene.there, scene.story
    me = here.account("applicant")
    clerk, clerk_name = scene.desk(here, "receiver")
    decider, decider_name = scene.desk(there, "decider", "公安局")
    mine = Browser(here.url, me["name"])
    with mine, clerk, decider:
        people.sign_in(mine, me["username"])
        decided_at = there.account("decider", "公安局")["division"]
        answers = _move_answers(there, me["division"])
        _apply(scene, mine, MOVE, answers, decided_at, mode="RECEIVED_FOR")
        _return_and_mend(scene, mine, clerk, clerk_name)
        with story.step("核对身份，收件，核查材料，移交", clerk_name, here.name) as told:
            officer.claim(clerk, story.number)
            officer.receive(clerk, story.number)
            officer.find_all_good(clerk, story.number)
            officer.act(clerk, story.number, "hand-over", {"note": "形式已核对"})
            there.wait(story.number, held_by("decider"), "到办理地")
            scene.note(told, there)
            _delivered(scene, told, "hand_over", here)
        _correct(scene, mine, decider, decider_name)
        _decide(scene, decider, decider_name, back_to="receiver")
        with story.step("登记领取，办结", clerk_name, here.name) as told:
            officer.claim(clerk, story.number)
            officer.act(clerk, story.number, "close", {"taken_by": f"{me['name']}，本人"})
            scene.note(told, here)
        _look_at_the_result(scene, mine, me["name"])
        _compare(scene)


def online_all_the_way(scene: Scene) -> None:
    """全程网办: apply, decided elsewhere, delivered online, signed for; nobody travelled."""
    here, there, story = scene.here, scene.there, scene.story
    me = here.account("applicant")
    decider, decider_name = scene.desk(there, "decider", "医疗保障局")
    mine = Browser(here.url, me["name"])
    with mine, decider:
        people.sign_in(mine, me["username"])
        decided_at = there.account("decider", "医疗保障局")["division"]
        answers = _medical_answers(there, me["division"])
        _apply(scene, mine, MEDICAL, answers, decided_at, mode="ONLINE", goes_there=True)
        _decide(scene, decider, decider_name, back_to="applicant")
        _look_at_the_result(scene, mine, me["name"])
        with story.step("签收结果", me["name"], here.name) as told:
            page = mine.open(f"/cases/{story.number}/")
            mine.send(page, page.form(f"/cases/{story.number}/sign/"))
            scene.note(told, here)
        _compare(scene)


Plot = Callable[[Scene], None]

# --- the acts that both have, or that would be too long above ---


def _apply(
    scene: Scene, mine: Browser, item: str, answers: dict[str, str], decided_at: str,
    *, mode: str, goes_there: bool = False,
) -> None:  # fmt: skip
    here, there, story = scene.here, scene.there, scene.story
    with story.step("填写申请，上传材料，检查，提交", mine.who, here.name) as told:
        home = here.account("applicant")["division"]
        begun = applicant.begin(mine, item, home, decided_at, mode=mode)
        page = applicant.fill_in(mine, begun, answers)
        page = applicant.hand_in(mine, applicant.upload_all(mine, page))
        story.number = applicant.number_on(page)
        if goes_there:
            there.wait(story.number, held_by("decider"), "到办理地")
            scene.note(told, there)
            _delivered(scene, told, "submit_online", here)
        else:
            scene.note(told, here)


def _return_and_mend(scene: Scene, mine: Browser, clerk: Browser, clerk_name: str) -> None:
    here, story = scene.here, scene.story
    with story.step("认领，记下看不清的一处，退回修改", clerk_name, here.name) as told:
        officer.claim(clerk, story.number)
        spec = officer.find_fault(clerk, story.number)
        officer.act(clerk, story.number, "return")
        case = scene.note(told, here)
        expect(case["holder"]["party"] == "applicant", "退回以后应该在申请人手里")
    with story.step("重新上传这份材料，再交", mine.who, here.name) as told:
        _mend(mine, story.number, spec)
        case = scene.note(told, here)
        expect(case["holder"]["party"] == "receiver", "改好以后应该回到窗口")


def _correct(scene: Scene, mine: Browser, decider: Browser, decider_name: str) -> None:
    """One notice with everything, and its answer."""
    here, there, story = scene.here, scene.there, scene.story
    with story.step("认领，审查材料，一次告知补正", decider_name, there.name) as told:
        officer.claim(decider, story.number)
        spec = officer.find_fault(decider, story.number)
        officer.act(decider, story.number, "correction")
        here.wait(story.number, held_by("applicant"), "到申请人手里")
        scene.note(told, here)
        _delivered(scene, told, "ask_correction", there)
    with story.step("按告知书补一份材料", mine.who, here.name) as told:
        _mend(mine, story.number, spec)
        there.wait(story.number, held_by("decider"), "回到办理地")
        scene.note(told, there)
        _delivered(scene, told, "answer_correction", here)


def _mend(mine: Browser, number: str, spec: str) -> Page:
    page = applicant.replace(mine, applicant.mend(mine, number), spec)
    return applicant.hand_in(mine, page)


def _decide(scene: Scene, decider: Browser, decider_name: str, *, back_to: str) -> None:
    here, there, story = scene.here, scene.there, scene.story
    acts: list[tuple[str, Callable[[], Any]]] = [
        ("认领，受理", lambda: officer.act(decider, story.number, "accept")),
        ("审查，准予", lambda: officer.act(decider, story.number, "approve")),
        ("制作结果文书", lambda: officer.act(decider, story.number, "issue")),
    ]
    for what, do in acts:
        with story.step(what, decider_name, there.name) as told:
            if what.startswith("认领"):
                officer.claim(decider, story.number)
            do()
            scene.note(told, there)
    with story.step("送达", decider_name, there.name) as told:
        officer.act(decider, story.number, "deliver")
        here.wait(story.number, held_by(back_to), "收到结果")
        scene.note(told, here)
        kind = "deliver_online" if back_to == "applicant" else "deliver_to_window"
        _delivered(scene, told, kind, there)


def _delivered(scene: Scene, told: Told, kind: str, by: Node) -> None:
    """The sender learns of the delivery by a receipt, a moment after the case has arrived."""

    def is_delivered(_case: dict[str, Any]) -> bool:
        mine = [one for one in scene.crossings(by) if one.what == kind]
        told.crossing = mine[-1] if mine else None
        return bool(mine and mine[-1].delivered is not None)

    by.wait(scene.story.number, is_delivered, f"记为已送达（{kind}）")


def _crossing(event: dict[str, Any]) -> Crossing:
    at = datetime.fromisoformat(event["at"])

    def since(moment: str | None) -> float | None:
        return round((datetime.fromisoformat(moment) - at).total_seconds(), 3) if moment else None

    way = event["crossing"]
    moments = (way["sent_at"], way["delivered_at"], way["answered_at"])
    return Crossing(event["kind"], event["author"]["node"], *map(since, moments))


def _look_at_the_result(scene: Scene, mine: Browser, who: str) -> None:
    here, story = scene.here, scene.story
    with story.step("打开并下载结果", who, here.name) as told:
        case = scene.note(told, here)
        digest = case["result"]["digest"]
        kind, content = mine.fetch(f"/cases/{story.number}/papers/{digest}?download=1")
        expect(kind == "application/pdf" and content.startswith(b"%PDF-"), "结果不是PDF")
        expect(hashlib.sha256(content).hexdigest() == digest, "结果和记录里的摘要不一致")


def _compare(scene: Scene) -> None:
    """Both nodes hold the same chain, every signature is right, and the tables are its fold."""
    story, both = scene.story, (scene.here, scene.there)
    with story.step("比对两地的记录，验签，按记录重算", "系统", "两地") as told:
        chain = same_chain(both, story.number)
        expect(len(chain) > 5, "记录太短")
        for node in both:
            case = scene.note(told, node)
            expect(case["state"] == "closed", f"{node.name}没有办结，是“{case['state_label']}”")
        words = [(node, verb) for node in both for verb in ("verify", "rebuild")]
        with ThreadPoolExecutor(len(words)) as pool:
            # Each is a process of its own that has to start; the list makes a failure heard.
            list(pool.map(lambda one: one[0].say("case", one[1], story.number), words))
        # Each node knows best how far what it sent itself came.
        story.crossings = [
            one for node in both for one in scene.crossings(node) if one.by == node.code
        ]
        expect(
            all(one.delivered is not None for one in story.crossings), "有一次传送没有记为已送达"
        )


def _move_answers(there: Node, home: str) -> dict[str, str]:
    county = there.account("applicant")["division"]
    return {
        "spouse_name": "张三",
        "spouse_id_number": _a_number(county),
        "married_on": "2020-05-20",
        "from_division": home,
        "from_address": "示例街道示例路8号",
        "move_to_division": county,
        "move_to_address": "东街街道示例巷12号3单元501",
        "householder_name": "张三",
        "householder_relation": "spouse",
        "dwelling_kind": "consent",
    }


def _medical_answers(there: Node, home: str) -> dict[str, str]:
    return {
        "insured_division": there.account("applicant")["division"],
        "insurance_kind": "employee",
        "stay_kind": "living",
        "treatment_division": home,
        "starts_on": f"{date.today().year + 1}-06-01",  # noqa: DTZ011 - any day next year will do
        "stay_address": "示例街道示例路8号2栋301",
    }


def _a_number(division: str) -> str:
    """An identity number that nobody living has."""
    body = f"{division}190101013"
    body += "3" * (17 - len(body))
    return body + str(mod_11_2.calc_check_digit(body))
