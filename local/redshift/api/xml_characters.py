"""Characters that no answer can carry: XML 1.0 has no way to write them, not even as a reference.

Source: W3C, Extensible Markup Language (XML) 1.0, section 2.2, "Characters".
"""

import re
from xml.sax.saxutils import escape

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(value: object) -> str:
    """A value as text of an answer; what XML cannot hold is replaced, as in a refusal that quotes it."""
    return escape(NOT_XML.sub("\ufffd", str(value)))
