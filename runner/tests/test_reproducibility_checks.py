"""L6: order, chance, one machine, a person at the keyboard, today's package index."""

from __future__ import annotations

import pytest

from harness import code
from linting import of_category


def test_stored_counts_out_of_order() -> None:
    cells = [code("a = 1", execution_count=1), code("b = 2", execution_count=7), code("c = 3", execution_count=3)]
    (found,) = of_category("count", *cells)
    assert found["cell"] == 2 and "cell 2 ran as [3], cell 1 above it as [7]" in found["message"]
    assert not of_category("count", *cells[:2])
    assert not of_category("count", code("a", execution_count=None), code("b", execution_count=4))
    assert of_category("count", code("a = 1", execution_count=2), code("b = 1", execution_count=2))


SEEDS = "import numpy as np\nimport random\nimport torch\nimport pandas as pd\n"


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("np.random.rand(3)", "np.random.rand"),
        ("np.random.default_rng()", "np.random.default_rng"),
        ("np.random.default_rng(None)", "np.random.default_rng"),
        ("np.random.RandomState()", "np.random.RandomState"),
        ("np.random.seed()\nnp.random.rand()", "np.random.rand"),
        ("from numpy.random import normal as n\nn()", "n"),
        ("random.shuffle(x)", "random.shuffle"),
        ("random.seed(1)\nnp.random.rand()", "np.random.rand"),
        ("torch.randn(2)", "torch.randn"),
        ("from sklearn.model_selection import train_test_split\ntrain_test_split(X, y)", "train_test_split"),
        ("from sklearn.ensemble import RandomForestClassifier as RF\nRF()", "RF"),
        ("from sklearn.cluster import KMeans\nKMeans(3, random_state=None)", "KMeans"),
        ("from sklearn import ensemble\nensemble.RandomForestRegressor()", "ensemble.RandomForestRegressor"),
        ("from sklearn.model_selection import KFold\nKFold(5, shuffle=True)", "KFold"),
        ("df.sample(frac=0.5)", "df.sample"),
        ("def f():\n    return np.random.rand()", "np.random.rand"),
    ],
)
def test_randomness_without_a_seed(source: str, call: str) -> None:
    (found,) = of_category("randomness", SEEDS, source)
    assert found["evidence"]["call"] == call and found["cell"] == 1


@pytest.mark.parametrize(
    "source",
    [
        "np.random.seed(0)\nnp.random.rand(3)",
        "rng = np.random.default_rng(7)\nrng.normal()",
        "np.random.seed(0)\nfrom sklearn.model_selection import train_test_split\ntrain_test_split(X)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, random_state=0)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, shuffle=False)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, **options)",
        "from sklearn.model_selection import KFold\nKFold(5)",
        "from sklearn.linear_model import LinearRegression\nLinearRegression()",
        "from sklearn.tree import DecisionTreeClassifier\nDecisionTreeClassifier(max_depth=3)",
        "from sklearn.datasets import make_moons\nmake_moons(random_state=1)",
        "random.seed(42)\nrandom.choice(x)",
        "torch.manual_seed(1)\ntorch.randn(2)",
        "from lightning import seed_everything\nseed_everything(1)\nnp.random.rand()\nrandom.random()\ntorch.rand(1)",
        "def set_seed(s):\n    np.random.seed(s)\nset_seed(1)\nnp.random.rand()",
        "df.sample(5, random_state=1)",
        "df.sample(frac=1, random_state=SEED)",
        "rng.random()",
        "secrets.token_hex()",
    ],
)
def test_seeded_randomness_is_left_alone(source: str) -> None:
    assert not of_category("randomness", SEEDS, source)


def test_a_seed_below_the_draw_comes_too_late_and_each_generator_is_told_once() -> None:
    assert of_category("randomness", SEEDS, "np.random.rand()", "np.random.seed(1)\nnp.random.rand()")
    assert len(of_category("randomness", SEEDS, "np.random.rand()", "np.random.randn()", "random.random()")) == 2


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("open('/home/ann/data.csv')", "/home/ann/data.csv"),
        ("DATA = '/Users/ann/project/data'", "/Users/ann/project/data"),
        ("path = r'C:\\Users\\ann\\data.csv'", "C:\\Users\\ann\\data.csv"),
        ("import pandas as pd\ndf = pd.read_csv('/data/train.csv')", "/data/train.csv"),
        ("pd.read_csv(filepath_or_buffer='/mnt/share/train.csv')", "/mnt/share/train.csv"),
        ("Path('/data/in/x.csv')", "/data/in/x.csv"),
        ("name = f'/content/drive/{x}.csv'", "/content/drive/"),
        ("sys.path.append('/srv/lib/ours')", "/srv/lib/ours"),
        ("!cp /home/ann/x.csv .", "/home/ann/x.csv"),
        ("%cd /content/project", "/content/project"),
        ("os.path.join('/data/raw', name)", "/data/raw"),
    ],
)
def test_paths_of_one_machine(source: str, path: str) -> None:
    (found,) = of_category("path", source)
    assert found["evidence"]["path"] == path


@pytest.mark.parametrize(
    "source",
    [
        "open('data/train.csv')",
        "open('/tmp/x.txt', 'w')",
        "for p in [Path('/mnt/models'), Path('models')]:\n    if p.exists():\n        break",
        "d = Path('/mnt/models') if Path('/mnt/models').exists() else Path('models')",
        "if os.path.isdir('/data/in'):\n    os.listdir('/data/in')",
        "open('/dev/null')",
        "open('/proc/cpuinfo')",
        "requests.get(base + '/api/v1/items')",
        "app.route('/home/user/<id>')",
        "routes.append('/api/v2/users')",
        "'''Reads /home/ann/data.csv'''",
        "print('/home/ann is where it was')",
        "x = '/home/ann is where it was'",
        "assert path != '/home/ann/data'",
        "url = 'https://host/home/ann/x'",
        "pattern = r'\\d+/\\d+'",
        "!curl https://host/home/ann/x.csv -o x.csv",
        "!ls /usr/local/lib",
        "text.replace('/home/ann/', '')",
        "ratio = 'a/b'",
    ],
)
def test_other_texts_with_slashes_are_left_alone(source: str) -> None:
    assert not of_category("path", source)


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("!pip install pandas", "pandas"),
        ("%pip install -q pandas==2.2.0 numpy>=1.20 'scipy'", "numpy>=1.20, scipy"),
        ("!{sys.executable} -m pip install --upgrade seaborn", "seaborn"),
        ("!python -m pip install torch==2.*", "torch==2.*"),
        ("!pip3 install git+https://github.com/a/b", "git+https://github.com/a/b"),
        ("!conda install -y -c conda-forge numpy", "numpy"),
        ("%conda install scipy=1.11 xarray", "xarray"),
        ("import os\nos.system('pip install xgboost')", "xgboost"),
        ("import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'shap'])", "shap"),
        ("%%bash\napt-get update\npip install dask \\\n  distributed", "dask, distributed"),
        ("!uv pip install polars", "polars"),
        ("!cd x && pip install 'requests[socks]'", "requests[socks]"),
    ],
)
def test_installs_of_whatever_is_newest(source: str, packages: str) -> None:
    (found,) = of_category("install", source)
    assert found["evidence"]["text"] == packages


@pytest.mark.parametrize(
    "source",
    [
        "!pip install pandas==2.2.0",
        "!pip install -r requirements.txt",
        "!pip install -q -r requirements.txt -c constraints.txt",
        "!pip install -e .",
        "!pip install . --no-deps",
        "!pip install {package}",
        "!pip install pandas=={version}",
        "!pip install --upgrade pip",
        "!pip install git+https://github.com/a/b@0123456789abcdef0123456789abcdef01234567",
        "!pip install https://host/x-1.0-py3-none-any.whl",
        "!pip install --index-url https://host/simple requests==2.32.0",
        "!pip list",
        "%conda install numpy=1.26.4",
        "!echo done # pip install x",
        "print('pip install pandas')",
        "# !pip install pandas",
        "!apt-get install graphviz",
    ],
)
def test_pinned_installs_are_left_alone(source: str) -> None:
    assert not of_category("install", source)


def test_questions_to_nobody() -> None:
    (found,) = of_category("input", "name = input('Your name? ')")
    assert found["evidence"] == {"category": "input", "call": "input", "line": 1}
    assert of_category("input", "from getpass import getpass\ntoken = getpass()")
    assert not of_category("input", "def input(x):\n    return x\ninput(1)")
    assert not of_category("input", "layer.input(1)", "x = layer.input")
