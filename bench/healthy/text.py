# %% style: strings, regular expressions, files, dates
import json
import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
# %%
folder = Path("texts")
folder.mkdir(exist_ok=True)
# %%
path = folder / "log.txt"
path.write_text("2024-01-01 INFO start\n2024-01-02 ERROR disk full\nbroken line\n")
# %%
pattern = re.compile(r"(?P<day>\S+) (?P<level>INFO|ERROR) (?P<text>.*)")
records = []
for line in path.read_text().splitlines():
    match = pattern.match(line)
    if not match:
        continue
    records.append(match.groupdict())
records
# %%
last = [pattern.match(line) for line in path.read_text().splitlines()]
# %%
re.search(r"\d{9}", "no digits")
# %%
found = re.search(r"disk (\w+)", path.read_text())
found.group(1) if found else "-"
# %%
config = {"url": None, "retries": 3}
url = config.get("url") or "http://localhost"
retries = config["retries"]
timeout = config.get("timeout", 30)
# %%
debug = os.environ.get("NBV_BENCH_DEBUG", "0") == "1"
home = os.getenv("HOME")
# %%
text = json.dumps(config, indent=2)
print(text)
# %%
parsed = json.loads(text)
parsed["url"]
# %%
def shout(text: str) -> None:
    print(text.upper())
# %%
shout("hello")
# %%
def parse(line):
    parts = line.split()
    if len(parts) < 3:
        return None
    return parts
# %%
rows = [parse(line) for line in path.read_text().splitlines()]
rows = [row for row in rows if row]
# %%
first = next((row for row in rows if row[1] == "ERROR"), None)
first
# %%
begun = datetime(2024, 1, 1, tzinfo=timezone.utc)
ends = begun + timedelta(days=3)
(ends - begun).total_seconds()
# %%
words = "the quick brown fox".split()
words.reverse()
", ".join(words)
# %%
with open(folder / "out.json", "w") as file:
    json.dump(config, file)
# %%
sorted(p.name for p in folder.iterdir())
# %%
seen = set()
seen.add("a")
seen.update(words)
len(seen)
# %%
import shutil
shutil.rmtree(folder)
