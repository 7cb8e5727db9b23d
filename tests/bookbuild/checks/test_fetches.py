"""What a page makes a browser fetch: every form planted, and what only looks like one.

Each form is planted with another host's address, which must be reported, and with one
of the book itself, which must not.
"""

import pytest

from bookbuild.checks import fetches

HOST = "https://example.org/a"
HERE = "_static/a"

FORMS = {
    "image": '<img src="WHERE">',
    "image of SVG's spelling": '<image src="WHERE">',
    "image, unquoted": "<img src=WHERE>",
    "image, capital tag and attribute": '<IMG SRC="WHERE">',
    "image, the first of two sources": '<img src="WHERE" src="b.png">',
    "image, first of a srcset": '<img srcset="WHERE 1x, b.png 2x">',
    "image, second of a srcset": '<img srcset="b.png 1x, WHERE 2x">',
    "image, last of a srcset without sizes": '<img srcset="b.png, WHERE">',
    "picture": '<picture><source srcset="b.png 1x,WHERE 2x"></picture>',
    "background": '<body background="WHERE">',
    "background of a cell": '<table><td background="WHERE"></table>',
    "script": '<script src="WHERE"></script>',
    "script of a module": '<script type="module" src="WHERE"></script>',
    "frame": '<iframe src="WHERE"></iframe>',
    "frame's own document": "<iframe srcdoc='<p><img src=\"WHERE\"></p>'></iframe>",
    "frame's own document, escaped": '<iframe srcdoc="&lt;img src=WHERE&gt;"></iframe>',
    "audio": '<audio src="WHERE"></audio>',
    "video": '<video src="WHERE"></video>',
    "video's poster": '<video poster="WHERE"></video>',
    "source of a video": '<video><source src="WHERE"></video>',
    "track": '<video><track src="WHERE"></video>',
    "object": '<object data="WHERE"></object>',
    "embed": '<embed src="WHERE">',
    "image as a button": '<input type="image" src="WHERE">',
    "form": '<form action="WHERE"></form>',
    "button of a form": '<button formaction="WHERE">',
    "image in a drawing": '<svg><image href="WHERE"/></svg>',
    "image in a drawing, xlink": '<svg><image xlink:href="WHERE"/></svg>',
    "use in a drawing": '<svg><use href="WHERE#b"/></svg>',
    "use in a drawing, xlink": '<svg><use xlink:href="WHERE#b"/></svg>',
    "filter in a drawing": '<svg><filter><feImage href="WHERE"/></filter></svg>',
    "fill in a drawing": '<svg><rect fill="url(WHERE#b)"/></svg>',
    "script in a drawing": '<svg><script xlink:href="WHERE"></script></svg>',
    "animated address": '<svg><set attributeName="href" to="WHERE"/></svg>',
    "animation to an address": '<svg><animate attributeName="href" to="WHERE"/></svg>',
    "animation from an address": '<svg><animate from="WHERE"/></svg>',
    "animation through addresses": '<svg><animate values="WHERE;b.png"/></svg>',
    "frame of a frameset": '<frameset><frame src="WHERE"></frameset>',
    "manifest of the page": '<html manifest="WHERE">',
    "input of a form": '<input type="submit" formaction="WHERE">',
    "style sheet": '<link rel="stylesheet" href="WHERE">',
    "style sheet, capitals": '<link rel="StyleSheet" href="WHERE">',
    "style sheet, alternate": '<link rel="alternate stylesheet" href="WHERE">',
    "icon": '<link rel="shortcut icon" href="WHERE">',
    "preload": '<link rel="preload" as="font" href="WHERE">',
    "preload of images": '<link rel="preload" imagesrcset="b.png 1x, WHERE 2x">',
    "modulepreload": '<link rel="modulepreload" href="WHERE">',
    "prefetch": '<link rel="prefetch" href="WHERE">',
    "preconnect": '<link rel="preconnect" href="WHERE">',
    "dns-prefetch": '<link rel="dns-prefetch" href="WHERE">',
    "manifest": '<link rel="manifest" href="WHERE">',
    "refresh": '<meta http-equiv="refresh" content="0; url=WHERE">',
    "refresh, quoted": '<meta http-equiv="Refresh" content="5;URL=\'WHERE\'">',
    "refresh, without url=": '<meta http-equiv="refresh" content="0; WHERE">',
    "ping": '<a href="b.html" ping="WHERE">b</a>',
    "base": '<base href="WHERE">',
    "style element": "<style>p { background: url(WHERE) }</style>",
    "style element, quoted": "<style>p { background: URL( 'WHERE' ) }</style>",
    "style element, font": '<style>@font-face { src: local(b), url("WHERE") }</style>',
    "style element, import": '<style>@import "WHERE";</style>',
    "style element, import by url": "<style>@IMPORT url(WHERE) print;</style>",
    "style element, after a comment": "<style>/* b */ @import/**/'WHERE';</style>",
    "style element, image-set": (
        '<style>p { background: image-set("b.png" 1x, "WHERE" 2x) }</style>'
    ),
    "style element, image-set of urls": (
        "<style>p { background: image-set(url(b.png) 1x, url(WHERE) 2x) }</style>"
    ),
    "style attribute": '<p style="background: url(WHERE)">',
    "style attribute, quoted": '<p style="background: url(&quot;WHERE&quot;)">',
    "script that fetches": '<script>fetch("WHERE")</script>',
    "script that fetches a name": "<script>const a = 'WHERE'; fetch(a)</script>",
    "script that fetches a pattern": "<script>fetch(`WHERE/${name}`)</script>",
    "script that imports": '<script type="module">import a from "WHERE"</script>',
    "script that imports late": '<script>import("WHERE")</script>',
    "script that asks": (
        '<script>r = new XMLHttpRequest(); r.open("GET", "WHERE")</script>'
    ),
    "script that listens": '<script>new EventSource("WHERE")</script>',
    "script that reports": '<script>navigator.sendBeacon("WHERE", b)</script>',
    "script that loads scripts": '<script>importScripts("WHERE")</script>',
    "script that sets a source": '<script>image.src = "WHERE"</script>',
    "script that writes HTML": "<script>p.innerHTML = '<img src=\"WHERE\">'</script>",
    "script that leads away": '<script>window.location = "WHERE"</script>',
    "script's map": ('<script type="importmap">{"imports": {"b": "WHERE"}}</script>'),
    "script in an attribute": "<p onclick=\"fetch('WHERE')\">",
    "script in an address": "<iframe src=\"javascript:fetch('WHERE')\"></iframe>",
}

for relation in (
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "mask-icon",
    "prerender",
    "search",
):
    FORMS[relation] = f'<link rel="{relation}" href="WHERE">'
for attribute in (
    "clip-path",
    "cursor",
    "filter",
    "marker-end",
    "marker-mid",
    "marker-start",
    "mask",
    "stroke",
):
    FORMS[f"{attribute} in a drawing"] = (
        f'<svg><path {attribute}="url(WHERE#b)"/></svg>'
    )


def foreign(text):
    """Return what a page fetches from other hosts."""
    found = fetches.in_tags(fetches.tags_of(text))
    return [address for address in found if fetches.elsewhere(address)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_a_fetch_is_seen(form):
    assert "WHERE" in form
    (found,) = foreign(form.replace("WHERE", HOST))
    assert "example.org/a" in found
    assert foreign(form.replace("WHERE", HERE)) == []


SPELLINGS = {
    "capitals": "HTTPS://example.org/a",
    "without a scheme": "//example.org/a",
    "slash and backslash": "/\\example.org/a",
    "backslashes": "\\\\example.org/a",
    "backslashes behind a scheme": "https:\\\\example.org/a",
    "one slash": "https:/example.org/a",
    "three slashes": "///example.org/a",
    "spaces in front": "  https://example.org/a",
    "a line break in front": "\n//example.org/a",
    "a control character in front": "\x01https://example.org/a",
    "a tab in the scheme": "ht\ttps://example.org/a",
    "a line break in the scheme": "htt\nps://example.org/a",
    "a tab between the slashes": "/\t/example.org/a",
    "characters by number": "&#104;ttps:&sol;&#x2f;example.org/a",
    "a socket": "wss://example.org/a",
    "another scheme": "ftp://example.org/a",
}


@pytest.mark.parametrize("address", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_an_address_is_seen(address):
    assert len(foreign(f'<img src="{address}">')) == 1


@pytest.mark.parametrize(
    "address",
    [
        "\\68ttps://example.org/a",
        "\\000068 ttps://example.org/a",
        "https\\:\\/\\/example.org/a",
        "\\2f\\2f example.org/a",
    ],
)
def test_escapes_of_a_style_sheet_are_read(address):
    for text in (f"url({address})", f'url("{address}")', f"@import '{address}';"):
        (found,) = fetches.in_css(text)
        assert fetches.elsewhere(found), text


@pytest.mark.parametrize("address", ["wss://example.org/a", "https:\\/\\/example.org"])
def test_addresses_in_scripts_may_have_other_schemes_and_escapes(address):
    assert foreign(f'<script>new WebSocket("{address}")</script>')


INNOCENT = {
    "link of a reader": '<a href="https://example.org/paper">paper</a>',
    "link in an image map": '<map><area href="https://example.org"></map>',
    "link in a drawing": '<svg><a xlink:href="https://example.org">b</a></svg>',
    "code that shows a tag": (
        '<pre>&lt;img src=<span class="s">"https://example.org/a.png"</span>&gt;</pre>'
    ),
    "code that shows a style": "<code>background: url(https://example.org)</code>",
    "code that shows a script": '<pre>fetch("https://example.org")</pre>',
    "text in an attribute": '<img src="b.png" alt="see <img src=https://example.org>">',
    "namespace": '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
    "namespaces of a drawing": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"></svg>',
    "part of the same drawing": '<svg><use xlink:href="#b" fill="url(#c)"/></svg>',
    "data": '<img src="data:image/png;base64,iVBORw0KGgo=">',
    "data in a srcset": '<img srcset="data:image/png;base64,iVBO//8= 1x, b.png 2x">',
    "data in a style": (
        "<style>p { background: url(\"data:image/svg+xml,<svg xmlns='http://www.w3."
        "org/2000/svg' fill='url(https://example.org)'/>\") }</style>"
    ),
    "comment in a style": "<style>/* url(https://example.org) */ p { top: 0 }</style>",
    "words in a style": '<style>p::after { content: "https://example.org" }</style>',
    "namespace of a style": "<style>@namespace url(http://www.w3.org/1999/xhtml);</style>",
    "comment in the page": '<!-- <img src="https://example.org/a.png"> -->',
    "licence": '<link rel="license" href="https://example.org/by/4.0/">',
    "canonical address": '<link rel="canonical" href="https://example.org/page">',
    "neighbours": '<link rel="next" href="https://example.org/page">',
    "metadata": '<meta property="og:image" content="https://example.org/a.png">',
    "quotation": '<blockquote cite="https://example.org">b</blockquote>',
    "linked data": (
        '<script type="application/ld+json">{"@id": "https://example.org", "fetch": 1}'
        "</script>"
    ),
    "comment in a script": "<script>// see https://example.org\nfetch('b')</script>",
    "text of a script": "<script>fetch('b'); say('of https://example.org')</script>",
    "script that does not fetch": '<script>const a = "https://example.org"</script>',
    "namespace in a script": (
        '<script>document.createElementNS("http://www.w3.org/2000/svg", "g").innerHTML'
        "</script>"
    ),
    "scheme in a script": '<script>if (a === "https:") fetch("b")</script>',
    "address in the page": '<a href="#equation-eq-one">1</a>',
    "address of a person": '<form action="mailto:a@example.org"></form>',
    "path with two slashes within": '<img src="b//c.png">',
    "colon within a path": '<img src="./a:b.png">',
}


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_what_only_looks_like_a_fetch_is_not_reported(text):
    assert foreign(text) == []


def test_plain_tags_left_out_hide_nothing_between_them():
    inner = '<span class="mord" style="height:0.4em;">x</span><mi>x</mi>'
    page = (
        f'<p>{inner}<b><img src="{HOST}"></b>{inner}<!<i>-- <embed src={HOST}> --></p>'
    )
    assert foreign(page) == [HOST, HOST]
