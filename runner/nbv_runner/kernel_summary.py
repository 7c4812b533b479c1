# Part of the kernel's side, joined to kernel_side.py: which of the readers of kernel_values.py fits a value.

_SEQUENCES = (list, tuple, dict, set, frozenset)
MAX_KEYS = 300  # Of a dictionary and those in it: above, nobody looks for NaN.
MAX_NAN_KEYS = 20
MAX_KEY = 80

# Library, class, kind, how it is read. Classes derived from these are read only if a package defines them.
_READERS = (
    ("pandas", "DataFrame", "frame", _frame),
    ("pandas", "Series", "series", _series),
    ("polars", "DataFrame", "frame", _polars_frame),
    ("polars", "Series", "series", _polars_series),
    ("torch", "Tensor", "array", _tensor),
)


def _container(value, facts, budget):
    """Of a plain list, tuple, dict or set: what NaN and None it holds by itself, not in what its items hold."""
    facts["shape"], facts["size"] = [len(value)], len(value)
    _plain(value, facts)
    if type(value) is dict:
        facts["nan_keys"] = _nan_keys(value)
    elif _is_one(type(value), (list, tuple)) and value and len(value) <= MAX_OBJECTS and budget.allows(len(value)):
        if all(each is None for each in value):
            facts["all_none"] = True
        elif all(_is_nan(each) for each in value):
            facts["nan"] = len(value)


def _nan_keys(value):
    """Ways to the NaN in a dictionary and in the dictionaries in it."""
    found, pending, left = [], [((), value)], MAX_KEYS
    while pending:
        way, entries = pending.pop(0)
        for key, each in entries.items():
            left -= 1
            if left < 0 or len(found) == MAX_NAN_KEYS:
                return found
            if type(key) is not str or len(key) > MAX_KEY:
                continue
            if _is_nan(each):
                found.append([*way, key])
            elif type(each) is dict and not way:
                pending.append(((key,), each))
    return found


def _is_nan(value):
    numpy = _library("numpy")
    if "generic" in numpy and issubclass(type(value), numpy["generic"]):
        value = numpy["generic"].item(value)
    return type(value) is float and value != value


def _index(value, facts):
    facts["shape"], facts["size"] = [len(value)], len(value)


def _length(value, facts):
    """Of a class derived from a container, by the container's own length."""
    base = next(kind for kind in _SEQUENCES if issubclass(type(value), kind))
    size = base.__len__(value)
    facts["shape"], facts["size"] = [size], size


def _installed(kind):
    """Whether a package, not the notebook, wrote the class and all that it derives from."""
    return all(
        base is object or _module_name(base) == "builtins" or _origin_of_type(base) in (_INSTALLED, _LIBRARY)
        for base in _mro_of(kind)
    )


def _is_package(library):
    """Not a module that the notebook made up."""
    path = _library(library).get("__file__")
    return type(path) is str and _origin_of_file(path) == _INSTALLED


def _read(value, facts, budget):
    kind = type(value)
    numpy = _library("numpy")
    if value is None:
        facts.update(_type_facts(value, "none"), value=None, text="None")
    elif _is_one(kind, (bool, int, float, complex)) or ("generic" in numpy and issubclass(kind, numpy["generic"])):
        facts.update(_type_facts(value, "scalar"))
        _scalar(value, facts, budget)
    elif any(value is mark for mark in _missing_marks()):
        facts.update(_type_facts(value, "scalar"), nan=1)
    elif kind is str or kind is bytes:
        facts.update(_type_facts(value, "text"))
        _text(value, facts, budget)
    elif _is_one(kind, _SEQUENCES):
        facts.update(_type_facts(value, "container"))
        _container(value, facts, budget)
    elif "ndarray" in numpy and issubclass(kind, numpy["ndarray"]):
        facts.update(_type_facts(value, "array"))
        _array(value, facts, budget)
    elif not _read_of_library(value, facts, budget):
        derived = any(issubclass(kind, base) for base in _SEQUENCES)
        facts.update(_type_facts(value, "container" if derived else "other"))
        if derived:
            _length(value, facts)


def _read_of_library(value, facts, budget):
    kind = type(value)
    for library, name, what, read in _READERS:
        base = _library(library).get(name)
        if _is_one(base, _mro_of(kind)) and _is_package(library):
            facts.update(_type_facts(value, what))
            if kind is base or _installed(kind):
                read(value, facts, budget)
            return True
    index = _library("pandas").get("Index")
    if index is not None and issubclass(kind, index) and _installed(kind):
        facts.update(_type_facts(value, "array"))
        _index(value, facts)
        return True
    if _module_name(kind).startswith("scipy.sparse.") and _installed(kind):
        facts.update(_type_facts(value, "array"))
        facts["shape"] = [int(size) for size in value.shape]
        return True
    return False


def _summary(value, budget):
    """What is known of a value. An error of ours leaves what was known before it."""
    facts = {}
    try:
        _read(value, facts, budget)
    except Exception as error:
        facts.setdefault("kind", "other")
        facts["problem"] = type(error).__name__
    return facts


def _value_of(name):
    """The named value of the user's namespace, in a tuple; empty when there is none."""
    names = _shell.user_ns
    if not issubclass(type(names), dict) or not dict.__contains__(names, name):
        return ()
    return (dict.__getitem__(names, name),)


def _step(value, is_instance, name):
    """What `value.name` most likely is, read from dictionaries: (found, value)."""
    if issubclass(type(value), types.ModuleType):
        entries = _module_dict(value)
        return (name in entries, entries.get(name))
    kind = value if is_instance or issubclass(type(value), type) else type(value)
    for base in _mro_of(kind):
        entry = _dict_of(base).get(name)
        if entry is not None:
            wrapped = _is_one(type(entry), (staticmethod, classmethod))
            return (True, entry.__func__ if wrapped else entry)
    own = [entry for base in _mro_of(kind) for entry in [_dict_of(base).get("__dict__")] if entry is not None]
    if not is_instance and own and type(own[0]) is types.GetSetDescriptorType:
        entries = own[0].__get__(value)
        if type(entries) is dict:
            return (name in entries, entries.get(name))
    return (False, None)


def _innermost(value):
    """The function behind wrappers that keep it: methods, partials, functools.wraps."""
    partial = _library("functools").get("partial")
    for _ in range(8):
        kind = type(value)
        if kind is types.MethodType:
            value = value.__func__
        elif kind is partial:
            value = value.func
        elif kind is types.FunctionType and "__wrapped__" in value.__dict__:
            value = value.__dict__["__wrapped__"]
        elif kind is _CACHED and "__wrapped__" in vars(value):
            value = vars(value)["__wrapped__"]
        else:
            return value
    return value


_CACHED = _library("functools").get("_lru_cache_wrapper")


def _author(function):
    """As `_origin`; libraries also compile functions from text, and some of Python's own are frozen."""
    if type(function) is types.FunctionType and function.__code__.co_filename.startswith("<"):
        module = function.__globals__.get("__name__")
        path = _library(module).get("__file__") if type(module) is str and module != "__main__" else None
        if type(path) is str:
            return _origin_of_file(path)
    return _origin(function)


def _callee(path):
    """Who wrote what a path of names leads to. `()` stands for a call of a class: what follows is a method of it."""
    found = _value_of(path[0]) or tuple(each for each in (vars(builtins).get(path[0], path),) if each is not path)
    if not found:
        return {}
    value, is_instance = found[0], False
    for name in path[1:]:
        if name == "()":
            value = _innermost(value)
            if not issubclass(type(value), type) or is_instance:
                return {}
            is_instance = True
            continue
        exists, value = _step(value, is_instance, name)
        is_instance = False
        if not exists:
            return {}
    function = _innermost(value)
    answer = {"origin": _author(function)}
    if type(function) is types.FunctionType:
        code = function.__code__
        answer.update(function=code.co_name, file=code.co_filename, line=code.co_firstlineno)
    elif not issubclass(type(function), type):
        kind = type(function)
        call = next((_dict_of(base)["__call__"] for base in _mro_of(kind) if "__call__" in _dict_of(base)), None)
        if type(call) is types.FunctionType:
            answer.update(function=call.__name__, file=call.__code__.co_filename, line=call.__code__.co_firstlineno)
    return answer


def _values(question):
    """Answers about the names and callees of one cell. `question` is JSON text."""
    asked = json.JSONDecoder().decode(question)
    budget = _Budget()
    answer = {"names": {}, "callees": []}
    if asked["shown"]:
        result = getattr(_shell, "last_execution_result", None)
        if result is not None:
            answer["shown"] = _summary(result.result, budget)
    for name in asked["names"]:
        for value in _value_of(name):
            answer["names"][name] = _summary(value, budget)
    for path in asked["callees"]:
        try:
            answer["callees"].append(_callee(path))
        except Exception:
            answer["callees"].append({})
    return answer
