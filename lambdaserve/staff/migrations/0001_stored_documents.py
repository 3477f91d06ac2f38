"""Declares the models of the two collections; creates nothing in a database."""

from django.db import migrations

import lambdaserve.staff.models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="BatchDocument",
            fields=[
                ("id", lambdaserve.staff.models.StoredField(db_column="_id", primary_key=True, serialize=False)),
                ("movie_id", lambdaserve.staff.models.StoredField()),
                ("view_type", lambdaserve.staff.models.StoredField()),
                ("computed_at", lambdaserve.staff.models.StoredField()),
                ("covers_until", lambdaserve.staff.models.StoredField()),
                ("batch_run_id", lambdaserve.staff.models.StoredField()),
            ],
            options={
                "verbose_name": "batch document",
                "db_table": "batch_views",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="SpeedDocument",
            fields=[
                ("id", lambdaserve.staff.models.StoredField(db_column="_id", primary_key=True, serialize=False)),
                ("movie_id", lambdaserve.staff.models.StoredField()),
                ("data_type", lambdaserve.staff.models.StoredField()),
                ("view_type", lambdaserve.staff.models.StoredField()),
                ("hour", lambdaserve.staff.models.StoredField()),
                ("synced_at", lambdaserve.staff.models.StoredField()),
            ],
            options={
                "verbose_name": "speed document",
                "db_table": "speed_views",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
