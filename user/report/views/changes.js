/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What changed: from the first run to the last, a line for each time and phase of a cell. */

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

{
	let chosen = 0;
	const NOISE = 2;

	const read = (line, data) => {
		const [name, kind, marks, a, b, ...reach] = line;
		const end = (at, [below, above]) => ({ at, ...(below === undefined ? {} : { low: at - below, high: at + above }) });
		return { name: data.names[name], kind, text: data.names[name] + (marks & 1 ? "*" : "") + (marks & 2 ? "†" : ""), ends: [end(a, reach), end(b, reach.slice(2))] };
	};

	chart("changes", (box, data, width) => {
		const narrow = width < NARROW, runs = [data.from, data.to], exact = instructions(data.from);
		const KINDS = exact ? ["more", "fewer", "the same", "-"] : ["longer", "shorter", "within noise", "no interval"];
		const shown = (ns) => time(ns, data.from), cell = data.cells[chosen];
		const all = cell.lines.map((l) => read(l, data)), drawn = all.filter((l) => l.ends.every((e) => e.at > 0));
		const say = (l) => (l.ends[0].at > 0 ? changeText(l.ends[1].at / l.ends[0].at) : "");

		choose(box.append("div").attr("class", "controls"), "Of", data.cells.map((c, i) => [String(i), c.method + " from a parent of " + c.parent]), String(chosen), (v) => {
			chosen = Number(v);
			redraw("changes");
		});
		if (!drawn.length) {
			box.append("p").text("None of its times is above 0 in both runs.");
			return;
		}
		const top = 52, bottom = top + Math.max(220, 16 * drawn.length), height = bottom + 14;
		const svg = plot(box, width, height, "Each time and phase of one cell in two runs; the table below has the data. Arrow keys walk through the lines.");
		const before = drawn.map((l) => (narrow ? "" : shown(l.ends[0].at)));
		const after = drawn.map((l) => (narrow ? "" : shown(l.ends[1].at) + "  ") + l.text + (l.kind < NOISE ? " " + say(l) : ""));
		const room = Math.min(widest(svg, "end", after), width * 0.6), names = fitted(svg, "end", after, room);
		const x = [narrow ? 8 : 22 + widest(svg, "end", before), width - room - 16];
		const heads = fitted(svg, "facet", runs.map((r) => page.runs[r].name), (x[1] - x[0]) / 2 - 8);
		const values = drawn.flatMap((l) => l.ends.flatMap((e) => [e.at, e.low, e.high])).filter((v) => v > 0);
		const y = d3.scaleLog().domain(d3.extent(values)).range([bottom, top]);
		heading(svg, "title", 0, 12, (exact ? "instructions, medians, logarithmic; dotted: the same" : "time, medians, logarithmic; dotted: within noise" + (all.some((l) => l.kind > NOISE) ? ", or without an interval" : "")), width);
		heads.forEach((text, i) => {
			svg.append("text").attr("class", "facet").attr("x", x[i]).attr("y", 34).attr("text-anchor", i ? "end" : "start").text(text);
			svg.append("line").attr("class", "one").attr("x1", x[i]).attr("x2", x[i]).attr("y1", top - 8).attr("y2", bottom + 8);
		});
		const found = [], labels = [[], []];
		/* What changed lies above what did not. */
		drawn.map((l, i) => ({ ...l, i })).reverse().forEach((l) => {
			const look = l.kind < NOISE ? "ink" : "quiet", at = l.ends.map((e) => y(e.at));
			svg.append("path").attr("class", "slope p-" + l.name + " " + look).attr("d", `M${x[0]},${at[0]}L${x[1]},${at[1]}`);
			l.ends.forEach((e, k) => {
				if (e.low > 0)
					svg.append("path").attr("class", "interval " + look).attr("d", `M${x[k]},${y(e.low)}V${y(e.high)}`);
				svg.append("circle").attr("class", "end-point p-" + l.name).attr("cx", x[k]).attr("cy", at[k]).attr("r", 4);
				labels[k].push({ y: at[k], text: k ? names[l.i] : before[l.i], colour: look });
				found.push({
					x: x[k],
					y: at[k],
					lines: [cell.method + ", " + named(cell.parent, 60) + ": " + l.text + ", " + KINDS[l.kind],
						...l.ends.map((end, n) => named(page.runs[runs[n]].name, 40) + ": " + shown(end.at) + (end.low === undefined ? "" : " (" + shown(end.low) + " to " + shown(end.high) + ")")),
						...(say(l) ? [say(l)] : [])],
				});
			});
		});
		if (!narrow)
			endLabels(svg, labels[0], x[0], top, bottom, true);
		endLabels(svg, labels[1], x[1], top, bottom);
		found.sort((a, b) => a.x - b.x || a.y - b.y);
		explore(svg, found, true);
		if (drawn.length < all.length)
			box.append("p").attr("class", "note").text("Not drawn, since 0 in a run: " + all.filter((l) => !drawn.includes(l)).map((l) => l.text).join(", ") + ".");
	});
}
