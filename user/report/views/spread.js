/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How far samples spread: the share of calls that took longer, and the samples in order; of methods that exec, until the call returns or until the program runs. */
{
	/* The data block has times as distances: of samples from the least one, of quantiles each from the one before. */
	for (const of of page.views.spread.runs.flat().flatMap((row) => [row.started, row.call]).filter((one) => one)) {
		let at = of.least;
		of.order = of.order.map((v) => (v === null ? null : v + of.least));
		if (of.quantiles)
			of.quantiles = of.quantiles.map((v) => (at += v));
	}

	const hidden = new Set();
	let parent = null, chosen = null, wanted = "started", measure = wanted;

	/* The quantiles `kept` as far as the samples reach, and the maximum: as the data block has them, or of all samples. */
	function quantilesOf(of, kept) {
		const sorted = of.order.filter((v) => v !== null).sort((a, b) => a - b), last = sorted.length - 1;
		const at = (q) => {
			const k = Math.floor(q * last);
			return k >= last ? sorted[last] : sorted[k] + (q * last - k) * (sorted[k + 1] - sorted[k]);
		};
		return of.quantiles || kept.filter((q) => (1 - q) * sorted.length >= 1 - 1e-9).map(at).concat(sorted[last]);
	}

	/* [time, share of samples that took at least this long], down to the longest one. */
	const curve = (of, kept) => quantilesOf(of, kept).map((v, i, all) => i === all.length - 1 ? [v, 1 / of.n] : [v, 1 - kept[i]]);

	/* For the tips, the same quantiles of the other time of a method that execs; none if it has other samples. */
	const othersOf = (row, kept) => {
		const of = row[measure === "started" ? "call" : "started"];
		return row.started && of && of.n === row[measure].n ? quantilesOf(of, kept) : [];
	};

	const until = () => measure === "started" ? " until the program runs" : "";
	const shares = (s) => s >= 0.0995 ? Math.round(100 * s) + " %" : d3.format(".1~r")(100 * s).replace("~", "") + " %";

	function drawTail(box, rows, kept, width) {
		const shown = rows.filter((r) => !hidden.has(r.label));
		/* A log scale has no 0. */
		const curves = shown.map((row) => ({ row, points: curve(row[measure], kept).filter((p) => p[0] > 0) })).filter((c) => c.points.length);
		if (shown.length && !curves.length) {
			box.append("p").text("None of these samples is longer than 0.");
			return;
		}
		const height = Math.max(300, Math.min(400, width * 0.7));
		const area = { left: 0, right: width - 10, top: 30, bottom: height - 48 };
		const svg = plot(box, width, height, "Share of calls slower than a time" + until() + ", by method; the table below has the data. Arrow keys walk through the quantiles.");
		if (!shown.length)
			return;
		const values = [].concat(...curves.map((c) => c.points.map((p) => p[0])));
		const y = d3.scaleLog().domain([d3.min(curves, (c) => 1 / c.row[measure].n), 1]).range([area.bottom, area.top]);
		const steps = [1, 0.5, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6].filter((t) => t >= y.domain()[0] * 0.999);
		area.left = axisRoom(svg, steps, shares);
		axisLeft(svg, y, steps, shares, area, measure === "started" ? "share of calls whose program ran later" : "share of calls slower than this");
		const x = d3.scaleLog().domain([d3.min(values) * 0.93, d3.max(values) * 1.07]).range([area.left, area.right]);
		axisBottom(svg, x, logTicks(x), shortTime, area, (instructions() ? "instructions" : "time") + (until() || " of the call"));
		const found = [];
		for (const { row, points } of curves) {
			const l = look(row.label), g = svg.append("g").attr("class", l.colour), others = othersOf(row, kept);
			g.append("path").attr("class", "line").attr("stroke-dasharray", l.dash)
				.attr("d", d3.line().x((p) => x(p[0])).y((p) => y(p[1]))(points));
			const last = points[points.length - 1];
			g.append("path").attr("class", "point").attr("transform", `translate(${x(last[0])},${y(last[1])})`).attr("d", l.shape());
			points.forEach((p, i) => found.push({
				x: x(p[0]),
				y: y(p[1]),
				lines: [named(row.label, 60), i === points.length - 1 ? "longest of " + row[measure].n + ": " + time(p[0]) : percent(p[1]) + " take " + time(p[0]) + " or longer", ...beside(measure, others[others.length - points.length + i])],
			}));
		}
		explore(svg, found, true);
	}

	function drawOrder(box, row, width) {
		const blocks = [], { order, per = 1 } = row[measure];
		for (let i = 0; per === 1 && i < order.length; i++)
			blocks.push({ at: i, low: order[i], y: order[i], high: order[i] });
		for (let i = 0; per > 1 && i < order.length; i += 3)
			blocks.push({ at: i / 3 * per, low: order[i], y: order[i + 1], high: order[i + 2] });
		const there = blocks.filter((b) => b.y !== null && b.low > 0);
		if (!there.length) {
			box.append("p").text("No sample of " + named(row.label, 60) + " is longer than 0.");
			return;
		}
		const height = Math.max(300, Math.min(400, width * 0.7));
		const area = { left: 0, right: width - 10, top: 30, bottom: height - 48 };
		const svg = plot(box, width, height, "The samples of " + named(row.label, 60) + until() + " in the order in which they were taken. Arrow keys walk through them.");
		const n = per === 1 ? order.length : order.length / 3 * per;
		const y = d3.scaleLog().domain([d3.min(there, (b) => b.low) * 0.93, d3.max(there, (b) => b.high) * 1.07]).range([area.bottom, area.top]);
		const g = svg.append("g").attr("class", look(row.label).colour);
		area.left = axisRoom(svg, logTicks(y), shortTime);
		axisLeft(svg, y, logTicks(y), shortTime, area, row.label + until());
		const x = d3.scaleLinear().domain([0, Math.max(1, n - 1)]).range([area.left + 6, area.right - 6]);
		axisBottom(svg, x, x.ticks(width < NARROW ? 4 : 6).filter(Number.isInteger), d3.format(","), area, "samples in the order taken");
		g.lower();
		if (per > 1)
			g.append("path").attr("class", "range").attr("d", there.map((b) => `M${x(b.at)},${y(b.low)}V${y(b.high)}`).join(""));
		g.append("path").attr("class", "dot").attr("d", there.map((b) => `M${x(b.at) - 2},${y(b.y)}a2,2 0 1 0 4,0a2,2 0 1 0 -4,0`).join(""));
		explore(svg, there.map((b) => ({
			x: x(b.at),
			y: y(b.y),
			lines: per === 1 ? ["sample " + (b.at + 1), time(b.y)] : ["samples from " + (b.at + 1) + " on, " + per, "median " + time(b.y), "from " + time(b.low) + " to " + time(b.high)],
		})), true);
	}

	openers.push((row) => {
		parent = row.parent;
		chosen = row.method;
		wanted = row.started ? wanted : "call";
		redraw("spread");
	});

	chart("spread", (box, data, width) => {
		const all = data.runs[state.run], head = box.append("div").attr("class", "controls");
		const measures = ["started", "call"].filter((m) => all.some((r) => r[m]));
		measure = measures.includes(wanted) ? wanted : measures[0];
		const rows = all.filter((r) => r[measure]);
		const parents = Array.from(new Set(rows.map((r) => r.parent)));
		if (!rows.length) {
			box.append("p").text("This run has no samples of the call.");
			return;
		}
		if (!parents.includes(parent))
			parent = parents[0];
		const here = rows.filter((r) => r.parent === parent);
		if (!here.some((r) => r.method === chosen))
			chosen = here[0].method;
		if (measures.length > 1)
			choices(head, "Until", [["started", "the program runs"], ["call", "the call returns"]], measure, (v) => {
				wanted = v;
				redraw("spread");
			});
		choose(head, "Parent", parents.map((p) => [p, p]), parent, (v) => {
			parent = v;
			redraw("spread");
		});
		choose(head, "In order", here.map((r) => [r.method, r.method]), chosen, (v) => {
			chosen = v;
			redraw("spread");
		});
		const pair = box.append("div").attr("class", "pair"), one = pair.append("div"), two = pair.append("div");
		const room = Math.floor(one.node().getBoundingClientRect().width) || width;
		drawTail(one, here, data.kept, room);
		legend(one, here.map((r) => r.label), hidden, () => redraw("spread"));
		drawOrder(two, here.find((r) => r.method === chosen), room);
	});
}
