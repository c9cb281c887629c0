"""Taking in files of implementations: handed in, looked at, taken in by a second manager."""

import shutil
import tempfile
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.basics.refusals import Refused
from tongban.cases import standing
from tongban.catalogue.interchange import exporting
from tongban.catalogue.interchange.columns import COLUMNS
from tongban.catalogue.interchange.csv_files import write_csv
from tongban.catalogue.interchange.xlsx_writing import write_xlsx
from tongban.oversight import drafts, handins
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

ACTIONS = {
    "added": gettext_lazy("新增"),
    "changed": gettext_lazy("出新版"),
    "retired": gettext_lazy("停用"),
    "unchanged": gettext_lazy("没有变化"),
}

DOWNLOADS = {
    "template.xlsx": gettext_lazy("空白模板（xlsx，有下拉）"),
    "template.csv": gettext_lazy("空白模板（csv）"),
    "implementations.xlsx": gettext_lazy("本节点的实施清单（xlsx）"),
    "implementations.csv": gettext_lazy("本节点的实施清单（csv）"),
    "implementations.json": gettext_lazy("本节点的实施清单（json，国家交换字段）"),
    "lists.csv": gettext_lazy("国家清单的全部事项（csv）"),
}
DOWNLOAD_NAMES = {"template": "实施清单模板", "implementations": "实施清单", "lists": "国家清单"}


class HandInForm(forms.Form):
    """The one field of the page."""

    file = forms.FileField(
        label=gettext_lazy("要导入的文件"),
        help_text=gettext_lazy(".csv、.xlsx或.json，不超过200 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.json"}),
        error_messages={
            "required": gettext_lazy("选择要导入的文件"),
            "empty": gettext_lazy("文件是空的"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_page
def hand_ins(request: OfficerRequest) -> HttpResponse:
    """All files that were handed in, and the form to hand one in."""
    form = HandInForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = handins.hand_in(
                file, name=file.name, size=file.size, officer=request.officer, at=now()
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("oversight:hand-in-file", found.token)
    rows = [(one, drafts.person(one.by)) for one in handins.every()]
    context = {"form": form, "rows": rows, "downloads": DOWNLOADS.items()}
    status = 422 if form.is_bound else 200
    return render(request, "oversight/handins/list.html", context, status=status)


@require_safe
@never_cache
@manager_page
def hand_in(request: OfficerRequest, token: str) -> HttpResponse:
    """One file: how far the work is, what it would change, what is wrong with it, what was done."""
    found = handins.one(token)
    context = {
        "found": found,
        "plan": found.state.get("plan"),
        "drafter": drafts.person(found.by),
        "taker": drafts.person(str(found.state.get("taken_by", ""))),
        "is_own": found.by == request.officer.pseudonym,
        "percent": _percent(found),
        "counts": _counts(found),
        "actions": ACTIONS,
        "at": now(),
    }
    part = request.htmx and "part" in request.GET  # type: ignore[attr-defined]
    name = "oversight/handins/_progress.html" if part else "oversight/handins/file.html"
    answer = render(request, name, context)
    if part and not found.is_at_work:
        # The work is over: the whole page is read anew, since all of it has changed.
        answer["HX-Refresh"] = "true"
    return answer


def _percent(found: handins.HandIn) -> int:
    total = int(found.state.get("total") or 0)
    return min(100, round(100 * int(found.state.get("done") or 0) / total)) if total else 0


def _counts(found: handins.HandIn) -> list[tuple[str, int]]:
    counts = (found.state.get("plan") or {}).get("counts", {})
    return [(str(words), counts.get(key, 0)) for key, words in ACTIONS.items()]


@require_safe
@never_cache
@manager_page
def faults(_request: OfficerRequest, token: str) -> HttpResponseBase:
    """All faults of a file as CSV, for mending them beside it."""
    found = handins.one(token)
    if not found.faults_file.is_file():
        raise handins.NoSuchHandIn
    return FileResponse(
        found.faults_file.open("rb"), as_attachment=True, filename=f"问题清单-{standing.today()}.csv",
        content_type="text/csv; charset=utf-8",
    )  # fmt: skip


@require_POST
@manager_page
def take_in(request: OfficerRequest, token: str) -> HttpResponse:
    """The button 导入, for the second person; pressed twice, the file is taken in once."""
    found = handins.one(token)
    if found.by == request.officer.pseudonym:
        messages.warning(request, _("这份文件是您交来的，要由另一位事项管理人员导入"))
        return redirect("oversight:hand-in-file", token)
    handins.take_in(token, officer=request.officer)
    return redirect("oversight:hand-in-file", token)


@require_POST
@manager_page
def look_again(_request: OfficerRequest, token: str) -> HttpResponse:
    """The button 重新检查."""
    handins.look_again(token)
    return redirect("oversight:hand-in-file", token)


@require_POST
@manager_page
def give_up(request: OfficerRequest, token: str) -> HttpResponse:
    """The button 撤掉: nothing of the file was ever in force."""
    handins.give_up(token)
    messages.success(request, _("已撤掉，目录没有变"))
    return redirect("oversight:hand-ins")


@require_safe
@never_cache
@manager_page
def download(_request: OfficerRequest, kind: str) -> HttpResponseBase:
    """A template or an export. The file is written whole before it goes, so none is cut short."""
    if kind not in DOWNLOADS:
        raise Http404
    what, _dot, ending = kind.partition(".")
    folder = Path(tempfile.mkdtemp(prefix="export-"))
    path = folder / f"file.{ending}"
    try:
        if what == "lists":
            exporting.write_lists(path)
        elif what == "implementations":
            exporting.write(path, ending, "" if settings.IS_HUB else settings.NODE_ID)
        elif ending == "xlsx":
            write_xlsx(path)
        else:
            write_csv(path, [column.heading for column in COLUMNS], [])
        opened = path.open("rb")
    finally:
        # The open file outlives its name, and goes with the answer.
        shutil.rmtree(folder)
    name = f"{DOWNLOAD_NAMES[what]}-{standing.today()}.{ending}"
    return FileResponse(opened, as_attachment=True, filename=name)
