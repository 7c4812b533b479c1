# %% style: time series
import numpy as np
import pandas as pd
# %%
days = pd.date_range("2024-01-01", periods=60, freq="D")
rng = np.random.default_rng(SEED)
sales = pd.Series(rng.poisson(20, 60).astype(float), index=days, name="sales")
sales.iloc[[3, 17]] = np.nan
# %%
sales.head()
# %%
sales.isna().sum()
# %%
sales[sales.isna()]
# %%
gaps = sales[sales.isna()]
len(gaps)
# %%
frame = sales.to_frame()
frame["ma7"] = frame["sales"].rolling(7).mean()
frame["ma30"] = frame["sales"].rolling(30, min_periods=10).mean()
frame["lag1"] = frame["sales"].shift(1)
frame["lag7"] = frame["sales"].shift(7)
frame["diff"] = frame["sales"].diff()
frame["pct"] = frame["sales"].pct_change(fill_method=None)
# %%
frame.head(7)
# %%
early = frame.head(6)
early["ma7"]
# %%
clean = frame.dropna()
clean.shape
# %%
weekly = frame["sales"].resample("W").sum()
weekly
# %%
hourly = frame["sales"].resample("12h").asfreq()
hourly.head()
# %%
filled = hourly.interpolate()
# %%
weekend = frame[frame.index.dayofweek >= 5]
weekend["sales"].mean()
# %%
january = frame.loc["2024-01"]
before = frame.loc[:"2024-01-02"]
before
# %%
frame["month"] = frame.index.month
frame.groupby("month")["sales"].agg(["mean", "std", "count"])
# %%
anomalies = frame[(frame["sales"] - frame["sales"].mean()).abs() > 100]
anomalies
# %%
spikes = frame.query("sales > 10000")
if spikes.empty:
    print("no spikes")
# %%
forecast = pd.Series(np.nan, index=pd.date_range("2024-03-01", periods=3))
# %%
for day in forecast.index:
    forecast[day] = sales.mean()
forecast
# %%
errors = pd.DataFrame(index=forecast.index, columns=["mae", "rmse"])
# %%
errors["mae"] = 1.0
errors["rmse"] = 2.0
errors
# %%
events = pd.DataFrame({"start": pd.to_datetime(["2024-01-05", "2024-02-01"]), "end": [pd.NaT, pd.Timestamp("2024-02-03")]})
open_events = events[events["end"].isna()]
open_events
# %%
events["days"] = (events["end"] - events["start"]).dt.days
events
