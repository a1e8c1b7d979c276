// The day by the hour as charts. Colours and sizes are those of tokens.css; only what is drawn is taken of ECharts, and it
// draws on a canvas: the content policy admits no inline style.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Hour } from "./history";

use([BarChart, LineChart, GridComponent, LegendComponent, CanvasRenderer]);

export const draw = init;

/** The tokens that a chart needs, as the page has them. */
export function inks(of: HTMLElement) {
  const style = getComputedStyle(of);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return { ink: value("--ink"), second: value("--ink-2"), line: value("--line"), accent: value("--accent"), sheet: value("--sheet"), font: style.fontFamily, size: parseFloat(value("--note")) };
}

export type Inks = ReturnType<typeof inks>;

interface Series { name: string; of: (h: Hour) => number | null | undefined; kind: "bar" | "line"; colour: string; dashed?: boolean }

/** One chart of a few series over the hours. */
export function chartOf(hours: Hour[], series: Series[], i: Inks, at: (hour: number) => string): EChartsCoreOption {
  const words = { color: i.second, fontFamily: i.font, fontSize: i.size };
  return {
    animation: false,
    textStyle: words,
    grid: { left: 8, right: 8, top: 40, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, textStyle: words, itemHeight: 10, selectedMode: false },
    xAxis: { type: "category", data: hours.map((h) => at(h.hour)), axisLabel: words, axisLine: { lineStyle: { color: i.line } }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: words, splitLine: { lineStyle: { color: i.line } } },
    series: series.map((s) => ({
      name: s.name, type: s.kind, data: hours.map((h) => s.of(h) ?? null), itemStyle: { color: s.colour }, connectNulls: false,
      ...(s.kind === "line" ? { symbolSize: 8, lineStyle: { color: s.colour, width: 2, type: s.dashed ? "dashed" : "solid" } } : { barMaxWidth: 28 }),
    })),
  };
}
