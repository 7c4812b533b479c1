"""What stderr says, told apart line by line: samples as real programs print them."""

from __future__ import annotations

import random
from typing import Dict, List, Tuple

import pytest

from nbv_runner.redaction import Redactor
from nbv_runner.stderr.remark import Kind
from nbv_runner.stderr.watch import MAX_READ, StderrWatch

CELL = "/tmp/ipykernel_4021/1268476385.py"
QUIET, SOFT, WARNING, NUMERIC = Kind.QUIET, Kind.SOFT_WARNING, Kind.WARNING, Kind.NUMERIC_WARNING
LOGGED, ERROR, RAW = Kind.LOGGED_WARNING, Kind.ERROR, Kind.RAW


def watched(*fragments: str) -> StderrWatch:
    watch = StderrWatch()
    for fragment in fragments:
        watch.feed(fragment)
    watch.finish()
    return watch


def counts(*fragments: str) -> Dict[Kind, int]:
    watch = watched(*fragments)
    seen = {kind: watch.seen(kind) for kind in Kind}
    return {kind: each.count for kind, each in seen.items() if each is not None}


def text_of(kind: Kind, *fragments: str) -> str:
    seen = watched(*fragments).seen(kind)
    assert seen is not None
    return seen.text


PROGRESS = [
    "\r  0%|          | 0/10 [00:00<?, ?it/s]\r 50%|█████     | 5/10 [00:00<00:00, 49.9it/s]\r100%|██████████| 10/10 "
    "[00:00<00:00, 49.8it/s]\n",
    "Epoch 3: 100%|##########| 10/10 [00:00<00:00, 49.8it/s, loss=0.13, acc=0.98]\n",
    "Map:  43%|████▎     | 43/100 [00:01<00:01, 30.2 examples/s]",
    "\r0it [00:00, ?it/s]\r1234it [00:01, 999.10it/s]\n",
    "12.3MB [00:02, 5.1MB/s]\n",
    "\rready in 3\rready in 2\rready in 1\r",
    "   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 12.1/12.1 MB 45.3 MB/s eta 0:00:00\n",
    "313/313 [==============================] - 1s 2ms/step - loss: 0.07\n",
    "--2024-01-01 12:00:00--  https://example.com/data.csv\nResolving example.com (example.com)... 93.184.216.34\n"
    "Connecting to example.com (example.com)|93.184.216.34|:443... connected.\nHTTP request sent, awaiting response... "
    "200 OK\nLength: 1256 (1.2K) [text/html]\nSaving to: ‘data.csv’\n\n     0K .                                       "
    "              100% 38.5M=0s\n\n2024-01-01 12:00:00 (38.5 MB/s) - ‘data.csv’ saved [1256/1256]\n",
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 "
    "Dload  Upload   Total   Spent    Left  Speed\n100  1256  100  1256    0     0  11000      0 --:--:-- --:--:-- --:--:-- "
    "11017\n",
    "Cloning into 'repo'...\nremote: Enumerating objects: 5, done.\nReceiving objects: 100% (5/5), 4.5 KiB | 4.50 MiB/s, "
    "done.\n",
    'Downloading: "https://download.pytorch.org/models/resnet18.pth" to /root/.cache/torch/hub/checkpoints/resnet18.pth\n',
    "Using cache found in /root/.cache/torch/hub/pytorch_vision_main\n",
    "[nltk_data] Downloading package punkt to /root/nltk_data...\n[nltk_data]   Unzipping tokenizers/punkt.zip.\n",
]

BANNERS = [
    "0.00s - Debugger warning: It seems that frozen modules are being used, which may\n0.00s - make the debugger miss "
    "breakpoints. Please pass -Xfrozen_modules=off\n0.00s - to python to disable frozen modules.\n0.00s - Note: Debugging "
    "will proceed. Set PYDEVD_DISABLE_FILE_VALIDATION=1 to disable this validation.\n",
    "/opt/lib/python3.11/site-packages/tqdm/auto.py:21: TqdmWarning: IProgress not found. Please update jupyter and "
    "ipywidgets. See https://ipywidgets.readthedocs.io/en/stable/user_install.html\n  from .autonotebook import tqdm as "
    "notebook_tqdm\n",
    "/opt/lib/python3.11/site-packages/IPython/core/interactiveshell.py:3585: UserWarning: To exit: use 'exit', 'quit', "
    "or Ctrl-D.\n  warn(\"To exit: use 'exit', 'quit', or Ctrl-D.\", stacklevel=1)\n",
    "2024-01-01 12:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow binary is optimized "
    "to use available CPU instructions in performance-critical operations.\nTo enable the following instructions: AVX2 "
    "FMA, in other operations, rebuild TensorFlow with the appropriate compiler flags.\n",
    "2024-01-01 12:00:00.123456: E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:9261] Unable to register cuDNN "
    "factory: Attempting to register factory for plugin cuDNN when one has already been registered\n",
    "2024-01-01 12:00:00.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic "
    "library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file\n",
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\nE0000 00:00:1731.1 42 "
    "cuda_blas.cc:1418] Unable to register cuBLAS factory: Attempting to register factory for plugin cuBLAS when one has "
    "already been registered\n",
    "2024-01-01 12:00:00.1: W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Could not find TensorRT\n",
    "WARNING:absl:No GPU/TPU found, falling back to CPU. (Set TF_CPP_MIN_LOG_LEVEL=0 and rerun for more info.)\n",
    "/usr/bin/python3: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /opt/x.so)\n",
    "huggingface/tokenizers: The current process just got forked, after parallelism has already been used. Disabling "
    "parallelism to avoid deadlocks...\nTo disable this warning, you can either:\n\t- Avoid using `tokenizers` before the "
    "fork if possible\n\t- Explicitly set the environment variable TOKENIZERS_PARALLELISM=(true | false)\n",
    "Matplotlib is building the font cache; this may take a moment.\n",
    "\n[notice] A new release of pip is available: 23.2.1 -> 24.0\n[notice] To update, run: pip install --upgrade pip\n",
    "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour\n",
    'Setting default log level to "WARN".\nTo adjust logging level use sc.setLogLevel(newLevel). For SparkR, use '
    "setLogLevel(newLevel).\n24/01/01 12:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library for your "
    "platform... using builtin-java classes where applicable\n",
    "SLF4J: Class path contains multiple SLF4J bindings.\n",
    "Auto-assigning NUTS sampler...\nInitializing NUTS using jitter+adapt_diag...\nMultiprocess sampling (4 chains in 4 "
    "jobs)\nNUTS: [sigma, mu]\n",
    "GPU available: False, used: False\nTPU available: False, using: 0 TPU cores\n",
    "wandb: Tracking run with wandb version 0.16.1\n",
    "-----------------\n\n=====\n",
]

INFORMATION = [
    "INFO:root:rows read: 1000\n",
    'DEBUG:urllib3.connectionpool:https://example.com:443 "GET / HTTP/1.1" 200 None\n',
    "2024-01-01 12:00:00,123 - __main__ - INFO - training started, ERROR budget 5\n",
    "2024-01-01 12:00:00 INFO sklearn: fitted\n",
    "2024/01/01 12:00:00 INFO mlflow.tracking.fluent: Experiment with name 'x' does not exist. Creating a new experiment.\n",
    "[2024-01-01 12:00:00,123] INFO in app: ready\n",
    "[2024-01-01 12:00:00,123][airflow.task][INFO] - done\n",
    "12:00:00 - cmdstanpy - INFO - Chain [1] start processing\n",
    "2024-01-01 12:00:00.123 | INFO     | __main__:<module>:3 - loaded\n",
    "2024-01-01 12:00:00 [info     ] loaded                         rows=10\n",
    '{"event": "loaded", "level": "info", "rows": 10}\n',
    '{"levelname": "INFO", "message": "an error budget of 5"}\n',
    'ts=2024-01-01T12:00:00Z level=info msg="loaded"\n',
    "[I 2024-01-01 12:00:00,123] A new study created in memory with name: no-name-1\n",
    "I0101 12:00:00.123456 140735 runner.py:30] hello\n",
    "24/01/01 12:00:00 INFO SparkContext: Running Spark version 3.5.0\n",
    "[01/01/24 12:00:00] INFO     loaded 10 rows                    loader.py:12\n                    INFO     done         "
    "                    loader.py:13\n",
    "INFO:     Started server process [1]\n",
    "[INFO] ready\n",
    "[INFO|trainer.py:1234] 2024-01-01 12:00:00,123 >> ***** Running training *****\n",
    "my.module - INFO - rows\n",
    "INFO:root:Summary:\n      a  b\n0     1  2\n1     3  4\n",
    "INFO:root:first line\n    second line of the same record\n",
    "NOTICE: table created\n",
]


@pytest.mark.parametrize("text", [*PROGRESS, *BANNERS, *INFORMATION])
def test_progress_banners_and_information_are_quiet(text: str) -> None:
    assert set(counts(text)) <= {QUIET}


FINDINGS: List[Tuple[str, Dict[Kind, int]]] = [
    (CELL + ":3: DeprecationWarning: use y\n  x()\n", {SOFT: 1}),
    (CELL + ":3: FutureWarning: changes\n  x()\n" + CELL + ":4: PendingDeprecationWarning: later\n  z()\n", {SOFT: 2}),
    ("/opt/a b/numpy.py:1: numpy.VisibleDeprecationWarning: ragged\n  np.array(x)\n", {SOFT: 1}),
    ("/opt/m.py:1: MatplotlibDeprecationWarning: The x was deprecated in Matplotlib 3.7\n  f()\n", {SOFT: 1}),
    ("sys:1: RemovedIn20Warning: Deprecated API features detected!\n", {SOFT: 1}),
    ("WARNING:tensorflow:From /opt/a.py:3: f (from tensorflow) is deprecated and will be removed.\n", {SOFT: 1}),
    (CELL + ":1: UserWarning: careful\n  warnings.warn('careful')\n", {WARNING: 1}),
    ("<string>:1: UserWarning: careful\n", {WARNING: 1}),
    (
        "<frozen importlib._bootstrap>:241: RuntimeWarning: x size changed, may indicate binary incompatibility\n",
        {WARNING: 1},
    ),
    (
        CELL
        + ":2: SettingWithCopyWarning: \nA value is trying to be set on a copy of a slice from a DataFrame.\nTry using "
        ".loc[row_indexer,col_indexer] = value instead\n\nSee the caveats in the documentation: https://pandas.pydata.org\n"
        "  part['x'] = 1\n",
        {WARNING: 1},
    ),
    (
        "/opt/sklearn/linear_model/_logistic.py:460: ConvergenceWarning: lbfgs failed to converge (status=1):\nSTOP: TOTAL "
        "NO. of ITERATIONS REACHED LIMIT.\n\nIncrease the number of iterations (max_iter) or scale the data as shown in:\n"
        "    https://scikit-learn.org/stable/modules/preprocessing.html\n  n_iter_i = _check_optimize_result(\n",
        {WARNING: 1},
    ),
    ("WARNING:py.warnings:/opt/x.py:3: UserWarning: caught\n  f()\n", {WARNING: 1}),
    ("2024-01-01 12:00:00,1 - py.warnings - WARNING - /opt/x.py:3: FutureWarning: caught\n  f()\n", {SOFT: 1}),
    (CELL + ":1: RuntimeWarning: divide by zero encountered in divide\n  a / b\n", {NUMERIC: 1}),
    (CELL + ":1: RuntimeWarning: invalid value encountered in sqrt\n  np.sqrt(-1)\n", {NUMERIC: 1}),
    ("/opt/numpy/lib/nanfunctions.py:1: RuntimeWarning: All-NaN slice encountered\n  r = f()\n", {NUMERIC: 1}),
    (
        "/opt/numpy/core/fromnumeric.py:3504: RuntimeWarning: Mean of empty slice.\n  return _methods._mean(a)\n"
        "/opt/numpy/core/_methods.py:129: RuntimeWarning: invalid value encountered in scalar divide\n  ret = ret / n\n",
        {NUMERIC: 2},
    ),
    (CELL + ":1: RuntimeWarning: overflow encountered in exp\n  np.exp(1e9)\n", {NUMERIC: 1}),
    (CELL + ":1: RuntimeWarning: coroutine 'f' was never awaited\n  f()\n", {WARNING: 1}),
    ("WARNING:root:12 rows dropped\n", {LOGGED: 1}),
    ("2024-01-01 12:00:00,123 - loader - WARNING - 12 rows dropped\n", {LOGGED: 1}),
    ("[WARNING] 12 rows dropped\n", {LOGGED: 1}),
    ("2024-01-01 12:00:00.123 | WARNING  | loader:read:10 - dropped\n", {LOGGED: 1}),
    ("2024-01-01 12:00:00 [warning  ] dropped   rows=12\n", {LOGGED: 1}),
    ('{"level": "warning", "event": "dropped"}\n{"level": 40, "event": "lost"}\n', {LOGGED: 1, ERROR: 1}),
    ("W0101 12:00:00.123456 140735 runner.py:30] careful\n", {LOGGED: 1}),
    ("24/01/01 12:00:00 WARN TaskSetManager: Lost task 0.0\n", {LOGGED: 1}),
    ("[12:00:00] WARNING: /workspace/src/learner.cc:740: Parameters are not used.\n", {LOGGED: 1}),
    ("[01/01/24 12:00:00] WARNING  dropped 12 rows                 loader.py:12\n", {LOGGED: 1}),
    ("[W ParallelNative.cpp:230] Warning: Cannot set number of intraop threads\n", {LOGGED: 1}),
    ("ERROR:root:no data\n", {ERROR: 1}),
    ("CRITICAL:root:no data\n2024-01-01 12:00:00,1 - a - ERROR - b\n", {ERROR: 2}),
    ("24/01/01 12:00:00 ERROR Executor: Exception in task 0.0\n", {ERROR: 1}),
    ("E0101 12:00:00.123456 140735 runner.py:30] broken\n", {ERROR: 1}),
    ('Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\nValueError: bad\n', {ERROR: 1}),
    (
        'ERROR:root:can\'t load\nTraceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\n    ~^^\nKeyError: '
        "'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n"
        '  File "x.py", line 3, in f\n    raise ValueError("b")\nValueError: b\n',
        {ERROR: 1},
    ),
    (
        'Exception ignored in: <function A.__del__ at 0x7f>\nTraceback (most recent call last):\n  File "x.py", line 1, in '
        "__del__\nAttributeError: a\n",
        {ERROR: 1},
    ),
    (
        'Exception in thread Thread-5 (work):\nTraceback (most recent call last):\n  File "x.py", line 1, in run\n    f()\n'
        "OSError: [Errno 28] No space left on device\n",
        {ERROR: 1},
    ),
    (
        "Task exception was never retrieved\nfuture: <Task finished name='Task-5' coro=<f()>>\nTraceback (most recent call "
        'last):\n  File "x.py", line 1, in f\nRuntimeError: lost\n',
        {ERROR: 1},
    ),
    (
        '--- Logging error ---\nTraceback (most recent call last):\n  File "/usr/logging/__init__.py", line 1, in emit\n    '
        "msg = self.format(record)\nTypeError: not all arguments converted during string formatting\nCall stack:\n  File "
        "\"x.py\", line 1, in <module>\n    log.info('a', 1)\nMessage: 'a'\nArguments: (1,)\n",
        {ERROR: 1},
    ),
    ("something went wrong\n", {RAW: 1}),
    ("Error: no such file\n", {RAW: 1}),
    ("2024-01-01 12:00:00 finished without level\n", {RAW: 1}),
    ("INFO:root:ok\nsegment lost\n", {QUIET: 1, RAW: 1}),
    ("12 rows dropped, which is 50% of all\n", {RAW: 1}),
    ("{not json}\n", {RAW: 1}),
    ("the WARNING lamp is on\n", {RAW: 1}),
    (CELL + ":1: UserWarning: a\n  f()\nraw text\n", {WARNING: 1, RAW: 1}),
    (
        "\r 30%|███       | 3/10 [00:00<00:00, 30.0it/s]" + CELL + ":1: UserWarning: in the loop\n  f()\n",
        {WARNING: 1},
    ),
    ("\r 30%|███       | 3/10 [00:00<00:00, 30.0it/s]\nlost it\n", {QUIET: 1, RAW: 1}),
    ("\rERROR:root:no data\r\rWARNING:root:dropped\n", {ERROR: 1, LOGGED: 1}),
    ("\x1b[31mERROR\x1b[0m:root:no data\n", {ERROR: 1}),
    ("wandb: WARNING no network\n", {LOGGED: 1}),
    ("[nltk_data] Error loading punkt: <urlopen error [Errno 111]>\n", {RAW: 1}),
]


@pytest.mark.parametrize("text, expected", FINDINGS)
def test_what_matters_is_told_apart(text: str, expected: Dict[Kind, int]) -> None:
    assert counts(text) == expected


@pytest.mark.parametrize("text, expected", FINDINGS)
def test_how_the_text_arrives_changes_nothing(text: str, expected: Dict[Kind, int]) -> None:
    assert counts(*text) == expected
    rng = random.Random(len(text))
    pieces, rest = [], text
    while rest:
        size = rng.randrange(1, 20)
        pieces.append(rest[:size])
        rest = rest[size:]
    assert counts(*pieces) == expected
    assert counts(text.replace("\n", "\r\n")) == expected


def test_the_evidence_names_what_happened() -> None:
    assert text_of(
        ERROR, "ERROR:root:can't load\nTraceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n"
    ) == ("ERROR:root:can't load … KeyError: 'a'")
    warned = watched(CELL + ":7: UserWarning: careful\n  f()\n").seen(WARNING)
    assert warned is not None
    assert (warned.first.category, warned.first.line, warned.first.file) == ("UserWarning", 7, None)
    library = watched("/opt/pandas/core/x.py:7: UserWarning: careful\n  f()\n").seen(WARNING)
    assert library is not None and library.first.file == "x.py"
    assert text_of(RAW, "one\ntwo\nthree\nfour\nfive\nsix\n") == "one\ntwo\nthree\nfour\nfive"


def test_a_secret_is_gone_before_the_text_is_cut() -> None:
    secret = "s3cr3t-" + "x" * 60
    watch = StderrWatch(Redactor([secret]))
    watch.feed("a" * 470 + secret + "\n")
    watch.finish()
    seen = watch.seen(RAW)
    assert seen is not None and "s3cr3t" not in seen.text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 3_000_000,
        "\r" * 1_000_000,
        "a\r" * 300_000,
        "Traceback (most recent call last):\n" * 20_000,
        "  \n" * 300_000,
        CELL + ":1: UserWarning: a\n" + "raw\n" * 100_000,
        "{" * 100_000,
        "[" * 100_000 + "\n",
        "\x00\x01\x02\ufffd" * 100_000,
        "2024-01-01 12:00:00 " * 20_000,
        "a=b " * 50_000,
        "1%|" * 50_000,
        "-" * 50_000 + "x\n",
        "\x1b[" * 100_000,
    ],
)
def test_hostile_text_is_read_line_by_line_within_bounds(text: str) -> None:
    watch = watched(text)
    kept = sum(len(seen.text) for kind in Kind for seen in [watch.seen(kind)] if seen is not None)
    assert kept < 5_000


def test_beyond_what_is_read_line_by_line_errors_are_still_seen() -> None:
    watch = StderrWatch()
    for _ in range(MAX_READ // 1000 + 100):
        watch.feed("INFO:root:" + "x" * 989 + "\n")
    watch.feed("INFO:root:more\nsome raw text\nERR")
    watch.feed("OR:root:lost\n")
    watch.feed("plain\n")
    watch.finish()
    assert watch.seen(ERROR) is not None
    assert watch.seen(RAW) is None
