"""The page of an invite that is opened in a browser instead of a notebook."""

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
<p>If <code>edu_widgets</code> is missing there, install it first:</p>
<pre>{install}</pre>
</html>
"""

_INSTALL = """\
# from the file that your instructor gives you, as
%pip install edu_widgets-{version}-py3-none-any.whl
# or in a copy of its repository
%pip install ."""


def render(course: str, url: str, version: str, hint: str = "") -> str:
    """Render the page, without any script.

    Args:
        course: The course's name.
        url: The invite as it was opened.
        version: The service's version, which students may install.
        hint: The course's own instructions for installing the package; "": the general ones.
    """
    # The page shows the URL inside a Python string, so quotes are escaped for that, too.
    quoted = url.replace("\\", "%5C").replace('"', "%22").replace("\n", "%0A")
    install = hint or _INSTALL.format(version=version)
    return _PAGE.format(course=escape(course), url=escape(quoted), install=escape(install))
