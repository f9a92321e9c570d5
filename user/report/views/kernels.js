/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernels in the lab: one cell's phases as a bar per kernel. */
{
	let chosen = 0, stack = "call";

	chart("kernels", (box, data, width) => {
		const phases = page.views.phases;
		const head = box.append("div").attr("class", "controls");
		const exact = d3.format(",");
		if (!phases) {
			box.append("p").text("These runs have no phases; the table has the whole calls.");
			return;
		}
		choose(head, "Of", data.cells.map((c, i) => [String(i), c.method + " from a parent of " + c.parent]), String(chosen), (v) => {
			chosen = Number(v);
			redraw("kernels");
		});
		choices(head, "Show", [["call", "the call"], ["child", "the child"]], stack, (v) => {
			stack = v;
			redraw("kernels");
		});
		const cell = data.cells[chosen], names = [];
		let before = null; /* the values of the last measured kernel */
		const bars = data.order.map((o, i) => {
			const run = phases.runs[o.run], row = cell.places[i] === null ? null : run.rows[cell.places[i]];
			if (!row || (stack === "call" ? row.whole === null : !row[stack].length))
				return { label: o.kernel, segments: [], total: "not measured" };
			const list = row[stack].filter((s) => !phases.model[s[0]].in);
			const values = new Map(list.map((s) => [s[0], s[1]]));
			const few = new Set(list.filter((s) => s[3]).map((s) => s[0]));
			if (stack === "call" && row.off_cpu && row.off_cpu[0] > 0)
				values.set("off_cpu", row.off_cpu[0]);
			if (stack === "call" && row.unattributed !== null)
				values.set("unattributed", row.unattributed);
			const older = before;
			const change = (name, value) => {
				const old = older && older.values.get(name);
				return old ? [(value >= old ? "+" : "−") + exact(Math.abs(value - old)) + " (" + (value >= old ? "+" : "−") + digits(Math.abs(100 * (value / old - 1))) + " %) from " + older.kernel] : [];
			};
			const sum = d3.sum(Array.from(values.values()), (v) => Math.max(0, v));
			const segments = Array.from(values, ([name, value]) => {
				if (!names.includes(name))
					names.push(name);
				return { name, value, few: few.has(name), lines: (total) => [o.kernel + ", " + shownName(name), exact(value) + " instructions", ...change(name, value), percent(Math.max(0, value) / total) + " of what is shown", ...(few.has(name) ? ["few samples, all probes attached"] : [])] };
			});
			const whole = stack === "call" ? row.whole : sum, old = older && older.whole;
			before = { kernel: o.kernel, values, whole };
			return { label: o.kernel, segments, total: exact(Math.round(whole)) + (old ? ", " + (whole >= old ? "+" : "−") + digits(Math.abs(100 * (whole / old - 1))) + " %" : ""),
				beside: stack === "call" && row.started !== undefined ? "runs after " + exact(Math.round(row.started)) : "" };
		});
		phaseKey(box, Object.keys(phases.model).concat(REST).filter((n) => names.includes(n)));
		stackedBars(box, [{ title: cell.method + " from a parent of " + cell.parent + ", instructions", bars }], width, false, "Phases of one method by kernel; the table below has the data. Arrow keys walk through the phases.");
	});
}
