/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A profile: births over time as stacked columns, the costliest programs as bars, estimates as ranges. */
{
	const MOST = 12;
	let measure = "births", share = false;

	const title = (g) => named(g.label, 60) + (g.method ? ", " + g.method : "");

	const overTime = (box, run, width) => {
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
		axisBottom(svg, x, x.ticks(width < NARROW ? 4 : 8), shortTime, area, "time after the first birth");
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
		const list = box.append("ul").attr("class", "key").attr("aria-label", "Programs and methods");
		run.series.forEach((s, k) => {
			const item = list.append("li");
			item.append("svg").attr("width", 14).attr("height", 14).attr("aria-hidden", "true").attr("class", lookAt(k).colour)
				.append("rect").attr("class", "filled-line").attr("width", 14).attr("height", 14).attr("rx", 3);
			item.append("span").text(title(s));
		});
	};

	const programs = (box, run, model, width) => {
		const groups = run.groups.filter((g) => g.work > 0).slice(0, MOST);
		const names = [];
		const bars = groups.map((g) => ({
			label: title(g),
			total: time(g.work),
			segments: g.phases.map(([name, sum, n, median]) => {
				if (!names.includes(name))
					names.push(name);
				return {
					name,
					value: sum,
					lines: (whole) => [title(g), name + ": " + time(sum) + " in " + counted(n, "birth", "births"), model[name],
						percent(sum / whole) + " of its work", "median " + time(median)],
				};
			}),
		}));
		if (!bars.length) {
			box.append("p").text("No phase was measured, so the cost of these births is not known.");
			return;
		}
		phaseKey(box, Object.keys(model).filter((n) => names.includes(n)));
		stackedBars(box, [{ title: "Work in all births of a program, by phase", bars }], width, share, "Work of the costliest programs by phase; the tables below have the data. Arrow keys walk through the phases.");
		if (run.groups.length > MOST)
			box.append("p").attr("class", "note").text("The costliest " + MOST + " of " + run.groups.length + "; the table has more.");
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
		const head = box.append("div").attr("class", "controls");
		choices(head, "Over time", [["births", "births"], ["work", "work"]], measure, (v) => {
			measure = v;
			redraw("births");
		});
		choices(head, "Programs as", [[false, "time"], [true, "share"]], share, (v) => {
			share = v;
			redraw("births");
		});
		if (run.series.length)
			overTime(box.append("div"), run, width);
		programs(box.append("div").attr("id", "births-programs"), run, data.model, width);
		whatIf(box.append("div"), run, width);
	});
}
