/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gate: a mark per metric at the change from A to B, with its interval and the margin. */
{
	/* Shapes and colours, in the order of the key. */
	const VERDICTS = {
		regression: { say: "regression", colour: "c1", shape: d3.symbolTriangle },
		"not comparable": { say: "not comparable", colour: "c7", shape: d3.symbolWye },
		inconclusive: { say: "inconclusive", colour: "c4", hollow: true, shape: d3.symbolDiamond },
		pass: { say: "pass", colour: "c2", shape: d3.symbolCircle },
		improved: { say: "pass, and certainly better", colour: "c0", shape: d3.symbolStar },
		none: { say: "does not gate", colour: "c6", shape: d3.symbolCross },
	};
	const GROUPS = [
		{ title: "Estimates, with 95 % intervals", has: (m) => m.kind !== "exact" && m.kind !== "budget", margin: true },
		{ title: "Exact: A and B", has: (m) => m.kind === "exact" },
		{ title: "Budgets: the limit and the value", has: (m) => m.kind === "budget" },
	];

	const seen = (m) => VERDICTS[m.verdict] || VERDICTS.none;
	/* The file may hold anything: treat what no axis can show as unbounded. */
	const ratio = (change) => (typeof change === "number" && change > -1 && change < 1e9 ? 1 + change : null);

	/* "7.80 µs → 8.03 µs"; a long unit only once. */
	const both = (m) => {
		const unit = m.b.split(" ").pop();
		return (unit.length > 2 && m.a.endsWith(" " + unit) ? m.a.slice(0, -1 - unit.length) : m.a) + " → " + m.b;
	};

	const drawInterval = (svg, m, x, y, area) => {
		const [least, most] = x.domain(), low = ratio(m.low), high = ratio(m.high);
		const x0 = low === null || low < least ? area.left : x(Math.min(low, most)), x1 = high === null || high > most ? area.right : x(Math.max(high, least));
		const end = (at, bounded, out) => bounded ? `M${at},${y - 5}V${y + 5}` : `M${at - 6 * out},${y - 4}L${at},${y}L${at - 6 * out},${y + 4}`;
		svg.append("path").attr("class", "interval " + seen(m).colour + (seen(m).hollow ? " hollow" : ""))
			.attr("d", `M${x0},${y}H${x1}` + end(x0, low !== null && low >= least, -1) + end(x1, high !== null && high <= most, 1));
	};

	const drawGroup = (box, metrics, group, margin, width) => {
		const narrow = width < NARROW, top = 40;
		const line = group.margin && margin > 0 ? 1 + margin : null;
		/* What does not gate must not squeeze what does: an arrow leads to it. */
		const gating = metrics.some((m) => m.verdict !== "none") ? metrics.filter((m) => m.verdict !== "none") : metrics;
		const spots = gating.flatMap((m) => [ratio(m.change), ratio(m.low), ratio(m.high)]).filter((r) => r > 0).concat(line || []);
		/* An interval without a bound must not squeeze all others. */
		const least = d3.max([1.02, d3.max(gating, (m) => (ratio(m.change) ? Math.max(ratio(m.change), 1 / ratio(m.change)) : 1)), line || 1]);
		const far = Math.min(Math.pow(least, 3), d3.max(spots.map((r) => Math.max(r, 1 / r)).concat(least))) * 1.02;
		const svg = plot(box, width, 0, group.title + (line ? ", against a margin of " + digits(100 * margin) + " %" : "") + ": the change of each metric; the table below has the data. Arrow keys walk through the marks.");
		const values = metrics.map(both), valuesWide = widest(svg, "total", values);
		const titles = metrics.map((m) => m.cell + ": " + m.metric + (m.set && m.set !== "none" ? " (" + m.set + ")" : "") + (m.cells > 1 ? ", and " + (m.cells - 1) + " more" : "")), namesWide = widest(svg, "name", titles);
		/* In a narrow plot names and values stand above the marks, in one line if both fit. */
		const twoLines = narrow && namesWide + 14 + valuesWide > width;
		const nameRoom = narrow ? (twoLines ? width : namesWide) : Math.min(namesWide, width * 0.4), valueRoom = narrow ? width : Math.min(valuesWide, width * 0.28);
		const names = fitted(svg, "name", titles, nameRoom), shownValues = fitted(svg, "total", values, valueRoom);
		const above = twoLines ? 15 : 0, step = narrow ? 44 + above : 28, bottom = top + metrics.length * step;
		svg.attr("height", bottom + 30).attr("viewBox", [0, 0, width, bottom + 30].join(" "));
		const area = narrow ? { left: 8, right: width - 12, top, bottom } : { left: nameRoom + 12, right: width - valueRoom - 12, top, bottom };
		const x = d3.scaleLog().domain([1 / far, far]).range([area.left + 12, area.right - 12]);
		axisBottom(svg, x, changeTicks(far, narrow), (t) => (t === 1 ? "same" : changeText(t)), area, "");
		svg.append("text").attr("class", "facet").attr("x", 0).attr("y", 14).text(group.title);
		svg.append("line").attr("class", "one").attr("x1", x(1)).attr("x2", x(1)).attr("y1", top - 6).attr("y2", area.bottom);
		if (line) {
			svg.append("line").attr("class", "margin").attr("x1", x(line)).attr("x2", x(line)).attr("y1", top - 10).attr("y2", area.bottom);
			const text = "margin " + digits(100 * margin) + " %";
			heading(svg, "title", Math.min(x(line) + 4, width - widest(svg, "title", [text])), top - 12, text, width);
		}
		const found = [];
		metrics.forEach((m, i) => {
			const y = top + i * step + (narrow ? 28 + above : 14), r = ratio(m.change), look = seen(m);
			svg.append("text").attr("class", "name").attr("x", narrow ? 0 : nameRoom).attr("y", narrow ? y - 13 - above : y + 4)
				.attr("text-anchor", narrow ? "start" : "end").text(names[i]);
			svg.append("g").attr("class", "axis").append("line").attr("x1", area.left).attr("x2", area.right).attr("y1", y).attr("y2", y);
			svg.append("text").attr("class", "total").attr("x", narrow ? width : area.right + 10).attr("y", narrow ? y - 13 : y + 4)
				.attr("text-anchor", narrow ? "end" : "start").text(shownValues[i]);
			if (m.interval)
				drawInterval(svg, m, x, y, area);
			/* A change from 0 has no ratio: draw it beyond the axis, as others that do not fit. */
			const up = r === null ? m.verdict === "regression" : r > far, down = r !== null && r < 1 / far;
			const at = up ? area.right - 16 : down ? area.left + 16 : x(r === null ? 1 : r);
			if (up || down) {
				const edge = up ? area.right : area.left, back = up ? -6 : 6;
				svg.append("path").attr("class", "interval " + look.colour).attr("d", `M${x(1)},${y}H${edge}M${edge + back},${y - 4}L${edge},${y}L${edge + back},${y + 4}`);
			}
			if (r !== null || up)
				svg.append("path").attr("class", "point " + look.colour + (look.hollow ? " hollow" : "")).attr("transform", `translate(${at},${y})`).attr("d", d3.symbol().type(look.shape).size(80)());
			found.push({
				x: at,
				y,
				lines: [named(titles[i], 70), look.say, named(m.a, 40) + " → " + named(m.b, 40) + (r === null ? "" : ", " + changeText(r)),
					...(m.interval ? ["95 % interval: " + m.interval] : []), ...(m.set ? ["probe set: " + named(m.set, 30)] : []),
					...(m.cells > 1 ? ["the worst of " + m.cells + " cells"] : []), ...(m.note ? [named(m.note, 120)] : [])],
			});
		});
		explore(svg, found, true);
	};

	chart("gate", (box, verdicts, width) => {
		const shown = new Set();
		for (const v of verdicts) {
			if (verdicts.length > 1)
				box.append("h3").text(named(v.name, 60));
			for (const group of GROUPS) {
				const metrics = v.metrics.filter(group.has);
				if (!metrics.length)
					continue;
				metrics.forEach((m) => shown.add(seen(m)));
				drawGroup(box, metrics, group, v.margin, width);
			}
		}
		if (!shown.size)
			box.append("p").text("The gate compared nothing; the text below says why.");
		const list = box.append("ul").attr("class", "key").attr("aria-label", "Verdicts");
		for (const v of Object.values(VERDICTS).filter((one) => shown.has(one))) {
			const item = list.append("li");
			item.append("svg").attr("width", 16).attr("height", 16).attr("aria-hidden", "true").attr("class", v.colour)
				.append("path").attr("class", "point" + (v.hollow ? " hollow" : "")).attr("transform", "translate(8,8)").attr("d", d3.symbol().type(v.shape).size(80)());
			item.append("span").text(v.say);
		}
	});
}
