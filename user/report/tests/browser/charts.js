/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks of what each view draws and says under the pointer. */
"use strict";

module.exports = ({ open, ownScale, expect, request }) => ({
	/* births FIRST: the charts of a profile: over time, first as the choice of that name; bars of programs, the
	 * process tree, ranges of what if. */
	async births(browser) {
		const { rest } = request();
		const page = await open(browser), box = page.locator("#chart-births");
		const plots = page.locator("#chart-births .plot svg");
		expect((await plots.count()) === 4, "plots: " + (await plots.count()));
		expect(await box.getByLabel(rest[0], { exact: true }).isChecked(), rest[0] + " does not come first");
		for (const [i, words] of [[0, /call/], [1, /of its work/], [2, /all that came from it: .*%/], [3, /less work/]]) {
			const tip = page.locator("#chart-births .tip").nth(i);
			await plots.nth(i).focus();
			await page.keyboard.press("ArrowRight");
			expect(await tip.isVisible(), "no tip by keyboard in plot " + i);
			expect(words.test(await tip.innerText()), "the tip says: " + (await tip.innerText()));
			await page.keyboard.press("Escape");
		}
		for (const [i, mark] of [[0, "rect.filled-line"], [1, ".segment"], [2, "rect.filled-line"]]) {
			await plots.nth(i).locator(mark).first().hover();
			expect(await page.locator("#chart-births .tip").nth(i).isVisible(), "no tip under the pointer in plot " + i);
		}
		/* The tree: a child stands below its parent, and is no wider. */
		const nodes = await plots.nth(2).locator("rect").evaluateAll((all) => all.map((e) => ["x", "y", "width"].map((a) => Number(e.getAttribute(a)))));
		for (const [x, y, wide] of nodes)
			expect(y < 25 || nodes.some(([px, py, pw]) => py === y - 24 && px <= x + 0.01 && px + pw >= x + wide - 0.01), "a child beside its parent at " + x + ", " + y);
		const first = () => plots.first().locator("rect").evaluateAll((all) => all.map((e) => e.getAttribute("height")).join());
		const shapes = new Set([await first()]);
		for (const [n, name] of [[2, "births"], [3, "work"]]) {
			await box.getByLabel(name, { exact: true }).check();
			shapes.add(await first());
			expect(shapes.size === n, name + " over time look as before");
		}
		await box.getByLabel("share").check();
		expect(/%/.test(await page.locator("#chart-births .inside").first().textContent()), "no shares");
	},

	/* figure LINES DASHED LABEL: so many lines, of which some are dashed; the key has the label; at all widths nothing lies on another. */
	async figure(browser) {
		const { rest } = request();
		for (const width of [390, 1600]) {
			const page = await open(browser, { viewport: { width, height: 900 } });
			const dashes = await page.$$eval("#chart-figure .plot .line", (all) => all.map((e) => e.getAttribute("stroke-dasharray")));
			expect(dashes.length === Number(rest[0]) && dashes.filter((d) => d).length === Number(rest[1]), "lines: " + dashes.join());
			expect((await page.locator("#chart-figure .key").innerText()).includes(rest[2]), "the key says: " + (await page.locator("#chart-figure .key").innerText()));
			const texts = await page.$$eval("#chart-figure .plot .axis text", (all) => all.map((e) => e.getBoundingClientRect()).map((r) => [r.left, r.right, r.top, r.bottom]));
			for (const [i, a] of texts.entries())
				expect(!texts.slice(0, i).some((b) => Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 1 && Math.min(a[3], b[3]) - Math.max(a[2], b[2]) > 4), "labels lie on each other at " + width);
			await page.locator("#chart-figure .plot svg").focus();
			await page.keyboard.press("ArrowRight");
			expect(await page.locator("#chart-figure .tip").isVisible(), "no tip by keyboard");
		}
	},

	/* gate SHAPES: a mark with its own shape and colour for each verdict, intervals, the margin. */
	async gate(browser) {
		const { rest } = request();
		const page = await open(browser);
		const marks = await page.$$eval("#chart-gate .plot .point", (all) => all.map((e) => e.getAttribute("class") + " " + e.getAttribute("d")));
		const kinds = new Set(marks);
		expect(kinds.size === Number(rest[0]), "kinds of marks: " + kinds.size);
		expect(new Set([...kinds].map((k) => k.split(" ")[1])).size === kinds.size, "two verdicts have one colour");
		expect(new Set([...kinds].map((k) => k.split(" ").slice(2).join())).size === kinds.size, "two verdicts have one shape");
		expect((await page.$$("#chart-gate .key li")).length === kinds.size, "the key has others");
		expect((await page.$$("#chart-gate .interval")).length >= 2, "no intervals");
		expect((await page.$$("#chart-gate .plot line.margin")).length === 1, "no margin");
		/* Only what gates sets the axis. */
		const ticks = await page.$$eval("#chart-gate .axis text", (all) => all.map((e) => e.textContent));
		expect(ticks.length > 2 && !ticks.some((t) => /×|\d{3} %/.test(t)), "the axis reaches " + ticks.join());
		/* Where the mark is that is worse: right of the margin, with all of its interval. */
		const right = (e) => e.evaluate((n) => n.getBoundingClientRect().left);
		const margin = await right(page.locator("#chart-gate line.margin"));
		expect((await right(page.locator("#chart-gate .interval.c1").first())) > margin, "a regression within the margin");
		const tip = page.locator("#chart-gate .tip").first();
		await page.locator("#chart-gate .plot svg").first().focus();
		await page.keyboard.press("ArrowRight");
		expect(/regression/.test(await tip.innerText()) && /95 % interval/.test(await tip.innerText()), "the tip says: " + (await tip.innerText()));
		await page.keyboard.press("Escape");
		await page.locator("#chart-gate .plot .point").first().hover();
		expect(await tip.isVisible(), "no tip under the pointer");
	},

	/* zero SIZE...: the sizes of the latency chart; the first is 0, apart from the lines. */
	async zero(browser) {
		const { rest } = request();
		const page = await open(browser);
		const sizes = await page.$$eval("#chart-latency .plot .axis", (all) => Array.from(all[1].querySelectorAll("text"), (e) => e.textContent));
		expect(sizes.join() === rest.join(), "sizes: " + sizes.join());
		const paths = await page.$$eval("#chart-latency .plot .line", (all) => all.map((e) => e.getAttribute("d")));
		expect(paths.length > 0 && paths.every((d) => d.split("M").length === 3), "lines: " + paths.join(" | "));
	},

	/*
	 * axes TITLE TICKS FACETS LINES MARKS: what the latency chart is against, and its ticks, its facets and
	 * the names of its lines, joined by "|"; how many lines there are, of those that lead from point to point.
	 */
	async axes(browser) {
		const { rest } = request();
		const page = await open(browser);
		const [title, ticks, facets, names, marks] = rest;
		const texts = (kind) => page.$$eval("#chart-latency " + kind, (all) => all.map((e) => e.textContent));
		const against = page.locator("#chart-latency .choose select");
		if (await against.count() && !(await texts(".plot .title")).includes(title))
			await against.selectOption({ label: title });
		expect((await texts(".plot .title")).includes(title), "it is against " + (await texts(".plot .title")).join());
		const shown = await page.$$eval("#chart-latency .plot svg", (all) => all.map((svg) => Array.from(svg.querySelectorAll(".axis")[1].querySelectorAll("text"), (e) => e.textContent).join("|")));
		expect(shown.every((s) => s === ticks), "ticks: " + shown.join(" and "));
		expect((await texts("h3")).join("|") === facets, "facets: " + (await texts("h3")).join("|"));
		expect((await texts(".legend button")).join("|") === names, "lines: " + (await texts(".legend button")).join("|"));
		const drawn = await page.$$eval("#chart-latency .plot .line", (all) => all.filter((e) => /L/.test(e.getAttribute("d") || "")).length);
		expect(drawn === Number(marks), "lines that lead somewhere: " + drawn);
	},

	/* kernels BAR... WORDS: what stands at the bars, and what the tips of the last one say. */
	async kernels(browser) {
		const { rest } = request();
		const page = await open(browser);
		const texts = (kind) => page.$$eval("#chart-kernels .plot " + kind, (all) => all.map((e) => e.textContent));
		const totals = await texts(".total"), bars = (await texts(".name")).map((name, i) => name + " " + totals[i]);
		expect(bars.join() === rest.slice(0, -1).join(), "bars: " + bars.join(" | "));
		await page.locator("#chart-kernels .segment").last().hover();
		const tip = await page.locator("#chart-kernels .tip").innerText();
		expect(tip.includes(rest[rest.length - 1]), "the tip says: " + tip);
	},

	/* beside: tips of calls of methods that exec say when the program runs, at all widths, and of others do not. */
	async beside(browser) {
		for (const width of [390, 1400]) {
			const page = await open(browser, { viewport: { width, height: 900 } });
			const starts = new Set(await page.evaluate(() => {
				const all = JSON.parse(document.getElementById("data").textContent);
				return all.views.phases.runs[0].rows.filter((r) => r.started !== undefined).map((r) => all.runs[r.row[0]].rows[r.row[1]][all.row.indexOf("method")]);
			}));
			const others = await page.$$eval("#chart-phases .plot text", (all) => all.filter((e) => /program runs/.test(e.textContent)).length);
			expect((others > 0) === (starts.size > 0), width + " px: bars with a start: " + others);
			for (const view of ["latency", "spread"]) {
				const calls = page.locator("#chart-" + view).getByLabel("the call returns");
				if (await calls.count())
					await calls.check();
				expect((await calls.count() > 0) === (starts.size > 0), view + ": a choice of " + (await calls.count()));
				await page.locator(`#chart-${view} .plot svg`).first().focus();
				/* At once: a key by the browser takes some 20 ms, and `hover` presses some. */
				const texts = await page.locator(`#chart-${view}`).evaluate((chart) => Array.from({ length: 200 }, () => {
					chart.querySelector(".plot svg").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
					return chart.querySelector(".tip").innerText;
				}));
				let seen = 0;
				for (const text of texts) {
					const execs = Array.from(starts).some((name) => text.startsWith(name));
					expect(text !== "" && /the program runs after/.test(text) === execs, width + " px, " + view + ": a tip says " + text);
					seen += execs;
				}
				expect((seen > 0) === (starts.size > 0), view + ": tips of methods that exec: " + seen);
			}
		}
	},

	/* off_cpu TEXT...: what the tip of its segment says, and the key has it. */
	async off_cpu(browser) {
		const { rest } = request();
		for (const view of ["phases", "kernels"]) {
			const page = await open(browser);
			await ownScale(page);
			await page.locator(`#chart-${view} .segment.p-off_cpu`).first().hover();
			const tip = await page.locator(`#chart-${view} .tip`).innerText();
			for (const text of view === "phases" ? rest : ["30,000 instructions"])
				expect(tip.includes(text), view + ": the tip says " + tip);
			expect((await page.locator(`#chart-${view} .key li`).allInnerTexts()).includes("off the CPU: the child ran first"), view + ": the key lacks it");
		}
	},

	/* changes CELLS CHANGED LINES... WORDS: in so many cells; of the first so many lines are drawn as changed; the labels at their right ends, top down; what a tip says. */
	async changes(browser) {
		const { rest } = request();
		const page = await open(browser);
		const chart = page.locator("#chart-changes"), [cells, changed, ...lines] = rest, words = lines.pop();
		const options = await chart.locator("select option").allInnerTexts();
		expect(options.length === Number(cells), "cells: " + options.join(" | "));
		expect(await chart.locator(".slope.ink").count() === Number(changed), "changed: " + await chart.locator(".slope.ink").count());
		const ends = await page.$$eval("#chart-changes .plot .end:not([text-anchor])", (all) => all.map((e) => e.textContent));
		expect(ends.join(" | ") === lines.join(" | "), "lines: " + ends.join(" | "));
		const svg = chart.locator(".plot svg"), tip = chart.locator(".tip");
		await svg.focus();
		const texts = await chart.evaluate((c, n) => Array.from({ length: 2 * n }, () => {
			c.querySelector(".plot svg").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
			return c.querySelector(".tip").innerText;
		}), ends.length);
		expect(texts.some((t) => t.includes(words)), "the tips say: " + texts.join(" | "));
		await page.keyboard.press("Escape");
		await chart.locator(".end-point").first().hover();
		expect(await tip.isVisible(), "no tip under the pointer");
		if (options.length > 1) {
			await chart.locator("select").selectOption("1");
			expect((await page.$$eval("#chart-changes .plot .end:not([text-anchor])", (all) => all.map((e) => e.textContent))).join(" | ") !== ends.join(" | "), "another cell looks the same");
		}
	},

	/*
	 * anatomy NAME TIP STATUS: the icicle. The keys walk along the calls, Enter and a click zoom to what is chosen, Escape
	 * goes back; the tip of a function of this name, to which Enter in the search field leads, says all of TIP's lines, and
	 * the search says STATUS.
	 */
	async anatomy(browser) {
		const { rest } = request(), [name, tip, status] = rest, page = await open(browser);
		const chart = page.locator("#chart-anatomy"), svg = chart.locator(".plot svg"), shown = chart.locator(".tip"), box = chart.getByLabel("Search");
		const frames = () => svg.locator("rect.frame").evaluateAll((all) => all.map((e) => ["x", "y", "width"].map((a) => Number(e.getAttribute(a)))));
		const all = await frames(), wide = Number(await svg.getAttribute("width")), first = Math.min(...all.map((f) => f[1]));
		expect(all.length > 10, "frames: " + all.length);
		for (const [x, y, width] of all)
			expect(y === first || all.some(([px, py, pw]) => py === y - 20 && px <= x + 0.01 && px + pw >= x + width - 0.01), "a function beside its caller at " + x + ", " + y);
		const press = async (...keys) => {
			for (const key of keys)
				await page.keyboard.press(key);
			return await shown.isVisible() ? (await shown.innerText()).split("\n")[0] : "";
		};
		await svg.focus();
		expect(await press("ArrowDown") === "all", "the first key");
		const [below, deeper] = [await press("ArrowDown"), await press("ArrowDown")];
		expect(below === "the call" && deeper !== below, "down: " + below + ", " + deeper);
		expect(await press("ArrowUp") === below, "up again is not " + below);
		const beside = await press("ArrowRight");
		expect(beside !== below && await press("ArrowLeft") === below, "right: " + beside + ", and back");
		await press("ArrowDown", "Enter");
		expect(await svg.evaluate((e) => e === document.activeElement), "Enter takes the focus away");
		expect(await press("ArrowDown") === deeper, "keys do not begin where it zoomed to");
		const zoomed = await frames();
		expect(zoomed.filter((f) => f[2] === wide).length >= 3, "the way there is not as wide as the plot");
		await press("Escape", "Escape", "Escape");
		expect((await press("Escape", "ArrowDown")) === "all" && (await frames()).join() === all.join(), "Escape does not go back to all");
		await press("Escape");
		await box.fill(name);
		expect((await chart.locator(".controls [role=status]").innerText()) === status, "the search says: " + await chart.locator(".controls [role=status]").innerText());
		expect(await svg.locator("rect.hit").count() > 0 && await svg.locator("rect.dim").count() > 0, "nothing is marked");
		await box.press("Enter");
		expect(await box.evaluate((e) => e === document.activeElement), "the search loses the focus");
		await svg.focus();
		expect(await press("ArrowDown") === name, "Enter in the search does not lead to " + name);
		for (const line of tip.split("|"))
			expect((await shown.innerText()).split("\n").includes(line), "the tip says: " + await shown.innerText());
		await box.fill("no such name");
		expect((await chart.locator(".controls [role=status]").innerText()) === "no such function" && await svg.locator("rect.dim").count() === 0, "what is not there is marked");
		await box.fill("");
		/* A click goes there, and on the first row back. */
		await svg.locator("rect.frame").first().click();
		expect((await frames()).join() === all.join(), "a click on all does not go back");
		await svg.locator("rect.frame").nth(3).click();
		expect((await frames()).join() !== all.join(), "a click does not zoom");
	},

	/* difference MORE LESS: the functions of two trees; these are in the colours of what takes more and less. Then of the first alone, and of the second. */
	async difference(browser) {
		const { rest } = request(), page = await open(browser), chart = page.locator("#chart-anatomy"), svg = chart.locator(".plot svg");
		const classOf = async (name) => {
			const at = await svg.locator("text.code").evaluateAll((all, n) => all.filter((e) => e.textContent.length > 6 && n.startsWith(e.textContent.split(/[ …]/)[0])).map((e) => e.previousSibling.getAttribute("class"))[0], name);
			return String(at);
		};
		expect(/\bmore\b/.test(await classOf(rest[0])), rest[0] + " is " + await classOf(rest[0]));
		expect(/\bless\b/.test(await classOf(rest[1])), rest[1] + " is " + await classOf(rest[1]));
		const fill = (kind) => svg.locator("rect." + kind).first().evaluate((e) => getComputedStyle(e).fill.match(/\d+/g).map(Number));
		const [more, less] = [await fill("more"), await fill("less")];
		expect(more[0] > more[2] && less[2] > less[0], "colours: " + more.join() + " and " + less.join());
		expect((await chart.locator(".key li").allInnerTexts()).join() === "more,less,the same", "the key");
		const against = chart.locator(".choose", { hasText: "Against" }).locator("select"), show = chart.locator(".choose", { hasText: "Show" }).locator("select");
		await against.selectOption({ label: "nothing" });
		expect(await svg.locator("rect.more, rect.less").count() === 0 && await classOf(rest[1]) === "undefined" && await classOf(rest[0]) !== "undefined", "alone it has changes, or functions of the other");
		await show.selectOption({ index: 0 });
		expect(await classOf(rest[0]) === "undefined" && await classOf(rest[1]) !== "undefined", "the first has functions of the second");
		/* The other way round. */
		await against.selectOption({ index: 1 });
		expect(/\bless\b/.test(await classOf(rest[0])) && /\bmore\b/.test(await classOf(rest[1])), "turned round, the colours stay");
	},
});
