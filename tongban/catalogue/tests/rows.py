"""Rows as officials write them; the places lie in 吉林, whose node the tests are."""


def a_row(**cells: str) -> dict[str, str]:
    """A row that has nothing wrong with it, with these cells otherwise."""
    row = {
        "item": "2020-2-06",
        "name": "夫妻投靠户口迁移",
        "place": "220221",
        "authority_name": "示例县公安局",
        "level": "县",
        "from_day": "2026-09-01",
        **cells,
    }
    if row.get("promised_days"):
        row.setdefault("promised_unit", "工作日")
    return {key: text for key, text in row.items() if text}
