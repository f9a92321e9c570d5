/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the time went: one birth in time; and bars of phases, one after the other, which other views draw, too. */

/* The pattern of what no phase explains. */
function hatch(svg, id) {
	const defs = svg.append("defs").append("pattern").attr("id", "hatch-" + id).attr("width", 6).attr("height", 6)
		.attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
	defs.append("rect").attr("class", "hatch-back").attr("width", 6).attr("height", 6);
	defs.append("rect").attr("class", "hatch-line").attr("width", 2).attr("height", 6);
}

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

	hatch(svg, box.attr("id"));
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

/* The data block has what the phases of many rows have in common once, and intervals as distances: [name, time, source, starred, low, high]. */
if (page.views.phases) {
	const names = Object.keys(page.views.phases.model);
	for (const run of page.views.phases.runs) {
		const whole = ([kind, at, below, above]) => {
			const [phase, source, starred] = run.kinds[kind];
			return [names[phase], at, source, starred, ...(below === undefined ? [] : [at - below, at + above])];
		};
		for (const row of run.rows) {
			row.call = row.call.map(whole);
			row.child = row.child.map(whole);
		}
	}
}

/* One birth in time: in each row the parent's lane above the child's, on one axis. */
{
	/* Parents, or all; one scale for all parents, or each its own; the picked run, or two; these. */
	let shown = "ends", scale = "one", opened = null, runs = "one", pair = null;
	const LANE = 18, STEP = 4, LABELS = 16, GAP = 12;

	/* The call in the parent's lane, and what is left of it to its return. */
	const parentLane = (row, data) => {
		const parts = [];
		let at = 0;
		for (const s of row.call) {
			if (data.model[s[0]].in)
				continue;
			parts.push({ phase: s, x0: at, x1: at + Math.max(0, s[1]) });
			at += Math.max(0, s[1]);
		}
		if (row.whole > at)
			parts.push({ rest: true, x0: at, x1: row.whole });
		return parts;
	};

	/* Where a phase of the parent's lane begins; `otherwise` if it has none. */
	const startOf = (lane, name, otherwise) => {
		const part = lane.find((p) => p.phase && p.phase[0] === name);
		return part ? part.x0 : otherwise;
	};

	/*
	 * The child's lane. It is woken where the parent begins to wait for it, or else within `wake`. From
	 * there its phases follow each other up to the return of its exec, and the last ones up to the
	 * parent's wait. What lies between, the child did itself.
	 */
	const childLane = (row, lane) => {
		const last = lane.length ? lane[lane.length - 1].x1 : 0;
		const parts = [];
		const chain = (phases, at) => {
			for (const s of phases) {
				parts.push({ phase: s, x0: at, x1: at + Math.max(0, s[1]) });
				at += Math.max(0, s[1]);
			}
			return at;
		};
		const ends = (s) => s[0] === "exit_mm" || s[0] === "reap";
		const late = row.child.filter(ends), length = d3.sum(late, (s) => Math.max(0, s[1]));
		const at = chain(row.child.filter((s) => !ends(s)), startOf(lane, "vfork_wait", startOf(lane, "wake", last)));
		chain(late, Math.max(at, (row.total || 0) - length));
		return parts;
	};

	const tipOf = (part, row, data) => {
		if (part.rest) {
			const off = row.off_cpu && row.off_cpu[0] > 0 ? [
				"off the CPU: " + time(row.off_cpu[0]),
				"the child ran first, on the only CPU, in " + row.off_cpu[1] + " of " + counted(row.off_cpu[2], "call", "calls"),
				"from its first instruction to the call's return",
			] : [];
			return ["the rest of the call: " + time(part.x1 - part.x0), ...off,
				...(row.unattributed !== null ? ["unattributed: " + time(row.unattributed)] : []), "C library, and what no phase explains"];
		}
		const [name, value, source, starred, low, high] = part.phase;
		const inside = row.call.concat(row.child).filter((s) => data.model[s[0]].in === name);
		return [
			row.method + ", " + name + ": " + time(value) + (low === undefined ? "" : " (" + time(low) + " to " + time(high) + ")") + (starred ? "*" : ""),
			data.model[name].brief,
			...inside.map((s) => "of which " + s[0] + ": " + time(s[1]) + (s[3] ? "*" : "")),
			source === null ? "source unknown" : "source: " + named(data.runs[row.row[0]].sources[source], 120),
			...(starred ? ["*few samples, all probes attached"] : []),
		];
	};

	/* What happens when, in order; the first in the parent's lane. */
	const marksOf = (row) => [
		["call returns", row.whole, true],
		[row.started !== undefined ? "program runs" : "child runs", row.started !== undefined ? row.started : row.first_run, false],
		["reaped", row.total, false],
	].filter((m) => m[1] !== null && m[1] !== undefined);

	/* To the last mark, or to the end of a lane: medians that follow each other may end later. */
	const endOf = (row, data) => {
		const lane = parentLane(row, data), ends = lane.concat(childLane(row, lane)).map((p) => p.x1);
		return Math.max(0, ...marksOf(row).map((m) => m[1]), ...ends);
	};
	const most = (facet, data) => d3.max(facet.rows, (r) => endOf(r, data)) || 1;

	/* Texts below the child's marks: each at its own, or all at the first, in their order. */
	const labels = (svg, marks, y, r, right) => {
		const put = (from, text) => svg.append("text").attr("class", "total").attr("x", from).attr("y", y).text(text);
		let free = 0;
		const places = marks.map((m) => {
			const size = r.width(m.text), from = [m.x + 4, m.x - 4 - size].find((at) => at >= free && at + size <= right);
			free = from + size + 8;
			return from;
		});
		if (!places.includes(undefined)) {
			marks.forEach((m, i) => put(places[i], m.text));
			return;
		}
		const all = marks.map((m) => m.text).join(", "), size = r.width(all);
		const from = [marks[0].x + 4, marks[0].x - 4 - size].find((at) => at >= 0 && at + size <= right);
		put(from === undefined ? Math.max(0, right - size) : from, all);
	};

	const drawParent = (svg, top, rows, x, o) => {
		for (const row of rows) {
			const lane = parentLane(row, o.data), child = childLane(row, lane), marks = marksOf(row);
			const y = top + (o.narrow ? 18 : 0), below = y + LANE + STEP, bottom = below + LANE;
			svg.append("text").attr("class", "name").attr("x", o.narrow ? 0 : o.left - 10).attr("y", o.narrow ? y - 5 : y + 26)
				.attr("text-anchor", o.narrow ? "start" : "end").text(o.names.get(row.method));
			for (const [parts, at] of [[lane, y], [child, below]])
				for (const part of parts) {
					const x0 = x(part.x0), x1 = x(part.x1);
					if (!(x1 - x0 > 0))
						continue;
					const kind = part.rest ? (row.off_cpu && row.off_cpu[0] > 0 ? "off_cpu" : "unattributed") : part.phase[0];
					svg.append("rect").attr("class", kind === "unattributed" ? "segment" : "segment filled p-" + kind)
						.attr("fill", kind === "unattributed" ? "url(#hatch-" + o.id + ")" : null)
						.attr("x", x0).attr("y", at).attr("height", LANE)
						.attr("width", Math.max(0.5, x1 - x0 - (x1 - x0 > 3 ? 1 : 0)));
					const text = shownName(kind) + (part.phase && part.phase[3] ? "*" : "");
					if (kind !== "unattributed" && x1 - x0 - 10 >= o.inside.width(text))
						svg.append("text").attr("class", "inside p-" + kind).attr("x", x0 + 6).attr("y", at + 13).text(text);
					o.points.push({ x: (x0 + x1) / 2, y: at + LANE, x0, x1, y0: at, y1: at + LANE, lines: tipOf(part, row, o.data) });
				}
			const lower = [];
			for (const [text, ns, ofParent] of marks) {
				const mark = { x: x(ns), text: text + " " + time(ns) };
				svg.append("line").attr("class", "mark").attr("x1", mark.x).attr("x2", mark.x)
					.attr("y1", ofParent ? y - 3 : below - 2).attr("y2", ofParent ? y + LANE + 2 : bottom + 5);
				if (ofParent && mark.x + 4 + o.texts.width(mark.text) <= o.right)
					svg.append("text").attr("class", "total").attr("x", mark.x + 4).attr("y", y + 13).text(mark.text);
				else
					lower.push(mark);
			}
			if (lower.length)
				labels(svg, lower, bottom + 13, o.texts, o.right);
			top = bottom + LABELS + GAP;
		}
		return top;
	};

	const draw = (box, facets, width, data) => {
		const narrow = width < NARROW, head = 30, foot = 34, row = (narrow ? 18 : 0) + 2 * LANE + STEP + LABELS + GAP;
		const height = d3.sum(facets, (f) => head + f.rows.length * row + foot);
		const svg = plot(box, width, height, "One birth in time by method; the tables below have the data. Arrow keys walk through the phases.");
		const methods = Array.from(new Set(facets.flatMap((f) => f.rows.map((r) => r.method))));
		const room = narrow ? width : Math.min(widest(svg, "name", methods), width * 0.4), left = narrow ? 0 : room + 20;
		const names = new Map(fitted(svg, "name", methods, room).map((t, i) => [methods[i], t]));
		const titles = fitted(svg, "facet", facets.map((f) => f.title), width);
		const o = { data, narrow, left, names, id: box.attr("id"), points: [], inside: ruler(svg, "inside"), texts: ruler(svg, "total"), right: width };
		const all = d3.max(facets, (f) => most(f, data));
		let top = 0;
		hatch(svg, o.id);
		facets.forEach((f, i) => {
			const x = d3.scaleLinear().domain([0, scale === "one" ? all : most(f, data)]).range([left, width - 12]);
			svg.append("text").attr("class", "facet").attr("x", 0).attr("y", top + 16).text(titles[i]);
			top = drawParent(svg, top + head, f.rows, x, o);
			axisBottom(svg, x, x.ticks(Math.max(2, Math.round((width - left) / 110))), (t) => (t ? shortTime(t) : "0"), { left, right: width - 12, bottom: top - GAP + 2 });
			top += foot;
		});
		o.inside.end();
		o.texts.end();
		explore(svg, o.points, false);
	};

	openers.push((row) => {
		shown = "one";
		opened = row.parent; /* two runs may have other groups */
		redraw("phases");
	});

	/* Each row of the first of two runs, and below it that of the second. */
	const ofBoth = (data) => data.runs[pair[0]].rows.flatMap((row) => {
		const like = data.runs[pair[1]].rows.find((r) => r.method === row.method && r.parent === row.parent);
		return like ? [row, like].map((r) => ({ ...r, group: row.group, method: row.method + ", " + named(page.runs[r.row[0]].name, 30) })) : [];
	});

	/* Which two: at first the first and the last. To choose the other one changes the places of both. */
	const choosePair = (head, data, ends, change) => {
		const all = page.runs.map((run, i) => i).filter((i) => page.runs[i].unit === page.runs[ends.from].unit && data.runs[i].rows.length);
		pair = pair || [ends.from, ends.to];
		if (all.length > 2)
			["First", "Second"].forEach((label, k) => choose(head, label, all.map((i) => [String(i), page.runs[i].name]), String(pair[k]), (v) => {
				if (Number(v) === pair[1 - k])
					pair[1 - k] = pair[k];
				pair[k] = Number(v);
				change();
			}));
	};

	chart("phases", (box, data, width) => {
		const run = data.runs[state.run], head = box.append("div").attr("class", "controls"), again = () => redraw("phases");
		const names = new Set(), facets = [], ends = page.views.changes, two = ends && page.runs[ends.from].unit === page.runs[state.run].unit, both = two && runs === "two";
		if (two)
			choices(head, "Runs", [["one", "the one above"], ["two", "two, one over the other"]], runs, (v) => {
				runs = v;
				again();
			});
		if (both)
			choosePair(head, data, ends, again);
		for (const row of both ? ofBoth(data) : run.rows) {
			if (!row.call.length && !row.child.length)
				continue;
			for (const s of row.call.concat(row.child))
				if (!data.model[s[0]].in)
					names.add(s[0]);
			if (row.off_cpu && row.off_cpu[0] > 0)
				names.add("off_cpu");
			if (!facets.length || facets[facets.length - 1].group !== row.group)
				facets.push({ group: row.group, parent: row.parent, title: "Parent of " + row.parent, rows: [] });
			facets[facets.length - 1].rows.push(row);
		}
		if (!facets.length) {
			box.append("p").text(both ? "These two runs have no such phases in common." : run.rows.length ? "This run has no such phases." : "This run is empty.");
			return;
		}
		const costliest = facets.reduce((a, b) => (most(b, data) > most(a, data) ? b : a));
		const chosen = facets.find((f) => f.parent === opened);
		const costliestAndSmallest = facets.length > 1 ? [costliest, facets.find((f) => f !== costliest)] : facets;
		const some = facets.length <= 2 || shown === "ends" || (shown === "one" && !chosen) ? costliestAndSmallest : shown === "one" ? [chosen] : facets;
		if (facets.length > 2)
			choices(head, "Parents", [["ends", "the costliest and the smallest"], ["all", "all " + facets.length], ...(chosen ? [["one", chosen.title]] : [])], shown, (v) => {
				shown = v;
				again();
			});
		if (some.length > 1)
			choices(head, "Scale", [["one", "the same for all"], ["own", "each its own"]], scale, (v) => {
				scale = v;
				again();
			});
		phaseKey(box, Object.keys(data.model).concat(REST).filter((n) => names.has(n) || n === "unattributed"));
		draw(box, some, width, data);
		if (some.some((f) => f.rows.some((r) => r.call.concat(r.child).some((s) => s[3]))))
			box.append("p").attr("class", "note").text("*: from the few samples with all probes attached, whose cost is in it.");
	});
}
