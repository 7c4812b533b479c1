# %% style: magics, shell escapes, widgets left out
%load_ext autoreload
%autoreload 2
# %%
%matplotlib inline
# %%
!echo hello
# %%
files = !ls
len(files) >= 0
# %%
%%time
total = sum(range(1000))
# %%
%time squares = [n * n for n in range(10)]
# %%
%timeit -n 1 -r 1 sum(range(10))
# %%
%%capture captured
print("hidden")
# %%
captured.stdout
# %%
%%bash
echo from bash
# %%
%env NBV_BENCH=1
# %%
version = !python3 --version
# %%
from IPython.display import HTML, Markdown, display
display(Markdown("**bold**"))
# %%
HTML("<b>x</b>")
# %%
handle = display("first", display_id=True)
handle.update("second")
# %%
def show_table(rows):
    return display(HTML("<table>" + "".join(f"<tr><td>{r}</td></tr>" for r in rows) + "</table>"))
# %%
show_table([1, 2])
# %%
%who_ls
# %%
%%writefile helper_module.py
def double(x):
    return 2 * x

def report(x):
    print("value", x)
# %%
from helper_module import double, report
double(4)
# %%
report(3)
# %%
import os
os.remove("helper_module.py")
# %%
_ = [print(n) for n in range(2)]
# %%
_unused = print("x")
# %%
%pwd
