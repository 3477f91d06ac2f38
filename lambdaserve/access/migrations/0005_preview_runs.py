"""Creates the permission to see batch runs before they are published."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0004_operations_pages")]

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
                    ("preview_runs", "Can see batch runs before they are published"),
                ),
            },
        ),
    ]
