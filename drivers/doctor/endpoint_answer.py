"""The links of authentication and of the answer to a harmless request."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.http_url import HttpUrl
from dovecot_conf.versions import Version
from drivers.doctor.endpoint_request import REFUSALS, Answers
from drivers.doctor.endpoint_statuses import LOOK, Judgement, judged
from drivers.doctor.endpoint_target import Destination, Target
from drivers.http import BadResponseError, ConnectionLostError, HttpResponse, RequestTimedOutError
from drivers.secrets import hide_in_target, hide_in_url
from mailstore.links import Link, LinkState

AUTHENTICATION, ANSWER = "authentication", "answer"
_MOST = 200
_WANTS_CERTIFICATE = "alert certificate required"
_ESCAPED = {
    # In plugin { } of 2.3 a single % begins a variable.
    Version.V23: "%%3A, %%2F, %%40, %%25 and %%23",
    Version.V24: "%3A, %2F, %40, %25 and %23",
}


def check_authentication(target: Target, url: HttpUrl, answers: Answers) -> Link:
    """Tell whether the credentials of the URL, or none, are accepted."""
    first, head = answers.first, answers.head
    if first is None:
        return Link(AUTHENTICATION, LinkState.SKIPPED, "there was no answer")
    refused = _refusal(first, head)
    if refused is None:
        return Link(AUTHENTICATION, LinkState.OK, _accepted(url, answers), (), tuple(_seen_by_head(answers)))
    seen, remedy = why_refused(target, url, refused)
    told = target.logged(f"{refused.status} {refused.reason}")
    return Link(AUTHENTICATION, LinkState.BROKEN, seen, remedy, (*_schemes(refused), *told))


def _refusal(first: HttpResponse, head: HttpResponse | None) -> HttpResponse | None:
    """Return the answer that refuses; 403 is one of OPTIONS itself where HEAD gets another."""
    if first.status in REFUSALS and not (first.status == 403 and head is not None and head.status != 403):
        return first
    return head if head is not None and head.status in (401, 407) else None


def _accepted(url: HttpUrl, answers: Answers) -> str:
    if url.password is None:
        return "no credentials are asked for"
    anonymous = answers.anonymous
    if anonymous is not None and anonymous.status in REFUSALS:
        return f"the user name and password of the URL are accepted ({anonymous.status} without them)"
    return "the user name and password of the URL are not refused"


def _seen_by_head(answers: Answers) -> Iterator[str]:
    asked = "OPTIONS and HEAD" if answers.head is not None else "OPTIONS"
    if answers.anonymous is None or answers.anonymous.status not in REFUSALS:
        yield f"asked with {asked}: whether PUT alone wants others, only a notification shows"


def why_refused(target: Target, url: HttpUrl, answer: HttpResponse) -> tuple[str, tuple[str, ...]]:
    """Say what is wrong with the credentials of a URL, for a status of ``REFUSALS``, and what to do."""
    said = _said(answer)
    if answer.status == 407:
        wanted = "set http_client_proxy_username and http_client_proxy_password"
        return f"the proxy wants other credentials ({said})", (wanted,)
    in_url = f"write them into the URL, in front of {url.authority}: USER:PASSWORD@"
    if answer.status == 403:
        remedies = ("let the endpoint accept requests from this machine's address",)
        other = (
            "or correct the user name in the URL"
            if url.user is not None
            else f"or, if it wants any, {in_url}"
        )
        return f"the endpoint forbids it ({said})", (*remedies, other)
    if url.user is None:
        return f"the endpoint wants a user name and a password, and the URL has none ({said})", (in_url,)
    if url.password is None or not url.user:
        return f"the endpoint wants credentials, and the URL has only half of them ({said})", (in_url,)
    return f"the endpoint refuses the user name and password of the URL ({said})", (
        f"correct them in the URL; write :, /, @, % and # in them as {_ESCAPED[target.version]}",
    )


def _schemes(answer: HttpResponse) -> Iterator[str]:
    asked = [value.split(" ")[0] for value in answer.all("WWW-Authenticate") if value]
    if asked and not any(scheme.lower() == "basic" for scheme in asked):
        yield f"it asks for {', '.join(asked)}, and Dovecot knows Basic only"


def check_answer(target: Target, destination: Destination, answers: Answers, wait: float) -> Link:
    """Judge what came back."""
    what = f"{answers.request.method} {hide_in_target(answers.request.target)}"
    sent = f"sent: {what} without a body, with the headers {_names(answers)}"
    response = answers.options.response or answers.first
    if answers.first is None:
        seen, remedy = _no_answer(target, destination, answers, wait)
        # Behind it stand times, which are those of our request.
        notes = (sent, *target.logged(hide_in_url(answers.options.message).partition(" (Request ")[0]))
        return Link(ANSWER, LinkState.BROKEN, seen, remedy, notes)
    if answers.options.response is None:
        return _led_astray(target, answers, sent)
    if response is None:
        return Link(ANSWER, LinkState.UNKNOWN, "")
    judgement = _judged(response)
    seen = f"{_said(response)} to {what}{f': {judgement.meaning}' if judgement.meaning else ''}"
    is_broken = judgement.state is LinkState.BROKEN
    logged = target.logged(f"{response.status} {response.reason}") if is_broken else ()
    return Link(ANSWER, judgement.state, seen, _remedy(judgement, response), (sent, *logged))


def _judged(response: HttpResponse) -> Judgement:
    if response.status in REFUSALS:
        return Judgement(LinkState.OK, "it lets no OPTIONS through, which is all right")
    return judged(response)


def _remedy(judgement: Judgement, response: HttpResponse) -> tuple[str, ...]:
    location = response.header("Location")
    if judgement.state is LinkState.BROKEN and response.status // 100 == 3 and location:
        return (f"write the URL that it leads to: {hide_in_url(location)}",)
    return judgement.remedy


def _led_astray(target: Target, answers: Answers, sent: str) -> Link:
    """Judge an answer that leads elsewhere, and what came of that."""
    first, message = answers.first, hide_in_url(answers.options.message)
    if first is None:
        return Link(ANSWER, LinkState.UNKNOWN, message)
    location = hide_in_url(first.header("Location") or "")
    seen = f"{_said(first)}: it sends to {location}, and Dovecot doesn't follow: {message}"
    remedies = [f"write the URL that it leads to: {location}"]
    return Link(ANSWER, LinkState.BROKEN, seen, tuple(remedies), (sent, *target.logged(message)))


def _no_answer(
    target: Target, destination: Destination, answers: Answers, wait: float
) -> tuple[str, tuple[str, ...]]:
    error = answers.options.error
    where = destination.name
    if isinstance(error, RequestTimedOutError):
        timeout = target.settings.timeout
        longer = f" (Dovecot waits for {timeout:g} s)" if timeout > wait else ""
        text = f"{where} takes the request and says nothing within {wait:g} s{longer}"
        return text, (LOOK, "or restart it")
    if isinstance(error, ConnectionLostError) and _WANTS_CERTIFICATE in str(error):
        ways = "let it accept clients without one", "or set ssl_client_cert and ssl_client_key (2.4: …_file)"
        return f"{where} wants a certificate from who connects, and pushnotif has none", ways
    if isinstance(error, ConnectionLostError):
        said = "without an answer" if error.premature else "in the middle of its answer"
        return f"{where} closes the connection {said}", (LOOK,)
    if isinstance(error, BadResponseError):
        text = f"what {where} answers is not HTTP as Dovecot reads it: {error}"
        return text, ("see that the port of the URL is that of the endpoint", LOOK)
    return hide_in_url(answers.options.message), (LOOK,)


def _said(response: HttpResponse) -> str:
    return f"{response.status} {response.reason[:_MOST]}".rstrip()


def _names(answers: Answers) -> str:
    names = [name for name, _ in answers.request.headers]
    return f"{', '.join(names[:-1])} and {names[-1]}"
