# %% style: joins with missing partners
import pandas as pd
import numpy as np
# %%
customers = pd.DataFrame({"id": [1, 2, 3, 4, 5], "name": ["Ada", "Ben", "Cy", "Di", "Ed"], "phone": [None, None, "1", None, None]})
orders = pd.DataFrame({"order": range(8), "id": [1, 1, 2, 7, 3, 3, 3, 8], "amount": [10.0, 20, np.nan, 5, 7, 8, 9, 1]})
returns = pd.DataFrame({"order": [1, 4], "reason": ["broken", None]})
# %%
left = customers.merge(orders, on="id", how="left")
left
# %%
left[left["order"].isnull()]
# %%
outer = customers.merge(orders, on="id", how="outer", indicator=True)
outer["_merge"].value_counts()
# %%
orphans = orders[~orders["id"].isin(customers["id"])]
orphans
# %%
no_phone = left.loc[left["phone"].isna(), ["name", "phone"]]
no_phone.head()
# %%
with_returns = orders.merge(returns, on="order", how="left")
with_returns["returned"] = with_returns["reason"].notna()
with_returns
# %%
pd.concat([orders, returns], ignore_index=True)
# %%
stacked = pd.concat([customers.set_index("id"), orders.groupby("id")["amount"].sum()], axis=1)
stacked
# %%
first_two = with_returns.iloc[:1]
first_two
# %%
wide = orders.pivot(index="order", columns="id", values="amount")
wide
# %%
filled = wide.ffill()
filled.tail(3)
# %%
share = orders["amount"] / orders.groupby("id")["amount"].transform("sum")
share
# %%
both_missing = outer.query("name.isna() and order.isna()", engine="python")
print(both_missing.empty)
# %%
unmatched = outer[outer["_merge"] == "neither"]
len(unmatched)
# %%
changed = orders.compare(orders)
changed
# %%
orders["amount"].mean(), orders["amount"].sum()
# %%
orders["previous"] = orders.groupby("id")["amount"].shift()
orders["change"] = orders["amount"].diff()
# %%
lookup = dict(zip(customers["id"], customers["name"]))
orders["customer"] = orders["id"].map(lookup)
orders
# %%
total = orders.groupby("customer", dropna=False)["amount"].sum()
total.idxmax()
