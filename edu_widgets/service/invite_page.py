"""The page somebody sees who opens an invite in a browser instead of a notebook."""

from html import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{course}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; }}
pre {{ padding: .8rem 1rem; border: 1px solid currentcolor; border-radius: .4rem; overflow: auto; }}
</style>
<h1>{course}</h1>
<p>This is an invite to a lesson. It is joined from a Jupyter notebook: run this in a cell.</p>
<pre>import edu_widgets as edu

lesson = edu.join("{url}", name="Your name")
lesson.chat</pre>
<p>If <code>edu_widgets</code> is missing, run <code>%pip install edu-widgets</code> first.</p>
</html>
"""


def render(course: str, url: str) -> str:
    """The page, without any script; `url` is the invite as it was opened."""
    # In the page it stands inside a Python string as well as inside HTML.
    quoted = url.replace("\\", "%5C").replace('"', "%22").replace("\n", "%0A")
    return _PAGE.format(course=escape(course), url=escape(quoted))
