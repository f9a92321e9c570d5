/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Latency against the parent's RSS, log-log: a line for each method, with its p10-p90 band. */
{
	const hidden = new Set();
	let relative = false;

	/* Of each line its points; relative: to the median of posix_spawn from the same parent. */
	const pointsOf = (rows) => {
		const byLabel = new Map();
		for (const row of rows) {
			const base = rows.find((r) => r.group === row.group && r.method === "posix_spawn");
			const unit = relative ? (base ? base.call[2] : null) : 1;
			if (row.rss === null || !unit)
				continue;
			const [n, low, median, high] = row.call;
			if (!byLabel.has(row.label))
				byLabel.set(row.label, []);
			byLabel.get(row.label).push({ row, n, low: low === null ? null : low / unit, y: median / unit, high: high === null ? null : high / unit, x: Math.max(row.rss, 4096) });
		}
		return byLabel;
	};

	chart("latency", (box, data, width) => {
		const rows = data[state.run], all = pointsOf(rows);
		const labels = Array.from(all.keys());
		const shown = labels.filter((l) => !hidden.has(l));
		const points = [].concat(...shown.map((l) => all.get(l)));
		const narrow = width < NARROW;
		const head = box.append("div").attr("class", "controls");
		if (rows.some((r) => r.method === "posix_spawn"))
			choices(head, "Latency", [[false, "absolute"], [true, "against posix_spawn"]], relative, (v) => {
				relative = v;
				redraw("latency");
			});
		const height = Math.max(320, Math.min(480, width * 0.5));
		const longest = Math.min(narrow ? 12 : 20, d3.max(labels, (l) => l.length) || 0);
		const area = { left: 64, right: width - 24 - 7.8 * longest, top: 30, bottom: height - 48 };
		const svg = plot(box, width, height, `Latency of ${labels.length} methods against the parent's memory; the table below has the data. Arrow keys walk through the points.`);
		if (points.length) {
			const sizes = Array.from(new Set(points.map((p) => p.x))).sort((a, b) => a - b);
			const wide = sizes.length > 1 ? [sizes[0], sizes[sizes.length - 1]] : [sizes[0] / 2, sizes[0] * 2];
			const x = d3.scaleLog().base(2).domain(wide).range([area.left + 14, area.right - 6]);
			let low = d3.min(points, (p) => p.low || p.y), high = d3.max(points, (p) => p.high || p.y);
			if (!(low > 0))
				low = d3.min(points.filter((p) => p.y > 0), (p) => p.y) || 1;
			high = Math.max(high, low);
			const y = d3.scaleLog().domain([low * 0.85, high * 1.15]).range([area.bottom, area.top]);
			const format = relative ? times : shortTime;
			axisLeft(svg, y, logTicks(y), format, area, relative ? "times the median of posix_spawn" : instructions() ? "instructions" : "time of the call");
			const room = Math.floor((area.right - area.left) / 64), skip = Math.ceil(sizes.length / room);
			axisBottom(svg, x, sizes.filter((s, i) => i % skip === 0), bytes, area, "memory that the parent has written");
			const clampY = (v) => y(Math.max(v, y.domain()[0]));
			const ends = [];
			for (const label of shown) {
				const line = all.get(label), l = look(label);
				const g = svg.append("g").attr("class", l.colour);
				g.append("path").attr("class", "band").attr("d", d3.area().defined((p) => p.low !== null).x((p) => x(p.x)).y0((p) => clampY(p.low)).y1((p) => clampY(p.high))(line));
				g.append("path").attr("class", "line").attr("stroke-dasharray", l.dash).attr("d", d3.line().x((p) => x(p.x)).y((p) => clampY(p.y))(line));
				g.selectAll(".point").data(line).enter().append("path").attr("class", "point")
					.attr("transform", (p) => `translate(${x(p.x)},${clampY(p.y)})`).attr("d", l.shape);
				const last = line[line.length - 1];
				ends.push({ y: clampY(last.y), text: named(label, narrow ? 12 : 20), colour: l.colour });
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
					p.n + " samples",
				],
			})), true);
		}
		legend(box, labels, hidden, () => redraw("latency"));
	});
}
