"""A document that arranges the working days of a year, for tests."""

import json


def arrangement(**changes):
    """The text of a plainly fictional document for 2027, with what a test changes."""
    document = {
        "year": 2027,
        "number": "示例发〔2026〕1号",
        "title": "关于2027年部分节假日安排的通知（示例）",
        "issuer": "示例机关",
        "issued_on": "2026-11-30",
        "rest": [{"name": "元旦", "days": ["2027-01-01..2027-01-03"]}],
        "work": ["2027-01-09"],
    }
    return json.dumps(document | changes, ensure_ascii=False)
