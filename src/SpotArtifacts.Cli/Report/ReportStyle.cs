namespace SpotArtifacts.Cli.Report;

/// <summary>The page's style sheet.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1c1e21; --soft: #5d646d; --rule: #dfe2e6; --tint: #f4f5f7; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #16181b; --ink: #e6e8eb; --soft: #9aa3ad; --rule: #32373d; --tint: #1f2327; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 860px; margin: 0 auto; padding: 48px 24px 64px; }
        h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; margin: 0 0 16px; text-wrap: balance; }
        h2 { font-size: 1.2rem; font-weight: 650; margin: 0 0 8px; }
        p { margin: 0 0 12px; max-width: 68ch; overflow-wrap: break-word; }
        header p:first-of-type { font-size: 1.06rem; }
        section { margin-top: 40px; }
        .studio-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; margin: 28px 0 0;
          background: var(--rule); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; }
        .studio-figures div { background: var(--paper); padding: 14px 16px; }
        .studio-figures dt { font-size: 0.82rem; color: var(--soft); }
        .studio-figures dd { margin: 2px 0 0; font-size: 1.6rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
        .studio-figures dd.note { font-size: 0.82rem; font-weight: 400; color: var(--soft); }
        figure { margin: 12px 0 0; min-width: 0; }
        figcaption { font-size: 0.86rem; color: var(--soft); margin-top: 6px; max-width: 68ch; }
        .images { display: flex; flex-wrap: wrap; gap: 20px; align-items: flex-start; }
        img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 3px; }
        .chart { background: #fff; border-radius: 3px; }
        .chart img { image-rendering: auto; }
        .studio-scroll { overflow-x: auto; }
        table { border-collapse: collapse; min-width: 60%; margin-top: 4px; font-variant-numeric: tabular-nums; }
        th, td { padding: 7px 14px; text-align: right; border-bottom: 1px solid var(--rule); }
        th:first-child { text-align: left; padding-left: 0; }
        thead th { font-size: 0.86rem; font-weight: 600; color: var(--soft); border-bottom-color: var(--soft); vertical-align: bottom; }
        tbody th { font-weight: 500; }
        .best { background: var(--tint); }
        .recipe { display: grid; grid-template-columns: minmax(120px, max-content) 1fr; gap: 4px 24px; margin: 0; font-size: 0.9rem; }
        .recipe dt { color: var(--soft); }
        .recipe dd { margin: 0; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
        @media (max-width: 560px) { main { padding: 28px 16px 40px; } .recipe { grid-template-columns: 1fr; gap: 0; }
          .recipe dd { margin-bottom: 8px; } th, td { padding: 6px 8px; } }
        @media print {
          :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #ccc; --tint: #eee; }
          body { font-size: 11pt; } main { max-width: none; padding: 0; } section { margin-top: 24pt; }
          .studio-scroll { overflow: visible; }
          figure, table, .studio-figures { break-inside: avoid; } h2 { break-after: avoid; } p { orphans: 3; widows: 3; } }

        """;
}
