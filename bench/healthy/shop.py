# %% style: functions that load, join and aggregate, with type hints
import io
import pandas as pd
# %%
ORDERS = "order,customer,amount,day\n1,a,10.5,2024-01-01\n2,b,20.0,2024-01-02\n3,a,5.25,2024-01-03\n4,c,8.0,2024-01-03\n"
CUSTOMERS = "customer,city,joined\na,Bern,2020\nb,Basel,2021\nc,,2022\n"
# %%
def load_orders() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(ORDERS), parse_dates=["day"])
# %%
def load_customers() -> pd.DataFrame:
    frame = pd.read_csv(io.StringIO(CUSTOMERS))
    return frame
# %%
orders = load_orders()
orders.dtypes
# %%
customers = load_customers()
# %%
def enrich(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Orders with the city of their customers."""
    merged = orders.merge(customers, on="customer", how="left", validate="many_to_one")
    merged["net"] = merged["amount"] / 1.077
    return merged
# %%
enriched = enrich(orders, customers)
enriched.head()
# %%
def totals(frame: pd.DataFrame, by: str) -> pd.Series:
    result = frame.groupby(by)["amount"].sum()
    return result
# %%
per_city = totals(enriched, "city")
per_city
# %%
def largest(frame: pd.DataFrame) -> dict:
    row = frame.loc[frame["amount"].idxmax()]
    return row.to_dict()
# %%
top_order = largest(enriched)
top_order["customer"]
# %%
recent = enriched[enriched["day"] >= "2024-01-02"]
recent.shape
# %%
revenue = enriched["amount"].sum()
mean_amount = enriched["amount"].mean()
# %%
unknown_city = enriched[enriched["city"].isna()]
unknown_city
# %%
share = per_city / revenue
share.round(3)
# %%
returns = enriched[enriched["amount"] < 0]
print("returns:", len(returns))
# %%
def greet(name: str) -> None:
    print(f"hello {name}")
# %%
for name in customers["customer"]:
    greet(name)
# %%
ranked = enriched.sort_values("amount", ascending=False).reset_index(drop=True)
ranked
# %%
n_orders = len(ranked)
# %%
monthly = ranked.set_index("day").resample("MS")["amount"].agg(["sum", "std"])
monthly
# %%
report = ranked[["order", "amount"]].copy()
report["rank"] = range(1, len(report) + 1)
# %%
assert report["rank"].is_monotonic_increasing
# %%
print(report.to_string(), mean_amount, n_orders, share.max(), monthly.shape, recent.size, top_order)
