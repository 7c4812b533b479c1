# %% style: figures
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
# %%
plt.style.use("ggplot")
plt.rcParams["figure.figsize"] = (4, 2)
# %%
x = np.linspace(0, 10, 50)
# %%
plt.plot(x, np.sin(x));
# %%
plt.plot(x, np.sin(x))
plt.title("sine")
plt.show()
# %%
fig, ax = plt.subplots()
ax.plot(x, x ** 2)
ax.set_xlabel("x")
ax.set_title("squares");
# %%
fig, axes = plt.subplots(1, 2)
axes[0].hist(np.random.default_rng(SEED).normal(size=100))
axes[1].scatter(x, np.cos(x))
plt.tight_layout()
# %%
def plot_decay(rate, ax=None):
    if ax is None:
        ax = plt.gca()
    ax.plot(x, np.exp(-rate * x), label=f"rate {rate}")
    ax.legend()
# %%
plot_decay(0.5)
# %%
for rate in (0.1, 1, 2):
    plot_decay(rate)
# %%
def finish(fig, path):
    fig.savefig(path)
    plt.close(fig)
    return plt.show()
# %%
finish(plt.figure(), "empty.png")
# %%
line, = plt.plot(x, x)
plt.close("all")
# %%
bars = plt.bar(["a", "b"], [1, 2])
plt.xlabel("kind")
# %%
fig.savefig("figure.png", dpi=30)
# %%
gaps = np.where(np.abs(np.tan(x)) > 5, np.nan, np.tan(x))
plt.plot(x, gaps)
plt.ylim(-5, 5)
# %%
im = plt.imshow(np.eye(3), cmap="viridis")
cbar = plt.colorbar(im)
plt.axis("off")
# %%
import warnings
warnings.simplefilter("default")
# %%
image = np.full((3, 3), np.nan)
# %%
for i in range(3):
    image[i, i] = 1
plt.imshow(image)
# %%
plt.close("all")
