"""What follows from names alone."""

import re
import unicodedata

from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused

LONGEST_NAME = 100
_DOTS = re.compile("[•・‧∙⋅･.．]")


class NameRefused(Refused):
    """A name that nobody can have."""

    code = "name-refused"
    status = 422


def tidy_name(text: str) -> str:
    """A name as it is kept and compared: NFC, one dot (买买提·艾力), no stray blanks.

    Characters outside GB 2312 and the basic plane stay as they are. Refused: NameRefused when
    there are fewer than two characters, too many, or signs that no name has.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]", name):
        # Forms copy blanks and other dots into Chinese names; Latin names need theirs.
        name = _DOTS.sub("·", re.sub(r"\s+", "", name))
    name = re.sub(r"\s+", " ", name)
    if len(name) < 2:
        raise NameRefused(_("填写完整的姓名或名称，至少两个字，例如王小明"))
    if len(name) > LONGEST_NAME:
        raise NameRefused(_("姓名或名称太长，最多%(longest)s个字") % {"longest": LONGEST_NAME})
    if any(unicodedata.category(char)[0] == "C" and char != "\u200c" for char in name):
        raise NameRefused(_("姓名或名称里有看不见的字符，请重新输入"))
    return name
