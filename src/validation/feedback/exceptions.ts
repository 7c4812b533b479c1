import type { FeedbackEntry } from "./entry.js";

const NETWORK: FeedbackEntry = {
  explanation:
    "The cell could not reach something over the network. Validation pods may have other routes than your computer.",
  bestPractice:
    "Keep the data that a validation needs in the repository or on a volume, and read addresses from variables.",
  example:
    'import os\nurl = os.environ["DATA_URL"]\nresponse = requests.get(url, timeout=30)\nresponse.raise_for_status()',
  suggestion: "Check network policies and proxies of the job's namespace, and the address itself",
};

/** What common exceptions teach, by class name. */
export const EXCEPTION_FEEDBACK: Readonly<Record<string, FeedbackEntry>> = {
  ModuleNotFoundError: {
    explanation: "The notebook imports a module that its environment does not have.",
    bestPractice: "List every package that the notebook imports in a requirements.txt beside it, with its version.",
    example: [
      "# requirements.txt, beside the notebook:\n#   %{distribution}==<version>",
      "# requirements.txt, beside the notebook, one line per package:\n#   pandas==2.2.3",
    ],
    suggestion: [
      "Add %{distribution} to the requirements, or use an image that has it",
      "Add its package to the requirements, or use an image that has it",
    ],
  },
  ImportError: {
    explanation:
      "The module is there, but not what is imported from it: usually the wrong version, or a file of the same name.",
    bestPractice: "Pin the version that the notebook was written for.",
    suggestion: "Compare the installed version with the documentation of what you import",
  },
  FileNotFoundError: {
    explanation: "The cell opens a file that is not there. The notebook runs in its own directory of a fresh checkout.",
    bestPractice: "Commit small data, mount large data as a volume, and build paths from the notebook's directory.",
    example: [
      'from pathlib import Path\n\ndata = Path("%{file}")\nassert data.exists(), f"{data.resolve()} is missing"',
      'from pathlib import Path\n\ndata = Path("data") / "orders.csv"\nassert data.exists(), f"{data.resolve()} is missing"',
    ],
    suggestion: [
      "Check that %{file} is committed, or mounted by spec.podConfig.volumes",
      "Check that the file is committed, or mounted by spec.podConfig.volumes",
    ],
  },
  PermissionError: {
    explanation: "The pod's user may not read or write there: notebooks don't run as root.",
    bestPractice: "Write to the working directory, the home directory or /tmp, which are writable for any user.",
    example: "import tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    ...",
  },
  NameError: {
    explanation:
      "The cell uses a name that nothing above it defines. In your session an earlier or deleted cell may have.",
    bestPractice:
      "Use Restart & Run All before you commit: it runs the notebook from top to bottom, as the validation does.",
    suggestion: ["Define %{variable} in a cell above this one", "Define the name in a cell above this one"],
  },
  KeyError: {
    explanation: "A dictionary or frame has no such key or column.",
    bestPractice: "Check the columns right after loading, so that a changed file fails where it is read.",
    example: "missing = {'a', 'b'} - set(df.columns)\nassert not missing, f\"columns missing: {missing}\"",
    suggestion: [
      "Compare %{key} with what is really there: print the keys or df.columns",
      "Compare the key with what is really there: print the keys or df.columns",
    ],
  },
  AttributeError: {
    explanation: "The object has no such attribute: often it is None, or of another library version than expected.",
    bestPractice: "Check results of lookups and loaders before using them.",
    example: 'assert result is not None, "the lookup found nothing"',
  },
  TypeError: {
    explanation:
      "A value has another type than the operation needs; None from a function that silently failed is the usual one.",
    bestPractice: "Check values where they enter the notebook, and let functions raise instead of returning None.",
  },
  ValueError: {
    explanation: "A value has the right type and a content that the operation refuses.",
    bestPractice: "Check shapes, ranges and formats right after loading data.",
  },
  AssertionError: {
    explanation: "An assertion of the notebook itself does not hold: the notebook found the problem, as it should.",
    bestPractice: "Give assertions a message that says what was expected and what came.",
    example: 'assert len(df) > 0, f"no rows after filtering (had {before})"',
  },
  SyntaxError: {
    explanation: "The cell is not valid code for this kernel's language version.",
    bestPractice: "Run the notebook with the Python version that validates it.",
    suggestion: "Check the Python version of the image against the one that you used",
  },
  MemoryError: {
    explanation: "The cell asked for more memory than there is.",
    bestPractice: "Load data in parts, choose smaller types, and release what is no longer needed.",
    example: "for part in pd.read_csv(path, chunksize=100_000):\n    ...",
    suggestion: "Raise spec.podConfig.resources.limits.memory",
  },
  ZeroDivisionError: {
    explanation: "A number was divided by zero; an empty selection is the usual cause.",
    bestPractice: "Check that a selection has rows before computing rates from it.",
  },
  UnicodeDecodeError: {
    explanation: "A file is not in the encoding that it is read with.",
    bestPractice: "Name the encoding when opening text files: the pod's default may differ from yours.",
    example: 'open(path, encoding="utf-8")',
  },
  StdinNotImplementedError: {
    explanation: "The cell asks a person for input, and nobody is there.",
    bestPractice: "Take input from parameters or environment variables.",
    example: 'import os\nname = os.environ["NAME"]',
  },
  ConnectionError: NETWORK,
  ConnectionRefusedError: NETWORK,
  ConnectTimeout: NETWORK,
  ReadTimeout: NETWORK,
  Timeout: NETWORK,
  TimeoutError: NETWORK,
  SSLError: NETWORK,
  URLError: NETWORK,
  HTTPError: NETWORK,
  gaierror: NETWORK,
};

/** Exceptions that teach the same as another. */
export const SAME_AS: Readonly<Record<string, string>> = {
  IndentationError: "SyntaxError",
  TabError: "SyntaxError",
  UnboundLocalError: "NameError",
  OutOfMemoryError: "MemoryError",
  ConnectionResetError: "ConnectionError",
  NewConnectionError: "ConnectionError",
  MaxRetryError: "ConnectionError",
};

/** What the exception `name`, with or without its module, teaches. */
export function exceptionFeedback(name: string): FeedbackEntry | undefined {
  const short = name.split(".").at(-1) ?? name;
  const key = Object.hasOwn(SAME_AS, short) ? (SAME_AS[short] ?? short) : short;
  return Object.hasOwn(EXCEPTION_FEEDBACK, key) ? EXCEPTION_FEEDBACK[key] : undefined;
}
