import type { FeedbackEntry } from "./entry.js";

/** What it teaches that a run ended so, by the verdict's reason. */
export const ENDING_FEEDBACK: Readonly<Record<string, FeedbackEntry>> = {
  OOMKilled: {
    explanation: "The notebook used more memory than the pod may, and the system ended it%{whileCell}.",
    bestPractice:
      "Load data in parts, choose smaller types (float32, category), and delete large frames that are done with.",
    example: "df = pd.read_parquet(path, columns=['a', 'b'])  # only what is needed",
    suggestion: "Raise spec.podConfig.resources.limits.memory",
  },
  KernelDied: {
    explanation:
      "The kernel's process ended without a Python error%{whileCell}: native code crashed, or something ended it.",
    bestPractice: "Pin versions of packages with native code together (numpy, pandas, torch and their like).",
    suggestion: "Run the cell alone with python -X faulthandler",
  },
  KernelExited: {
    explanation: "The notebook ended its own kernel%{whileCell}, so nothing after it was run.",
    bestPractice: "Raise an exception when the notebook must not go on: it stops the run and says why.",
    example: 'raise RuntimeError("the input is incomplete")',
    suggestion:
      "Look for os._exit, for signals that the notebook sends to itself, and for what it starts in the background",
  },
  CellTimeout: {
    explanation: "A cell took longer than spec.cellTimeout allows%{whileCell}.",
    bestPractice: "Use a sample of the data, or fewer iterations, when a notebook is validated.",
    example: "import os\nepochs = int(os.environ.get('EPOCHS', '50'))",
    suggestion: "Raise spec.cellTimeout, or set parameters for validation in spec.notebook.parameters",
  },
  ValidationTimeout: {
    explanation: "The notebook took longer than spec.validationTimeout allows%{whileCell}.",
    bestPractice: "Use a sample of the data, or fewer iterations, when a notebook is validated.",
    suggestion: "Raise spec.validationTimeout; the cells' times say which of them take long",
  },
  KernelMissing: {
    explanation: "The image has no kernel that can run the notebook.",
    bestPractice: "Build notebook images on a base that has Jupyter's kernel.",
    example: "# requirements.txt, beside the notebook:\n#   ipykernel==<version>",
    suggestion: "Install ipykernel, or name an installed kernel in spec.notebook.kernel",
  },
  NotebookInvalid: {
    explanation: "The file is not a notebook that Jupyter's format describes.",
    bestPractice: "Save notebooks with a current Jupyter, and resolve merge conflicts with nbdime.",
    suggestion: "Open the file in Jupyter; look for merge markers and Git LFS pointers",
  },
};
