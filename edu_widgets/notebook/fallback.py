"""The static HTML and text in a widget's place, once there is no kernel behind it.

It is saved with the notebook, so it says nothing of what was shown: no text, no names.
"""

from __future__ import annotations

from html import escape

from edu_widgets.protocol import features

_OTHER = {"en": "Live widget of {course}", "tr": "{course} dersinin canlı bileşeni"}
_HOW = {
    "en": (
        "This was live: run this cell again to open it here. If it stays away, anywidget is "
        "missing where Jupyter runs: install it there and reload."
    ),
    "tr": (
        "Burada canlı bir bileşen vardı: açmak için bu hücreyi yeniden çalıştırın. Yine "
        "açılmazsa, Jupyter'in çalıştığı yerde anywidget eksiktir: oraya kurun ve sayfayı "
        "yenileyin."
    ),
}
_TRUST = {
    "en": (
        "Was the notebook shared with you? Trust it first: in JupyterLab, View → Activate "
        "Command Palette → Trust Notebook."
    ),
    "tr": (
        "Not defteri sizinle mi paylaşıldı? Önce ona güvenin: JupyterLab'de View → Activate "
        "Command Palette → Trust Notebook."
    ),
}
_ALONE = {
    "en": "This was live. To take part, open the notebook in Jupyter and run its cells again.",
    "tr": (
        "Burada canlı bir bileşen vardı. Katılmak için not defterini Jupyter'de açıp hücrelerini "
        "yeniden çalıştırın."
    ),
}


def sentences() -> list[str]:
    """Return a view's own sentence without a kernel or its code, in English and in Turkish.

    It is saved with each widget.
    """
    return [_ALONE["en"], _ALONE["tr"]]


def fallback(kind: str, course: str, lang: str = "") -> dict[str, str]:
    """`text/html` and `text/plain` for a widget of `kind`; `lang` is `en` (default) or `tr`.

    The HTML has neither colours nor styles of its own: it reads as the page around it does.
    """
    lang = lang if lang in _HOW else "en"
    manifest = features.find(kind)
    title = (manifest.says(lang).title if manifest else _OTHER[lang]).format(course=course)
    how, trust = _HOW[lang], _TRUST[lang]
    return {
        "text/plain": f"{title}\n{how}\n{trust}",
        "text/html": (
            f'<div lang="{lang}"><p><strong>{escape(title)}</strong></p>'
            f"<p>{escape(how)}<br>{escape(trust)}</p></div>"
        ),
    }
