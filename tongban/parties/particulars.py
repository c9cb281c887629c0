"""What people may change about themselves: how they are reached.

Names and numbers are not theirs to change here: who somebody is was established when the account
was made.
"""

import structlog
from django.db import transaction

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused
from tongban.parties.models import Account, Applicant
from tongban.parties.permissions import check_acts_for

log = structlog.get_logger(__name__)


@transaction.atomic
def change_phone(*, account: Account, applicant: Applicant, phone: str) -> Applicant:
    """Change the number at which an applicant is reached, for what is filed from now on.

    Cases already filed keep theirs. The same number again changes nothing. Refused: NotAllowed to
    whoever is not this applicant and does not represent it, FieldsRefused for what is no number.
    """
    check_acts_for(account, applicant)
    try:
        clean = identifiers.check_mobile(phone)
    except identifiers.NumberRefused as refusal:
        raise FieldsRefused({"phone": [refusal.message]}) from refusal
    row = Applicant.objects.select_for_update().get(pk=applicant.pk)
    if row.phone != clean:
        row.phone_sealed = row.seal("phone", clean)
        row.save(update_fields=["phone_sealed"])
        transaction.on_commit(lambda: log.info("parties.phone_changed", applicant=str(row.pk)))
    return row
