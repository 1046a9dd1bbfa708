"""Further users of a server of one's own: the open-source edition has no call that makes one, so the form is filled in."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from viborder.errors import fail
from viborder.labelstudio.client import Client


def add_annotator(owner: Client, email: str, password: str) -> str:
    """A further user of the server, made by the form that people sign up with; returns the user's legacy token.

    An account that exists is only signed in to. Raises ViborderError `sign-up-failed`.
    """
    invitation = owner.ask(owner.sdk.organizations.invites.get_invite_link)["token"]
    for page, form in (
        (
            f"/user/signup/?{urlencode({'token': invitation})}",
            {"email": email, "password": password, "allow_newsletters": "false"},
        ),
        ("/user/login/", {"email": email, "password": password}),
    ):
        jar = CookieJar()
        opener = build_opener(HTTPCookieProcessor(jar), ProxyHandler({}))
        try:
            opener.open(owner.url + page, timeout=30).read()
            crumbs = {cookie.name: cookie.value or "" for cookie in jar}
            body = urlencode(form | {"csrfmiddlewaretoken": crumbs.get("csrftoken", "")}).encode()
            opener.open(Request(owner.url + page, data=body, headers={"Referer": owner.url + page}), timeout=30).read()
            with opener.open(owner.url + "/api/current-user/token", timeout=30) as answer:
                return str(re.findall(r"[0-9a-f]{40}", answer.read().decode())[0])
        except (HTTPError, URLError, OSError, IndexError):
            continue
    raise fail(
        owner.url,
        "sign-up-failed",
        f"{email} could neither sign up nor sign in",
        "another password? (8 characters or more)",
    )
