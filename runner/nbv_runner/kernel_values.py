# Part of the kernel's side, joined to kernel_side.py: what a value is, as plain data.
#
# Types are compared, never asked: no method, property or operator that the notebook may have defined is called. Values
# of numpy, pandas and polars are looked into when their class is the library's own; lazy frames are never computed.

MAX_ELEMENTS = 5_000_000  # Of an array or frame, and of one cell: above, numbers are not counted.
MAX_OBJECTS = 200_000  # Elements of Python objects, which are looked at one by one.
MAX_COLUMNS = 500
MAX_LABEL = 200
MAX_TEXT = 4_000
MAX_NODES = 1_000
MAX_LISTED = 100
SECONDS = 1.0  # For all values of one cell together.

_mro_of = type.__dict__["__mro__"].__get__
_dict_of = type.__dict__["__dict__"].__get__
_name_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__
_module_dict = types.ModuleType.__dict__["__dict__"].__get__
_now = _modules["time"].monotonic


def _module_name(kind):
    name = _module_of(kind)
    return name if type(name) is str else ""


def _library(name):
    """What a loaded library holds; empty when it is not loaded."""
    module = _modules.get(name)
    return _module_dict(module) if issubclass(type(module), types.ModuleType) else {}


def _class_names(value):
    """The names by which a type may be called: qualified, short, and public alias, of the class and its bases."""
    names = []
    for kind in _mro_of(type(value)):
        if kind is object or len(names) > 60:
            continue
        module, name = _module_name(kind), _name_of(kind)
        names += [name, module + "." + name] if module else [name]
        parts = module.split(".")
        for length in range(1, len(parts)):
            if _library(".".join(parts[:length])).get(name) is kind:
                names.append(".".join(parts[:length]) + "." + name)
    numpy = _library("numpy")
    for scalar, alias in (("floating", "float"), ("integer", "int"), ("bool_", "bool")):
        if scalar in numpy and issubclass(type(value), numpy[scalar]):
            names.append(alias)
    for library, short in (("numpy.", "np."), ("pandas.", "pd."), ("polars.", "pl.")):
        names += [short + name[len(library) :] for name in names if name.startswith(library) and name.count(".") == 1]
    if value is None:
        names.append("None")
    return list(dict.fromkeys(names))


class _Budget:
    def __init__(self):
        self.until = _now() + SECONDS
        self.elements = MAX_ELEMENTS

    def allows(self, elements):
        if elements > self.elements or _now() > self.until:
            return False
        self.elements -= elements
        return True


def _type_facts(value, kind):
    name = _module_name(type(value)) + "." + _name_of(type(value))
    return {"kind": kind, "type": _cut(name, 300), "names": _class_names(value)}


def _numbers(array, facts):
    """Counts of a float, complex or integer array, and its range."""
    numpy = _library("numpy")
    code = array.dtype.kind
    if code in "fc":
        nan = numpy["isnan"](array)
        facts["nan"] = int(numpy["count_nonzero"](nan))
        facts["inf"] = int(numpy["count_nonzero"](numpy["isinf"](array)))
        array = array[~nan] if facts["nan"] else array
    else:
        facts["nan"] = facts["inf"] = 0
    if code in "fiu" and array.size:
        facts["lowest"], facts["highest"] = array.min().item(), array.max().item()


def _cut(text, most):
    """With a mark, by which the runner knows the rest of a secret."""
    return text if len(text) <= most else text[:most] + "\N{HORIZONTAL ELLIPSIS}"


def _is_one(kind, kinds):
    """`in` would ask the metaclass."""
    return any(kind is each for each in kinds)


def _missing_marks():
    pandas = _library("pandas")
    return [pandas[name] for name in ("NA", "NaT") if name in pandas]


def _count_missing(values):
    """None, NaN, NA and NaT, among objects."""
    first, last = (_missing_marks() + [None, None])[:2]
    return sum(
        1
        for value in values
        if value is None or value is first or value is last or (type(value) is float and value != value)
    )


def _array(value, facts, budget):
    """An ndarray or a class derived from it, through the base class's own descriptors."""
    numpy = _library("numpy")
    base = numpy["ndarray"]
    array = base.view(value, base)
    facts["shape"], facts["size"] = list(array.shape), int(array.size)
    masked = _library("numpy.ma").get("MaskedArray", base)
    if masked is not base and issubclass(type(value), masked):
        return
    code = array.dtype.kind
    if code == "O":
        if array.size <= MAX_OBJECTS and budget.allows(array.size):
            facts["nan"] = _count_missing(array.ravel().tolist())
            facts["inf"] = 0
    elif code in "biufc" and budget.allows(array.size):
        _numbers(array, facts)
    elif code in "mM" and budget.allows(array.size):
        facts["nan"] = int(numpy["count_nonzero"](numpy["isnat"](array)))
    if "kind" in facts and code in "biufU" and array.size <= MAX_LISTED:
        _plain(array.tolist(), facts)


def _column(series, facts, budget):
    """Counts of one column. Of an extension type's, pandas itself knows what is missing."""
    dtype = series.dtype
    numpy = _library("numpy")
    if issubclass(type(dtype), numpy["dtype"]):
        if dtype.kind in "biufcO":
            _array(series.to_numpy(), facts, budget)
        elif budget.allows(len(series)):
            facts["nan"] = int(numpy["count_nonzero"](numpy["isnat"](series.to_numpy())))
    elif _module_name(type(dtype)).split(".")[0] == "pandas" and budget.allows(len(series)):
        missing = series.isna().to_numpy()
        facts["nan"] = int(numpy["count_nonzero"](missing))
        if dtype.kind in "fiu" and len(series) > facts["nan"]:
            _numbers(series[~missing].to_numpy(dtype="float64"), counted := {})
            facts["inf"], facts["lowest"], facts["highest"] = (
                counted["inf"],
                counted.get("lowest"),
                counted.get("highest"),
            )
            facts["nan"] += counted["nan"]


def _is_of_packages(value, *axes):
    """Whether all that a frame or series consists of comes from packages: their methods are about to be called."""
    return all(_installed(type(part)) for part in (*axes, *value._mgr.arrays))


def _series(value, facts, budget):
    if not _is_of_packages(value, value.index):
        return
    size = len(value)
    _column(value, facts, budget)
    facts["shape"], facts["size"] = [size], size


def _frame(value, facts, budget):
    if not _is_of_packages(value, value.index, value.columns):
        return
    rows, width = value.shape
    names = [_label(name) for name in value.columns[:MAX_COLUMNS].tolist()]
    _frame_columns(facts, rows, names, width, lambda index, of_column: _column(value.iloc[:, index], of_column, budget))


def _label(name):
    """A column's name as text; one of the notebook's own types has none."""
    simple = (str, int, float, bool)
    parts = name if type(name) is tuple else (name,)
    return _cut(str(name), MAX_LABEL) if all(_is_one(type(part), simple) for part in parts) else "?"


def _frame_columns(facts, rows, names, width, count):
    """Sums of the columns' counts; a total is told only when every column could be counted."""
    facts["shape"], facts["size"], facts["columns"] = [rows, width], rows * width, names
    total = {"nan": 0, "inf": 0}
    empty, some, known = [], [], len(names) == width
    for index, name in enumerate(names):
        of_column = {}
        count(index, of_column)
        if "nan" not in of_column:
            known = False
            continue
        total["nan"] += of_column["nan"]
        total["inf"] += of_column.get("inf", 0)
        if of_column["nan"]:
            (empty if of_column["nan"] == rows else some).append(name)
        for bound, better in (("lowest", min), ("highest", max)):
            if of_column.get(bound) is not None:
                facts[bound] = better(facts[bound], of_column[bound]) if bound in facts else of_column[bound]
    facts["nan_columns"], facts["some_nan_columns"] = empty, some
    if known:
        facts.update(total)


def _polars_column(series, facts, budget):
    if not budget.allows(len(series)):
        return
    facts["nan"], facts["inf"] = series.null_count(), 0
    if series.dtype.is_float():
        facts["nan"] += int(series.is_nan().sum() or 0)
        facts["inf"] = int(series.is_infinite().sum() or 0)
        series = series.drop_nans()
    if series.dtype.is_numeric():
        facts["lowest"], facts["highest"] = series.min(), series.max()


def _polars_frame(value, facts, budget):
    rows, width = value.shape
    names = [_cut(name, MAX_LABEL) for name in value.columns[:MAX_COLUMNS]]
    _frame_columns(
        facts, rows, names, width, lambda index, of_column: _polars_column(value.to_series(index), of_column, budget)
    )


def _polars_series(value, facts, budget):
    _polars_column(value, facts, budget)
    facts["shape"], facts["size"] = [len(value)], len(value)


def _tensor(value, facts, budget):
    facts["shape"], facts["size"] = [int(size) for size in value.shape], int(value.numel())
    if value.device.type == "cpu":
        _array(value.detach().numpy(), counted := {}, budget)
        facts.update(counted)


def _plain(value, facts):
    """The value as JSON says it, when it is small and made of nothing but JSON's own types."""
    left = [MAX_NODES]

    def is_plain(one, depth):
        left[0] -= 1
        kind = type(one)
        if left[0] < 0 or depth > 6:
            return False
        if one is None or kind is bool or kind is float:
            return True
        if kind is int:
            return one.bit_length() <= 256
        if kind is str:
            return len(one) <= MAX_TEXT
        if kind is list or kind is tuple:
            return all(is_plain(each, depth + 1) for each in one)
        return kind is dict and all(type(key) is str and is_plain(each, depth + 1) for key, each in one.items())

    if is_plain(value, 0):
        facts["value"] = value
        if facts["kind"] not in ("array", "series"):
            facts["text"] = (value if type(value) is str else repr(value))[:MAX_TEXT]


def _scalar(value, facts, budget):
    numpy = _library("numpy")
    if "generic" in numpy and issubclass(type(value), numpy["generic"]):
        value = numpy["generic"].item(value)
    kind = type(value)
    if any(value is mark for mark in _missing_marks()):
        facts["nan"] = 1
    elif kind is float or kind is complex:
        bad = [part for part in (value.real, value.imag) if part != part or part in (float("inf"), float("-inf"))]
        facts["nan"], facts["inf"] = int(any(part != part for part in bad)), int(any(part == part for part in bad))
    if (kind is int and value.bit_length() <= 1000) or (kind is float and value == value):
        facts["lowest"] = facts["highest"] = value
    _plain(value, facts)
    if kind is complex or facts.get("nan"):
        facts["text"] = repr(value)


def _text(value, facts, budget):
    facts["shape"], facts["size"] = [len(value)], len(value)
    _plain(value, facts)
    if type(value) is str:
        facts["text"] = value[:MAX_TEXT]
