/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks of what a reader of the page does: sort a table, follow a link to a choice, save a chart. */
"use strict";
const fs = require("fs");

module.exports = ({ open, until, unfold, expect, request }) => ({
	/* saves VIEW SAMPLE LINES: a chart as SVG, drawn without the page's style sheet, with this text; its data as so many lines of CSV. */
	async saves(browser) {
		const { file, rest } = request(), [view, text, lines] = rest, page = await open(browser);
		const saved = async (button) => {
			const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#chart-" + view).getByRole("button", { name: button }).click()]);
			await download.saveAs(file + ".saved");
			return fs.readFileSync(file + ".saved", "utf8");
		};
		const svg = await saved("Save as SVG"), csv = (await saved("Save data as CSV")).trimEnd().split("\n");
		const drawn = await page.evaluate((source) => {
			const root = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
			return [root.tagName, root.querySelectorAll("[class], [style]").length, Array.from(root.querySelectorAll("text"), (e) => e.textContent),
				Array.from(root.querySelectorAll("path, rect, text"), (e) => e.getAttribute("fill")).every((f) => f)];
		}, svg);
		expect(drawn[0] === "svg" && drawn[1] === 0 && drawn[3], "it depends on the page: " + drawn.slice(0, 2).join());
		expect(drawn[2].includes(text), "not in the picture: " + text);
		expect(csv.length === Number(lines), "lines of CSV: " + csv.length);
		const columns = csv[0].split(",").length;
		expect(csv.every((l) => l.includes('"') || l.split(",").length === columns), "lines differ in their columns: " + csv.slice(0, 2).join(" | "));
		for (const line of rest.slice(3))
			expect(csv.includes(line), "no such line: " + line + ", but " + csv.slice(0, 2).join(" | "));
	},

	/* hash HASH TITLE LINES: what such an address shows, and a link to another view keeps. A choice changes it. */
	async hash(browser) {
		const [hash, title, lines] = request().rest, page = await open(browser, { hash });
		const seen = async () => [await page.locator("#chart-latency .plot .title").first().textContent(), await page.locator("#chart-latency .plot .line, #chart-latency .plot .name").count()].join();
		expect((await seen()) === title + "," + lines, "it shows " + (await seen()));
		expect(Math.abs(await page.$eval("#latency", (e) => e.getBoundingClientRect().top)) < 100, "it is not at the view");
		await page.locator("nav a").last().click();
		await until(page, () => /^#method&/.test(window.location.hash));
		expect((await seen()) === title + "," + lines, "after a link: " + page.url() + " " + (await seen()));
		await page.locator("#chart-latency .legend button[aria-pressed=false]").click();
		expect(!page.url().includes("hidden"), "what is shown again: " + page.url());
		await page.reload();
		expect((await seen()) === title + "," + (Number(lines) + 1), "loaded again it shows " + (await seen()));
		/* Nothing that a page has. */
		await open(browser, { hash: "#nowhere&run=77&latency.until=x&latency.hidden=%3Cb%3E&spread.parent=&=%" });
		expect((await page.locator("#chart-latency .plot .line").count()) > 0, "no chart after a strange address");
	},

	/* sort VIEW HEAD UP DOWN: the first two cells of the rows of a view's first table, by the head of a column; after three clicks they are as before. */
	async sort(browser) {
		const [view, head, up, down] = request().rest, page = await open(browser);
		await unfold(page);
		const table = page.locator(`#${view} table`).first(), column = table.locator("th", { hasText: head }).first();
		const rows = () => table.locator("tbody tr").evaluateAll((all) => all.map((r) => Array.from(r.cells).slice(0, 2).map((c) => c.textContent.trim()).join(" ")).join("|"));
		const before = await rows();
		await column.locator("button").focus();
		for (const [order, expected] of [["ascending", up], ["descending", down], [null, before]]) {
			await page.keyboard.press("Enter");
			expect((await rows()) === expected, order + ": " + (await rows()));
			expect((await column.getAttribute("aria-sort")) === order, "the head says " + (await column.getAttribute("aria-sort")));
			expect(page.url().includes(`${view}.sort.`) === (order !== null), "the address: " + page.url());
		}
		/* A link shows the table in this order. */
		await page.keyboard.press("Enter");
		await page.reload();
		await table.waitFor();
		expect((await rows()) === up, "loaded again: " + (await rows()));
		/* What is no column leaves the table as it is. Stars and units are no part of a number. */
		const other = await open(browser, { hash: new URL(page.url()).hash.replace(/=\d+\.ascending/, "=length.ascending") });
		await unfold(other);
		const left = await other.locator(`#${view} table`).first().locator("tbody tr").evaluateAll((all) => all.map((r) => Array.from(r.cells).slice(0, 2).map((c) => c.textContent.trim()).join(" ")).join("|"));
		expect(left === before, "by a word: " + left);
		expect(await page.evaluate(() => [numberOf("*1.5 µs"), numberOf("*592 ns (1 to 2)"), numberOf("−3 %")].join() === "1500,592,-3"), "numbers with a star");
	},

	/* opens COUNT: a click on each cell of the map shows its parent in time, where both runs have it: in so many of them. */
	async opens(browser) {
		const page = await open(browser, { hash: "#latency&run=1&latency.as=map&latency.until=call&phases.runs=two" }), common = new Set();
		const heats = await page.locator("#chart-latency .heat").count();
		await page.locator("#chart-phases").getByLabel(/^all /).check();
		const both = await page.$$eval("#chart-phases .facet", (all) => all.map((e) => e.textContent));
		for (let i = 0; i < heats; i++) {
			await page.locator("#chart-latency .heat").nth(i).click();
			const parent = "Parent of " + (await page.locator("#chart-spread select").first().evaluate((e) => e.selectedOptions[0].textContent));
			const shown = await page.$$eval("#chart-phases .facet", (all) => all.map((e) => e.textContent));
			if (!both.includes(parent))
				continue;
			common.add(parent);
			expect(shown.join() === parent, "a click on " + parent + " shows " + shown.join());
		}
		expect(common.size === Number(request().rest[0]), "parents of both: " + common.size);
	},

	/* map COLOUR TITLE CELL... PARENT METHOD: what the map shows, row by row; what a click on its last cell shows in time and as a distribution, and Enter on its first. */
	async map(browser) {
		const all = request().rest.slice(), [method, parent] = [all.pop(), all.pop()], [colour, title, ...cells] = all, page = await open(browser);
		const chart = page.locator("#chart-latency"), texts = (kind) => page.$$eval(kind, (found) => found.map((e) => e.textContent));
		await chart.getByLabel("the call returns").check();
		await chart.getByLabel("map").check();
		await chart.locator(".choose", { hasText: "Colour" }).locator("select").selectOption({ label: colour });
		expect((await texts("#chart-latency .plot .cell")).join("|") === cells.join("|"), "cells: " + (await texts("#chart-latency .plot .cell")).join("|"));
		expect((await texts("#chart-latency .plot .title"))[0] === title, "title: " + (await texts("#chart-latency .plot .title"))[0]);
		const depth = await page.$$eval("#chart-latency .heat", (found) => found.map((e) => Number(e.getAttribute("opacity"))));
		expect(Math.max(...depth) > Math.min(...depth) && depth.every((d) => d > 0 && d < 0.6), "shades: " + depth.join());
		const seen = async () => (await texts("#chart-phases .facet")).join() + "; " + (await page.$$eval("#chart-spread select", (found) => found.map((e) => e.selectedOptions[0].textContent).join()));
		await page.locator("#chart-latency .heat").last().click();
		expect((await seen()) === `Parent of ${parent}; ${parent},${method}`, "after a click: " + (await seen()));
		expect(await page.evaluate(() => document.activeElement.closest("section").id === "phases"), "the focus is not at what was opened");
		const clicked = await seen();
		await chart.locator(".plot svg").focus();
		await page.keyboard.press("ArrowRight");
		expect(/opens it/.test(await chart.locator(".tip").innerText()), "the tip says: " + (await chart.locator(".tip").innerText()));
		await page.keyboard.press("Enter");
		expect((await seen()) !== clicked, "Enter opens nothing");
	},

	/*
	 * reach VIEW...: exactly these have charts, and each can be used by pointer, keys and click, and read without
	 * scripts: a mark under the pointer and the arrow keys bring a tip, which Escape and the pointer's leaving take
	 * away; each choice changes the chart or leaves it whole, stands in the address and keeps the focus; and the first
	 * time or count that keys find stands in a table of the page.
	 */
	async reach(browser) {
		const { rest } = request(), figures = new Map();
		let page = await open(browser);
		const ids = await page.$$eval(".chart", (all) => all.map((e) => e.id.slice("chart-".length)));
		expect(ids.join() === rest.join(), "charts: " + ids.join());
		for (const id of ids) {
			const plots = page.locator(`#chart-${id} .plot`, { has: page.locator("svg[tabindex]") }), count = await plots.count();
			expect(count > 0, id + ": nothing to find by keys");
			for (let i = 0; i < count; i++) {
				const plot = plots.nth(i), where = id + ", plot " + (i + 1), tip = plot.locator(".tip");
				await plot.scrollIntoViewIfNeeded();
				/* Somewhere in the upper part of the plot there is a mark, whatever its kind. */
				const frame = await plot.locator("svg").boundingBox(), height = Math.min(frame.height, 500);
				for (let k = 0; k < 200 && !(await tip.isVisible()); k++)
					await page.mouse.move(frame.x + frame.width * (0.02 + 0.04 * (k % 25)), frame.y + height * (0.5 + 0.06 * Math.ceil(k / 50) * (k % 50 < 25 ? 1 : -1)));
				expect(await tip.isVisible(), where + ": no tip under the pointer");
				await page.mouse.move(1, 1);
				expect(!(await tip.isVisible()), where + ": the tip stays");
				await plot.locator("svg").focus();
				await page.keyboard.press("ArrowRight");
				const first = await tip.isVisible() ? await tip.innerText() : "";
				expect(/\d/.test(first), where + ": the first key brings '" + first + "'");
				await page.keyboard.press("ArrowLeft");
				await page.keyboard.press("ArrowRight");
				expect((await tip.innerText()) === first, where + ": back and forth brings another tip");
				await page.keyboard.press("Escape");
				expect(!(await tip.isVisible()), where + ": Escape leaves the tip");
				const figure = /\d[\d.,]* (?:ns|µs|ms|s|k|M|instructions)\b/.exec(first);
				if (figure && !figures.has(id) && !/ to /.test(first)) /* the bounds of a range are no values */
					figures.set(id, figure[0].replace(" instructions", ""));
			}
			await useControls(page, id, expect);
		}
		page = await open(browser, { javaScriptEnabled: false });
		await page.$$eval("details", (all) => all.forEach((e) => { e.open = true; }));
		const texts = await page.locator("main table").allInnerTexts();
		for (const id of ids) {
			expect(await page.locator(`#${id} table tbody tr:visible`).count() > 0, id + ": no row without scripts");
			expect(!figures.has(id) || texts.some((t) => t.includes(figures.get(id))), id + ": no table has " + figures.get(id));
		}
	},
});

/* Makes each choice of a view's chart, one after the other. */
async function useControls(page, id, expect) {
	const box = page.locator("#chart-" + id), whole = async (what) => {
		expect(await box.locator(".plot svg").count() > 0, id + ": no chart after " + what);
		expect(page.url().includes(id + "."), id + ": the address after " + what + ": " + page.url());
	};
	const radios = await box.locator("fieldset").evaluateAll((sets) => sets.flatMap((set) => Array.from(set.querySelectorAll("label:has(input:not(:checked))"), (l) => [set.querySelector("legend").textContent, l.textContent])));
	for (const [set, label] of radios) {
		const radio = box.locator("fieldset", { has: page.locator("legend", { hasText: new RegExp("^" + set + "$") }) }).getByLabel(label, { exact: true });
		/* Another choice may have taken it away: "against posix_spawn" is only of starts. */
		if (!(await radio.count()))
			continue;
		await radio.check();
		expect(await radio.evaluate((e) => e.checked && e === document.activeElement), id + ": " + label + " is not chosen, or lost the focus");
		await whole(label);
	}
	for (let i = 0; i < await box.locator("select").count(); i++) {
		const select = box.locator("select").nth(i), last = await select.locator("option").count() - 1;
		if (last < 1)
			continue;
		await select.selectOption({ index: last });
		await whole("the last of a list");
	}
	const line = box.locator(".legend button").first();
	if (!(await line.count()))
		return;
	const pressed = await line.getAttribute("aria-pressed");
	await line.click();
	expect((await line.getAttribute("aria-pressed")) !== pressed, id + ": the legend's button does nothing");
	await whole("a click on the legend");
	await line.click();
}
