/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Latency against what varies, the parent's memory or another axis: a line per method, with its band from p10 to p90. */
{
	const hidden = new Set();
	let relative = false, wanted = "started", measure = wanted, along = null, as = "lines", shade = "median";
	const has = (row, m) => row[m] && row[m][0] > 0;

	/* What other methods are compared to: those that exec to posix_spawn, the others to fork. */
	const reference = () => measure === "started" ? "posix_spawn" : "fork";

	/*
	 * The points of each line; if relative, in medians of the reference from the same parent, and
	 * without the calls of methods that exec.
	 */
	const pointsOf = (rows, layout) => {
		const byLabel = new Map();
		for (const row of rows) {
			const base = rows.find((r) => r.group === row.group && r.method === reference());
			const unit = relative ? (base && has(base, measure) ? base[measure][2] : null) : 1;
			const label = lineName(row, layout), x = layout.x.axis.of(row);
			if (x === null || !unit || !has(row, measure) || (relative && measure === "call" && row.started))
				continue;
			const [n, low, median, high] = row[measure];
			if (!byLabel.has(label))
				byLabel.set(label, []);
			byLabel.get(label).push({ row, label, n, low: low === null ? null : low / unit, y: median / unit, high: high === null ? null : high / unit, x });
		}
		for (const line of byLabel.values())
			line.sort((a, b) => layout.x.values.indexOf(a.x) - layout.x.values.indexOf(b.x));
		return byLabel;
	};

	/* A line with gaps, as null: where it has no point at a value that others have, and where the scale allows none. */
	const broken = (line, values, reaches) => line.flatMap((p, i) => {
		const next = line[i + 1];
		return next && reaches(p.x) && values.indexOf(next.x) - values.indexOf(p.x) <= 1 ? [p] : [p, null];
	});

	/* What is drawn of one facet: {rows, title}. */
	const facetsOf = (rows, layout) => !layout.facet ? [{ rows, title: null }] : layout.facet.values.map((v) => ({
		rows: rows.filter((r) => layout.facet.axis.of(r) === v),
		title: layout.facet.axis.title + ": " + onAxis(layout.facet.axis, v),
	}));

	const domainOf = (points) => {
		let low = d3.min(points, (p) => p.low || p.y), high = d3.max(points, (p) => p.high || p.y);
		if (!(low > 0))
			low = d3.min(points.filter((p) => p.y > 0), (p) => p.y) || 1;
		high = Math.max(high, low);
		return [low * 0.85, high * 1.15];
	};

	const tip = (p, layout) => {
		const show = relative ? times : time, facet = layout.facet && layout.facet.axis;
		const at = [layout.x.axis, facet].filter((a) => a && a !== MEMORY).map((a) => a.title + ": " + onAxis(a, a.of(p.row)));
		return [
			named(p.label, 60) + (p.row.rss === null ? "" : ", " + bytes(p.row.rss)),
			...at,
			"median " + show(p.y),
			...(p.low === null ? [] : ["p10 " + show(p.low) + ", p90 " + show(p.high)]),
			...beside(measure, p.row.started ? p.row[measure === "started" ? "call" : "started"][2] : null),
			counted(p.n, "sample", "samples"),
		];
	};

	/* Its points that have neighbours have a band, and others a bar. */
	const drawLine = (g, line, l, x, y) => {
		const lone = line.filter((p, i) => p && !line[i - 1] && !line[i + 1]), points = line.filter((p) => p);
		const area = d3.area().defined((p) => p && p.low !== null).x((p) => x(p.x)).y0((p) => y(p.low)).y1((p) => y(p.high));
		g.append("path").attr("class", "band").attr("d", area(line));
		g.append("path").attr("class", "line").attr("stroke-dasharray", l.dash).attr("d", d3.line().defined((p) => p).x((p) => x(p.x)).y((p) => y(p.y))(line));
		for (const p of lone.filter((p) => p.low !== null))
			g.append("path").attr("class", "interval").attr("d", `M${x(p.x)},${y(p.low)}V${y(p.high)}`);
		g.selectAll(".point").data(points).enter().append("path").attr("class", "point")
			.attr("transform", (p) => `translate(${x(p.x)},${y(p.y)})`).attr("d", l.shape);
	};

	const drawFacet = (box, all, layout, domain, width, title) => {
		const labels = Array.from(all.keys()), points = [].concat(...all.values());
		const height = Math.max(320, Math.min(480, width * 0.5), 15 * labels.length + 80);
		const svg = plot(box, width, height, `Latency of ${counted(labels.length, "line", "lines")} against ${layout.x.axis.title}${title ? ", " + title : ""}; the table below has the data. Arrow keys walk through the points.`);
		const room = Math.min(widest(svg, "end", labels), width * 0.34), names = fitted(svg, "end", labels, room);
		const area = { left: 0, right: width - 14 - room, top: 30, bottom: height - 48 };
		const y = d3.scaleLog().domain(domain).range([area.bottom, area.top]), format = relative ? times : shortTime;
		const clampY = (v) => y(Math.max(v, domain[0]));
		area.left = axisRoom(svg, logTicks(y), format);
		axisLeft(svg, y, logTicks(y), format, area, relative ? `times the median of ${reference()}` : (instructions() ? "instructions" : "time") + (measure === "started" ? " until the program runs" : " of the call"));
		const x = axisScale(layout.x.axis, layout.x.values, area.left + 14, area.right - 6);
		axisBottom(svg, x.tick, x.ticks, x.format, area, layout.x.axis.title);
		const ends = labels.map((label, i) => {
			const line = all.get(label), l = look(label);
			drawLine(svg.append("g").attr("class", l.colour), broken(line, layout.x.values, x.reaches), l, x.place, clampY);
			return { y: clampY(line[line.length - 1].y), text: names[i], colour: l.colour };
		});
		endLabels(svg, ends, area.right, area.top, area.bottom);
		explore(svg, points.map((p) => ({ x: x.place(p.x), y: clampY(p.y), lines: tip(p, layout) })), true);
	};

	/* What the map can show: medians, the tail where it is known, and the share that a phase of the call has in it. */
	const shadesOf = (points) => [["median", "median"], ...(points.some((p) => p.row[measure][4]) ? [["p99", "99th percentile"]] : []),
		...Array.from(new Set(points.flatMap((p) => Object.keys(sharesOf(p.row)))), (name) => [name, "share of " + name + " in the call"])];

	const drawMap = (box, all, layout, points, width, title) => {
		const value = (p) => shade === "median" ? p.y : shade === "p99" ? (p.row[measure][4] || null) : sharesOf(p.row)[shade] ?? null;
		const share = shade !== "median" && shade !== "p99", ratio = relative && shade === "median";
		const domain = d3.extent(points.map(value).filter((v) => v > 0)), log = d3.scaleLog().domain(domain[1] > domain[0] ? domain : [domain[0] / 2, domain[0] * 2]);
		const lines = new Map(Array.from(all, ([label, line]) => [label, line.map((p) => ({ ...p, value: value(p), lines: [...tip(p, layout), ...(share && value(p) !== null ? [shade + ": " + percent(value(p)) + " of the call"] : [])] }))]));
		const unit = share ? "share of " + shade + " in the call" : (shade === "p99" ? "99th percentile of the " : "") + (ratio ? `times the median of ${reference()}` : (instructions() ? "instructions" : "time") + (measure === "started" ? " until the program runs" : " of the call"));
		heatMap(box, lines, layout, (v) => share ? v : v > 0 && domain[0] > 0 ? Math.min(1, log.copy().range([0, 1])(v)) : 0, share ? percent : ratio ? times : time, width, unit, title ? ", " + title : "");
	};

	const controls = (box, rows, layout, measures, comparable, shades) => {
		const head = box.append("div").attr("class", "controls"), options = varying(rows).map((a) => [a.axis.name, named(a.axis.title, 60)]);
		const set = (change) => (v) => {
			change(v);
			redraw("latency");
		};
		choices(head, "As", [["lines", "lines"], ["map", "map"]], as, set((v) => { as = v; }));
		if (as === "map")
			choose(head, "Colour", shades, shade, set((v) => { shade = v; }));
		if (options.length > 1)
			choose(head, "Against", options, layout.x.axis.name, set((v) => { along = v; }));
		if (measures.length > 1)
			choices(head, "Until", [["started", "the program runs"], ["call", "the call returns"]], measure, set((v) => { wanted = v; }));
		if (comparable)
			choices(head, "Latency", [[false, "absolute"], [true, `against ${reference()}`]], relative, set((v) => { relative = v; }));
	};

	chart("latency", (box, data, width) => {
		const rows = data[state.run], measures = ["started", "call"].filter((m) => rows.some((r) => has(r, m)));
		measure = measures.includes(wanted) ? wanted : measures[0] || "call";
		const comparable = rows.some((r) => has(r, measure) && r.method === reference());
		relative = relative && comparable;
		const layout = layoutOf(rows, along), facets = facetsOf(rows, layout);
		const lines = facets.map((f) => pointsOf(f.rows, layout)), labels = Array.from(new Set(lines.flatMap((all) => Array.from(all.keys()))));
		const points = lines.flatMap((all) => [].concat(...Array.from(all).filter(([label]) => !hidden.has(label)).map(([, line]) => line)));
		const shades = shadesOf(lines.flatMap((all) => [].concat(...all.values())));
		shade = shades.some(([name]) => name === shade) ? shade : "median";
		controls(box, rows, layout, measures, comparable, shades);
		const columns = facets.length < 2 ? 1 : Math.max(1, Math.min(facets.length, 3, Math.floor(width / 420)));
		const grid = facets.length > 1 ? box.append("div").attr("class", "facets") : box, each = Math.floor((width - 20 * (columns - 1)) / columns);
		facets.forEach((facet, i) => {
			const cell = facet.title ? grid.append("div") : grid, shown = new Map(Array.from(lines[i]).filter(([label]) => !hidden.has(label)));
			if (facet.title)
				cell.append("h3").text(facet.title);
			if (points.length && as === "map")
				drawMap(cell, shown, layout, points, each, facet.title);
			else if (points.length)
				drawFacet(cell, shown, layout, domainOf(points), each, facet.title);
		});
		legend(box, labels, hidden, () => redraw("latency"));
	});
}
