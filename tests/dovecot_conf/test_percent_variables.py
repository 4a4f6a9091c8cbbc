"""%variables; the expansions of 2.3 were printed by doveadm 2.3.19.1 for this user."""

from __future__ import annotations

import random

import pytest

from dovecot_conf import VariableError, Version, expand, user_values
from dovecot_conf.variables24_grammar import parse_calls
from dovecot_conf.variables24_plain import plain_names, plain_parts
from dovecot_conf.variables24_syntax import find_mistake

VALUES = user_values("Bob.Smith@example.com", "lmtp", home="/home/bob")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("%u", "Bob.Smith@example.com"),
        ("%n %d %s %h", "Bob.Smith example.com lmtp /home/bob"),
        ("%1.2Mu", "f6"),
        ("%2Hu", "1"),
        ("%Hu_%Nu_%2.256Nu", "72279d_e0a91847_47"),
        ("%%", "%"),
        ("100%", "100"),
        ("%{if;%u;eq;x;yes;no}", "no"),
        ("%{if;%u;~;^B;yes;no}", "yes"),
        ("%-3u|%5.3u|%-4.2u|%08.5n|%010n", "Bob|mit|.c|h|0Bob.Smith"),
        (
            "%Ru_%Eu_%Tu_%Dd",
            "moc.elpmaxe@htimS.boB_Bob.Smith@example.com_Bob.Smith@example.com_example,dc=com",
        ),
        ("%{sha256:user}", "164ad6303679899dec53e29643d342a0fad421ac10bfd706506291b2681160be"),
        ("%{sha1;truncate=16,format=base64:user}", "Js8="),
        ("%{auth_user}", "Bob.Smith@example.com"),
        ("%.3u", "Bob"),
        ("%3.-2u", ".Smith@example.c"),
        ("%-5.-2u", "e.c"),
        ("%05.3n", "mit"),
        ("%{md5:username}", "df500219137bdb98dcdd8a3fb761138e"),
        ("%LUn", "BOB.SMITH"),
        ("%{username}%{domain}", "Bob.Smithexample.com"),
        ("%{if;5;>;3;a;b}%{if;a;*;a*;%{user};c}", "aBob.Smith@example.com"),
        ("%{userdb:x}", ""),
    ],
)
def test_variables_of_23(text: str, expanded: str) -> None:
    assert expand(text, VALUES, Version.V23) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%b", "Unknown variable '%b'"),
        ("a%{nosuch}", "Unknown variable '%nosuch'"),
        ("/h/%{user", "Unknown variable '%{'"),
        ("%{if;%u;eq;%{if;1;==;1;x}}", "if: requires four or five parameters, got 3"),
    ],
)
def test_what_23_can_not_expand(text: str, message: str) -> None:
    with pytest.raises(VariableError) as caught:
        expand(text, VALUES, Version.V23)
    assert str(caught.value) == message


def test_the_environment_of_variables_is_passed_in() -> None:
    for version in Version:
        assert expand("%{env:FOO}", VALUES, version, environ={"FOO": "bar"}) == "bar"
        assert expand("%{env:HOME}", VALUES, version) == ""


def test_without_a_home_its_variable_is_unknown() -> None:
    with pytest.raises(VariableError, match="'%h'"):
        expand("%h/x", user_values("bob", "lmtp"), Version.V23)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("%u %% 5%", "%u %% 5%"),
        ("%%{user}", "%{user}"),
        ("%{user}", "Bob.Smith@example.com"),
        ("%{user | username | lower}", "bob.smith"),
        ("%{home}/x%{user|domain|upper}", "/home/bob/xEXAMPLE.COM"),
        ("%{protocol}", "lmtp"),
        ("%{user|md5}", "0f6210e0e0a918479f45010eed4fc7be"),
        ("%{user|md5 % 8}", "6"),
        ("%{nosuch|default('x y')}", "x y"),
        ("%{nosuch|default('x\ty')}", "x\ty"),
        ("%{user|substr(0,3)}", "Bob"),
        ("%{user | index('@',1)}", "example.com"),
        ("%{user|if('eq','a','b','c')}", "c"),
        ("%{literal('5') * 3}", "15"),
        ("%{user |}", "Bob.Smith@example.com"),
        ("%{user!}", "Bob.Smith@example.com"),
        ("%{}", ""),
        ("plain", "plain"),
        ("y", "y"),
        ("%{literal('a')}y%{literal('b')}/y%{literal('c')}y", "ab/yc"),
        ("%y%", "%%"),
    ],
)
def test_variables_of_24(text: str, expanded: str) -> None:
    assert expand(text, VALUES, Version.V24) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/h/%{nosuch}", "Unknown variable 'nosuch'"),
        ("%{user | nosuch}", "No such function 'nosuch'"),
        ("%{user|substr(50)}", "substr: Offset out of bounds"),
        ("/h/%{user", "/h/%{user: syntax error, unexpected end of file, expecting CCBRACE or PIPE"),
        ('/h/%{user|default("a\\q")}', '/h/%{user|default("a\\q")}: Invalid character escape'),
    ],
)
def test_what_24_can_not_expand(text: str, message: str) -> None:
    with pytest.raises(VariableError) as caught:
        expand(text, VALUES, Version.V24)
    assert str(caught.value) == message


def test_deep_nesting_ends_with_an_error() -> None:
    text = "x"
    for _ in range(200):
        text = "%{if;1;==;1;" + text + ";y}"
    with pytest.raises(VariableError):
        expand(text, VALUES, Version.V23)


def test_what_needs_no_grammar_is_what_the_grammar_makes_of_it() -> None:
    # Fixed, so that a failure comes again.
    numbers = random.Random(11)
    words = ("%", "%%", "{", "}", "y", "ü", "home", "%{user}", "%{ user|lower}", "%{a | b | c1}", "%{", "|")
    plain = 0
    for _ in range(2000):
        text = "".join(numbers.choices(words, k=numbers.randint(1, 6)))
        parts = plain_parts(text)
        if parts is None:
            continue
        plain += 1
        assert find_mistake(text) is None
        for inside in parts[1::2]:
            assert [call.name for call in parse_calls(inside)] == plain_names(inside)
    assert plain > 200
