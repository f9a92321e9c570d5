/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the time went: a bar per method, its phases one after the other. */

/*
 * Stacked bars in facets: [{title, bars: [{label, total, segments: [{name, value, lines}]}]}].
 * Each facet has its own scale, or all have one that ends at facets.most. `total` is the text at the end of a bar, and
 * `beside`, if there is one, stands after it; after the label where the plot is narrow.
 */
function stackedBars(box, facets, width, share, label) {
	const narrow = width < NARROW, bar = 24, step = narrow ? 48 : 32, head = 30;
	const height = d3.sum(facets, (f) => head + f.bars.length * step) + 8;
	const svg = plot(box, width, height, label);
	const after = (first, b, here) => first + (here && b.beside ? ", " + b.beside : "");
	const labels = facets.flatMap((f) => f.bars.map((b) => after(b.label, b, narrow)));
	const totals = facets.flatMap((f) => f.bars.map((b) => after(b.total, b, !narrow)));
	const room = narrow ? width : Math.max(108, Math.min(widest(svg, "name", labels), width * 0.4));
	const shown = fitted(svg, "name", labels, room), titles = fitted(svg, "facet", facets.map((f) => f.title), width);
	const left = narrow ? 0 : room + 20, right = width - (share ? 4 : 8 + widest(svg, "total", totals));
	const inside = ruler(svg, "inside");
	const points = [];
	let top = 0, drawn = 0;

	const defs = svg.append("defs").append("pattern").attr("id", "hatch-" + box.attr("id")).attr("width", 6).attr("height", 6)
		.attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
	defs.append("rect").attr("class", "hatch-back").attr("width", 6).attr("height", 6);
	defs.append("rect").attr("class", "hatch-line").attr("width", 2).attr("height", 6);
	facets.forEach((facet, f) => {
		const sum = (b) => d3.sum(b.segments, (s) => Math.max(0, s.value));
		const most = facets.most || d3.max(facet.bars, sum) || 1;
		svg.append("text").attr("class", "facet").attr("x", 0).attr("y", top + 20).text(titles[f]);
		facet.bars.forEach((b, i) => {
			const y = top + head + i * step + (narrow ? 18 : 0), whole = sum(b);
			const x = d3.scaleLinear().domain([0, share ? whole || 1 : most]).range([left, right]);
			svg.append("text").attr("class", "name").attr("x", narrow ? 0 : left - 10).attr("y", narrow ? y - 5 : y + 17)
				.attr("text-anchor", narrow ? "start" : "end").text(shown[drawn++]);
			let at = 0;
			for (const s of b.segments) {
				const value = Math.max(0, s.value), x0 = x(at), x1 = x(at + value);
				at += value;
				if (x1 - x0 <= 0)
					continue;
				const rest = s.name === "unattributed";
				svg.append("rect").attr("class", rest ? "segment" : "segment filled p-" + s.name).attr("x", x0).attr("y", y)
					.attr("fill", rest ? "url(#hatch-" + box.attr("id") + ")" : null)
					.attr("width", Math.max(0.5, x1 - x0 - (x1 - x0 > 3 ? 1 : 0))).attr("height", bar);
				const name = shownName(s.name) + (s.few ? "*" : "");
				const text = name + (share ? " " + Math.round(100 * value / whole) + " %" : "");
				const free = x1 - x0 - 10;
				if (!rest && free >= inside.width(name))
					svg.append("text").attr("class", "inside p-" + s.name).attr("x", x0 + 6).attr("y", y + 16)
						.text(free >= inside.width(text) ? text : name);
				points.push({ x: (x0 + x1) / 2, y: y + bar, x0, x1, y0: y, y1: y + bar, lines: s.lines(whole) });
			}
			if (!share)
				svg.append("text").attr("class", "total").attr("x", x(at) + 6).attr("y", y + 17).text(after(b.total, b, !narrow));
		});
		top += head + facet.bars.length * step;
	});
	inside.end();
	explore(svg, points, false);
	if (facets.some((f) => f.bars.some((b) => b.segments.some((s) => s.few))))
		box.append("p").attr("class", "note").text("*: from the few samples with all probes attached, whose cost is in it.");
}

function shownName(name) {
	return name === "off_cpu" ? "off the CPU" : name;
}

/* The key of the colours. */
function phaseKey(box, names) {
	const list = box.append("ul").attr("class", "key").attr("aria-label", "Phases");
	for (const name of names) {
		const item = list.append("li");
		item.append("span").attr("class", "swatch p-" + name).attr("aria-hidden", "true");
		item.append("span").text(name === "off_cpu" ? shownName(name) + ": the child ran first" : name);
	}
}

/* What a bar may have beside the phases of the model, in its order. */
const REST = ["off_cpu", "unattributed"];

{
	let stack = "call", share = false;

	const segmentsOf = (row, data, sources) => {
		const parts = new Map();
		for (const s of row[stack]) {
			const whole = data.model[s[0]].in;
			if (whole)
				parts.set(whole, (parts.get(whole) || []).concat([s]));
		}
		const segments = row[stack].filter((s) => !data.model[s[0]].in).map(([name, value, source, starred]) => ({
			name,
			value,
			few: starred,
			lines: (total) => [
				name + ": " + time(value) + (starred ? "*" : ""),
				data.model[name].brief,
				percent(Math.max(0, value) / total) + " of what is shown",
				...(parts.get(name) || []).map((p) => "of which " + p[0] + ": " + time(p[1]) + (p[3] ? "*" : "")),
				source === null ? "source unknown" : "source: " + named(sources[source], 120),
				...(starred ? ["*few samples, all probes attached"] : []),
			],
		}));
		if (stack === "call" && row.off_cpu && row.off_cpu[0] > 0)
			segments.push({
				name: "off_cpu",
				value: row.off_cpu[0],
				lines: (total) => ["off the CPU: " + time(row.off_cpu[0]), "the child ran first, on the only CPU, in " + row.off_cpu[1] + " of " + counted(row.off_cpu[2], "call", "calls"),
					"from its first instruction to the call's return", percent(Math.max(0, row.off_cpu[0]) / total) + " of what is shown"],
			});
		if (stack === "call" && row.unattributed !== null)
			segments.push({
				name: "unattributed",
				value: row.unattributed,
				lines: (total) => ["unattributed: " + time(row.unattributed), "not explained by any phase",
					percent(Math.max(0, row.unattributed) / total) + " of what is shown"],
			});
		return segments;
	};

	chart("phases", (box, data, width) => {
		const run = data.runs[state.run], head = box.append("div").attr("class", "controls");
		const names = [];
		const facets = [];
		const again = () => redraw("phases");
		choices(head, "Of", [["call", "the call"], ["child", "the child"]], stack, (v) => {
			stack = v;
			again();
		});
		choices(head, "As", [[false, "time"], [true, "share"]], share, (v) => {
			share = v;
			again();
		});
		for (const row of run.rows) {
			const segments = segmentsOf(row, data, run.sources);
			if (!segments.length)
				continue;
			for (const s of segments)
				if (!names.includes(s.name))
					names.push(s.name);
			let facet = facets[facets.length - 1];
			if (!facet || facet.group !== row.group)
				facets.push(facet = { group: row.group, title: "Parent of " + row.parent, bars: [] });
			facet.bars.push({
				label: row.method,
				segments,
				total: time(stack === "call" ? row.whole : d3.sum(segments, (s) => s.value)),
				beside: stack === "call" && row.started !== undefined ? "runs after " + time(row.started) : "",
			});
		}
		if (!facets.length) {
			box.append("p").text(run.rows.length ? "This run has no such phases." : "This run is empty.");
			return;
		}
		phaseKey(box, Object.keys(data.model).concat(REST).filter((n) => names.includes(n)));
		stackedBars(box, facets, width, share, "Phases of " + (stack === "call" ? "the call" : "the child") + " as bars; the tables below have the data. Arrow keys walk through the phases.");
	});
}
