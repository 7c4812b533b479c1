# The part of the runner that lives inside the user's kernel: read as text, never imported by the runner itself.
#
# It is kept in a module object of its own, outside of the user's namespace, In, Out and history. It imports nothing
# that IPython has not imported, calls no method of the user's objects, and swallows its own errors: a probe never fails
# a job. Python 3.8 or newer.
import builtins
import json
import os
import sys

MAX_COMMANDS = 20
MAX_COMMAND = 200

_shell = get_ipython()  # noqa: F821
_commands = []
_hooks = {}


def _kernel_hooks():
    """What a notebook would replace to make the kernel's replies say something else."""
    kernel = _shell.kernel
    handlers = getattr(kernel, "shell_handlers", {})
    return {
        "do_execute": getattr(kernel.do_execute, "__func__", kernel.do_execute),
        "execute_request": getattr(kernel.execute_request, "__func__", kernel.execute_request),
        "shell_handlers": getattr(handlers.get("execute_request"), "__func__", handlers.get("execute_request")),
    }


def _record_commands():
    """Wraps the shell's `!command`, which stores its exit code in `_exit_code` and otherwise fails in silence."""
    run = _shell.system

    def system(cmd, *args, **options):
        result = run(cmd, *args, **options)
        try:
            code = _shell.user_ns.get("_exit_code")
            if type(code) is int and code != 0 and len(_commands) < MAX_COMMANDS:
                _commands.append([builtins.str(cmd)[:MAX_COMMAND], code])
        except Exception:
            pass
        return result

    _shell.system = system


def boot(root):
    """Makes the repository's root importable, after the notebook's own folder and before installed packages."""
    if root and root not in sys.path:
        sys.path.insert(1 if sys.path[:1] == [""] else 0, root)
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = inherited + os.pathsep + root if inherited else root
    _record_commands()
    _hooks.update(_kernel_hooks())
    return json.dumps({"version": sys.version.split()[0], "executable": sys.executable, "path": sys.path})


def after_cell():
    """What the last cell left, as JSON text."""
    seen = list(_commands)
    del _commands[:]
    now = _kernel_hooks()
    replaced = [name for name in _hooks if now[name] is not _hooks[name]]
    return json.dumps({"commands": seen, "replaced": replaced})
