"""Lines that say nothing about the notebook: progress, and what infrastructure prints of itself. Tables to extend."""

from __future__ import annotations

import re
from typing import Sequence


def _any(expressions: Sequence[str]) -> "re.Pattern[str]":
    return re.compile("|".join("(?:%s)" % expression for expression in expressions))


# A bar of tqdm up to its closing bracket: other text may follow on the same line.
TQDM_BAR = re.compile(
    r"(?:[^|\n]{0,200}?\d{1,3}%\|[^|\n]{0,400}\|[^\[\n]{0,60}|[^\[\n]{0,200}?\d[\d.]*[kKMGT]?\w{0,10} )"
    r"\[\d[^\]\n]{0,160}\]"
)

_PROGRESS = _any(
    [
        r".*\d{1,3}%\|",  # tqdm, before it knows the rest
        r".*\[\d+:\d\d(?::\d\d)?<[\d?]",
        r".*[━╸╺▏▎▍▌▋▊▉█▓▒░⣿⠿]{3}",  # pip, rich, enlighten, alive-progress
        r"\s*\d+/(?:\d+|Unknown) (?:\[[=>.]|.{0,40}\d+s )",  # keras
        r".*\[[=#>.\- ]{10,}\]\s*\d+(?:\.\d+)?%",
        r"\s*\d{1,3}(?:\.\d+)?%\s*(?:$|\[|\|)",
        r"\s*\d+K[ .,]+\d+%",  # wget
        r"--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--  ",
        r"(?:Resolving|Connecting to) \S+.*(?:\.\.\.|connected)",
        r"HTTP request sent, awaiting response\.\.\. 2\d\d",
        r"(?:Length: [\d,]+|Length: unspecified|Saving to: |Location: http)",
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \([\d.]+ [KMG]?B/s\) - .* saved",
        r"\s*% Total +% Received",  # curl
        r"\s+Dload +Upload +Total",
        r"\s*\d{1,3} +[\d.]+[kMGT]? +\d{1,3} +[\d.]+[kMGT]? +\d{1,3} +[\d.]+",
        r"(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Writing|Updating|Unpacking|Resolving) "
        r"(?:objects|deltas|files): ",  # git
        r"(?:Cloning into '|remote: Total \d|Filtering content: )",
        r"Download(?:ing|ed)\b(?!.*(?:[Ff]ail|[Ee]rror))",
        r"(?:From|To|From \((?:original|redirected|uriginal)\)): (?:https?://|/)",  # gdown
        r"Using cache found in ",  # torch.hub
        r"\[nltk_data\] (?!.*[Ee]rror)",
    ]
)

_INFRASTRUCTURE = _any(
    [
        # Debugger and kernel.
        r"\d+\.\d+s - (?:Debugger warning|make the debugger|to python to disable|Note: Debugging will|If you are)",
        r".*Kernel is running over TCP without encryption",
        r"Debugger warning: It seems that frozen modules",
        r".*UserWarning: To exit: use 'exit', 'quit', or Ctrl-D",
        r".*IProgress not found\. Please update jupyter and ipywidgets",
        r"\[IPKernelApp\] WARNING \| (?:debugpy_stream undefined|Parent appears)",
        # System libraries.
        r".*version `?'?(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+'? not found",
        r"OpenBLAS (?:WARNING|warning)",
        r"OMP: (?:Info|Hint|Warning) #",
        r"(?:libGL|libEGL|MESA|MESA-LOADER|libva) ?(?:error|warning|info)?: ",
        r"\((?:\S+):\d+\): (?:Gtk|GLib|Gdk|dconf|Fontconfig|Pango)\S*-(?:WARNING|CRITICAL) \*\*",
        r"(?:Fontconfig|ALSA lib|libpng|QStandardPaths|XDG_RUNTIME_DIR)\b.*",
        # matplotlib's first start in an image.
        r"(?:WARNING:matplotlib\S*:)?Matplotlib is building the font cache",
        r"(?:WARNING:matplotlib\S*:)?(?:Matplotlib created a temporary (?:config|cache)|mkdir -p failed for path)",
        r"(?:WARNING:matplotlib\S*:)?.{1,200} is not a writable directory",
        r"(?:WARNING:matplotlib\S*:)?findfont: ",
        # TensorFlow, XLA, CUDA, oneDNN, absl, JAX.
        r"WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR",
        r".*(?:tensorflow/|external/local_(?:xla|tsl)/|/xla/|/tsl/|stream_executor|computation_placer|cuda_dnn|"
        r"cuda_blas|cuda_fft|cuda_executor|cpu_feature_guard|dso_loader|cudart_stub).*"
        r"(?:Unable to register cu|already been registered|Could not load dynamic library|Could not find cuda|"
        r"Ignore above cudart|Cannot dlopen some GPU|optimized (?:with oneAPI|to use available CPU)|oneDNN custom|"
        r"NUMA node|failed call to cuInit|retrieving CUDA|no NVIDIA GPU|kernel driver|kernel version|hostname: |"
        r"TensorRT|MLIR|Overriding orig_value|XLA service|successful NUMA|Created device|StreamExecutor|"
        r"CUDA-capable device|libcuda reported|StreamExecutor device|Loaded cuDNN|disabling MLIR crash)",
        r"To enable the following instructions: |To enable them in other operations, rebuild TensorFlow",
        r"Skipping registering GPU devices|If this call came from a _pb2\.py file",
        r".*(?:No GPU/TPU found, falling back to CPU|An NVIDIA GPU may be present on this machine, but a CUDA)",
        r".*TF-TRT Warning: Could not find TensorRT",
        # Hugging Face.
        r"None of PyTorch, TensorFlow >= \S+ (?:or|,)",
        r"huggingface/tokenizers: The current process just got forked|To disable this warning, you can either:",
        r"\s+- (?:Avoid using `tokenizers`|Explicitly set the environment variable TOKENIZERS_PARALLELISM)",
        # Samplers and trainers that speak without a level.
        r"(?:Auto-assigning NUTS|Initializing NUTS|Sequential sampling|Multiprocess sampling|NUTS: \[|"
        r"Sampling \d+ chains? for |Only \d+ samples? in chain|\(\d+ chains in \d+ jobs?\))",
        r"(?:💡 Tip: |(?:GPU|TPU|IPU|HPU) available: |`Trainer\.fit` stopped: |LOCAL_RANK: |(?:Global s|S)eed set to )",
        r"wandb: (?!(?:WARNING|ERROR)\b)",
        # pip and conda.
        r"\[notice\] ",
        r"WARNING: (?:Running pip as |You are using pip version|There was an error checking the latest version of pip|"
        r"The scripts? .* (?:is|are) installed in|Value for scheme|The directory .* or its parent directory)",
        r"(?:You should consider upgrading via|  ?Consider adding this directory to PATH|  NOTE: The current PATH )",
        r"DEPRECATION: |pip is being invoked by an old script wrapper",
        r"==> WARNING: A newer version of conda exists",
        # Java and Spark.
        r"(?:SLF4J|Ivy Default Cache|The jars for the packages|:: (?:loading|resolving|resolution|retrieving))",
        r"Picked up _?JAVA_(?:TOOL_)?OPTIONS",
        r"WARNING: (?:An illegal reflective|Illegal reflective|Please consider reporting this to|Use --illegal-access|"
        r"All illegal access|Using incubator modules|A terminally deprecated|sun\.misc\.Unsafe|A restricted method|"
        r"Use --enable-native|Restricted methods)",
        r"Setting default log level to |To adjust logging level use sc\.setLogLevel|Using Spark's default log4j",
        r".*(?:NativeCodeLoader: Unable to load native-hadoop|Set SPARK_LOCAL_IP if you need to bind|"
        r"resolves to a loopback address|could not bind on port \d+\. Attempting port)",
    ]
)

_SEPARATOR = re.compile(r"[\W_]*$")


def is_banner(text: str) -> bool:
    return _INFRASTRUCTURE.match(text) is not None


def is_progress(text: str) -> bool:
    return _PROGRESS.match(text) is not None or TQDM_BAR.match(text) is not None


def is_separator(text: str) -> bool:
    """Blank, or nothing but lines and signs."""
    return _SEPARATOR.match(text) is not None
