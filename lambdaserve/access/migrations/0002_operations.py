"""Creates the permission to see the metrics, which belongs to no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_api_keys")]

    operations = [
        migrations.CreateModel(
            name="Operations",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "permissions": (("see_metrics", "Can see the metrics"),),
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
