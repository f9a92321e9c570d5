/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The choices on the page in the hash of its address, so that a link shows the same:
 * "#latency&run=1&latency.until=call&latency.hidden=fork". What comes first, without "=", is the view to begin at.
 */
const kept = readHash();
const applied = new Set(); /* keys whose choice has been made */
const later = []; /* changes to be made when the view is drawn */
let drawing = null; /* the id of that view */

function readHash() {
	const parts = window.location.hash.slice(1).split("&"), place = parts[0].includes("=") ? "" : parts.shift();
	return { place, choices: new URLSearchParams(parts.join("&")) };
}

function writeHash() {
	const text = [kept.place, kept.choices.toString()].filter((t) => t).join("&");
	window.history.replaceState(null, "", "#" + text);
}

function slug(text) {
	return text.toLowerCase().replace(/[^a-z]+/g, "-");
}

/* The key of a control of the view that is being drawn. */
function keyOf(label) {
	return drawing + "." + slug(label);
}

/* Makes the choice that the address names, once, as soon as it is one. */
function remembered(key, values, chosen, change) {
	const named = kept.choices.get(key), value = values.find((v) => String(v) === named);
	if (applied.has(key) || value === undefined)
		return;
	applied.add(key);
	if (value !== chosen)
		later.push(() => change(value));
}

/* The same for what a legend hides: each line once, since other choices bring other lines. */
function rememberedHidden(key, labels, hidden, change) {
	const off = kept.choices.getAll(key), found = labels.filter((l) => off.includes(l) && !applied.has(key + l));
	labels.forEach((l) => applied.add(key + l));
	if (!found.length)
		return;
	found.forEach((l) => hidden.add(l));
	later.push(() => change(found[0]));
}

function keep(key, ...values) {
	kept.choices.delete(key);
	values.forEach((v) => kept.choices.append(key, v));
	writeHash();
}

/* A link within the page keeps the choices; another address of the same page makes its own. */
function followHash() {
	const now = readHash();
	if (now.choices.toString() && now.choices.toString() !== kept.choices.toString()) {
		window.location.reload();
		return;
	}
	kept.place = now.place;
	writeHash();
	goToPlace();
}

function goToPlace() {
	const place = kept.place && document.getElementById(kept.place);
	if (!place)
		return;
	/* What is drawn above it later would move it away. */
	drawWaiting();
	place.scrollIntoView({ behavior: "instant" });
}
