# %% style: object-oriented Python, dataclasses, algorithms
from __future__ import annotations
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from typing import Optional
# %%
@dataclass
class Node:
    value: int
    left: Optional["Node"] = None
    right: Optional["Node"] = None
# %%
def insert(root, value):
    if root is None:
        return Node(value)
    if value < root.value:
        root.left = insert(root.left, value)
    else:
        root.right = insert(root.right, value)
    return root
# %%
root = None
for v in (5, 2, 8, 1):
    root = insert(root, v)
root
# %%
def find(root, value) -> Optional[Node]:
    while root is not None and root.value != value:
        root = root.left if value < root.value else root.right
    return root
# %%
find(root, 99)
# %%
missing = find(root, 99)
print("found" if missing else "not there")
# %%
class Stack:
    def __init__(self):
        self._items = []

    def push(self, item):
        self._items.append(item)

    def pop(self):
        if self._items:
            return self._items.pop()
        print("stack is empty")

    def __len__(self):
        return len(self._items)
# %%
stack = Stack()
stack.push(1)
# %%
stack.pop()
# %%
stack.pop()
# %%
counts = Counter("mississippi")
counts.most_common(2)
# %%
Point = namedtuple("Point", "x y")
p = Point(1, 2)
p._replace(x=3)
# %%
queue = deque([root])
order = []
while queue:
    node = queue.popleft()
    order.append(node.value)
    queue.extend(n for n in (node.left, node.right) if n)
order
# %%
groups = defaultdict(list)
for word in ["ab", "cd", "ae"]:
    groups[word[0]].append(word)
groups.get("z")
# %%
class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def deposit(self, amount):
        self.balance += amount

    def transfer(self, other, amount):
        if amount > self.balance:
            return False
        self.balance -= amount
        other.deposit(amount)
        return True
# %%
a, b = Account("a", 10), Account("b")
a.deposit(5)
# %%
ok = a.transfer(b, 7)
ok, a.balance, b.balance
# %%
def dijkstra(graph, start):
    distance = {n: float("inf") for n in graph}
    distance[start] = 0
    return distance
# %%
distance = dijkstra({"a": [], "b": []}, "a")
shortest = min(distance.values())
far = distance["b"]
# %%
def quicksort(xs):
    if len(xs) <= 1:
        return xs
    return quicksort([x for x in xs[1:] if x < xs[0]]) + [xs[0]] + quicksort([x for x in xs[1:] if x >= xs[0]])
# %%
values = [3, 1, 2]
values.sort()
values.append(4)
values
# %%
def hanoi(n, a="A", b="B", c="C"):
    if n == 0:
        return
    hanoi(n - 1, a, c, b)
    print(n, a, "->", c)
    hanoi(n - 1, b, a, c)
# %%
hanoi(2)
# %%
evens = [n for n in values if n % 2 == 0 and n > 100]
empty = {}
nothing = ()
