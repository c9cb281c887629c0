"""An application of any item, filled in by the names of its questions, page after page."""

from journeys import applying
from journeys.people import Person, expect

# How places are typed where they are not chosen from a list.
TYPED = {"350102": "福州市鼓楼区", "220104": "长春市朝阳区"}
MOST_PAGES = 12


def apply(
    person: Person,
    item: str,
    *,
    here: str,
    there: str,
    answers: dict[str, str],
    mode: str = "",
    window: str = "",
    serial: int,
) -> str:
    """From the guide of an item for two places to a submitted case; gives its number."""
    person.open(f"/items/{item}?from={here}&to={there}")
    _begin(person, mode, window)
    person.press("继续填写")
    for _ in range(MOST_PAGES):
        if person.heading == "材料":
            break
        _answer(person, answers)
    _hand_in(person, serial)
    return applying.submit(person)


def _begin(person: Person, mode: str, window: str) -> None:
    guide = person.page.url
    person.press("开始办理")
    if mode and person.page.locator('[name="mode"][type="radio"]').count():
        person.fill(mode=mode)
    if window:
        person.fill(window=window)
    person.press("开始填写")
    person.sees("检查、承诺、提交")
    if person.page.get_by_text("您在继续").count():
        person.press("删除这份申请")
        person.press("删除")
        person.open(guide)
        _begin(person, mode, window)


def _answer(person: Person, answers: dict[str, str]) -> None:
    """One page: every question that there is an answer to; then on to the next."""
    before = person.page.url
    answered: set[str] = set()
    while open_ := [name for name in _asked(person) if name in answers and name not in answered]:
        name = open_[0]
        answered.add(name)
        # An answer may ask for more, or make a question needless.
        control = person.page.locator(f'main form [name="{name}"]').first
        if control.is_visible():
            _give(person, name, answers[name])
    person.press("保存并继续")
    expect(person.page).not_to_have_url(before)


def _asked(person: Person) -> list[str]:
    """The names of all questions on the page, in their order."""
    names: list[str] = person.page.locator("main form [name]").evaluate_all(
        "all => [...new Set(all.filter(e => e.type !== 'hidden').map(e => e.name))]"
    )
    return names


def _give(person: Person, name: str, value: str) -> None:
    """One answer; when it is one that fetches further questions, wait until they stand there."""
    control = person.page.locator(f'main form [name="{name}"]').first
    is_typed = control.evaluate("e => e.tagName === 'INPUT' && e.type === 'text'")
    chosen = person.page.locator(
        f'#questions[hx-post] input[type="radio"][name="{name}"][value="{value}"]:not(:checked)'
    )
    fetches = chosen.count() > 0
    if fetches:
        person.page.locator("#questions").evaluate("e => e.dataset.before = ''")
    person.fill(**{name: TYPED.get(value, value) if is_typed else value})
    if fetches:
        expect(person.page.locator("#questions:not([data-before])")).to_be_visible()


def _hand_in(person: Person, serial: int) -> None:
    """A picture for each material that has to be handed in."""
    wanted = person.page.locator('section.mat:has(.tag[data-k="warn"]) input[type="file"]')
    names = wanted.evaluate_all("all => all.map(e => e.name.replace('paper-', ''))")
    applying.hand_in_papers(person, tuple(names), serial=serial)
