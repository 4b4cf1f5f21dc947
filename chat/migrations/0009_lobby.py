"""The public board is there from the beginning."""

from django.db import migrations


def open_lobby(apps, schema_editor):
    apps.get_model("chat", "Room").objects.get_or_create(slug="lobby", defaults={"name": "Lobby", "is_open": True})


class Migration(migrations.Migration):
    dependencies = [("chat", "0008_rooms")]

    operations = [migrations.RunPython(open_lobby, migrations.RunPython.noop)]
