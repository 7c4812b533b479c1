# %% style: measurements, units, numpy and pandas side by side
import numpy as np
import pandas as pd
# %%
rng = np.random.default_rng(SEED)
N = 120
# %%
def read_sensor(kind, n=N):
    base = {"temperature": 20.0, "pressure": 1013.0}[kind]
    noise = rng.normal(scale=2.0, size=n)
    return pd.DataFrame({"t": np.arange(n), kind: base + noise, "unit": "C" if kind == "temperature" else "hPa"})
# %%
temperature = read_sensor("temperature")
pressure = read_sensor("pressure")
# %%
temperature.plot(x="t", y="temperature") if False else temperature.tail(2)
# %%
def combine(a, b):
    joined = a.merge(b, on="t", suffixes=("_a", "_b"))
    return joined
# %%
both = combine(temperature, pressure)
both.columns
# %%
def to_kelvin(celsius):
    return celsius + 273.15
# %%
both["kelvin"] = to_kelvin(both["temperature"])
# %%
broken = both[both["kelvin"] < 0]
assert broken.empty
# %%
def smooth(values, width=5):
    kernel = np.ones(width) / width
    return np.convolve(values, kernel, mode="valid")
# %%
smoothed = smooth(both["temperature"].to_numpy())
smoothed.shape
# %%
mean_pressure = float(both["pressure"].mean())
# %%
spread = both[["temperature", "pressure"]].std()
spread
# %%
warm = both[both["temperature"] > 18]
cold = both[both["temperature"] <= 18]
len(warm) + len(cold) == len(both)
# %%
hottest = both.loc[both["temperature"].idxmax(), "t"]
# %%
normalised = (both[["temperature", "pressure"]] - both[["temperature", "pressure"]].mean()) / spread
normalised.describe()
# %%
def summarise(frame):
    result = {"rows": len(frame), "mean": frame["temperature"].mean()}
    return result
# %%
summary = summarise(both)
summary
# %%
calibration = None
offset = calibration or 0.0
# %%
matrix = normalised.to_numpy()
cov = matrix.T @ matrix / len(matrix)
# %%
eigenvalues, eigenvectors = np.linalg.eigh(cov)
eigenvalues
# %%
drift = np.polyfit(both["t"], both["temperature"], 1)[0]
# %%
both["alarm"] = np.where(both["temperature"] > 60, "hot", None)
both["alarm"].notna().sum()
# %%
print(summary, mean_pressure, hottest, drift, warm.shape, smoothed.mean(), offset)
