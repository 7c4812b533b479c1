"""Q1 to Q5: what is not usable is found where it arises; missing values that data simply has are not."""

from __future__ import annotations

from typing import Callable

import pytest

from data_quality import FRAME, POLICY, quality
from harness import Attempt

Make = Callable[..., Attempt]

FIRES = {
    "mean of nothing": ([FRAME, "mean = df[df.x > 9].x.mean()"], (1, "Q1")),
    "numpy scalar": ([FRAME, "ratio = np.float64('inf') - np.float64('inf')"], (1, "Q1")),
    "shown": ([FRAME, "df[df.x > 9].x.mean()"], (1, "Q1")),
    "one of several": ([FRAME, "low, high = df.x.min(), df[df.x > 9].x.max()"], (1, "Q1")),
    "augmented": ([FRAME, "total = 1.0", "total += df[df.x > 9].x.mean()"], (2, "Q1")),
    "written instead of computed": ([FRAME, "mean = float('nan')", "print(mean)"], (1, "Q1")),
    "NaT": ([FRAME, "day = pd.to_datetime('no day', errors='coerce')"], (1, "Q1")),
    "told once": ([FRAME, "mean = df[df.x > 9].x.mean()", "double = mean * 2", "copy = mean", "double"], (1, "Q1")),
    "measure": ([FRAME, "metrics = {'auc': df[df.x > 9].x.mean(), 'f1': 0.8}", "metrics"], (1, "Q1")),
    "measure shown": ([FRAME, "{'auc': df[df.x > 9].x.mean(), 'f1': 0.8}"], (1, "Q1")),
    "measure of an own function": (
        [FRAME, "def evaluate(d):\n    return {'rmse': float(d[d.x > 9].x.mean())}", "m = evaluate(df)", "copy = m"],
        (2, "Q1"),
    ),
    "measure below a measure": ([FRAME, "m = {'test': {'auc': df[df.x > 9].x.mean()}}"], (1, "Q1")),
    "measure that is added": ([FRAME, "m = {'f1': 0.8}", "m['auc'] = df[df.x > 9].x.mean()", "m['n'] = 1"], (2, "Q1")),
    "measures by name": ([FRAME, "m = {k: df[df.x > 9][k].mean() for k in ('x', 'y')}"], (1, "Q1")),
    "infinite scalar": ([FRAME, "ratio = np.float64(1) / df.y.min()"], (1, "Q2")),
    "infinite column": (
        [FRAME, "df['ratio'] = df.x / df.y", "copy = df.copy()", "df['z'] = 1", "m = df.ratio.max()"],
        (1, "Q2"),
    ),
    "infinite array": ([FRAME, "logs = np.exp(df.x.to_numpy() * 1000)"], (1, "Q2")),
    "infinite shown": ([FRAME, "df.x.sum() / df.y.min()"], (1, "Q2")),
    "column made NaN": ([FRAME, "df['x'] = np.nan"], (1, "Q3")),
    "column made None": ([FRAME, "df['x'] = None", "df['y'].sum()"], (1, "Q3")),
    "column made NaN with loc": ([FRAME, "df.loc[:, 'x'] = float('nan')"], (1, "Q3")),
    "column that had some NaN": ([FRAME, "df['age'] = df['age'] * np.nan"], (1, "Q3")),
    "column failed to convert": ([FRAME, "df['city'] = pd.to_numeric(df['city'], errors='coerce')"], (1, "Q3")),
    "column mapped to nothing": ([FRAME, "df['code'] = df['city'].map({'Genf': 1})"], (1, "Q3")),
    "new frame": (
        [FRAME, "both = df.assign(code=df['city'].map({'Genf': 1}))", "small = both.head()", "both"],
        (1, "Q3"),
    ),
    "join without matches": (
        [
            FRAME,
            "other = pd.DataFrame({'city': ['Genf'], 'people': [9]})",
            "both = df.merge(other, how='left', on='city')",
        ],
        (2, "Q3"),
    ),
    "loaded and spoiled in one cell": (
        ["import io, pandas as pd\ndf = pd.read_csv(io.StringIO('a,b\\n1,2'))\ndf['a'] = float('nan')"],
        (0, "Q3"),
    ),
    "spoiled in place by an own function": (
        [FRAME, "def clean(frame):\n    frame['x'] = np.nan", "clean(df)"],
        (2, "Q3"),
    ),
    "own loader": (
        [
            "import pandas as pd\ndef load():\n    return pd.DataFrame({'a': [1, 2], 'b': [float('nan')] * 2})",
            "df = load()",
        ],
        (1, "Q3"),
    ),
    "series": ([FRAME, "scaled = df['x'] * np.nan"], (1, "Q3")),
    "array": ([FRAME, "values = np.log(-df.x.to_numpy())"], (1, "Q3")),
    "array in place": ([FRAME, "values = df.x.to_numpy().copy()", "values[:] = np.nan"], (2, "Q3")),
    "objects": ([FRAME, "values = np.array(['a', 'b'], dtype=object)", "values[:] = None"], (2, "Q3")),
    "dates": ([FRAME, "df['day'] = pd.to_datetime(df['city'], errors='coerce', format='%Y')"], (1, "Q3")),
    "constant in place of a column": ([FRAME, "both = df.copy()", "both['x'] = np.nan"], (2, "Q3")),
    "list of predictions": (
        [FRAME, "def predict(x):\n    return x * np.float64('nan')", "preds = [predict(x) for x in (1, 2)]", "preds"],
        (2, "Q3"),
    ),
    "tuple": ([FRAME, "both = (df[df.x > 9].x.mean(), df[df.x > 9].y.mean())"], (1, "Q3")),
    "filter": ([FRAME, "big = df[df.x > 9]"], (1, "Q5")),
    "filter of itself": ([FRAME, "df = df[df.x > 9]", "df = df.sort_values('x')", "big = df[df.x > 1]"], (1, "Q5")),
    "filter with loc": ([FRAME, "big = df.loc[(df.x > 9) & (df.y > 1), ['x']]"], (1, "Q5")),
    "filter, then columns": ([FRAME, "big = df[df.city == 'Genf']['x']"], (1, "Q5")),
    "mask": ([FRAME, "mask = df.x > 9\nbig = df[mask]"], (1, "Q5")),
    "query": ([FRAME, "big = df.query('x > 9')"], (1, "Q5")),
    "filter, chained": ([FRAME, "big = df[df.x > 9].dropna()"], (1, "Q5")),
    "filter, index reset": ([FRAME, "big = df[df.x > 9].reset_index(drop=True)"], (1, "Q5")),
    "dropna": (
        [
            FRAME,
            "df['y'] = [None, 1.0, 2.0]\ndf['x'] = [1.0, None, 2.0]\ndf['z'] = [1.0, 2.0, None]",
            "clean = df.dropna()",
        ],
        (2, "Q5"),
    ),
    "dropna in place": (
        [
            FRAME,
            "df['y'] = [None, 1.0, 2.0]\ndf['x'] = [1.0, None, 2.0]\ndf['z'] = [1.0, 2.0, None]",
            "df.dropna(inplace=True)",
        ],
        (2, "Q5"),
    ),
    "inner join": ([FRAME, "both = df.merge(pd.DataFrame({'city': ['Genf'], 'people': [9]}), on='city')"], (1, "Q5")),
    "loader": (["import io, pandas as pd", "df = pd.read_csv(io.StringIO('a,b\\n'))"], (1, "Q5")),
    "loader shown": (["import io, pandas as pd", "pd.read_csv(io.StringIO('a,b\\n'))"], (1, "Q5")),
    "own loader of nothing": (
        ["import pandas as pd\ndef load_orders():\n    return pd.DataFrame({'a': []})", "df = load_orders()"],
        (1, "Q5"),
    ),
    "own filter": ([FRAME, "def keep_big(frame):\n    return frame[frame.x > 9]", "df = keep_big(df)"], (2, "Q5")),
    "array filtered": ([FRAME, "values = np.arange(3)", "values = values[values > 9]"], (2, "Q5")),
    "printed, not asked for": ([FRAME, "df = df[df.x > 9]\nprint(len(df), df.shape)"], (1, "Q5")),
    "printed, and used": ([FRAME, "big = df[df.x > 9]", "print(len(big))", "total = big.x.sum()"], (1, "Q5")),
    "guard that comes too late": (
        [FRAME, "df = df[df.x > 9]", "a = df.x.sum()", "b = df.y.sum()", "c = df.x.max() if len(df) else 0"],
        (1, "Q5"),
    ),
}


@pytest.mark.parametrize("name", FIRES)
def test_what_is_not_usable_is_found_once_where_it_arises(name: str, attempt: Make) -> None:
    cells, expected = FIRES[name]
    policy = {**POLICY, "Q1": "ignored", "Q2": "ignored"} if expected[1] in ("Q3", "Q5") else POLICY
    result = attempt(*cells, policy=policy).run()
    assert quality(result) == [expected], result.stderr


SILENT = {
    "NaN in a dictionary as written": [FRAME, "a = {'x': np.nan, 'y': float('nan'), 'z': None}", "a", "b = {'c': a}"],
    "NaN in a list as written": [FRAME, "a = [np.nan] * 3", "a", "b = (float('nan'), float('nan'))", "c = [None] * 3"],
    "some NaN in a list": [FRAME, "a = (1.0, df[df.x > 9].x.mean())", "b = df.age.tolist()"],
    "rows as dictionaries": [
        FRAME,
        "row = df.iloc[1].to_dict()",
        "rows = df.to_dict('records')",
        "ages = dict(zip(df.city, df.age))",
        "one = {'city': df.city[1], 'age': df.age[1]}",
        "gaps = [df.age[1]]",
    ],
    "settings": ["from sklearn.impute import SimpleImputer", "settings = SimpleImputer().get_params()", "settings"],
    "array of NaN as written": [
        FRAME,
        "a = np.full(3, np.nan)",
        "a",
        "b = np.array([None, None])",
        "c = pd.Series([np.nan])",
    ],
    "array of NaN by a name": [FRAME, "MISSING = np.nan", "a = np.full(3, MISSING)"],
    "frame with a column of None as written": [
        FRAME,
        "people = pd.DataFrame({'name': ['A', 'B'], 'phone': [None] * 2})",
    ],
    "new column of NaN as written": [FRAME, "df['rank'] = np.nan", "df['note'] = None"],
    "some NaN": [FRAME, "both = df.merge(df, on='city', how='outer')", "df['age']", "df", "df.age.mean()"],
    "sentinels": [
        "import numpy as np\nMISSING = np.nan\nnan = float('nan')\nmissing_value = np.nan\nbest = float('inf')\nworst = -np.inf"
    ],
    "placeholder scalar": ["import math\nlast = math.nan", "last = 3.0"],
    "lesson": ["import numpy as np", "1 + np.nan", "values = np.array([1, np.nan, 3])", "values.sum()", "np.nan"],
    "placeholder column": [FRAME, "df['rank'] = np.nan", "for i in range(len(df)):\n    df.loc[i, 'rank'] = i"],
    "placeholder array": [FRAME, "out = np.full(3, np.nan)", "out[:] = 1.0"],
    "placeholder frame": [FRAME, "out = pd.DataFrame(index=range(2), columns=['a', 'b'])", "out.loc[0, 'a'] = 1"],
    "filled in the same cell": [FRAME, "out = np.empty(3)\nout[:] = np.nan\nfor i in range(3):\n    out[i] = i"],
    "empty frame to fill": [
        FRAME,
        "rows = pd.DataFrame(columns=['a', 'b'])",
        "rows = pd.DataFrame()",
        "none = np.array([])",
    ],
    "column that the file has empty": [
        "import io, pandas as pd",
        "df = pd.read_csv(io.StringIO('a,Unnamed: 3\\n1,\\n2,'))",
        "df.head()",
        "copy = df.copy()",
        "df['b'] = 1",
        "df.info()",
    ],
    "rows with gaps": [
        FRAME,
        "gaps = df[df['age'].isna()]",
        "df[df['age'].isna()]",
        "df.iloc[1:2]",
        "second = df.iloc[1:2]",
        "df.sort_values('x').tail(1)",
    ],
    "summary of single members": [
        FRAME,
        "spread = df.groupby('city')[['x', 'y']].std()",
        "df.groupby('city').x.agg(['mean', 'std'])",
    ],
    "correlation of a constant": [FRAME, "df['one'] = 1", "table = df[['x', 'one']].corr()"],
    "thresholds": [
        "from sklearn.metrics import roc_curve",
        "fpr, tpr, thresholds = roc_curve([0, 1, 1], [0.1, 0.5, 0.9])",
        "best = thresholds[-1]",
    ],
    "infinity meant": [
        FRAME,
        "bins = [-np.inf, 0, np.inf]\nedges = np.array(bins)",
        "mask = np.full((2, 2), -np.inf)",
        "mask2 = mask * 2",
        "df['limit'] = np.where(df.x > 1, np.inf, 0)",
    ],
    "own function means infinity": [
        "import numpy as np\ndef distances():\n    return np.array([0.0, np.inf])",
        "d = distances()",
    ],
    "integers": ["n = 10 ** 400", "m = -5"],
    "complex": ["z = complex(1, 2)"],
    "no outliers": [
        FRAME,
        "outliers = df[df.x > 9]",
        "duplicates = df[df.duplicated()]",
        "gaps = df[df.x.isna()]",
        "bad_rows = df.query('x > 9')",
    ],
    "asked for emptiness": [FRAME, "big = df[df.x > 9]\nif big.empty:\n    print('none')"],
    "asked for length later": [FRAME, "big = df[df.x > 9]", "print('some' if len(big) > 0 else 'none')"],
    "looked, not assigned": [FRAME, "df[df.x > 9]", "df.query('x > 9')"],
    "counted only": [
        FRAME,
        "returns = df[df.x < 0]",
        "print('returns:', len(returns))",
        "f'{returns.shape[0]} returns'",
        "returns.head()",
    ],
    "empty list": ["found = [x for x in range(3) if x > 9]", "rows = []", "names = list(filter(None, []))"],
    "indices": [
        FRAME,
        "where = np.where(df.x > 9)[0]",
        "idx = np.flatnonzero(df.x.to_numpy() > 9)",
        "index = df.index[df.x > 9]",
    ],
    "copy of an empty frame": [
        FRAME,
        "outliers = df[df.x > 9]",
        "part = outliers[outliers.x > 1]",
        "rest = part.dropna()",
    ],
    "strings": ["name = 'nan'", "text = 'inf'"],
    "underscore": [FRAME, "_mean = df[df.x > 9].x.mean()", "_ = df[df.x > 9]"],
    "masked": ["import numpy as np\nvalues = np.ma.masked_invalid([np.nan, np.nan])"],
    "models": [
        "from sklearn.linear_model import LinearRegression\nmodel = LinearRegression().fit([[1], [2]], [1, 2])",
        "model.predict([[3]])",
    ],
    "shifted": [
        FRAME,
        "df['before'] = df.x.shift()",
        "df['change'] = df.x.pct_change()",
        "df['mean'] = df.x.rolling(2).mean()",
    ],
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_meant_or_only_missing_here_and_there_is_nothing(name: str, attempt: Make) -> None:
    assert quality(attempt(*SILENT[name], policy=POLICY).run()) == []
