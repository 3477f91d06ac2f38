"""Creates the model of token sessions and the permissions that tokens' scopes come from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_operations"),
        ("token_blacklist", "0013_alter_blacklistedtoken_options_and_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[],
            options={
                "verbose_name": "session of tokens",
                "verbose_name_plural": "sessions of tokens",
                "proxy": True,
                "default_permissions": ("view", "end"),
                "indexes": [],
                "constraints": [],
            },
            bases=("token_blacklist.outstandingtoken",),
        ),
        migrations.AlterModelOptions(
            name="operations",
            options={
                "default_permissions": (),
                "managed": False,
                "permissions": (
                    ("see_metrics", "Can see the metrics"),
                    ("explain_answers", "Can be told how an answer came about"),
                    ("manage_stores", "Can manage cache and indexes"),
                ),
            },
        ),
    ]
