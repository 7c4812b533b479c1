# %% style: async, functional, iterators, typing
import asyncio
import functools
import itertools
from typing import Any, Iterator
# %%
async def fetch(n: int) -> int:
    await asyncio.sleep(0)
    return n * n
# %%
await fetch(3)
# %%
results = await asyncio.gather(*(fetch(n) for n in range(3)))
results
# %%
async def notify(text):
    await asyncio.sleep(0)
    print(text)
# %%
await notify("hello")
# %%
async def main():
    await asyncio.gather(notify("a"), notify("b"))
# %%
await main()
# %%
task = asyncio.create_task(fetch(5))
value = await task
value
# %%
waited = await asyncio.wait_for(fetch(2), timeout=5)
# %%
queue = asyncio.Queue()
await queue.put(1)
item = await queue.get()
# %%
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
# %%
fib(20)
# %%
fib.cache_clear()
# %%
pairs = list(itertools.combinations("abc", 2))
total = functools.reduce(lambda a, b: a + b, range(5))
# %%
def chunks(xs: list, n: int) -> Iterator[list]:
    for i in range(0, len(xs), n):
        yield xs[i:i + n]
# %%
gen = chunks([1, 2, 3], 2)
next(gen)
# %%
parts = list(chunks([1, 2, 3], 2))
# %%
compose = lambda *fs: functools.reduce(lambda f, g: lambda x: g(f(x)), fs)
inc_then_double = compose(lambda x: x + 1, lambda x: x * 2)
inc_then_double(3)
# %%
say = lambda text: print(text)
say("hi")
# %%
class Registry(dict):
    def register(self, name):
        def decorator(f):
            self[name] = f
            return f
        return decorator
# %%
registry = Registry()
@registry.register("double")
def double(x):
    return 2 * x
# %%
registry["double"](4)
# %%
handler = registry.get("triple")
handler is None
# %%
squares = map(lambda x: x * x, [1, 2])
list(squares)
# %%
def main_program(argv=()):
    print("run", argv)
    return 0
# %%
main_program()
