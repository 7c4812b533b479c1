# %% style: services, logging to stderr, progress
import logging
import sys
import time
# %%
logging.basicConfig(level=logging.INFO, stream=sys.stderr, force=True)
logger = logging.getLogger("job")
# %%
logger.info("starting")
# %%
def bar(i, n):
    sys.stderr.write(f"\r{100 * i // n:3d}%|{'#' * i:<{n}}| {i}/{n}")
    sys.stderr.flush()
# %%
for i in range(11):
    bar(i, 10)
# %%
from tqdm import tqdm
total = 0
for n in tqdm(range(100)):
    total += n
total
# %%
squares = [n * n for n in tqdm(range(10), desc="squares")]
# %%
class Timer:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exc):
        self.seconds = time.perf_counter() - self.start
# %%
with Timer() as t:
    sum(range(1000))
t.seconds < 5
# %%
def log_step(name, **facts):
    logger.info("%s %s", name, facts)
# %%
log_step("load", rows=3)
# %%
def timed(f):
    def wrapper(*args, **kwargs):
        begun = time.perf_counter()
        result = f(*args, **kwargs)
        logger.info("%s took %.3f s", f.__name__, time.perf_counter() - begun)
        return result
    return wrapper
# %%
@timed
def train(epochs):
    for epoch in range(epochs):
        logger.info("epoch %d", epoch)
# %%
train(2)
# %%
import threading
done = threading.Event()
worker = threading.Thread(target=done.set)
worker.start()
worker.join()
# %%
done.wait(1)
# %%
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    futures = [pool.submit(time.sleep, 0) for _ in range(2)]
results = [f.result() for f in futures]
# %%
handlers = logging.getLogger().handlers
previous = logging.getLogger("job").getEffectiveLevel()
# %%
import warnings
with warnings.catch_warnings() as caught:
    warnings.simplefilter("ignore")
    answer = 42
# %%
print("done", file=sys.stderr)
# %%
error = None
try:
    1 / 0
except ZeroDivisionError as problem:
    error = str(problem)
# %%
logger.info("finished with %s", error)
