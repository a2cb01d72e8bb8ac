from django.db import migrations

from core.searching import Searched, TextIndexes

ACCOUNTS = TextIndexes(Searched("accounts_app_account", ("name", "domain")))
CONTACTS = TextIndexes(Searched("accounts_app_contact", ("name", "title", "email")))


class Migration(migrations.Migration):
    dependencies = [("accounts_app", "0005_orders_of_the_list")]

    operations = [
        migrations.RunPython(ACCOUNTS.add, ACCOUNTS.remove),
        migrations.RunPython(CONTACTS.add, CONTACTS.remove),
    ]
