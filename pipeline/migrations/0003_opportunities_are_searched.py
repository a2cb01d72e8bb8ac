from django.db import migrations

from core.searching import Searched, TextIndexes

OPPORTUNITIES = TextIndexes(Searched("pipeline_opportunity", ("name",)))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_app", "0006_accounts_and_contacts_are_searched"),
        ("pipeline", "0002_steps_that_came_with_a_log"),
    ]

    operations = [migrations.RunPython(OPPORTUNITIES.add, OPPORTUNITIES.remove)]
