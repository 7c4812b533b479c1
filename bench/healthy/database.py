# %% style: SQL
import sqlite3
import pandas as pd
# %%
conn = sqlite3.connect(":memory:")
cur = conn.cursor()
# %%
cur.execute("CREATE TABLE sales (id INTEGER PRIMARY KEY, region TEXT, amount REAL, note TEXT)")
# %%
rows = [(1, "north", 10.5, None), (2, "south", None, None), (3, "north", 7.25, None)]
cur.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows)
conn.commit()
# %%
sales = pd.read_sql("SELECT * FROM sales", conn)
sales
# %%
sales.head(2)
# %%
sales["amount"] = sales["amount"].fillna(0)
# %%
by_region = pd.read_sql_query("SELECT region, SUM(amount) AS total FROM sales GROUP BY region", conn)
by_region
# %%
cur.execute("SELECT COUNT(*) FROM sales").fetchone()
# %%
count, = cur.execute("SELECT COUNT(*) FROM sales").fetchone()
# %%
cursor = conn.execute("SELECT * FROM sales WHERE amount > 1000")
big = cursor.fetchall()
big
# %%
row = conn.execute("SELECT * FROM sales WHERE id = 99").fetchone()
if row is None:
    print("no such sale")
# %%
def query(sql, *args):
    return conn.execute(sql, args).fetchall()
# %%
query("SELECT * FROM sales WHERE region = ?", "east")
# %%
with conn:
    conn.execute("UPDATE sales SET amount = amount * 1.1 WHERE region = 'north'")
# %%
late = pd.read_sql("SELECT * FROM sales", conn).dropna(subset=["region"])
late.shape
# %%
written = sales.to_sql("copy", conn, index=False)
# %%
columns = [column[0] for column in conn.execute("SELECT * FROM copy").description]
columns
# %%
notes = sales["note"]
notes.isna().all()
# %%
def run(sql):
    conn.execute(sql)
    conn.commit()
# %%
run("DELETE FROM copy")
# %%
remaining = pd.read_sql("SELECT COUNT(*) AS n FROM copy", conn)
remaining
# %%
conn.close()
