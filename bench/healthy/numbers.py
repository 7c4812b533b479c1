# %% style: numpy, simulation, numerics
import numpy as np
import math
# %%
rng = np.random.default_rng(SEED)
# %%
a = rng.normal(size=(5, 4))
a.mean(axis=0), a.std(axis=0)
# %%
mask = a > 100
a[mask]
# %%
positive = a[a > 0]
positive.sum()
# %%
big = np.argwhere(a > 100)
idx = np.flatnonzero(a[:, 0] > 100)
# %%
values = np.array([1.0, np.nan, 3.0])
np.nanmean(values)
# %%
values.sum()
# %%
1 + np.nan
# %%
filled = np.nan_to_num(values)
# %%
identity = np.eye(3)
inverse = np.linalg.inv(identity * 2)
# %%
distance = np.full((4, 4), np.inf)
np.fill_diagonal(distance, 0)
distance[0, 1] = distance[1, 2] = 1.0
# %%
for k in range(4):
    distance = np.minimum(distance, distance[:, [k]] + distance[[k], :])
distance
# %%
reachable = np.isfinite(distance)
reachable.sum()
# %%
attention = np.triu(np.full((3, 3), -np.inf), k=1)
weights = np.exp(attention) / np.exp(attention).sum(axis=1, keepdims=True)
weights
# %%
best = float("inf")
for candidate in (3.0, 1.0, 2.0):
    best = min(best, candidate)
best
# %%
upper, lower = math.inf, -math.inf
limit = float("inf")
# %%
MISSING = np.nan
codes = np.where(a[:, 0] > 50, MISSING, 1.0)
# %%
samples = np.empty(10)
for i in range(10):
    samples[i] = rng.normal()
samples.std()
# %%
np.random.seed(SEED)
np.random.shuffle(samples)
# %%
x = np.linspace(0, 1, 5)
np.add.at(x, [0, 0], 1)
# %%
def integrate(f, a, b, n=100):
    h = (b - a) / n
    return h * sum(f(a + (i + 0.5) * h) for i in range(n))
# %%
integrate(math.sin, 0, math.pi)
# %%
empty = np.array([])
zeros = np.zeros((0, 3))
history = np.empty((0, 2))
# %%
history = np.vstack([history, [1, 2]])
history.shape
# %%
ratio = np.divide(1.0, x, out=np.zeros_like(x), where=x != 0)
# %%
z = complex(1, 1)
abs(z)
