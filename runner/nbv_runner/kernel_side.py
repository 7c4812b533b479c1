# The part of the runner that lives inside the user's kernel: read as text, never imported by the runner itself.
#
# It is kept in a module object of its own, held by the kernel and by nothing else: outside of the user's namespace, In,
# Out, history and sys.modules. It imports nothing that IPython has not imported, calls no method of the user's objects,
# and swallows its own errors: a probe never fails a job. Python 3.8 or newer. Joined from kernel_side.py,
# kernel_values.py and kernel_summary.py.
import builtins
import json
import os
import sys
import types

# A copy, before any function is defined: a notebook that replaces a builtin does not replace it for us.
globals()["__builtins__"] = dict(vars(builtins))

MAX_COMMANDS = 20
MAX_COMMAND = 200

_shell = get_ipython()  # noqa: F821
_encode = json.JSONEncoder().encode
_modules = sys.modules
_commands = []
_streams = {}
_hooks = {}
_transformers = {}


# What decides whether a cell's code runs and how its result is told: (where, attributes). Display, magics, events,
# traceback printers and the event loop are not here: notebooks and their packages replace those for good reasons.
_GUARDED = (
    (
        lambda: _shell,
        (
            "run_cell",
            "_run_cell",
            "run_cell_async",
            "should_run_async",
            "transform_cell",
            "transform_ast",
            "run_ast_nodes",
            "run_code",
            "user_expressions",
            "compile",
            "input_transformer_manager",
            "prefilter_manager",
        ),
    ),
    (lambda: _shell.compile, ("__call__", "ast_parse", "cache")),
    (lambda: _shell.input_transformer_manager, ("transform_cell", "do_one_token_transform", "do_token_transforms")),
    (lambda: _shell.prefilter_manager, ("prefilter_lines", "prefilter_line", "transform_line")),
    (
        lambda: _shell.kernel,
        (
            "shell",
            "session",
            "iopub_socket",
            "do_execute",
            "execute_request",
            "dispatch_shell",
            "should_handle",
            "finish_metadata",
            "send_response",
        ),
    ),
    (lambda: _Entries(_shell.kernel.shell_handlers), ("execute_request",)),
    (lambda: _shell.kernel.session, ("send", "serialize", "msg", "pack", "sign")),
    (lambda: _shell.kernel.iopub_socket, ("send", "send_multipart")),
    (lambda: builtins, ("exec", "eval", "compile")),
    (
        lambda: _modules.get("IPython.core.interactiveshell"),
        ("exec", "eval", "compile", "ExecutionResult", "_pseudo_sync_runner", "_should_be_async"),
    ),
    (lambda: _modules.get("IPython.core.compilerop"), ("compile",)),
)

# Callables that rewrite a cell before it runs. Packages add theirs (jaxtyping, sympy, beartype).
_TRANSFORMERS = (
    ("input_transformers_cleanup", lambda: _shell.input_transformer_manager.cleanup_transforms),
    ("input_transformers_line", lambda: _shell.input_transformer_manager.line_transforms),
    ("input_transformers_token", lambda: _shell.input_transformer_manager.token_transformers),
    ("input_transformers_post", lambda: _shell.input_transformers_post),
    ("ast_transformers", lambda: _shell.ast_transformers),
    ("prefilter transformers", lambda: _shell.prefilter_manager.transformers),
    ("prefilter checkers", lambda: _shell.prefilter_manager.checkers),
)


class _Entries:
    """The entries of a dictionary, as attributes."""

    def __init__(self, entries):
        self.__dict__.update(entries)


class _Answer:
    """Text that reaches the runner as its `repr` even if the notebook has replaced how text is displayed."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return repr(self._text)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(self._text)}


def _function(value):
    return value.__func__ if type(value) is types.MethodType else value


def _identity(value):
    """The function behind a method, and its code: either can be swapped."""
    value = _function(value)
    return value, value.__code__ if type(value) is types.FunctionType else None


def _guarded():
    seen = {}
    for row, (find, names) in enumerate(_GUARDED):
        try:
            place = find()
            for name in names:
                seen[row, name] = _identity(getattr(place, name, None))
        except Exception:  # Not in this version of IPython or ipykernel.
            pass
    return seen


def _entries():
    seen = {}
    for name, find in _TRANSFORMERS:
        try:
            seen[name] = list(find())
        except Exception:
            pass
    return seen


_INSTALLED, _LIBRARY, _NOTEBOOK, _REPOSITORY = "installed", "standard library", "notebook", "repository"
_LIBRARY_FOLDER = os.path.dirname(os.__file__) + os.sep


def _origin(value):
    """Who wrote a callable. Only what tells by itself: nothing of the value is called."""
    value = _function(value)
    if type(value) is types.FunctionType:
        if value.__globals__ is _shell.user_ns or value.__globals__ is vars(_shell.user_module):
            return _NOTEBOOK
        path = value.__code__.co_filename
    else:
        return _origin_of_type(value if issubclass(type(value), type) else type(value))
    return _origin_of_file(path)


def _origin_of_type(kind):
    module = _module_name(kind)
    path = _library(module).get("__file__")
    return _NOTEBOOK if module == "__main__" else _origin_of_file(path if type(path) is str else _LIBRARY_FOLDER)


def _origin_of_file(path):
    if os.sep + "site-packages" + os.sep in path or os.sep + "dist-packages" + os.sep in path:
        return _INSTALLED
    if path.startswith(_LIBRARY_FOLDER):
        return _LIBRARY
    return _NOTEBOOK if path.startswith("<") or "ipykernel_" in path else _REPOSITORY


def _replaced():
    """Names of what the notebook has replaced since boot. What installed packages have wrapped stays legal."""
    names = []
    now = _guarded()
    for place, (function, code) in _hooks.items():
        value, value_code = now.get(place, (None, None))
        if value is function and value_code is code:
            continue
        if value is function or _origin(value) != _INSTALLED:
            names.append(place[1])
    for name, entries in _entries().items():
        known = [id(entry) for entry in _transformers.get(name, ())]
        # `operator`, `functools` and `unittest.mock` make callables that no file of the notebook's defines.
        if any(id(entry) not in known and _origin(entry) in (_NOTEBOOK, _LIBRARY) for entry in entries):
            names.append(name)
    # Asked along with a cell that is about to be reported as successful.
    if not getattr(_shell, "last_execution_succeeded", True):
        names.append("result")
    return names


def _record_commands():
    """Wraps the shell's `!command`, which stores its exit code in `_exit_code` and otherwise fails in silence."""
    run = _shell.system

    def system(cmd, *args, **options):
        result = run(cmd, *args, **options)
        try:
            code = _shell.user_ns.get("_exit_code")
            if type(code) is int and code != 0 and len(_commands) < MAX_COMMANDS:
                _commands.append([_cut(str(cmd), MAX_COMMAND), code])
        except Exception:
            pass
        return result

    _shell.system = system


def _is_usable(stream):
    try:
        return not getattr(stream, "closed", False) and callable(stream.write) and callable(stream.flush)
    except Exception:
        return False


def _restore_streams(*_):
    """The kernel flushes `sys.stdout` before it replies: with None or a closed file there it would never answer."""
    for name, stream in _streams.items():
        if not _is_usable(getattr(sys, name, None)):
            setattr(sys, name, stream)
            _streams["stderr"].write("[the cell left sys.%s unusable: it was put back]\n" % name)


def boot(root):
    """Makes the repository's root importable, after the notebook's own folder and before installed packages."""
    if root and root not in sys.path:
        sys.path.insert(1 if sys.path[:1] == [""] else 0, root)
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = inherited + os.pathsep + root if inherited else root
    _record_commands()
    _streams.update(stdout=sys.stdout, stderr=sys.stderr)
    _shell.events.register("post_run_cell", _restore_streams)
    _hooks.update(_guarded())
    _transformers.update(_entries())
    return _Answer(_encode({"version": sys.version.split()[0], "executable": sys.executable, "path": sys.path}))


def after_cell(question=None):
    """What the last cell left, as JSON text."""
    seen = list(_commands)
    del _commands[:]
    answer = {"commands": seen, "replaced": _replaced()}
    if question is not None:
        try:
            answer["values"] = _encode(_values(question))
        except Exception as error:
            answer["problem"] = type(error).__name__
    return _Answer(_encode(answer))


def transform(sources):
    """The cells as IPython will run them; one that it can't transform stays as it is."""
    codes = []
    for source in sources:
        try:
            codes.append(_shell.transform_cell(source))
        except Exception:
            codes.append(source)
    return _Answer(_encode({"codes": codes}))
