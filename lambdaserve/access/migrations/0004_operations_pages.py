"""Creates the permissions of the operations pages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0003_sessions")]

    operations = [
        migrations.AlterModelOptions(
            name="operations",
            options={
                "default_permissions": (),
                "managed": False,
                "permissions": (
                    ("see_metrics", "Can see the metrics"),
                    ("explain_answers", "Can be told how an answer came about"),
                    ("manage_stores", "Can manage cache and indexes"),
                    ("see_operations", "Can see layers, cache, indexes, batch runs and drift"),
                    ("publish_runs", "Can publish batch runs and take them back"),
                ),
            },
        ),
    ]
