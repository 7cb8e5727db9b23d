"""The last hand on every page: its links, and what it allows a browser to load.

Sphinx renders all pages through one object, which a book may bring. This one leads each
link to the page of a chapter that holds its anchor (bookbuild/extensions/splitting.py),
and writes the policy that the page obeys, once all its scripts are known.
"""

import base64
import hashlib
import posixpath
import re
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.jinja2glue import BuiltinTemplateLoader

from bookbuild.extensions import splitting

LINK = re.compile(r'href="([^"#:?]*)#([^"]+)"')
# An address that begins where the page is.
RELATIVE = re.compile(r'((?:href|src|action|data-content_root)=")(?![#/]|\w+:)')
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
PLACE = "<!-- policy -->"
# Everything comes from where the page comes from. `data:` draws the mark and small
# pictures, and equations carry their styles. A worker that a page makes obeys the same
# policy, and may run WebAssembly.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'wasm-unsafe-eval'{scripts}; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)


class Templates(BuiltinTemplateLoader):
    """The templates of Sphinx and of the theme, with a last hand on what they give."""

    def init(self, builder: Any, *others: Any, **named: Any) -> None:
        """Prepare for a builder."""
        super().init(builder, *others, **named)
        self.builder = builder

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]
        """Return the page of a template."""
        html = super().render(template, context)
        if self.builder.name != "html" or "pagename" not in context:
            return html
        if context["pagename"] == "404":
            html = self._from_anywhere(html)
        return with_policy(self._led(html, context["pagename"]))

    def _from_anywhere(self, html: str) -> str:
        """Return a page whose links lead from any depth of the site."""
        root = urlsplit(self.builder.config.html_baseurl or "").path or "/"
        return RELATIVE.sub(lambda found: found[1] + root, html)

    def _led(self, html: str, pagename: str) -> str:
        """Return a page whose links lead to the pages that hold their anchors."""
        env, suffix = self.builder.env, self.builder.out_suffix
        here = {
            splitting.name_of(document, number): document
            for document, plan in splitting.plans(env).items()
            for number in range(1, len(plan.pages) + 1)
        }
        folder = posixpath.dirname(pagename)

        def led(link: re.Match[str]) -> str:
            address, anchor = link.groups()
            if address:
                path = posixpath.normpath(posixpath.join(folder, address))
                document = path.removesuffix(suffix)
            else:
                document = here.get(pagename, pagename)
            plan = splitting.plans(env).get(document)
            if plan is None or (not address and anchor not in plan.places):
                return link[0]  # the latter is the template's own
            target = splitting.page_with(env, document, anchor)
            if target == pagename:
                return f'href="#{anchor}"'
            leads = posixpath.relpath(f"{target}{suffix}", folder or ".")
            return f'href="{leads}#{anchor}"'

        return LINK.sub(led, html)


def with_policy(html: str) -> str:
    """Return a page with its Content-Security-Policy, which names its own scripts."""
    found = dict.fromkeys(SCRIPT.findall(html))
    scripts = "".join(f" 'sha256-{digest(script)}'" for script in found)
    policy = POLICY.format(scripts=scripts)
    return html.replace(
        PLACE, f'<meta http-equiv="Content-Security-Policy" content="{policy}">', 1
    )


def digest(script: str) -> str:
    """Return the digest of an inline script, as a policy names it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def choose(app: Sphinx, config: Config) -> None:
    """Let these templates render the pages."""
    config.template_bridge = f"{Templates.__module__}.{Templates.__qualname__}"


def connect(app: Sphinx) -> None:
    """Choose the templates before a builder is made."""
    app.connect("config-inited", choose)
