# %% style: an etl job with functions
import io
import numpy as np
import pandas as pd
# %%
RAW = """id,region,amount,comment,Unnamed: 4
1,north,10.5,,
2,south,,,
3,north,7.25,late,
4,west,3.0,,
"""
# %%
def load(text):
    return pd.read_csv(io.StringIO(text))
# %%
raw = pd.read_csv(io.StringIO(RAW))
raw
# %%
raw.drop(columns="Unnamed: 4", inplace=True)
raw.columns
# %%
def clean(frame):
    frame = frame.copy()
    frame["amount"] = frame["amount"].fillna(0.0)
    frame["comment"] = frame["comment"].fillna("")
    return frame
# %%
df = clean(raw)
df
# %%
def validate(frame):
    assert frame["amount"].ge(0).all()
    assert frame["id"].is_unique
# %%
validate(df)
# %%
def check(frame):
    problems = []
    if frame["region"].isna().any():
        problems.append("region")
    return problems
# %%
problems = check(df)
problems
# %%
bad = df[df["amount"] < 0]
invalid_rows = df.query("amount < 0")
rejected = df.loc[df["region"] == "nowhere"]
# %%
def add_features(frame):
    frame["log_amount"] = np.log1p(frame["amount"])
    frame["is_north"] = frame["region"].eq("north")
# %%
add_features(df)
df.head()
# %%
def save(frame, path):
    frame.to_parquet(path) if False else frame.to_csv(path, index=False)
# %%
save(df, "out.csv")
# %%
reloaded = pd.read_csv("out.csv")
reloaded.equals(df)
# %%
summary = df.groupby("region", as_index=False).agg(total=("amount", "sum"), spread=("amount", "std"))
summary
# %%
top = summary.nlargest(1, "total")
top["region"].iloc[0]
# %%
counts = df["region"].value_counts()
rare = counts[counts > 100]
rare.index.tolist()
# %%
def report(frame):
    for row in frame.itertuples():
        print(row.region, row.total)
# %%
out = report(summary)
# %%
new_rows = df[~df["id"].isin(reloaded["id"])]
len(new_rows)
# %%
model = None
cache = {}
threshold = None if df.empty else df["amount"].median()
# %%
import os
os.remove("out.csv")
