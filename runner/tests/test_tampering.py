"""A notebook that makes its own kernel lie is found out; one that only makes itself at home is left alone."""

from __future__ import annotations

from typing import Callable

import pytest

from harness import Attempt, code

Make = Callable[..., Attempt]

ATTACKS = {
    "input transformer, cleanup": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "input transformer, post": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "input transformer, line": "get_ipython().input_transformer_manager.line_transforms.append(lambda l: ['pass\\n'])",
    "input transformer of the standard library": (
        "import operator\nget_ipython().input_transformers_post.append(operator.itemgetter(slice(0, 0)))"
    ),
    "input transformer, mocked": (
        "from unittest import mock\nget_ipython().input_transformers_post.append(mock.Mock(return_value=['pass\\n']))"
    ),
    "syntax tree transformer": (
        "class Empty:\n"
        "    def visit(self, node):\n        node.body = []\n        return node\n"
        "get_ipython().ast_transformers.append(Empty())"
    ),
    "syntax tree transformer, patched instance": (
        "import ast\nempty = ast.NodeTransformer()\nempty.visit = lambda node: ast.Module([], [])\n"
        "get_ipython().ast_transformers.append(empty)"
    ),
    "transform_cell": "get_ipython().transform_cell = lambda source: 'pass\\n'",
    "transform_ast": "import ast\nget_ipython().transform_ast = lambda node: ast.Module([], [])",
    "prefilter": "get_ipython().prefilter_manager.prefilter_lines = lambda *a: 'pass'",
    "run_ast_nodes of the instance": (
        "async def nothing(*args, **options): return False\nget_ipython().run_ast_nodes = nothing"
    ),
    "run_ast_nodes of the class": (
        "async def nothing(*args, **options): return False\ntype(get_ipython()).run_ast_nodes = nothing"
    ),
    "run_code": "async def nothing(*args, **options): return False\nget_ipython().run_code = nothing",
    "run_code, mocked": "from unittest import mock\nget_ipython().run_code = mock.AsyncMock(return_value=False)",
    "code of run_code": (
        "async def nothing(self, code_obj, result=None, *, async_=False): return False\n"
        "type(get_ipython()).run_code.__code__ = nothing.__code__"
    ),
    "exec": "import builtins\nbuiltins.exec = lambda *args: None",
    "exec of IPython's module": "import IPython.core.interactiveshell as shell\nshell.exec = lambda *args: None",
    "compile": (
        "import builtins\nreal = builtins.compile\n"
        "builtins.compile = lambda source, *args, **options: real('pass' if 'must' in str(source) else source, *args, **options)"
    ),
    "ast_parse": "get_ipython().compile.ast_parse = lambda *args, **options: __import__('ast').Module([], [])",
    "run_cell_async": (
        "real = type(get_ipython()).run_cell_async\n"
        "def other(self, source, **options):\n"
        "    return real(self, 'pass', **dict(options, transformed_cell='pass'))\n"
        "type(get_ipython()).run_cell_async = other"
    ),
    "run_cell": "real = get_ipython().run_cell\nget_ipython().run_cell = lambda source, **options: real('pass', **options)",
    "_run_cell": (
        "real = get_ipython()._run_cell\nget_ipython()._run_cell = lambda source, *args: real('pass', *args)"
    ),
    "session.send": (
        "session = get_ipython().kernel.session\nreal = session.send\n"
        "def send(stream, kind, content=None, *args, **options):\n"
        "    if kind == 'error': return\n"
        "    if isinstance(content, dict) and content.get('status') == 'error': content = {'status': 'ok', 'execution_count': 1}\n"
        "    return real(stream, kind, content, *args, **options)\n"
        "session.send = send"
    ),
    "session.pack": "session = get_ipython().kernel.session\nreal = session.pack\nsession.pack = lambda value: real(value)",
    "execute_request": (
        "kernel = get_ipython().kernel\nreal = kernel.execute_request\n"
        "async def other(*args): return await real(*args)\n"
        "kernel.execute_request = other"
    ),
    "shell_handlers": (
        "kernel = get_ipython().kernel\nreal = kernel.shell_handlers['execute_request']\n"
        "kernel.shell_handlers['execute_request'] = lambda *args: real(*args)"
    ),
    "do_execute": (
        "kernel = get_ipython().kernel\nreal = kernel.do_execute\n"
        "async def other(*args, **options): return {**await real(*args, **options), 'status': 'ok'}\n"
        "kernel.do_execute = other"
    ),
    "probe removed": (
        "del get_ipython().kernel._nbv_probe\nget_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"
    ),
    "builtin that the probe uses": (
        "import builtins\n"
        "builtins.any = lambda entries: False\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_kernel_that_was_made_to_lie_ends_as_an_error(attempt: Make, name: str) -> None:
    result = attempt(ATTACKS[name], "raise ValueError('must fail')").run()
    assert (result.exit_code, result.verdict["verdict"]) == (1, "Error"), result.stderr
    assert result.verdict["reason"] == "KernelTampered"


def test_tampering_in_a_cell_that_may_raise_is_found_too(attempt: Make) -> None:
    source = ATTACKS["input transformer, post"] + "\n1/0"
    result = attempt(code(source, "raises-exception"), "raise ValueError('must fail')").run()
    assert (result.exit_code, result.verdict["reason"]) == (1, "KernelTampered")


def test_a_result_that_disagrees_with_what_the_shell_saw_is_tampering(attempt: Make) -> None:
    result = attempt(
        "get_ipython().showtraceback = lambda *args, **options: None\n"
        "def forgive(result): result.error_in_exec = None\n"
        "get_ipython().events.register('post_run_cell', forgive)",
        "raise ValueError('must fail')",
    ).run()
    assert (result.exit_code, result.verdict["reason"]) == (1, "KernelTampered")


def test_an_error_hidden_from_the_reply_but_seen_among_the_outputs_is_a_failure(attempt: Make) -> None:
    result = attempt(
        "def forgive(result): result.error_in_exec = None\nget_ipython().events.register('post_run_cell', forgive)",
        "raise ValueError('must fail')",
    ).run()
    assert result.exit_code != 0 and result.verdict["verdict"] != "Passed"


HARMLESS = {
    "autoreload": "%load_ext autoreload\n%autoreload 2",
    "capture": "%%capture out\nprint('x')",
    "time": "%%time\nsum(range(10))",
    "events": "get_ipython().events.register('post_run_cell', lambda result: None)",
    "magics": (
        "from IPython.core.magic import register_cell_magic, register_line_magic\n"
        "@register_line_magic\ndef hello(line): return line\n"
        "@register_cell_magic\ndef shout(line, cell): get_ipython().run_cell(cell)"
    ),
    "custom exceptions": (
        "get_ipython().set_custom_exc((KeyError,), lambda self, kind, value, tb, tb_offset=None: None)"
    ),
    "traceback printers": (
        "def show(*args, **options): pass\n"
        "get_ipython().showtraceback = show; get_ipython().showsyntaxerror = show; get_ipython()._showtraceback = show"
    ),
    "text formatter": "get_ipython().display_formatter.formatters['text/plain'].for_type(str, lambda s, p, c: p.text('S'))",
    "other text formatter": (
        "from IPython.core.formatters import BaseFormatter\n"
        "class Mine(BaseFormatter):\n    def __call__(self, value): print('seen')\n"
        "get_ipython().display_formatter.formatters['text/plain'] = Mine(parent=get_ipython().display_formatter)"
    ),
    "display publisher": (
        "publisher = get_ipython().display_pub\nreal = publisher.publish\n"
        "publisher.publish = lambda *args, **options: real(*args, **options)"
    ),
    "forgotten namespace": "%reset -f",
    "forgotten modules": "%reset -f --aggressive",
    "interactivity": "get_ipython().ast_node_interactivity = 'all'\n1\n2",
    "import hook and print": "import builtins\nreal = print\nbuiltins.print = lambda *a, **o: real(*a, **o)",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "nested run that raises": "get_ipython().run_cell('1')\ntry: 1/0\nexcept ZeroDivisionError: pass",
    "command": "!true",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_notebook_that_makes_itself_at_home_passes(attempt: Make, name: str) -> None:
    result = attempt(HARMLESS[name], "x = 1", "print('end')").run()
    assert (result.exit_code, result.verdict["verdict"]) == (0, "Passed"), result.verdict


PACKAGE = """
import ast
class Same(ast.NodeTransformer): pass
def lines(source): return source
def load_ipython_extension(shell):
    shell.ast_transformers.append(Same())
    shell.input_transformers_post.append(lines)
    run_cell = shell.run_cell
    def wrapped(source, *args, **options): return run_cell(source, *args, **options)
    shell.run_cell = wrapped
"""


def test_an_installed_package_may_wrap_and_transform(attempt: Make) -> None:
    one = attempt("import sys\nsys.path.append('../site-packages')\n%load_ext helpful", "x = 1")
    (one.source / "site-packages").mkdir()
    (one.source / "site-packages" / "helpful.py").write_text(PACKAGE)
    assert one.run().verdict["verdict"] == "Passed"


@pytest.mark.parametrize(
    "spoil",
    [
        "sys.stdout = None",
        "sys.stderr = None",
        "sys.stdout = object()",
        "with open('out.txt', 'w') as sys.stdout: print('kept')",
    ],
)
def test_a_spoilt_output_stream_does_not_silence_the_kernel(attempt: Make, spoil: str) -> None:
    result = attempt("import sys\n" + spoil, "print('heard')", notebook_seconds=20).run()
    assert (result.exit_code, result.cell(1)["output"]) == (0, "heard\n"), result.verdict
    assert "unusable: it was put back" in result.cell(0)["output"]


def test_a_stream_spoilt_by_a_cell_that_may_raise_is_put_back_too(attempt: Make) -> None:
    cell = code("import sys\nsys.stdout = None\n1/0", "raises-exception")
    result = attempt(cell, "print('heard')", notebook_seconds=20).run()
    assert (result.exit_code, result.cell(1)["output"]) == (0, "heard\n")


FORGERY = """
k = get_ipython().kernel
s = k.session
I = getattr(k, '_shell_parent_ident', None) or k._parent_ident
I = I.get() if hasattr(I, 'get') else I
I = I['shell'] if isinstance(I, dict) else I
import time
p = k.get_parent()
def reply(parent):
    data = {'text/plain': repr('{"commands": [], "replaced": []}')}
    answer = {'nbv': {'status': 'ok', 'data': data, 'metadata': {}}}
    content = {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': answer}
    s.send(k.shell_stream, 'execute_reply', content=content, parent=parent, ident=I)
def idle(parent):
    s.send(k.iopub_socket, 'status', content={'execution_state': 'idle'}, parent=parent)
"""
BOTH = FORGERY + "reply(p); idle(p)\n"
FORGERIES = {
    "reply and idle, then an error": [BOTH + "time.sleep(1); raise ValueError('lost')"],
    "the same before another cell": [BOTH + "time.sleep(1); raise ValueError('lost')", "x = 1"],
    "the same, later than any grace": [BOTH + "time.sleep(8); raise ValueError('lost')"],
    "the same while the loop runs": [BOTH + "import asyncio\nawait asyncio.sleep(2); raise ValueError('lost')"],
    "the same with a cell that ends well": [BOTH + "time.sleep(0.5)"],
    "a reply to a question to come": [FORGERY + "reply({'header': {'msg_id': 'next'}}); idle(p)", "x = 1"],
    "from a cell that may raise": [code(BOTH + "time.sleep(1); raise ValueError('lost')", "raises-exception")],
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_reply_that_a_cell_sends_itself_is_not_believed(attempt: Make, name: str) -> None:
    result = attempt(*FORGERIES[name]).run()
    assert (result.exit_code, result.verdict["reason"]) == (1, "KernelTampered"), result.verdict


def test_a_reply_without_an_end_hides_no_error(attempt: Make) -> None:
    result = attempt(FORGERY + "reply(p); time.sleep(0.5); raise ValueError('lost')").run()
    # Whichever comes first: the second reply, or the error that was to be hidden.
    assert (result.exit_code, result.verdict["reason"]) in ((1, "KernelTampered"), (10, "NotebookError"))


@pytest.mark.parametrize("after", ["while True: time.sleep(0.1)", "import os; time.sleep(0.3); os._exit(0)"])
def test_a_sent_reply_does_not_pass_a_cell_that_never_ends(attempt: Make, after: str) -> None:
    result = attempt(BOTH + after, notebook_seconds=6).run()
    assert result.exit_code != 0 and result.verdict["verdict"] != "Passed", result.verdict


def test_idle_sent_ahead_hides_no_error(attempt: Make) -> None:
    result = attempt(FORGERY + "idle(p); time.sleep(0.5); raise ValueError('seen')").run()
    assert (result.exit_code, result.cell(0)["error"]["message"]) == (10, "seen")


def test_an_error_that_a_thread_shows_after_its_cell_fails_but_accuses_nobody(attempt: Make) -> None:
    late = (
        "import threading, time\nmessage = dict(get_ipython().kernel.get_parent())\n"
        "def show():\n    time.sleep(0.5)\n    kernel = get_ipython().kernel\n"
        "    content = {'ename': 'ValueError', 'evalue': 'late', 'traceback': []}\n"
        "    kernel.session.send(kernel.iopub_socket, 'error', content, parent=message)\n"
        "threading.Thread(target=show).start()"
    )
    result = attempt(late, "time.sleep(1)").run()
    assert (result.exit_code, result.verdict["verdict"]) == (10, "Failed"), result.verdict
    assert "late" in result.verdict["message"]


@pytest.mark.parametrize(
    "source",
    [
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.4), print('late'))).start()",
        "import asyncio\nasync def later():\n    await asyncio.sleep(0.1); print('late')\ntask = asyncio.ensure_future(later())",
        "try: 1/0\nexcept ZeroDivisionError as error: display(error)",
        "import traceback\ntry: 1/0\nexcept ZeroDivisionError: traceback.print_exc()",
    ],
)
def test_what_is_said_late_or_about_an_error_is_no_tampering(attempt: Make, source: str) -> None:
    assert attempt(source, "x = 1").run().exit_code == 0
    assert attempt(source).run().exit_code == 0


@pytest.mark.parametrize(
    "part, value",
    [("parent_header", "['x']"), ("content", "b'[1]'"), ("header", "['x']"), ("parent_header", "{'msg_id': ['x']}")],
)
def test_a_message_of_no_shape_is_passed_over(attempt: Make, part: str, value: str) -> None:
    source = (
        "k = get_ipython().kernel\nm = k.session.msg('stream', content={'name': 'stdout', 'text': 'x'})\n"
        "m['msg_id'] = m['header']['msg_id']\nm['msg_type'] = 'stream'\n"
        "m['%s'] = %s\nk.session.send(k.iopub_socket, m)" % (part, value)
    )
    result = attempt(source, "print('end')").run()
    assert (result.exit_code, result.cell(1)["output"]) == (0, "end\n"), result.verdict
