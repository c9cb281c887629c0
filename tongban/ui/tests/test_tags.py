"""What the tags write: escaped, wired, and refusing words that they do not know."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.timezone import localdate

from tongban.ui.shapes import Part, Span
from tongban.ui.tags.dates import duration
from tongban.ui.tags.remembering import RememberNode

HOSTILE = '<b onclick="x">&\''
ESCAPED = "&lt;b onclick=&quot;x&quot;&gt;&amp;&#x27;"
SUNDAY_EVENING = datetime(2026, 11, 15, 16, 5, 9, tzinfo=UTC)  # Monday 0:05:09 in Beijing


def drawn(source, **facts):
    return Template("{% load components %}" + source).render(Context(facts)).strip()


@pytest.mark.parametrize(
    "source",
    [
        '{% who "recv" x %}',
        '{% pair x "福建" %}',
        '{% light "ok" x %}',
        "{% tag x %}",
        '{% verdict kind="ok" light=x %}{% endverdict %}',
        '{% verdict kind="ok" light="能办" say=x %}{% endverdict %}',
        '{% note "warn" title=x %}{% endnote %}',
        "{% note %}{{ x }}{% endnote %}",
        "{% empty_state x %}{% endempty_state %}",
        "{% fact x x small=x %}",
        "{% row x small=x %}{% endrow %}",
        "{% row x href=x %}{% endrow %}",
        "{% answer x change=x %}{{ x }}{% endanswer %}",
        "{% crumb x x %}",
        "{% btn x name=x value=x %}",
        "{% btn x unavailable=x %}",
        "{% copy_button x %}",
        '{% step "app" x %}{% endstep %}',
        "{% truth sent=x %}",
        '{% entry "app" x by=x %}{% endentry %}',
        "{% tbl x caption=x %}{% tr %}{% td %}{{ x }}{% endtd %}{% endtr %}{% endtbl %}",
        "{% progress 1 x %}",
        "{% stat x x small=x %}",
        '{% key_item x party="recv" %}',
        '{% tile x x 1 "ok" href=x %}',
        '{% pick_item x x kind="bad" state=x small=x %}',
        "{% doc x number=x %}{% enddoc %}",
        "{% seal x x %}",
        "{% errsum errors=pairs %}",
        "{% field name=x label=x hint=x error=x value=x %}",
        '{% field name="a" label="甲" type="textarea" value=x %}',
        '{% field name="a" label="甲" type="select" options=options %}',
        "{% field name='a' label='甲' data_more=x %}",
        "{% choice name=x label=x options=options hint=x error=x %}",
        "{% tick name=x label=x hint=x error=x %}",
        "{% split_bar parts %}",
        "{% ledger spans %}",
    ],
)
def test_what_comes_from_outside_is_escaped(source):
    page = drawn(
        source,
        x=HOSTILE,
        pairs=[(HOSTILE, HOSTILE)],
        options=[(HOSTILE, HOSTILE, HOSTILE)] if "choice" in source else [(HOSTILE, HOSTILE)],
        parts=[Part("app", HOSTILE, 1)],
        spans=[Span("app", HOSTILE, SUNDAY_EVENING, 1, HOSTILE, HOSTILE)],
    )

    assert ESCAPED in page
    assert HOSTILE not in page
    assert "<b onclick" not in page


@pytest.mark.parametrize(
    "source",
    [
        '{% who "nobody" %}',
        '{% light "green" "好" %}',
        '{% light "ok" "" %}',
        '{% tag "好" "green" %}',
        '{% note "green" %}{% endnote %}',
        "{% verdict %}{% endverdict %}",
        '{% verdict kind="ok" party="app" %}{% endverdict %}',
        '{% btn "好" kind="second" %}',
        '{% step "app" "您" "later" %}{% endstep %}',
        '{% field name="a" %}',
        '{% field name="a" label="甲" width="13" %}',
        '{% choice label="甲" %}',
        '{% tile "京" "1" 1 "green" %}',
        '{% key_item "好" kind="green" %}',
        "{% split_bar parts %}",
    ],
)
def test_words_that_no_component_knows_fly(source):
    with pytest.raises(ValueError, match=r"needs|knows"):
        drawn(source, parts=[Part("nobody", "谁", 1)])


def test_an_icon_that_is_not_here_says_how_to_get_it():
    with pytest.raises(LookupError, match=r"tongban\.ui\.icons\.add volcano"):
        drawn('{% icon "volcano" %}')
    with pytest.raises(LookupError):
        drawn('{% icon "../source" %}')


def test_marks_and_icons_are_silent_and_words_speak():
    assert drawn('{% who "recv" "长春专窗" %}').endswith("</span> 长春专窗")
    assert 'aria-hidden="true"' in drawn('{% who "recv" %}')
    assert 'aria-hidden="true"' in drawn('{% icon "phone" %}')
    assert 'aria-label="到"' in drawn('{% pair "长春" "福州" %}')


def test_a_block_wraps_bare_words_and_leaves_elements():
    assert "<p>申请不会丢。</p>" in drawn("{% note %}申请不会丢。{% endnote %}")
    assert drawn("{% note %}<p>甲</p><p>乙</p>{% endnote %}").count("<p>") == 2


def test_steps_say_where_the_case_is():
    page = drawn(
        '{% relay %}{% step "app" "甲" %}{% endstep %}{% step "deci" "乙" "now" %}{% endstep %}'
        '{% step "part" "丙" "todo" %}{% endstep %}{% endrelay %}'
    )

    assert page.count('aria-current="step"') == 1
    assert '丙<span class="vh">（还没到）</span>' in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ["未发出", "未送达", "未答复"]),
        ({"a": True}, ["已发出", "未送达", "未答复"]),
        ({"a": SUNDAY_EVENING, "b": SUNDAY_EVENING}, ["已发出0:05:09", "已送达0:05:09", "未答复"]),
        (
            {"a": SUNDAY_EVENING, "b": True, "c": datetime(2026, 11, 17, 1, 0, tzinfo=UTC)},
            ["已发出0:05:09", "已送达", "已答复11月17日（周二）9:00:00"],
        ),
    ],
)
def test_sent_delivered_and_answered_are_three_things(facts, words):
    page = drawn("{% truth sent=a delivered=b answered=c %}", **facts)

    assert [item.split(">")[-1] for item in page.split("</li>")[:3]] == words
    assert page.count('class="is"') == sum(word.startswith("已") for word in words)


def test_a_button_that_cannot_be_pressed_says_why_and_sends_nothing():
    page = drawn('{% btn "受理" unavailable="有3处问题没解决" %}')

    assert 'type="button"' in page
    assert 'aria-disabled="true"' in page
    described = page.split('aria-describedby="')[1].split('"')[0]
    assert f'id="{described}">有3处问题没解决' in page


def test_a_post_button_is_a_form_with_a_token():
    request = RequestFactory().get("/")
    page = drawn('{% post_button "认领" "/claim" key="C" %}', request=request)

    assert page.startswith('<form method="post" action="/claim">')
    assert 'name="csrfmiddlewaretoken"' in page
    assert "<kbd>C</kbd>" in page


def test_a_button_that_goes_somewhere_is_a_link():
    assert drawn('{% btn "看" href="/a" %}') == '<a class="btn" href="/a">看</a>'


def test_days_and_moments_are_written_one_way():
    assert ">2026年11月23日（周一）<" in drawn("{{ d|day }}", d=date(2026, 11, 23))
    assert 'datetime="2026-11-16T00:05:09+08:00"' in drawn("{{ d|clock }}", d=SUNDAY_EVENING)
    assert ">0:05:09<" in drawn("{{ d|clock }}", d=SUNDAY_EVENING)
    assert ">2026年11月16日（周一）<" in drawn("{{ d|day }}", d=SUNDAY_EVENING)
    assert drawn("{{ d|day }}{{ d|moment }}{{ d|short_day }}{{ d|clock }}", d=None) == ""


def test_days_of_this_year_drop_it_and_others_keep_it():
    today = localdate()

    assert f">{today.month}月{today.day}日（周" in drawn("{{ d|short_day }}", d=today)
    assert ">1999年1月2日（周六）<" in drawn("{{ d|short_day }}", d=date(1999, 1, 2))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0秒"),
        (13.9, "13秒"),
        (59, "59秒"),
        (60, "1分"),
        (4080, "1小时8分"),
        (3600, "1小时"),
        (86399, "23小时59分"),
        (90061, "1天1小时"),
        (86400 * 5 + 60, "5天"),
        (None, ""),
    ],
)
def test_durations_have_two_units_at_most(seconds, words):
    assert duration(seconds) == words


def test_cells_know_the_head_of_their_column():
    page = drawn(
        '{% tbl "事项" "期限" "办件" n="3" caption="往来" quiet=True %}{% for i in "ab" %}'
        "{% tr %}{% th %}甲{% endth %}{% td %}{% endtd %}{% td %}3{% endtd %}{% endtr %}"
        "{% endfor %}{% endtbl %}"
    )

    assert page.count('<th scope="row">甲</th><td data-l="期限">') == 2
    assert page.count('data-l="办件">3</td>') == 2
    assert page.count('<th class="n" scope="col">办件</th>') == 1
    assert '<caption class="vh">往来</caption>' in page
    assert "—" in page


def test_a_table_in_a_cell_has_its_own_heads():
    page = drawn(
        '{% tbl "甲" "乙" caption="外" %}{% tr %}{% td %}{% tbl "丙" caption="内" %}{% tr %}{% td %}1'
        "{% endtd %}{% endtr %}{% endtbl %}{% endtd %}{% td %}2{% endtd %}{% endtr %}{% endtbl %}"
    )

    assert '<td data-l="丙">1</td>' in page
    assert '<td data-l="乙">2</td>' in page


def test_a_row_with_too_many_cells_flies():
    with pytest.raises(ValueError, match="more cells"):
        drawn(
            '{% tbl "甲" caption="乙" %}{% tr %}{% td %}1{% endtd %}{% td %}2{% endtd %}{% endtr %}{% endtbl %}'
        )


@pytest.mark.parametrize("source", ['{% tbl "甲" %}{% endtbl %}', '{% tbl caption="甲" %}{% endtbl %}',
                                    '{% tbl "甲" caption="乙" wide=True %}{% endtbl %}'])  # fmt: skip
def test_a_table_without_heads_or_caption_is_no_table(source):
    with pytest.raises(TemplateSyntaxError):
        drawn(source)


def test_a_bar_fills_its_width_and_shows_what_is_small():
    parts = [Part("recv", "收", 1), Part("deci", "办", 100_000), Part("app", "申", 0)]
    page = drawn("{% split_bar parts %}", parts=parts)

    assert 'viewBox="0 0 1000 14"' in page
    assert page.count("<rect") == 2
    assert 'aria-label="收&lt;1%，办100%"' in page
    assert drawn("{% split_bar parts %}", parts=[]) == ""


def test_a_ledger_says_the_same_numbers_three_times():
    spans = [
        Span("recv", "长春", SUNDAY_EVENING, 4080, "算"),
        Span("deci", "福州", SUNDAY_EVENING, 60, "算"),
        Span("recv", "长春", SUNDAY_EVENING, 60, "不算", "1个工作日"),
    ]
    page = drawn("{% ledger spans %}", spans=spans)

    assert 'aria-label="长春1小时8分，福州1分，长春1分"' in page
    assert "<i></i>长春1小时9分" in page
    assert 'data-l="用了">1小时8分</td>' in page
    assert 'data-l="用了">1个工作日</td>' in page


class Asked(forms.Form):
    house = forms.CharField(
        label="门牌号", help_text="写到房号", error_messages={"required": "填写门牌号"}
    )
    more = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="关系", choices=[("a", "配偶"), ("b", "其他")], widget=forms.RadioSelect,
        error_messages={"required": "选择关系"},
    )  # fmt: skip
    agreed = forms.BooleanField(label="我同意", error_messages={"required": "勾选同意"})
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        self.add_error(None, "两处对不上")


def test_a_field_wires_its_hint_and_its_error():
    page = drawn("{% field form.house %}", form=Asked({}))

    assert '<label for="id_house">门牌号</label>' in page
    assert 'aria-describedby="id_house-h id_house-e"' in page
    assert 'aria-invalid="true"' in page
    places = [
        page.index(part) for part in ("<label", 'id="id_house-h"', 'id="id_house-e"', "<input")
    ]
    assert places == sorted(places)


def test_a_field_without_fault_claims_none():
    page = drawn("{% field form.house %}", form=Asked())

    assert "aria-invalid" not in page
    assert 'aria-describedby="id_house-h"' in page
    assert 'class="field"' in page


def test_a_plain_field_is_the_same_as_one_of_a_form():
    plain = drawn(
        '{% field name="house" label="门牌号" hint="写到房号" error="填写门牌号" value="" %}'
    )
    bound = drawn("{% field form.house %}", form=Asked({}))

    assert plain.split("<input")[0] == bound.split("<input")[0]
    for wiring in (
        'aria-describedby="id_house-h id_house-e"',
        'aria-invalid="true"',
        'id="id_house"',
    ):
        assert wiring in plain
        assert wiring in bound


def test_what_was_typed_comes_back():
    typed = Asked({"house": HOSTILE, "more": "\n两行\n字"})

    assert f'value="{ESCAPED}"' in drawn("{% field form.house %}", form=typed)
    assert drawn('{% field name="m" label="说明" type="textarea" value=v %}', v="甲\n乙").endswith(
        ">\n甲\n乙</textarea></div>"
    )


def test_what_may_stay_empty_says_so():
    assert "说明（可以不填）" in drawn("{% field form.more %}", form=Asked())
    assert "（可以不填）" not in drawn("{% field form.house %}", form=Asked())


def test_what_an_answer_may_ask_for_is_not_called_optional():
    form = Asked()
    form.fields["more"].hangs_on = "kind"

    assert "（可以不填）" not in drawn("{% field form.more %}", form=form)


def test_choices_are_a_fieldset_that_the_summary_can_reach():
    page = drawn("{% choice form.kind %}", form=Asked({}))

    assert page.startswith('<fieldset aria-describedby="id_kind-e" class="field bad" id="id_kind"')
    assert "<legend>关系</legend>" in page
    assert page.count('type="radio"') == 2
    assert 'for="id_kind_0">配偶' in page
    assert " checked" not in page


def test_plain_choices_keep_what_was_chosen():
    options = [("a", "甲", "提示"), ("b", "乙")]

    one = drawn('{% choice name="k" label="问" options=o value="b" %}', o=options)
    assert one.count(" checked") == 1
    assert 'value="b" checked' in one
    assert 'aria-describedby="id_k_0-h"' in one

    many = drawn(
        '{% choice name="k" label="问" options=o value=v multiple=True %}', o=options, v=["a", "b"]
    )
    assert many.count('type="checkbox"') == 2
    assert many.count(" checked") == 2


def test_a_tick_keeps_its_label_and_its_error():
    page = drawn("{% tick form.agreed %}", form=Asked({}))

    assert '<label for="id_agreed">我同意</label>' in page
    assert 'aria-describedby="id_agreed-e"' in page


def test_a_hidden_field_is_only_itself():
    assert drawn("{% field form.key %}", form=Asked({"key": "k"})) == (
        '<input type="hidden" name="key" value="k" id="id_key">'
    )


def test_the_summary_links_to_every_field_in_the_same_words():
    page = drawn("{% errsum form %}", form=Asked({}))

    assert "有4处要改" in page
    for link in ('#id_house">填写门牌号', '#id_kind">选择关系', '#id_agreed">勾选同意'):
        assert link in page
    assert "<li>两处对不上</li>" in page
    assert 'role="alert"' in page


def test_without_faults_there_is_no_summary():
    good = type("Good", (forms.Form,), {})

    assert drawn("{% errsum form %}", form=good({})) == ""
    assert drawn("{% errsum errors=e %}", e=[]) == ""


def test_what_is_remembered_is_drawn_once_for_the_same_values_and_a_day(monkeypatch):
    source = "{% load components %}{% for n in ns %}{% remember n=n %}{{ n|moment }}{% endremember %}{% endfor %}"
    page, times = Template(source), []
    monkeypatch.setattr(
        "tongban.ui.tags.remembering.localdate", lambda: date(2026, 11, 20 + len(times))
    )
    ns = [SUNDAY_EVENING, SUNDAY_EVENING, datetime(2026, 11, 17, 1, 12, tzinfo=UTC)]
    first = page.render(Context({"ns": ns}))
    (node,) = page.nodelist.get_nodes_by_type(RememberNode)
    assert (first.count("11月16日"), first.count("11月17日"), len(node.drawn)) == (2, 1, 2)
    assert page.render(Context({"ns": ns})) == first
    assert len(node.drawn) == 2
    times.append("another day")
    assert page.render(Context({"ns": ns})) == first
    assert len(node.drawn) == 4


def test_what_is_remembered_sees_nothing_but_the_values_it_names():
    source = "{% remember n=n %}{{ n }}{{ who }}{% csrf_token %}{% endremember %}"
    assert drawn(source, n="1", who="张三", csrf_token="一次的") == "1"


def test_rows_that_look_alike_under_other_heads_are_not_the_same():
    def table(head):
        cells = "{% remember n=n %}{% tr %}{% td %}{{ n }}{% endtd %}{% endtr %}{% endremember %}"
        return '{% tbl head caption="丙" %}' + cells.replace("head", head) + "{% endtbl %}"

    page = Template("{% load components %}" + table("head"))
    for head in ("甲", "乙"):
        assert f'<td data-l="{head}">' in page.render(Context({"head": head, "n": 1}))


def test_pieces_are_forgotten_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr("tongban.ui.tags.remembering.MOST", 3)
    page = Template("{% load components %}{% remember n=n %}{{ n }}{% endremember %}")
    (node,) = page.nodelist.get_nodes_by_type(RememberNode)
    assert [page.render(Context({"n": n})) for n in range(8)] == [str(n) for n in range(8)]
    assert len(node.drawn) <= 3


@pytest.mark.parametrize("values", ["row", "row side=row"])
def test_remember_takes_values_by_name_alone(values):
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        drawn(f"{{% remember {values} %}}{{% endremember %}}", row="1")
