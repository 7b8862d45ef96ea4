/** The look of the one-file report: light and dark, on screen and on paper. Colours are those of Okabe and Ito. */
export const stylesheet = `
:root { color-scheme: light dark; --page: #fdfdfc; --ink: #1d2126; --faint: #636b75; --rule: #dcdfe3; --card: #fff;
  --blue: #0072b2; --orange: #d55e00; --green: #009e73; --zone: #0000000a; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --ink: #e6e8ea; --faint: #99a2ac; --rule: #32383f;
  --card: #1b1f23; --blue: #56b4e9; --orange: #f0883e; --green: #2fc89b; --zone: #ffffff0d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 0 0 .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; } .faint, footer { color: var(--faint); } .lead { font-size: 1.1rem; margin: .75rem 0 1.5rem; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.1rem 1.25rem;
  margin: 1.25rem 0; break-inside: avoid; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; }
.pictures.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); margin-top: 1.25rem; align-items: end; }
figure { margin: .5rem 0; min-width: 0; } figcaption { color: var(--faint); font-size: .875rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: right; padding: .3rem .45rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } th:last-child, td:last-child { padding-right: 0; } th { font-weight: 600; }
ul.warnings { list-style: none; padding: 0; margin: 0; } .warnings li { padding: .2rem 0; }
.invalid b { color: var(--orange); } dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
details summary { cursor: pointer; color: var(--faint); }
svg.picture { width: 100%; max-width: 46rem; height: auto; display: block; font: 13px system-ui, "Segoe UI", sans-serif; fill: var(--ink); }
svg .grid { stroke: var(--rule); } svg .axis { stroke: var(--faint); } svg .label, svg .faint { fill: var(--faint); }
svg .ideal { stroke: var(--faint); stroke-dasharray: 5 5; fill: none; stroke-width: 1.5; }
svg .dot { fill: var(--blue); fill-opacity: .5; } svg .median { fill: var(--blue); stroke: var(--card); stroke-width: 1.5; }
svg .median.hollow { fill: var(--card); stroke: var(--blue); stroke-width: 2; } svg .interval { stroke: var(--blue); stroke-width: 2; }
svg .value { font-weight: 600; } svg .zone { fill: var(--zone); } svg .band { fill: var(--green); fill-opacity: .18; }
svg .fit { stroke: var(--green); stroke-width: 1.8; fill: none; }
svg .ceiling { stroke: var(--orange); stroke-width: 1.6; fill: none; stroke-dasharray: 2 3; } svg .ceiling-name { fill: var(--orange); }
svg .ceiling-band { fill: var(--orange); fill-opacity: .12; }
svg .loss.useful { fill: var(--blue); } svg .loss.inflation { fill: #e69f00; } svg .loss.waiting { fill: var(--orange); }
svg .loss.other { fill: #cc79a7; } svg .loss.steal { fill: #e69f00; } svg .loss.throttled { fill: #f0e442; } svg .loss.balance { fill: var(--green); } svg .loss.dispatch { fill: var(--faint); }
svg .phase.blocked { fill: var(--orange); } svg .phase.boot { fill: var(--blue); } svg .phase.ready { fill: #e69f00; } svg .phase.answer { fill: var(--green); }
svg .phase.end { fill: var(--faint); fill-opacity: .55; } svg .whisker { stroke: var(--ink); } svg .own { font-weight: 600; }
svg .memory.rss { fill: var(--rule); } svg .memory.pss { fill: var(--blue); fill-opacity: .55; } svg .memory.uss { fill: var(--blue); }
svg .series { fill: none; stroke-width: 1.8; } svg .s0 { stroke: var(--blue); } svg .s1 { stroke: var(--orange); }
svg .s2 { stroke: var(--green); } svg .s3 { stroke: #cc79a7; } svg .s4 { stroke: #e69f00; } svg .s5 { stroke: var(--ink); }
svg .dot.s0 { fill: var(--blue); } svg .dot.s1 { fill: var(--orange); } svg .dot.s2 { fill: var(--green); }
svg .dot.s3 { fill: #cc79a7; } svg .dot.s4 { fill: #e69f00; } svg .dot.s5 { fill: var(--ink); } svg .dot.s6 { fill: #8a6fd1; }
svg .dot.s7 { fill: var(--faint); } svg .dot[class*=" s"] { fill-opacity: .9; stroke: none; }
svg .s6 { stroke: #8a6fd1; } svg .thin { stroke-width: .8; stroke-opacity: .5; } svg .s7 { stroke: var(--faint); }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } section { border-color: #ccc; } details { display: none; } }
`;
