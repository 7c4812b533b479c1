# %% style: exploring a table with gaps
import numpy as np
import pandas as pd
# %%
rng = np.random.default_rng(SEED)
df = pd.DataFrame({
    "passenger": np.arange(200),
    "age": np.where(rng.random(200) < 0.2, np.nan, rng.integers(1, 80, 200)),
    "fare": rng.gamma(2.0, 15.0, 200).round(2),
    "deck": rng.choice(["A", "B", None], 200, p=[0.1, 0.1, 0.8]),
    "sex": rng.choice(["male", "female"], 200),
    "survived": rng.integers(0, 2, 200),
})
df.loc[:9, "deck"] = None
# %%
df.head()
# %%
df.head(10)[["passenger", "deck"]]
# %%
df.info()
# %%
df.describe(include="all")
# %%
df.isna().sum().sort_values(ascending=False)
# %%
df[df["age"].isna()].head()
# %%
no_age = df[df["age"].isna()]
no_age.shape
# %%
df["deck"].value_counts(dropna=False)
# %%
df["age"] = df["age"].fillna(df["age"].median())
df["deck"] = df["deck"].fillna("unknown")
# %%
duplicates = df[df.duplicated()]
print(f"{len(duplicates)} duplicates")
# %%
negative = df[df["fare"] < 0]
negative
# %%
pd.crosstab(df["sex"], df["survived"], normalize="index")
# %%
by_sex = df.groupby("sex").agg(age=("age", "mean"), fare=("fare", "median"), n=("passenger", "size"))
by_sex
# %%
pivot = df.pivot_table(index="deck", columns=["sex", "survived"], values="fare", aggfunc="std")
pivot
# %%
df["band"] = pd.cut(df["age"], bins=[0, 12, 18, 65, np.inf], labels=["child", "teen", "adult", "senior"])
df.groupby("band", observed=False)["survived"].mean()
# %%
corr = df[["age", "fare", "survived"]].corr()
corr.round(2)
# %%
q1, q3 = df["fare"].quantile([0.25, 0.75])
outliers = df[(df["fare"] > q3 + 30 * (q3 - q1)) | (df["fare"] < q1 - 30 * (q3 - q1))]
print("outliers:", len(outliers))
# %%
df.to_csv("clean.csv", index=False)
# %%
assert df["age"].notna().all()
