from django.db import migrations

from core.exclusion import NoOverlap

PERIODS = NoOverlap(
    "accounts_app_ownershipperiod", "account_id", "began_at", "ended_at", "tstzrange"
)


class Migration(migrations.Migration):
    dependencies = [("accounts_app", "0002_first_tables")]

    operations = [migrations.RunPython(PERIODS.add, PERIODS.remove)]
