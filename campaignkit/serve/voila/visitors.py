"""Who is asking. A page's kernel belongs to one login in one browser, and to nobody else."""

from __future__ import annotations

import hmac
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.httputil import HTTPHeaders
from tornado.web import RequestHandler

USER_HEADER = "X-Forwarded-User"
SECRET_HEADER = "X-CK-Proxy-Secret"  # noqa: S105 - the name of the header
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """To whom a kernel belongs."""

    login: str
    browser: str


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request: the reference that its lines in the log carry, and for a dashboard whose it is and its kernel."""

    reference: str
    owner: Owner | None = None
    kernel_id: str | None = None


NOBODY = Visit(reference="")
visit: ContextVar[Visit] = ContextVar("visit", default=NOBODY)


def begin() -> Visit:
    """Begin the visit that everything which the current request starts belongs to."""
    begun = Visit(reference=secrets.token_hex(3).upper())
    visit.set(begun)
    return begun


class Visitors(IdentityProvider):
    """With a secret, whom the proxy names in a request that carries the secret; without, always the server's `login`.

    A request's own word counts for nothing: without a secret the header is not even read, with one a request that
    does not carry it comes from nobody.
    """

    secret: str = ""
    login: str = ""

    @property
    def auth_enabled(self) -> bool:
        """Whether there can be somebody who may not."""
        return True

    def is_token_authenticated(self, handler: RequestHandler) -> bool:  # noqa: ARG002
        """No token lifts the checks of origin and cookie."""
        return False

    def get_user(self, handler: RequestHandler) -> User | None:
        """Return who is asking, or None, and see to it that the answer carries the cookie that a post needs.

        The closing page posts to the server, which refuses a post without the `_xsrf` cookie; Voila never sets it.
        """
        login = self._named(handler.request.headers) if self.secret else self.login
        if login is None:
            return None
        user = User(username=login, name=login)
        if "Upgrade" not in handler.request.headers:
            handler.current_user = user
            _ = handler.xsrf_token  # reading it sets the cookie
        return user

    def _named(self, headers: HTTPHeaders) -> str | None:
        """Return whom the proxy names; a header that is there twice was not set by it alone."""
        given, names = headers.get_list(SECRET_HEADER), headers.get_list(USER_HEADER)
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), self.secret.encode()):
            return None
        if len(names) != 1:
            return None
        try:
            name = names[0].encode("latin-1").decode()  # as it was on the wire
        except UnicodeError:
            return None
        return name if 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip() else None


def owner_of(handler: RequestHandler) -> Owner | None:
    """Return who is asking in which browser, or None for a browser that has no cookie of ours."""
    browser = handler.get_signed_cookie(_cookie(handler))
    return Owner(login=handler.current_user.username, browser=browser.decode()) if browser else None


def welcome(handler: RequestHandler) -> Owner:
    """Return who is asking in which browser; the answer carries the cookie by which it is known again."""
    owner = owner_of(handler) or Owner(login=handler.current_user.username, browser=secrets.token_hex(16))
    handler.set_signed_cookie(
        _cookie(handler),
        owner.browser,
        expires_days=None,  # until the browser is closed
        httponly=True,
        samesite="Lax",  # Strict would make a link from a mail a browser of its own
        secure=handler.request.headers.get("X-Forwarded-Proto") == "https",
    )
    return owner


def _cookie(handler: RequestHandler) -> str:
    """Return the cookie's name: cookies do not know ports, and two servers of one machine have different secrets."""
    return f"campaignkit-{handler.settings['port']}"
