/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The change of each median from the first run to the others, a mark each: of the call, and of methods that exec, of when the program runs. */

/* "+12.0 %", "×12.3" */
function changeText(ratio) {
	return ratio >= 10 ? times(ratio) : (ratio >= 1 ? "+" : "−") + digits(Math.abs(100 * (ratio - 1))) + " %";
}

/* The ticks of an axis from 1/far to far. */
function changeTicks(far, narrow) {
	const outer = (steps) => steps.filter((t) => t <= far && t >= 1 / far).slice(narrow ? -1 : -2);
	return [...outer([0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0.2, 0.1, 0.01]), 1,
		...outer([1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2, 5, 10, 100, 1000])];
}

chart("compare", (box, rows, width) => {
	const names = page.runs.map((r) => r.name), narrow = width < NARROW;
	const step = narrow ? 40 : 26, top = 34;
	/* Each row is compared with the first run that has it: the run that the row is from. */
	const base = (row) => row.row[0], first = d3.min(rows, base);
	const changesOf = (row) => row.medians.map((m, k) => (k > base(row) && m > 0 && row.medians[base(row)] > 0 ? { k, ratio: m / row.medians[base(row)] } : null)).filter((c) => c);
	const changes = rows.flatMap((r) => changesOf(r).map((c) => c.ratio));
	const others = names.map((name, k) => k).filter((k) => rows.some((r) => changesOf(r).some((c) => c.k === k)));
	const height = top + rows.length * step + 30;

	if (!changes.length) {
		box.append("p").text("No median can be compared.");
		return;
	}
	/* Ratios on a log scale: half and double are equally far from 1. */
	const far = Math.max(1.02, d3.max(changes), 1 / d3.min(changes)) * 1.02;
	const svg = plot(box, width, height, "Change of each median against " + named(names[first], 40) + "; the table below has the data. Arrow keys walk through the marks.");
	const titles = rows.map((row) => row.method + ", " + row.parent + ": " + row.measure);
	const room = narrow ? width : Math.min(widest(svg, "name", titles), width * 0.45), labels = fitted(svg, "name", titles, room);
	const area = { left: narrow ? 8 : room + 10, right: width - 12, top, bottom: top + rows.length * step };
	const x = d3.scaleLog().domain([1 / far, far]).range([area.left + 10, area.right - 10]);
	axisBottom(svg, x, changeTicks(far, narrow), (t) => (t === 1 ? "same" : changeText(t)), area, "");
	heading(svg, "title", 0, 12, "change of the median against " + names[first], width);
	svg.append("line").attr("class", "one").attr("x1", x(1)).attr("x2", x(1)).attr("y1", area.top - 8).attr("y2", area.bottom);
	const found = [];
	rows.forEach((row, i) => {
		const y = area.top + i * step + (narrow ? 26 : 14);
		svg.append("text").attr("class", "name").attr("x", narrow ? 0 : room).attr("y", narrow ? y - 12 : y + 4)
			.attr("text-anchor", narrow ? "start" : "end").text(labels[i]);
		svg.append("g").attr("class", "axis").append("line").attr("x1", area.left).attr("x2", area.right).attr("y1", y).attr("y2", y);
		for (const { k, ratio } of changesOf(row)) {
			const l = lookAt(others.indexOf(k)), from = base(row);
			svg.append("path").attr("class", "point " + l.colour).attr("transform", `translate(${x(ratio)},${y})`).attr("d", l.shape.size(70)());
			found.push({
				x: x(ratio),
				y,
				lines: [named(row.method + ", " + row.parent, 60) + ": " + row.measure, named(names[from], 40) + ": " + time(row.medians[from]), named(names[k], 40) + ": " + time(row.medians[k]) + ", " + changeText(ratio)],
			});
		}
	});
	explore(svg, found, true);
	if (others.length > 1) {
		const list = box.append("ul").attr("class", "key").attr("aria-label", "Runs");
		others.forEach((k, i) => {
			const l = lookAt(i), item = list.append("li");
			item.append("svg").attr("width", 14).attr("height", 14).attr("aria-hidden", "true").attr("class", l.colour)
				.append("path").attr("class", "point").attr("transform", "translate(7,7)").attr("d", l.shape());
			item.append("span").text(named(names[k], 40));
		});
	}
});
