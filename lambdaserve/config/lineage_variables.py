"""Environment variables about lineage, named as OpenLineage's clients name them; a part of ``variables.VARIABLES``."""

from __future__ import annotations

from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import text, url

OPENLINEAGE_URL = Variable(
    "OPENLINEAGE_URL",
    url("http", "https"),
    "",
    "Receiver of OpenLineage events about what is loaded, published and rolled back, such as Marquez.",
    secret=True,  # an address may hold a password
)
OPENLINEAGE_API_KEY = Variable(
    "OPENLINEAGE_API_KEY", text(), "", "Key that the receiver of OpenLineage events asks for.", secret=True
)
OPENLINEAGE_NAMESPACE = Variable(
    "OPENLINEAGE_NAMESPACE", text(), "lambdaserve", "Namespace of this deployment's jobs in OpenLineage events."
)
