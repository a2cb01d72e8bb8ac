from django.db import migrations

from core.exclusion import NoOverlap

MEMBERSHIPS = NoOverlap("core_teammembership", "user_id", "from_on", "until_on", "daterange")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_first_tables")]

    operations = [migrations.RunPython(MEMBERSHIPS.add, MEMBERSHIPS.remove)]
