"""Commands for a developer's computer: no kernel, no network, nothing but the standard library.

A command is a module with `answer(request)`, from JSON to JSON, and a row in `serve.COMMANDS`.
"""
