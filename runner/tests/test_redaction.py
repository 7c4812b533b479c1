"""No secret leaves the runner, whichever way the notebook prints it."""

from __future__ import annotations

import base64
import html
import json
import time
import urllib.parse
from typing import Callable

import pytest

from harness import Attempt
from nbv_runner.outputs import OutputBudget, StreamText
from nbv_runner.redaction import MASK, Redactor

Make = Callable[..., Attempt]
SECRET = 'p@ss w0rd/+"é&<'


@pytest.mark.parametrize(
    "encode",
    [
        str,
        repr,
        json.dumps,
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: json.dumps(json.dumps(value)),
        urllib.parse.quote,
        urllib.parse.quote_plus,
        lambda value: urllib.parse.quote(value, safe=""),
        html.escape,
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
        lambda value: base64.b64encode(("user:" + value).encode()).decode(),
        lambda value: base64.b64encode(("me:" + value + "@host").encode()).decode(),
        lambda value: base64.b64encode(("a:" + value + "xy").encode()).decode(),
        lambda value: value.encode().hex(),
        lambda value: repr(value.encode()),
    ],
)
def test_a_value_is_found_in_every_common_encoding(encode: Callable[[str], str]) -> None:
    assert MASK in Redactor([SECRET]).text("before " + encode(SECRET) + " after")


def test_short_values_only_go_as_whole_words_and_the_shortest_not_at_all() -> None:
    redactor = Redactor(["abc", "no", ""])
    assert redactor.text("abc abcdef xabc (abc) no") == "%s abcdef xabc (%s) no" % (MASK, MASK)


def test_lines_of_a_multi_line_value_are_secrets_too() -> None:
    redactor = Redactor(["-----BEGIN-----\nMIIEvQIBADANBgkqhkiG\n-----END-----"])
    assert "MIIEvQ" not in redactor.text("line 2 is MIIEvQIBADANBgkqhkiG!")


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1" * 18,
        "glpat-" + "x" * 20,
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "hf_" + "Ab" * 17,
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "https://me:hunter2hunter2@example.org/x",
        "Authorization: Bearer abc.def-123456",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabc\n-----END PGP PRIVATE KEY BLOCK-----",
    ],
)
def test_known_shapes_of_tokens_go(token: str) -> None:
    assert MASK in Redactor().text("x " + token + " y")


# The operator's tests have the same: test/recovery/real-looking-secrets.ts and redact.test.ts.
@pytest.mark.parametrize(
    "token",
    [
        "gloas" + "-" + "aB1_" * 9,
        "AROA" + "ABCDEFGH12345678",
        "xapp" + "-1-A0ABCDEFGH1-1234567890123-" + "0a1b" * 16,
        "ya29" + "." + "aB1_" * 9,
        "GOCSPX" + "-" + "aB1_" * 7,
        "sk_" + "live_" + "aB1" * 8,
        "dckr" + "_pat_" + "aB1" * 9,
        "hvs" + "." + "aB1_" * 9,
        "dapi" + "0123abcd" * 4,
        "nvapi" + "-" + "aB1_" * 16,
        "gsk" + "_" + "aB1c" * 13,
        "r8" + "_" + "aB1" * 12,
        "rpa" + "_" + "aB1c" * 10,
        "xai" + "-" + "aB1c" * 20,
        "pplx" + "-" + "aB1c" * 12,
        "tvly" + "-dev-" + "aB1c" * 8,
        "dop" + "_v1_" + "0a1b" * 16,
        "shpat" + "_" + "0a1b" * 8,
        "lsv2" + "_pt_" + "0a1b" * 8 + "_" + "0a1b2c3d4e",
        "AKCp" + "aB1" * 23,
        "cmVmdGtu" + "Oj" + "aB1" * 18,
        "aB1" + "8Q~" + "aB1_.~-" * 4 + "aB1cD2",
        "ATATT" + "3xFfGF0" + "aB1_" * 8,
        "SG" + "." + "aB1_" * 6 + "." + "cD2_" * 11,
    ],
)
def test_a_token_of_every_vendor_that_the_operator_knows_goes_wherever_it_begins(token: str) -> None:
    for before in ("x ", '"', "failed\\n", "a%20"):
        assert Redactor().text(before + token + " y") == before + MASK + " y"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: ApiKey hunter-horse",
        "> authorization: Acme hunter2hunter2",
        'Authorization: Digest username="bob", realm="a, b", response="hunter2"',
        "curl -H 'Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;x, Signature=hunter2'",
        json.dumps({"Authorization": 'Digest username="bob", response="hunter2"'}),
        json.dumps(json.dumps({"Authorization": "Bearer hunter2"})),
        repr({"Authorization": b"Basic hunter2"}),
        repr([("Authorization", "Token hunter-horse")]),
        repr({"Authorization": ["Bearer hunter2"]}),
        "HTTP_AUTHORIZATION=Bearer hunter2",
        "https:\\/\\/bob:hunter2@example.org\\/x",
        "https://example.org/?next=https%3A%2F%2Fbob%3Ahunter2%40example.org%2Fx",
    ],
)
def test_no_way_to_write_a_header_or_a_url_shows_its_secret(text: str) -> None:
    redacted = Redactor().text("x " + text + " y")
    assert "hunter" not in redacted and MASK in redacted
    assert Redactor().text(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.org:8080/a@b and sklearn, eyJ, sk-learn; 3 of 4",
        "https:\\/\\/example.org:8080\\/a@b, https%3A%2F%2Fexample.org%3A8080%2Fa%40b",
        "xai-explainability-toolkit-package, xapp-onboarder-service-name, gsk_settings, r8_optimizer, rpa_robot, dop_v1_x",
        "ATATTGCGATTACAGATTACAGATTACAGATTACA, pplx-7b-online, k8Q~x, -----BEGIN PGP PUBLIC KEY BLOCK-----",
        "authorization: not required by the server, 'Authorization', 'Accept Encoding': 'none'",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redactor(["unrelated"]).text(text) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "Authorization: a ",
        'Authorization: a b="',
        "Authorization: a b=c, ",
        "'Authorization', 'a b",
        "https:\\/\\/a:",
        "%3A%2F%2Fa%3A",
        "abc8Q~",
        "\\nSG.aaaaaaaaaaaaaaaa.",
        "xapp-1-A0-",
    ],
)
def test_hostile_text_is_read_in_time_proportional_to_its_length(hostile: str) -> None:
    redactor = Redactor()

    def cpu(length: int) -> float:
        text = hostile * (length // len(hostile))
        times = []
        for _ in range(3):
            before = time.process_time()
            redactor.text(text)
            times.append(time.process_time() - before)
        return min(times)

    # Ten times the text may take ten times as long, with room for noise; each part compared with each, it takes a hundred times.
    assert cpu(200_000) < 0.02 + 40 * cpu(20_000)


def test_structure_of_a_notebook_survives_a_secret_named_like_it() -> None:
    redactor = Redactor(["source", "outputs", "12345678"])
    assert redactor.data({"source": "a source", "n": 12345678, "m": [True, 1.5]}) == {
        "source": "a " + MASK,
        "n": MASK,
        "m": [True, 1.5],
    }


def test_a_secret_across_the_cut_of_a_long_stream_leaves_no_half() -> None:
    secret = "abcdefghijklmnop"
    for offset in range(0, 40):
        stream = StreamText(OutputBudget(), Redactor([secret]), limit=200)
        stream.add("." * (100 - offset) + secret + "." * 500 + secret + "." * (100 - offset))
        text = Redactor([secret]).text(stream.text())
        assert not any(secret[i : i + 5] in text for i in range(len(secret) - 4))


def test_nothing_that_the_runner_emits_holds_the_secret(attempt: Make) -> None:
    result = attempt(
        "import os, sys, base64\ns = os.environ['TOKEN']\nprint(s); print(s, file=sys.stderr); print(repr(s), s.encode().hex())",
        "print('fine:', base64.b64encode(('user:' + s).encode()).decode())\nprint(s[:6], end=''); sys.stdout.flush(); print(s[6:])",
        "from IPython.display import display\ndisplay({'application/json': {s: [s, 99887766]}, 'text/plain': s}, raw=True)",
        "!echo $TOKEN; exit 4",
        "%s_x = 1\nraise ValueError('bad ' + s)" % "a",
        "# s3cr3t-t0ken-value in the source",
        env={"TOKEN": "s3cr3t-t0ken-value", "PIN": "99887766"},
        secret_env=["TOKEN", "PIN", "ABSENT"],
    ).run()
    assert result.exit_code == 10
    everything = result.everything()
    for form in ("s3cr3t-t0ken-value", "99887766", b"s3cr3t-t0ken-value".hex(), "czNjcjN0LXQwa2VuLXZhbHVl"):
        assert form not in everything
    assert MASK in result.cell(0)["output"] and MASK in result.verdict["message"]
    assert "fine:" in result.cell(1)["output"]


def test_a_secret_that_spells_a_word_of_the_protocol_breaks_nothing(attempt: Make) -> None:
    result = attempt("print('Passed verdict')", env={"A": "Passed", "B": "verdict"}, secret_env=["A", "B"]).run()
    assert result.verdict["verdict"] == "Passed"
    assert result.cell(0)["output"] == "%s %s\n" % (MASK, MASK)


TOKEN = "".join("%02x" % (7 * number % 251) for number in range(31))[:61]


@pytest.mark.parametrize(
    "text", ["x" * 60 + TOKEN[:56] + "…", TOKEN[:46] + "...", "…" + TOKEN[-37:] + "y", "…%s…" % TOKEN[-9:]]
)
def test_what_a_cut_left_of_a_secret_is_masked(text: str) -> None:
    masked = Redactor([TOKEN]).text(text)
    assert MASK in masked and TOKEN[:8] not in masked and TOKEN[-8:] not in masked


def test_text_beside_an_ellipsis_that_is_no_part_of_a_secret_stays() -> None:
    for text in ("loading ...", TOKEN[:7] + "…", TOKEN[:20] + "x…", "…x" + TOKEN[-20:]):
        assert Redactor([TOKEN]).text(text) == text


def test_looking_for_the_remains_of_a_secret_is_no_work_without_end() -> None:
    text = (TOKEN[:20] + "... ") * 20_000
    assert Redactor([TOKEN]).text(text) == (MASK + "... ") * 20_000


def test_a_secret_with_colours_in_its_midst_is_masked() -> None:
    assert Redactor([TOKEN]).text("a \x1b[31m" + TOKEN[:20] + "\x1b[0m" + TOKEN[20:]) == "a " + MASK


def test_no_cut_of_the_runner_leaves_a_part_of_a_secret(attempt: Make) -> None:
    result = attempt(
        "import os; t = os.environ['TOKEN']\nprint(t[:20] + '\\x1b[31m' + t[20:])",
        "import pandas as pd\nfloats = pd.DataFrame({'x' * 150 + t: [float('nan')] * 3})",
        "import pandas as pd\npd.DataFrame({'a': [t] * 3})",
        "'x' * 60 + t + 'yyyyy'",
        "raise ValueError('x' * 1000 + t + 'y' * (8 * 1024 - 40))",
        env={"TOKEN": TOKEN},
        secret_env=["TOKEN"],
        expectedOutputs=[{"cell": 3, "equals": "nope"}],
        policy={"Q3": "warning", "Q4": "warning", "X1": "warning"},
    ).run()
    assert result.exit_code == 10 and MASK in result.cell(3)["findings"][0]["message"]
    everything = result.everything()
    assert not [part for at in range(len(TOKEN) - 8) for part in [TOKEN[at : at + 9]] if part in everything]
