/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A scenario's measures in time, one at a time: for each condition from the least to the most, with marks at the median, p99 and the maximum. */
{
	const ROW = 26, marks = ["least", "median", "p99", "most"];
	let wanted = null;

	const tip = (m) => [named(m.conditions || m.name, 80),
		...marks.filter((mark) => m[mark] !== null).map((mark) => mark + ": " + time(m[mark])), counted(m.n, "value", "values")];

	const drawRows = (box, rows, width) => {
		const height = rows.length * ROW + 56, area = { top: 8, bottom: rows.length * ROW + 8, left: 0, right: width - 14 };
		const svg = plot(box, width, height, rows[0].name + ": from the least to the most under each condition; the table below has the data. Arrow keys walk through them.");
		const names = rows.map((m) => named(m.conditions || m.name, 60));
		area.left = Math.min(12 + widest(svg, "title", names), width * 0.45);
		/* A log scale has no 0. */
		const there = rows.flatMap((m) => marks.map((mark) => m[mark])).filter((v) => v > 0), domain = d3.extent(there);
		const x = d3.scaleLog().domain([domain[0] * 0.8, domain[1] * 1.25]).range([area.left + 8, area.right]).clamp(true);
		axisBottom(svg, x, logTicks(x), shortTime, area, rows[0].name + (instructions() ? ", instructions" : ""));
		rows.forEach((m, i) => {
			const y = area.top + (i + 0.5) * ROW, g = svg.append("g").attr("class", "c" + (i % 8));
			heading(svg, "title", 0, y + 4, names[i], area.left - 8);
			g.append("line").attr("class", "line").attr("x1", x(m.least)).attr("x2", x(m.most)).attr("y1", y).attr("y2", y);
			[m.median, m.p99, m.most].forEach((v, k) => v !== null && g.append("path").attr("class", k ? "point hollow" : "point")
				.attr("transform", `translate(${x(v)},${y})`).attr("d", lookAt(k).shape()));
		});
		explore(svg, rows.map((m, i) => ({ x: x(m.median), y: area.top + (i + 0.5) * ROW, lines: tip(m) })), true);
	};

	chart("scenario", (box, data, width) => {
		const run = data.runs[state.run], times = run ? run.rows.filter((m) => m.most > 0) : [];
		if (!times.length) {
			box.append("p").text(run ? "This scenario has no measures in time; the table has the others." : "This run is of no scenario.");
			return;
		}
		const names = Array.from(new Set(times.map((m) => m.name)));
		const most = times.reduce((a, b) => b.n > a.n ? b : a).name; /* the one with the most values is the scenario's subject */
		const name = names.includes(wanted) ? wanted : most;
		choose(box.append("div").attr("class", "controls"), "Measure", names.map((n) => [n, n]), name, (v) => {
			wanted = v;
			redraw("scenario");
		});
		drawRows(box, times.filter((m) => m.name === name), width);
		box.append("p").attr("class", "note").text("Scenario " + run.scenario + ". Filled: median; hollow: p99, and the maximum at the end of the line.");
	});
}
