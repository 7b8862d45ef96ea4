/**
 * The look of the one-file report and of single pictures: light and dark, on screen and on paper. Colours are those
 * of Okabe and Ito, darkened on white until lines stand out by 3 : 1 and text by 4.5 : 1.
 */
export const stylesheet = `
:root { color-scheme: light dark; --page: #f7f7f5; --ink: #1d2126; --faint: #5a626c; --rule: #dcdfe3; --card: #fff;
  --blue: #0072b2; --orange: #c04f00; --green: #00805d; --pink: #b4588f; --amber: #a87400; --violet: #6f53c0; --sky: #3a8fc4; --grey: #7b838c;
  --zone: #0000000d; --pale: #b9c0c8; --doubt: #8a5f00; --shade: #0003; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #121518; --ink: #e6e8ea; --faint: #a3acb6; --rule: #343a41; --card: #1b1f23;
  --blue: #56b4e9; --orange: #f0883e; --green: #2fc89b; --pink: #d98bb6; --amber: #e6b422; --violet: #a58ef0; --sky: #8ecbf0; --grey: #98a1aa;
  --zone: #ffffff12; --pale: #4c545d; --doubt: #e6b422; --shade: #fff4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 82rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; max-width: 60rem; } .faint, footer { color: var(--faint); } .lead { font-size: 1.15rem; margin: .75rem 0 1.5rem; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.25rem 1.4rem; margin: 1.25rem 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: .5rem 2rem; margin: .5rem 0; }
figure { margin: .25rem 0 .75rem; min-width: 0; max-width: 44rem; } figure h3 { margin: .25rem 0; }
figcaption { color: var(--faint); font-size: .9rem; max-width: 38rem; margin-top: .25rem; }
details { margin-top: .75rem; } summary { cursor: pointer; } .scroll { overflow-x: auto;
  background: linear-gradient(to right, var(--card) 40%, transparent) 0 0 / 3rem 100% no-repeat local, linear-gradient(to left, var(--card) 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) 0 0 / .8rem 100% no-repeat scroll, linear-gradient(to left, var(--shade), transparent) 100% 0 / .8rem 100% no-repeat scroll; } .scroll:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; margin-top: .75rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--rule); white-space: nowrap; font-weight: 400; }
thead th { font-weight: 600; } th:first-child { text-align: left; padding-left: 0; } tr > :last-child { padding-right: 0; } .words { text-align: left; white-space: normal; }
ul.warnings { list-style: none; padding: 0; margin: 0; } .warnings li { padding: .2rem 0; } .invalid b { color: var(--orange); }
.badge { background: var(--card); border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem; font-size: .8rem; font-weight: 600; text-decoration: none; vertical-align: .1em; }
.badge.invalid, td.invalid { color: var(--orange); } .badge.caution, td.caution { color: var(--doubt); } .why { color: var(--faint); margin-bottom: 1.5rem; }
.permalink { color: var(--faint); text-decoration: none; font-weight: 400; } .term { color: inherit; text-decoration: underline dotted; }
.copy { font: inherit; font-size: .8rem; color: var(--faint); background: none; border: 1px solid var(--rule); border-radius: .3rem; padding: 0 .5rem; margin-top: .25rem; cursor: pointer; }
a:focus-visible, .copy:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; } .sideways { display: none; color: var(--faint); font-size: .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; max-width: 60rem; }
dt { color: var(--faint); } dd { margin: 0; } @media screen and (max-width: 34rem) { .sideways { display: block; } section { padding: 1rem .8rem; } body { padding: 1rem .6rem 3rem; } }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin: 0 0 .4rem; } }
svg.picture { width: 100%; min-width: 30rem; height: auto; display: block; fill: var(--ink);
  font: 13px system-ui, "Segoe UI", "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--rule); } svg .axis { stroke: var(--faint); } svg .label, svg .faint { fill: var(--faint); }
svg .source { fill: var(--faint); font-size: 11px; } svg .paper { fill: var(--card); }
svg .ideal { stroke: var(--faint); stroke-dasharray: 5 5; fill: none; stroke-width: 1.5; }
svg .dot { fill: var(--sky); fill-opacity: .7; } svg .median { fill: var(--blue); stroke: var(--card); stroke-width: 1.5; }
svg .median.hollow { fill: var(--card); stroke: var(--blue); stroke-width: 2; }
svg .interval { stroke: var(--blue); stroke-width: 2; fill: none; }
svg .value { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
svg .zone { fill: var(--zone); } svg .band { fill: var(--green); fill-opacity: .18; }
svg .fit { stroke: var(--green); stroke-width: 2; fill: none; } svg .prediction { stroke: var(--green); stroke-width: 2; fill: none; stroke-dasharray: 7 4; }
svg .ceiling { stroke: var(--orange); stroke-width: 2; fill: none; stroke-dasharray: 2 3; } svg .ceiling-band { fill: var(--orange); fill-opacity: .12; }
svg .bar.ideal-share { fill: var(--blue); } svg .bar.machine-share { fill: var(--orange); } svg .on-bar { fill: var(--card); font-weight: 600; font-size: 12px; }
svg .loss.useful { fill: var(--blue); } svg .loss.inflation { fill: var(--amber); } svg .loss.waiting { fill: var(--orange); }
svg .loss.steal { fill: var(--violet); } svg .loss.throttled { fill: var(--sky); } svg .loss.other { fill: var(--pink); }
svg .chunk.even { fill: var(--blue); } svg .chunk.odd { fill: var(--sky); }
svg .loss.balance { fill: var(--green); } svg .loss.dispatch { fill: var(--pale); }
svg .sample { fill-opacity: .75; } svg .sample.serial { fill: var(--blue); } svg .sample.pool { fill: var(--amber); }
svg .sample.ceiling { fill: none; stroke: var(--orange); stroke-dasharray: none; stroke-width: 1.3; } svg .middle { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg .phase.blocked { fill: var(--orange); } svg .phase.boot { fill: var(--blue); } svg .phase.ready { fill: var(--amber); }
svg .phase.answer { fill: var(--green); } svg .phase.end { fill: var(--pale); } svg .whisker { stroke: var(--ink); stroke-width: 1.3; } svg .own { font-weight: 600; }
svg .memory.rss { fill: var(--rule); } svg .memory.pss { fill: var(--sky); } svg .memory.uss { fill: var(--blue); }
svg .forest { stroke: var(--faint); stroke-width: 1.6; fill: var(--card); } svg .forest.regressed { stroke: var(--orange); fill: var(--orange); }
svg .forest.improved { stroke: var(--green); fill: var(--green); } svg .forest.same { fill: var(--faint); } svg .forest .interval { stroke: inherit; }
svg .series { fill: none; stroke-width: 1.8; } svg .mark { stroke: var(--card); stroke-width: .8; }
${["blue", "orange", "green", "pink", "amber", "violet", "sky", "grey"]
  .map((colour, at) => `svg .series.c${at} { stroke: var(--${colour}); } svg .mark.c${at} { fill: var(--${colour}); }`)
  .join("\n")}
@page { margin: 10mm; }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 10.5pt; background: #fff; }
  h1 { font-size: 16pt; } h2 { font-size: 13pt; } h3 { font-size: 10pt; } figcaption { font-size: 8.5pt; line-height: 1.35; }
  section { border: none; padding: 0; margin: 0 0 1.5rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } figure, tr, dl, li { break-inside: avoid; } h2,
  * h3 { break-after: avoid; }
  .scroll { overflow: visible; } .figures { grid-template-columns: 1fr 1fr; gap: 0 1rem; } figure:only-child { grid-column: 1 / -1; max-width: 13cm; }
  svg.picture { min-width: 0; } .copy, .permalink, .terms { display: none; } .scroll { background: none; } details:not([open]) { display: none; } section:last-of-type { margin: 0; } footer { font-size: 8.5pt; break-before: avoid; }
  th, td { padding: .15rem .3rem; } table { font-size: 8.5pt; } }
`;
