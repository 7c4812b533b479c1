"""The page's only style sheet: light and dark by the reader's setting, from 320 pixels upwards, and on paper."""

STYLE = """
:root{color-scheme:light dark;
--paper:#fbfbfa;--card:#fff;--sunk:#f4f5f6;--ink:#1b2026;--soft:#57606a;--line:#dcdfe3;--link:#0b57b0;
--good:#14713a;--good-bg:#e4f5ea;--warn:#855300;--warn-bg:#fdf1d7;--bad:#b3202c;--bad-bg:#fdeaea;--none:#5d6672;--none-bg:#eceef0;
--k:#8a2a9b;--s:#17692f;--n:#0b57b0;--c:#69707a;--f:#8a4a00;--mark:#fff3bf;--shadow:0 1px 2px #1b202614,0 4px 14px #1b20260a}
@media(prefers-color-scheme:dark){:root{
--paper:#12151a;--card:#1a1e25;--sunk:#14181e;--ink:#e4e8ec;--soft:#a0a9b4;--line:#313841;--link:#7db7ff;
--good:#5fd08a;--good-bg:#14301f;--warn:#f0b74f;--warn-bg:#35290f;--bad:#ff8a8a;--bad-bg:#3b1a1d;--none:#a0a9b4;--none-bg:#272d35;
--k:#d9a0f0;--s:#86d29b;--n:#7db7ff;--c:#8f99a5;--f:#f0b074;--mark:#4a3f12;--shadow:none}}
*,*::before,*::after{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
body>header,main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.2rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
h1,h2,h3,p,ul,ol,dl,pre,figure{margin:0}
h2{font-size:1.2rem;letter-spacing:-.01em;margin:2.6rem 0 .9rem}
pre,code{font:13.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;overflow:auto}
p,li,dd,b,strong,td,th{overflow-wrap:anywhere}
.banner{padding-top:2.4rem!important}
.verdict{display:flex;gap:1rem;align-items:center}
.sign{flex:none;width:3.4rem;height:3.4rem;border-radius:50%;padding:.8rem;fill:none;stroke:#fff;stroke-width:2.6;stroke-linecap:round;stroke-linejoin:round;background:var(--none)}
.Passed .sign{background:#14713a}.PassedWithWarnings .sign{background:#9a6100}.Failed .sign{background:#b3202c}.Error .sign{background:#5d6672}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.02em}
h1 .path{display:block;font-size:1rem;font-weight:500;letter-spacing:0;color:var(--soft);overflow-wrap:anywhere;margin-top:.15rem}
.Passed .word{color:var(--good)}.PassedWithWarnings .word{color:var(--warn)}.Failed .word{color:var(--bad)}
.meaning{color:var(--soft);margin-top:.2rem}
.banner>.message{margin-top:1.2rem;padding:.8rem 1rem;border-radius:.5rem;background:var(--none-bg);font-weight:550}
.Passed>.message{background:var(--good-bg)}.PassedWithWarnings>.message{background:var(--warn-bg)}.Failed>.message{background:var(--bad-bg)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.9rem 1.5rem;margin:1.3rem 0}
.facts dt{font-size:.78rem;color:var(--soft)}.facts dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.meter svg{display:block;width:100%;height:.6rem;border-radius:.3rem}
.meter p{margin-top:.4rem;font-size:.9rem;color:var(--soft)}
.key{display:inline-block;width:.65rem;height:.65rem;border-radius:50%;margin:0 .35rem 0 .2rem}
.bar-Success{fill:var(--good);background:var(--good)}.bar-Warning{fill:var(--warn);background:var(--warn)}
.bar-Failure{fill:var(--bad);background:var(--bad)}.bar-Skipped{fill:var(--line);background:var(--line)}
.look{list-style:none;padding:0;display:grid;gap:.4rem}
.look li{padding:.55rem .8rem;border-left:.25rem solid var(--warn);background:var(--card);border-radius:.3rem;box-shadow:var(--shadow)}
.look .failure{border-color:var(--bad)}.look a{font-weight:600}
.look+.findings{padding:.9rem 0 0}
.notice{margin:.9rem 0;padding:.7rem 1rem;border-left:.25rem solid var(--warn);background:var(--warn-bg);border-radius:.3rem}
.notice table{margin-top:.5rem}
.memory svg{display:block;width:100%;height:9rem;background:var(--card);border:1px solid var(--line);border-radius:.4rem}
.area{fill:var(--link);opacity:.14}.curve{fill:none;stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.axis{display:flex;justify-content:space-between;font-size:.78rem;color:var(--soft)}
figcaption,caption{font-size:.9rem;color:var(--soft);text-align:left;padding:.3rem 0}
.timings{width:100%;border-collapse:collapse;margin-top:1.2rem;font-size:.9rem}
.timings th{font-weight:400;text-align:left;white-space:nowrap;padding:.1rem .8rem .1rem 0;width:1%}
.timings .bar{width:99%}.timings svg{display:block;width:100%;height:.65rem}
.timings .number{text-align:right;white-space:nowrap;padding-left:.8rem;font-variant-numeric:tabular-nums}
.cell{background:var(--card);border:1px solid var(--line);border-left:.3rem solid var(--line);border-radius:.5rem;margin:1.1rem 0;box-shadow:var(--shadow);overflow:hidden}
.cell.Success{border-left-color:var(--good)}.cell.Warning{border-left-color:var(--warn)}.cell.Failure{border-left-color:var(--bad)}
.cell:target{outline:2px solid var(--link)}
.cell>header{display:flex;flex-wrap:wrap;gap:.2rem .7rem;align-items:center;padding:.45rem .9rem;font-size:.85rem}
h3{font-size:.9rem}
.status,.badge{padding:.08rem .55rem;border-radius:1rem;font-size:.78rem;font-weight:600;background:var(--none-bg);color:var(--none)}
.status.Success{background:var(--good-bg);color:var(--good)}
.status.Warning,.warning .badge{background:var(--warn-bg);color:var(--warn)}
.status.Failure,.failure .badge{background:var(--bad-bg);color:var(--bad)}
.took{color:var(--soft);font-variant-numeric:tabular-nums}
.tag{color:var(--soft);border:1px solid var(--line);border-radius:.3rem;padding:0 .35rem;font-size:.78rem}
.source{background:var(--sunk);padding:.75rem .9rem;border-top:1px solid var(--line)}
.source i,.example i{font-style:normal}
i.k{color:var(--k)}i.s{color:var(--s)}i.n{color:var(--n)}i.c{color:var(--c)}i.f{color:var(--f)}
mark.line{background:var(--mark);color:inherit;display:inline-block;min-width:100%}
.output{padding:.6rem .9rem;border-top:1px solid var(--line);position:relative}
.output pre{max-height:26rem}
.output.stderr{background:var(--warn-bg)}.output.error{background:var(--bad-bg)}
.stream-name{display:block;font-size:.72rem;color:var(--soft);margin-bottom:.15rem}
.picture{background:#fff}.picture img{display:block;max-width:100%;height:auto;margin:0 auto}
.output.table,.scroll{overflow:auto;max-height:32rem}
.output table,.scroll table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
.output td,.output th,.scroll td,.scroll th{padding:.22rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
.output thead th,.scroll thead th{border-bottom:2px solid var(--line)}
.scroll td,.scroll th{text-align:left}
.note,.again{font-size:.85rem;color:var(--soft);padding:.5rem .9rem;border-top:1px solid var(--line)}
.again{padding:.3rem 0 0;border:0}
.findings{list-style:none;padding:0}
.cell .findings{border-top:1px solid var(--line)}
.finding{padding:.8rem .9rem;border-left:0}
.finding+.finding{border-top:1px solid var(--line)}
section>.findings .finding,.prose .finding{background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;box-shadow:var(--shadow)}
.finding-head{display:flex;flex-wrap:wrap;gap:.2rem .5rem;align-items:baseline}
.check-title{color:var(--soft);font-size:.9rem}
.finding .message{margin-top:.25rem;font-weight:550;white-space:pre-line}
.message code,.finding p code,.look code,.ending code,.notice code{font-size:.88em;background:var(--none-bg);border-radius:.25rem;padding:.05em .3em}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--link);width:fit-content}
details>p,.ending p{margin-top:.5rem;max-width:46rem}
.example{background:var(--sunk);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem;margin-top:.5rem}
.difference{border-top:1px solid var(--line);padding:.7rem .9rem}
.gravity,.side{color:var(--soft);font-size:.85rem}
.diff,.difference pre{background:var(--sunk);border-radius:.4rem;padding:.5rem .7rem;margin-top:.35rem;max-height:26rem}
.diff ins,.diff del{text-decoration:none;display:inline-block;min-width:100%}
.diff ins{background:var(--good-bg);color:var(--good)}.diff del{background:var(--bad-bg);color:var(--bad)}.hunk{color:var(--soft)}
.prose{margin:1.3rem 0;padding:0 .2rem;white-space:pre-line}
.prose p+p{margin-top:.6rem}.prose pre{background:var(--sunk);padding:.6rem .8rem;border-radius:.4rem;margin:.5rem 0}
.prose code{background:var(--sunk);padding:.05rem .3rem;border-radius:.2rem}
.heading{font-weight:650}.heading.h1{font-size:1.35rem}.heading.h2{font-size:1.18rem}.heading.h3{font-size:1.05rem}
.packages{list-style:none;padding:0;margin-top:.7rem;columns:15rem;font-size:.88rem}
.packages li{display:flex;justify-content:space-between;gap:1rem;break-inside:avoid;padding:.1rem 0;border-bottom:1px dotted var(--line)}
.packages code{color:var(--soft)}
.checks{columns:20rem}.checks code{flex:none}
.bold{font-weight:700}.ansi1{color:var(--bad)}.ansi2{color:var(--good)}.ansi3{color:var(--warn)}.ansi4,.ansi6{color:var(--link)}.ansi5{color:var(--k)}
footer{margin-top:3rem!important;padding-bottom:2.5rem!important;color:var(--soft);font-size:.85rem}
@media(max-width:34rem){
body{font-size:15px}body>header,main,footer{padding:0 .8rem}
.banner{padding-top:1.3rem!important}.sign{width:2.7rem;height:2.7rem;padding:.6rem}h1{font-size:1.45rem}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:.7rem 1rem}
pre,code{font-size:12.5px}.cell{margin:.9rem -.3rem}.memory svg{height:6.5rem}
.source,.output,.finding,.cell>header,.difference{padding-left:.7rem;padding-right:.7rem}}
@media print{
:root{--paper:#fff;--card:#fff;--shadow:none}body{font-size:11pt}
body>header,main,footer{max-width:none;padding:0}
.output pre,.output.table,.scroll,.diff,.difference pre{max-height:none;overflow:visible}
.cell>header,.finding,.picture,.facts{break-inside:avoid}.skip{display:none}a{color:inherit}}
""".strip()
