import { goalText, isReached, type Figure } from '../findings.ts';
import { countOf, type Histogram } from '../clients/histogram.ts';
import type { ProcessGroup } from '../target/target.ts';
import type { Sample } from '../sampling/sampler.ts';
import { drawChart, escapeHtml, type Chart, type Series } from './chart.ts';
import type { Report } from './report.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #0f172a }
table { border-collapse: collapse; width: 100% } td, th { padding: .2rem .6rem; border-bottom: 1px solid #e2e8f0; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums } .missed { color: #b91c1c } .reached { color: #047857 }
svg { width: 100%; margin: 1rem 0 } text { font: 11px system-ui, sans-serif; fill: #475569 } text.title { font-weight: 600; fill: #0f172a }
code { background: #f1f5f9; padding: 0 .2rem } li.failure { color: #b91c1c }`;

/** The report as one page that needs nothing else. */
export function toHtml(report: Report): string {
  const { scenario, what, startedAt, seconds, options, machine, settings, failures } = report;
  const about = [
    `${options.connections} connections, ${options.nodes} push-servers, seed ${options.seed}`,
    `${machine.cores} x ${machine.model}, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, Linux ${machine.kernel}, Node ${machine.node}`,
    `${startedAt}, ${seconds.toFixed(0)} s`,
  ];
  const title = escapeHtml(`Longwire: ${scenario}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p>${escapeHtml(what)}</p>
<p>${about.map(escapeHtml).join('<br>')}</p>
${failures.length === 0 ? '<p class="reached">Every delivery was accounted for.</p>' : `<ul>${failures.map((line) => `<li class="failure">${escapeHtml(line)}</li>`).join('')}</ul>`}
<table><tr><th>figure</th><th></th><th></th><th>goal</th><th></th></tr>
${report.figures.map(rowOf).join('\n')}
</table>
${chartsOf(report).map(drawChart).join('\n')}
<h2>Settings</h2>
<ul>${Object.entries(settings)
    .map(([name, value]) => `<li><code>${escapeHtml(`${name}=${value}`)}</code></li>`)
    .join('')}</ul>
</body></html>
`;
}

function rowOf(figure: Figure): string {
  const { value, unit, goal } = figure;
  const verdict = goal === null ? '' : isReached(figure) ? 'reached' : 'missed';
  const cells = [
    `<td>${escapeHtml(figure.figure)}</td>`,
    `<td class="number">${value.toFixed(Math.abs(value) < 100 ? 2 : 0)}</td>`,
    `<td>${escapeHtml(unit)}</td><td>${goalText(goal)}</td><td class="${verdict}">${verdict}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function chartsOf({ samples, phases, latencies, options }: Report): Chart[] {
  const bands = phases.map(({ name, fromSeconds, toSeconds }) => ({
    name,
    from: fromSeconds,
    to: toSeconds,
  }));
  const time = { xUnit: 'seconds', bands };
  const over = (name: string, of: (sample: Sample) => number | null): Series => ({
    name,
    points: samples.flatMap((sample) => {
      const y = of(sample);
      return y === null || !Number.isFinite(y) ? [] : [[sample.atSeconds, y] as const];
    }),
  });
  const first = samples[0]?.machine;
  const megabytes = (group: ProcessGroup): Series =>
    over(group, ({ use }) => (use[group]?.bytes ?? NaN) / 1e6);
  return [
    {
      ...time,
      title: 'connections',
      yUnit: 'open',
      series: [over('connected', ({ connected }) => connected)],
    },
    {
      ...time,
      title: 'memory',
      yUnit: 'MB',
      series: [
        megabytes('push-servers'),
        megabytes('clients'),
        megabytes('backends'),
        over('kernel, both ends', ({ machine }) =>
          first === undefined
            ? null
            : (machine.slabBytes + machine.tcpBytes - first.slabBytes - first.tcpBytes) / 1e6,
        ),
      ],
    },
    { ...time, title: 'CPU', yUnit: 'cores', series: cpuSeries(samples) },
    {
      ...time,
      title: 'longest event-loop delay of a push-server',
      yUnit: 'ms',
      series: [over('delay', ({ services }) => services?.loopDelayMs ?? null)],
    },
    {
      ...time,
      title: 'garbage collection in the push-servers',
      yUnit: '%',
      series: [collectionSeries(samples, options.nodes)],
    },
    ...latencies
      .filter(({ histogram }) => histogram.length > 0)
      .map(({ name, histogram }) => distribution(name, histogram)),
  ];
}

/** Percent of the time that the push-servers spent on it, from one look at them to the next. */
function collectionSeries(samples: readonly Sample[], pushServers: number): Series {
  return {
    name: 'of the time',
    points: samples.flatMap(({ atSeconds, services }) => {
      if (services === null) return [];
      const { collectionSeconds, seconds } = services;
      return [[atSeconds, (collectionSeconds / seconds / pushServers) * 100] as const];
    }),
  };
}

/** Cores that each group was using between two samples. */
function cpuSeries(samples: readonly Sample[]): Series[] {
  const groups: readonly ProcessGroup[] = ['push-servers', 'clients', 'backends', 'other services'];
  return groups.map((group) => ({
    name: group,
    points: samples.slice(1).flatMap((sample, index) => {
      const before = samples[index]!;
      const cpu = (sample.use[group]?.cpuSeconds ?? NaN) - (before.use[group]?.cpuSeconds ?? NaN);
      // Less than nothing: one of them has ended.
      return cpu >= 0 ? [[sample.atSeconds, cpu / (sample.atSeconds - before.atSeconds)] as const] : [];
    }),
  }));
}

/** Latency by percentile; each step to the right holds a tenth of what is left. */
function distribution(name: string, histogram: Histogram): Chart {
  const total = countOf(histogram);
  const far = Math.max(1, Math.ceil(Math.log10(total)));
  let seen = 0;
  const points = histogram.map(([upperMicroseconds, count]) => {
    seen += count;
    return [Math.min(far, -Math.log10(1 - (seen - 0.5) / total)), upperMicroseconds / 1000] as const;
  });
  const marks = ['0', '90', '99', '99.9', '99.99', '99.999', '99.9999', '99.99999'];
  return {
    title: `latency: ${name}`,
    xUnit: 'percent of messages',
    yUnit: 'ms',
    isLogY: true,
    series: [{ name: `${total} measured`, points }],
    xMarks: marks.slice(0, far + 1).map((label, index) => [index, label]),
  };
}
