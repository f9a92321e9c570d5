/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Latency against the parent's RSS, log-log: a line per method, with its band from p10 to p90. */
{
	const hidden = new Set();
	let relative = false, wanted = "started", measure = wanted;
	const has = (row, m) => row[m] && row[m][0] > 0;

	/* What other methods are compared to: those that exec to posix_spawn, the others to fork. */
	const reference = () => measure === "started" ? "posix_spawn" : "fork";

	/*
	 * The points of each line; if relative, in medians of the reference from the same parent, and
	 * without the calls of methods that exec.
	 */
	const pointsOf = (rows) => {
		const byLabel = new Map();
		for (const row of rows) {
			const base = rows.find((r) => r.group === row.group && r.method === reference());
			const unit = relative ? (base && has(base, measure) ? base[measure][2] : null) : 1;
			if (row.rss === null || !unit || !has(row, measure) || (relative && measure === "call" && row.started))
				continue;
			const [n, low, median, high] = row[measure];
			if (!byLabel.has(row.label))
				byLabel.set(row.label, []);
			byLabel.get(row.label).push({ row, n, low: low === null ? null : low / unit, y: median / unit, high: high === null ? null : high / unit, x: row.rss });
		}
		return byLabel;
	};

	/* A log scale has no 0: it gets a place of its own at the left, and no line leads there. */
	const sizeScale = (sizes, left, right) => {
		const some = sizes.filter((s) => s > 0), zero = some.length < sizes.length;
		const ends = some.length > 1 ? [some[0], some[some.length - 1]] : some.length ? [some[0] / 2, some[0] * 2] : [1, 2];
		const scale = d3.scaleLog().base(2).domain(ends).range([left + (zero ? Math.max(40, (right - left) / 10) : 0), right]);
		const place = (s) => s > 0 ? scale(s) : left;
		place.copy = () => place;
		place.range = () => [left, right];
		return place;
	};
	const broken = (line) => line.flatMap((p) => p.x > 0 ? [p] : [p, null]);

	chart("latency", (box, data, width) => {
		const rows = data[state.run], measures = ["started", "call"].filter((m) => rows.some((r) => has(r, m)));
		measure = measures.includes(wanted) ? wanted : measures[0] || "call";
		const comparable = rows.some((r) => has(r, measure) && r.method === reference());
		relative = relative && comparable;
		const all = pointsOf(rows);
		const labels = Array.from(all.keys());
		const shown = labels.filter((l) => !hidden.has(l));
		const points = [].concat(...shown.map((l) => all.get(l)));
		const head = box.append("div").attr("class", "controls");
		if (measures.length > 1)
			choices(head, "Until", [["started", "the program runs"], ["call", "the call returns"]], measure, (v) => {
				wanted = v;
				redraw("latency");
			});
		if (comparable)
			choices(head, "Latency", [[false, "absolute"], [true, `against ${reference()}`]], relative, (v) => {
				relative = v;
				redraw("latency");
			});
		const height = Math.max(320, Math.min(480, width * 0.5));
		const svg = plot(box, width, height, `Latency of ${labels.length} methods against the parent's memory; the table below has the data. Arrow keys walk through the points.`);
		const room = Math.min(widest(svg, "end", labels), width * 0.34), names = fitted(svg, "end", labels, room);
		const area = { left: 0, right: width - 14 - room, top: 30, bottom: height - 48 };
		if (points.length) {
			const sizes = Array.from(new Set(points.map((p) => p.x))).sort((a, b) => a - b);
			let low = d3.min(points, (p) => p.low || p.y), high = d3.max(points, (p) => p.high || p.y);
			if (!(low > 0))
				low = d3.min(points.filter((p) => p.y > 0), (p) => p.y) || 1;
			high = Math.max(high, low);
			const y = d3.scaleLog().domain([low * 0.85, high * 1.15]).range([area.bottom, area.top]);
			const format = relative ? times : shortTime;
			area.left = axisRoom(svg, logTicks(y), format);
			axisLeft(svg, y, logTicks(y), format, area, relative ? `times the median of ${reference()}` : (instructions() ? "instructions" : "time") + (measure === "started" ? " until the program runs" : " of the call"));
			const x = sizeScale(sizes, area.left + 14, area.right - 6);
			axisBottom(svg, x, sizes, bytes, area, "memory that the parent has written");
			const clampY = (v) => y(Math.max(v, y.domain()[0]));
			const ends = [];
			for (const label of shown) {
				const line = all.get(label), l = look(label);
				const g = svg.append("g").attr("class", l.colour);
				g.append("path").attr("class", "band").attr("d", d3.area().defined((p) => p && p.low !== null).x((p) => x(p.x)).y0((p) => clampY(p.low)).y1((p) => clampY(p.high))(broken(line)));
				g.append("path").attr("class", "line").attr("stroke-dasharray", l.dash).attr("d", d3.line().defined((p) => p).x((p) => x(p.x)).y((p) => clampY(p.y))(broken(line)));
				g.selectAll(".point").data(line).enter().append("path").attr("class", "point")
					.attr("transform", (p) => `translate(${x(p.x)},${clampY(p.y)})`).attr("d", l.shape);
				const last = line[line.length - 1];
				ends.push({ y: clampY(last.y), text: names[labels.indexOf(label)], colour: l.colour });
			}
			endLabels(svg, ends, area.right, area.top, area.bottom);
			const show = relative ? times : time;
			explore(svg, points.map((p) => ({
				x: x(p.x),
				y: clampY(p.y),
				lines: [
					named(p.row.label, 60) + ", " + bytes(p.row.rss),
					"median " + show(p.y),
					...(p.low === null ? [] : ["p10 " + show(p.low) + ", p90 " + show(p.high)]),
					...beside(measure, p.row.started ? p.row[measure === "started" ? "call" : "started"][2] : null),
					counted(p.n, "sample", "samples"),
				],
			})), true);
		}
		legend(box, labels, hidden, () => redraw("latency"));
	});
}
