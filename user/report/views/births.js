/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A profile: each birth on a time axis, or many as a heat map of latency, or as stacked columns; the costliest
 * programs as bars; the process tree as an icicle; estimates as ranges. */
{
	const MOST = 12;
	let measure = null, share = false;

	const title = (g) => named(g.label, 60) + (g.method ? ", " + g.method : "");

	const overTime = (box, run, width, measure) => {
		const bins = run.series.length ? run.series[0].births.length : 0;
		const height = Math.max(240, Math.min(340, width * 0.36));
		const area = { left: 0, right: width - 12, top: 30, bottom: height - 48 };
		const sums = d3.range(bins).map((i) => d3.sum(run.series, (s) => s[measure][i]));
		const most = d3.max(sums) || 1;
		const label = measure === "births" ? "births" : "work of the births";
		const svg = plot(box, width, height, label + " over time by program and method; the tables below have the data. Arrow keys walk through the columns.");
		const y = d3.scaleLinear().domain([0, most]).range([area.bottom, area.top]);
		const format = measure === "births" ? d3.format(",") : shortTime, ticks = y.ticks(5).filter((t) => measure === "work" || Number.isInteger(t));
		area.left = axisRoom(svg, ticks, format);
		const x = d3.scaleLinear().domain([0, bins * run.bin]).range([area.left, area.right]);
		axisLeft(svg, y, ticks, format, area, label + " in each " + shortTime(run.bin));
		timeAxis(svg, x, area, width);
		const points = [];
		for (let i = 0; i < bins; i++) {
			const x0 = x(i * run.bin), x1 = x((i + 1) * run.bin);
			let at = 0;
			run.series.forEach((s, k) => {
				const value = s[measure][i];
				if (!(value > 0))
					return;
				svg.append("rect").attr("class", "filled-line " + lookAt(k).colour).attr("x", x0).attr("width", Math.max(0.5, x1 - x0 - (x1 - x0 > 4 ? 1 : 0)))
					.attr("y", y(at + value)).attr("height", y(at) - y(at + value));
				at += value;
			});
			if (at > 0)
				points.push({
					x: (x0 + x1) / 2, y: y(at), x0, x1, y0: y(at), y1: area.bottom,
					lines: ["from " + time(i * run.bin) + ": " + (measure === "births" ? counted(at, "birth", "births") : time(at) + " of work"),
						...run.series.filter((s) => s[measure][i] > 0).map((s) => title(s) + ": " + (measure === "births" ? d3.format(",")(s[measure][i]) : time(s[measure][i])))],
				});
		}
		explore(svg, points, false);
		programKey(box, run);
	};

	/* Series have the costliest groups, the last of them often the rest. */
	const colourOf = (run, group) => lookAt(group >= 0 && group < run.series.length ? group : run.series.length - 1).colour;

	const programKey = (box, run) => {
		const list = box.append("ul").attr("class", "key").attr("aria-label", "Programs and methods");
		run.series.forEach((s, k) => {
			const item = list.append("li");
			item.append("svg").attr("width", 14).attr("height", 14).attr("aria-hidden", "true").attr("class", lookAt(k).colour)
				.append("rect").attr("class", "filled-line").attr("width", 14).attr("height", 14).attr("rx", 3);
			item.append("span").text(title(s));
		});
	};

	const timeAxis = (svg, x, area, width) => axisBottom(svg, x, x.ticks(width < NARROW ? 4 : 8), shortTime, area, "time after the first birth");

	/* A bar from birth to exit, the call in it filled; births at the same time stand below each other. */
	const eachBirth = (box, run, width) => {
		const all = run.time.single, last = d3.max(all, (b) => b[0] + Math.max(b[1], b[2])) || 1, free = [], step = 14;
		const lanes = all.map((b) => {
			const at = free.findIndex((to) => to <= b[0]), lane = at < 0 ? free.length : at;
			free[lane] = b[4] === false ? b[0] + b[1] : b[2] === null ? Infinity : b[0] + b[2];
			return lane;
		});
		const area = { left: 4, right: width - 12, top: 30, bottom: 36 + free.length * step };
		const svg = plot(box, width, area.bottom + 48, "Each birth over time; a table below has the data. Arrow keys walk through them.");
		const x = d3.scaleLinear().domain([0, last]).range([area.left, area.right]);
		heading(svg, "title", 0, 12, "a bar: from birth to exit; filled: the call, in which its parent waits", width);
		timeAxis(svg, x, area, width);
		const points = all.map(([from, call, life, group, program], i) => {
			const y = area.top + lanes[i] * step, g = run.groups[group], x0 = x(from);
			const x1 = life === null && program !== false ? area.right : x(from + Math.max(life, call)), one = svg.append("g").attr("class", colourOf(run, group));
			const bar = (kind, to) => one.append("rect").attr("class", kind).attr("x", x0).attr("y", y).attr("width", Math.max(1, to - x0)).attr("height", step - 3);
			bar("life", x1);
			bar("filled-line", x(from + call));
			return { x: x0, y: y + step, x0, x1, y0: y, y1: y + step, lines: [
				(g ? title(g) : "(others)") + ": " + (program === false ? "the call failed" : program ? named(program, 60) : "a copy, no exec"),
				"from " + time(from), call === null ? "the call was not timed" : "call: " + time(call),
				...program === false ? [] : [life === null ? "its exit was not seen" : "birth to exit: " + time(life)]] };
		});
		explore(svg, points, false);
		programKey(box, run);
	};

	/* How many calls took how long, over time. */
	const heat = (box, run, width) => {
		const cells = run.time.heat, low = d3.min(cells, (c) => c[1]), high = d3.max(cells, (c) => c[1]) + 1, most = d3.max(cells, (c) => c[2]);
		const area = { right: width - 12, top: 30, bottom: 42 + (high - low) * 14 };
		const svg = plot(box, width, area.bottom + 48, "How long calls took, over time; a table below has the data. Arrow keys walk through the cells.");
		const ns = (row) => Math.pow(10, row / 5), y = d3.scaleLog().domain([ns(low), ns(high)]).range([area.bottom, area.top]), ticks = logTicks(y);
		area.left = axisRoom(svg, ticks, shortTime);
		const x = d3.scaleLinear().domain([0, run.series[0].births.length * run.bin]).range([area.left, area.right]);
		axisLeft(svg, y, ticks, shortTime, area, "the time of a call; darker: more calls, " + most + " at most");
		timeAxis(svg, x, area, width);
		explore(svg, cells.map(([bin, row, n]) => {
			const x0 = x(bin * run.bin), x1 = x((bin + 1) * run.bin), y0 = y(ns(row + 1)), y1 = y(ns(row));
			svg.append("rect").attr("class", "filled-line c0").attr("x", x0).attr("y", y0).attr("width", Math.max(1, x1 - x0 - 0.5)).attr("height", y1 - y0 - 0.5)
				.attr("fill-opacity", 0.2 + 0.8 * Math.sqrt(n / most));
			return { x: x1, y: y1, x0, x1, y0, y1, lines: [counted(n, "call", "calls") + " of " + time(ns(row)) + " to " + time(ns(row + 1)), "from " + time(bin * run.bin)] };
		}), false);
	};

	/* A row for each generation: as wide as what it and its descendants cost. */
	const icicle = (box, run, width) => {
		const cost = run.family.some((m) => m[4] > 0) ? 4 : 3, path = [], step = 24, look = new Map();
		const nodes = run.family.map(([depth, label, method, n, work], i) => {
			const node = { depth, label: label || "(no exec)", method, n, work, sum: 0, at: 0 };
			path.length = depth;
			path.push(node);
			path.forEach((up) => { up.sum += run.family[i][cost]; });
			node.up = path[depth - 1];
			return node;
		});
		const whole = d3.sum(nodes, (m) => m.up ? 0 : m.sum), text = (v) => cost === 4 ? time(v) : counted(v, "birth", "births");
		if (!(whole > 0))
			return;
		const svg = plot(box, width, 30 + (d3.max(nodes, (m) => m.depth) + 1) * step, "The process tree by cost; below stands who came from whom. Arrow keys walk through it.");
		const x = d3.scaleLinear().domain([0, whole]).range([0, width]);
		heading(svg, "title", 0, 12, "the process tree: as wide as the " + (cost === 4 ? "work of the births" : "births") + " of a program and of all that came from it", width);
		let roots = 0;
		const points = nodes.filter((m) => m.sum > 0).map((m) => {
			m.from = m.up ? m.up.from + m.up.at : roots;
			if (m.up)
				m.up.at += m.sum;
			else
				roots += m.sum;
			if (!look.has(m.label))
				look.set(m.label, lookAt(look.size).colour);
			const x0 = x(m.from), x1 = x(m.from + m.sum), y = 24 + m.depth * step;
			const one = svg.append("g").attr("class", look.get(m.label));
			one.append("rect").attr("class", "filled-line").attr("x", x0).attr("y", y).attr("width", Math.max(0.5, x1 - x0 - 1)).attr("height", step - 1);
			if (x1 - x0 > 40)
				one.append("text").attr("class", "inside").attr("x", x0 + 5).attr("y", y + 16).text(fitted(svg, "inside", [m.label], x1 - x0 - 10)[0]);
			return { x: x0, y: y + step, x0, x1, y0: y, y1: y + step, lines: [
				named(m.label, 60), m.up ? counted(m.n, "birth", "births") + " by " + m.method : "was there before",
				...m.work > 0 ? ["work of these births: " + time(m.work)] : [], "with all that came from it: " + text(m.sum) + ", " + percent(m.sum / whole)] };
		});
		explore(svg, points, false);
	};

	const programs = (box, run, model, width) => {
		const groups = run.groups.filter((g) => g.work > 0).slice(0, MOST), names = [];
		const sums = (phases) => new Map(phases.map((p) => [p[0], p]));
		const bar = (label, g) => ({
			label,
			total: time(g.work),
			segments: g.phases.map(([name, sum, n, median]) => {
				if (!names.includes(name))
					names.push(name);
				return {
					name,
					value: sum,
					lines: (whole) => [label, name + ": " + time(sum) + " in " + counted(n, "birth", "births"), model[name],
						percent(sum / whole) + " of its work", ...median === undefined ? [] : ["median " + time(median)]],
				};
			}),
		});
		const bars = groups.map((g) => bar(title(g), g));
		const shown = groups.map((g) => sums(g.phases)), rest = run.all.phases.map(([name, sum, n]) => {
			const of = (k) => d3.sum(shown, (p) => p.has(name) ? p.get(name)[k] : 0);
			return [name, sum - of(1), n - of(2)];
		}).filter((p) => p[1] > 0.5);
		if (rest.length && run.groupCount > groups.length)
			bars.push(bar("(others)", { work: d3.sum(rest, (p) => p[1]), phases: rest }));
		if (!bars.length) {
			box.append("p").text("No phase was measured, so the cost of these births is not known.");
			return;
		}
		phaseKey(box, Object.keys(model).filter((n) => names.includes(n)));
		stackedBars(box, [{ title: "Work in all births of a program, by phase", bars }], width, share, "Work of the costliest programs by phase; the tables below have the data. Arrow keys walk through the phases.");
		if (run.groupCount > groups.length)
			box.append("p").attr("class", "note").text("The costliest " + groups.length + " of " + d3.format(",")(run.groupCount) + " programs and methods; the table has more.");
	};

	/* The estimated time of each call, from this machine's calibration. */
	const calls = (by, range) => range ? ["each call by " + by + ": " + time(range[0]) + " to " + time(range[1])] : [];

	const whatIf = (box, run, width) => {
		const groups = run.groups.filter((g) => g.whatif).slice(0, MOST);
		if (!groups.length)
			return;
		const narrow = width < NARROW, step = narrow ? 46 : 30, top = 34, bottom = top + groups.length * step;
		const svg = plot(box, width, bottom + 34, "What posix_spawn would save, as ranges; a table below has the data. Arrow keys walk through them.");
		const titles = groups.map((g) => g.label), room = narrow ? width : Math.min(widest(svg, "name", titles), width * 0.4);
		const names = fitted(svg, "name", titles, room), area = { left: narrow ? 10 : room + 10, right: width - 12, top, bottom };
		const x = d3.scaleLinear().domain([0, d3.max(groups, (g) => Math.max(g.whatif.most, g.whatif.held))]).range([area.left, area.right]);
		const points = [];
		heading(svg, "title", 0, 12, narrow ? "bar: less work; ring: parent held" : "estimates: the bar is the work that posix_spawn would save, from least to most; the ring is how long it would hold the parent instead", width);
		axisBottom(svg, x, x.ticks(narrow ? 3 : 6), shortTime, area, "");
		groups.forEach((g, i) => {
			const y = area.top + i * step + (narrow ? 28 : 14), w = g.whatif;
			svg.append("text").attr("class", "name").attr("x", narrow ? 0 : room).attr("y", narrow ? y - 12 : y + 4)
				.attr("text-anchor", narrow ? "start" : "end").text(names[i]);
			svg.append("g").attr("class", "axis").append("line").attr("x1", area.left).attr("x2", area.right).attr("y1", y).attr("y2", y);
			svg.append("rect").attr("class", "filled-line c0").attr("x", x(w.least)).attr("y", y - 6).attr("height", 12).attr("width", Math.max(2, x(w.most) - x(w.least)));
			svg.append("circle").attr("class", "ring c1").attr("cx", x(w.held)).attr("cy", y).attr("r", 6);
			points.push({
				x: x(w.most), y, x0: Math.min(x(w.least), x(w.held)), x1: Math.max(x(w.most), x(w.held)), y0: y - 8, y1: y + 8,
				lines: [named(g.label, 60) + ": " + counted(w.forks, "fork that execs", "forks that exec"), time(w.least) + " to " + time(w.most) + " less work",
					"the parent held " + time(w.held) + " instead", "least: copy_mm alone",
					"most: with clone_finish, exec_flush" + (w.cow ? ", COW faults" : "; COW faults were not measured"),
					...calls("posix_spawn", w.spawnCall), ...calls("a small helper process", w.helperCall)],
			});
		});
		explore(svg, points, false);
	};

	chart("births", (box, data, width) => {
		const run = data.runs[state.run];
		if (!run) {
			box.append("p").text("This run has no births: it is no profile, or no process was made meanwhile.");
			return;
		}
		const head = box.append("div").attr("class", "controls"), first = run.time.single ? "single" : run.time.heat.length ? "heat" : "births";
		const kinds = [["single", "each birth"], ["heat", "latency"], ["births", "births"], ["work", "work"]].filter(([k]) => k === first || k === "births" || k === "work");
		const kind = kinds.some(([k]) => k === measure) ? measure : first;
		choices(head, "Over time", kinds, kind, (v) => {
			measure = v;
			redraw("births");
		});
		choices(head, "Programs as", [[false, "time"], [true, "share"]], share, (v) => {
			share = v;
			redraw("births");
		});
		if (run.series.length)
			({ single: eachBirth, heat }[kind] || overTime)(box.append("div"), run, width, kind);
		programs(box.append("div").attr("id", "births-programs"), run, data.model, width);
		icicle(box.append("div"), run, width);
		whatIf(box.append("div"), run, width);
	});
}
